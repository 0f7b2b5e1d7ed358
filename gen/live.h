/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a condition is worth while some of its fields are not seen live (presence LATER): such a
 * comparison is unknown. A rule whose truth is unknown counts as matched. If that would make it
 * match every event of its types, such a value counts as missing, as in Falco while the runtime
 * has not answered: "not container.image.repository in (x)" is true, "container.image = x" is not.
 */
#pragma once
#include <stdbool.h>
#include "gen/ast.h"
#include "gen/event.h"
#include "gen/interp.h"

/* Names of the fields that the condition compares and that are not seen live, ", " between two; a
 * text in the arena, NULL for none. */
const char *live_unseen(struct arena *a, const struct node *n);
/* Whether it would be unknown for every event: nothing but the type of the event and whether it
 * is in a container narrows it. */
bool live_is_unbounded(const struct node *n);
/* Its truth for the event's current view if what is not seen live is missing. Values that could
 * not be read are unknown as ever. */
enum truth live_eval(const struct node *n, const struct event *ev);
