/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of tests for rules, for `tiercel test`:
 *
 *	rules: [../custom.yaml]         files or directories, relative to this one
 *	defaults: {container.id: 0a1b}  of every event that does not say otherwise
 *	tests:
 *	  - name: a shell runs a command
 *	    event: {evt.type: execve, proc.name: sh, proc.args: -c id}
 *	    alerts:
 *	      - rule: Shell in container
 *	        priority: Warning
 *	        contains: [-c id]
 *	    no_alerts: [Another rule]
 *
 * Everything is read into the arena of the diagnostics. An event is kept as the JSON object that
 * `tiercel eval` would take.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/diag.h"
#include "gen/ruleset.h"
#include "user/json.h"

struct test_text {
	struct place at;
	const char *text;
};

/* A value of output_fields; NULL: it must be missing. */
struct test_value {
	struct place at;
	const char *name, *text;
};

/* An alert that must be raised. What is not given does not matter. */
struct test_alert {
	struct place at;
	const char *rule;
	bool has_priority;
	enum priority priority;
	const char *output; /* the whole message; NULL: not given */
	struct test_text *contains;
	size_t n_contains;
	struct test_value *fields;
	size_t n_fields;
	unsigned count; /* so many of them; 0: at least one */
};

struct test_case {
	struct place at;
	const char *name;
	const struct json **events;
	size_t n_events;
	struct test_alert *alerts;
	size_t n_alerts;
	struct test_text *no_alerts; /* names of rules */
	size_t n_no_alerts;
	bool exact; /* no alert but those: `exact: true`, or `alerts: []` */
};

struct test_file {
	const char *path;
	struct test_text *rules; /* paths, ready to be opened */
	size_t n_rules;
	struct test_case *cases;
	size_t n_cases;
};

/* 0 or -errno; what is wrong is in d. */
int test_file_read(struct diags *d, const char *path, struct test_file *out);
