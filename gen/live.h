/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a condition is worth while some of its fields are not seen live (presence LATER): such a
 * comparison is unknown. A rule whose truth is unknown counts as matched, unless that would make
 * it match every event of its types.
 */
#pragma once
#include <stdbool.h>
#include "gen/ast.h"

/* Names of the fields that the condition compares and that are not seen live, ", " between two; a
 * text in the arena, NULL for none. */
const char *live_unseen(struct arena *a, const struct node *n);
/* Whether it would be unknown for every event: nothing but the type of the event and whether it
 * is in a container narrows it. */
bool live_is_unbounded(const struct node *n);
