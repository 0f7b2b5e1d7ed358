/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the event of a record as texts: gen/arg.def says where they come from. */
#pragma once
#include "gen/arg.h"
#include "user/buf.h"
#include "user/record.h"

/* Both forms; meaning is empty if there is no second one. */
struct argument {
	struct buf plain, meaning;
};

void argument_free(struct argument *a);
/* Of an argument that the event's type has. HAVE_UNKNOWN: what there is is the beginning, if the
 * texts are not empty. */
enum have argument_get(struct record_event *e, const char *name, struct argument *a);
/* Its number, in Falco's code; HAVE_MISSING if it is none. */
enum have argument_number(struct record_event *e, const char *name, int64_t *out);
