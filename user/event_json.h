/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event written as a JSON object of field names and values, for `tiercel eval` and tests.
 * Absent or null: the event has no such value. proc.aname is the list of ancestors, the parent
 * first, or the name of the parent alone. If fd.name.resolved differs from fd.name, the event has
 * two views, as one of the kernel has.
 */
#pragma once
#include <stddef.h>
#include "gen/event.h"
#include "user/json.h"

struct arena;

struct json_event {
	struct event ev;			/* first: a getter is handed this */
	const struct json *values[FIELD_COUNT]; /* NULL: missing */
	const char *ancestors;			/* the value of proc.aname as a text */
};

/* Takes an object read by json_read; both live in the arena. 0, or -EINVAL with a sentence in
 * why. */
int json_event_open(struct json_event *e, struct arena *a, const struct json *object, char *why,
		    size_t why_size);
/* Type of the event, NULL if it is missing or none that is known. */
const struct event_type *json_event_type(const struct json_event *e);
