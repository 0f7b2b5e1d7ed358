/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules of a policy match an event given as JSON, by the reference interpreter or by the
 * compiled tables, as the kernel would decide. For eval and test: no kernel, no privilege.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "gen/gen.h"
#include "user/event_json.h"

enum engine { ENGINE_INTERP, ENGINE_TABLES };
/* "interp" or "interpreter", "tables". -EINVAL if there is none of that name. */
int engine_parse(const char *name, enum engine *out);

struct match {
	unsigned rule, view; /* index in the policy; the view of the event that it holds in */
};

struct decider {
	const struct policy *policy;
	FILE *trace; /* where the interpreter prints the truth of every comparison; NULL: nowhere */
	struct match *matches; /* of the last event, in order of the rules */
	size_t n_matches;
	struct tables *tables;
	struct hit *hits;
};

/* The policy must outlive it. 0 or -ENOMEM; close it in either case. */
int decider_open(struct decider *d, const struct policy *policy);
void decider_close(struct decider *d);
/* Finds d->matches. What the tables are not sure of, and events that no hook sees, the
 * interpreter decides in either engine. */
void decider_run(struct decider *d, enum engine engine, struct json_event *event);
