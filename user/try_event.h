/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event that a plan will cause, as far as it can be told beforehand: what depends on the
 * moment (times, process ids) is unknown, and a condition that asks for it is not certain.
 */
#pragma once
#include "gen/event.h"
#include "user/try_plan.h"

struct try_event {
	struct event ev; /* first: a getter is handed this */
	const struct try_plan *plan;
	const struct try_place *where;
	char text[PATH_MAX_LEN + 1];
};

void try_event_init(struct try_event *e, const struct try_plan *p, const struct try_place *where);
