/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lowering asks of an event type, each question as the set of the types that it is true of.
 * A condition is lowered once for all types that give the same answers to what it asks
 * (lower_asks() in gen/form.h), so nothing else may depend on the type.
 */
#pragma once
#include "gen/ast.h"
#include "gen/event_set.h"

/* Its name in rules, and its family, of a row of kern/events.def; empty for other numbers. */
const char *types_name(unsigned id);
const char *types_family(unsigned id);
/* All that a hook can see. */
struct event_set types_all(void);
/* Those of a family of kern/events.def. */
struct event_set types_of_family(const char *family);
/* Those that have an argument of that name. */
struct event_set types_with_arg(const char *name);
/* Whether a comparison is one of the event type itself: evt.type, evt.is_io ... */
bool types_is_compared(const struct node *n);
/* For which types such a comparison holds. */
struct event_set types_compare(const struct node *n);
/* For which types a comparison of evt.category holds if they have their own, or, refined, which
 * types can have that of their descriptor. */
struct event_set types_of_category(const struct node *n, bool refined);
