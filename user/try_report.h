/* SPDX-License-Identifier: Apache-2.0 */
/* What came of an attempt, as lines to read or as JSON, one object a line. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "user/util.h"

enum try_outcome {
	TRY_FIRED,
	TRY_SILENT,   /* it did not fire */
	TRY_DONE,     /* the action was carried out, nobody looked */
	TRY_BROKEN,   /* the action could not be carried out */
	TRY_NO_ACTION /* none is known */
};

/* One of the commands that a new installation is tested with. */
struct try_command {
	const char *const *argv;
	bool stand_in;	     /* this machine has no such program */
	struct texts alerts; /* rules that it raised */
	bool broken;
};

struct try_rule {
	const char *name;
	const char *action; /* NULL: none is known */
	const char *why;    /* BROKEN: the reason */
	bool host;	    /* carried out outside of the container */
	enum try_outcome outcome;
};

struct try_report {
	const struct try_command *commands;
	size_t n_commands;
	const struct try_rule *rules;
	size_t n_rules;
	const char *container; /* its full id */
	bool watched;	       /* alerts were looked for */
};

void try_report_text(const struct try_report *r);
void try_report_json(const struct try_report *r);
