/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event written as a JSON object of field names and values, for `tiercel eval` and tests.
 * Absent or null: the event has no such value.
 *
 * Numbers, booleans and texts are written as such; lists and fields of either end as arrays. A
 * field of ancestors is the array of their values, the parent first, or the value of the parent
 * alone; proc.args and proc.env may be arrays too. A field with an argument is a member of its own,
 * "proc.env[HOME]", "evt.arg.flags".
 *
 * What follows from other members need not be written: times from evt.time, evt.category and
 * syscall.type from evt.type, proc.args[N] from proc.args, proc.env[NAME] from proc.env, fd.ip
 * and fd.net from the addresses of the ends, fd.port from their ports. What is written counts.
 *
 * If fd.name.resolved differs from fd.name, the event has two views, as one of the kernel has.
 */
#pragma once
#include <stddef.h>
#include "gen/arg.h"
#include "gen/event.h"
#include "user/json.h"

struct arena;

/* A member with an argument. */
struct json_member {
	enum field_id id;
	const char *arg;
	const struct json *value; /* NULL: missing */
};

struct json_event {
	struct event ev; /* first: a getter is handed this */
	struct arena *arena;
	const struct json *values[FIELD_COUNT]; /* NULL: missing */
	struct json_member *members;
	size_t n_members;
};

/* Takes an object read by json_read; both live in the arena. 0, or -EINVAL with a sentence in
 * why. */
int json_event_open(struct json_event *e, struct arena *a, const struct json *object, char *why,
		    size_t why_size);
/* Type of the event, NULL if it is missing or none that is known. */
const struct event_type *json_event_type(const struct json_event *e);

/* ---- user/event_json_arg.c ---- */

/* An argument that is not written by this name: as others have it. */
enum have event_json_arg(const struct json_event *e, enum field_id id, const char *name,
			 struct value *out);
/* The number that the kernel compares for the argument from there. */
enum have event_json_number(const struct json_event *e, enum arg_from from, unsigned n,
			    struct value *out);
/* The path of an open, if only its argument is written. */
enum have event_json_path(const struct json_event *e, struct value *out);

/* ---- user/event_json_get.c ---- */

/* The last one that was written; NULL if there is none. */
const struct json_member *event_json_member(const struct json_event *e, enum field_id id,
					    const char *arg);
enum have json_event_get(const struct event *ev, enum field_id id, const char *arg,
			 struct value *out);
