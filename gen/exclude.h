/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exclusions: conjunctions that must not hold beside those that must. `A and not (b and c) and
 * not (d and e) ...` is one way with an exclusion for each `not`, where the normal form has two
 * to the power of their number. Internal to gen/ways.c and gen/decide.c.
 */
#pragma once
#include "gen/lower.h"

#define EXCLUDE_MAX 128 /* of one conjunction, before they are reduced */

/* All exclusions of a and b. */
void exclude_both(struct arena *a, const struct way *x, const struct way *y, struct way *out);
/* The way with those of more in addition that are exact; the others only make it inexact. */
void exclude_add(struct arena *a, struct way *w, const struct ways *more);
/* Takes out what the literals of the way settle; false if the way can not hold. Literals sorted. */
bool exclude_reduce(struct arena *a, struct way *w);
/* Whether all that a excludes is excluded by b as well, or cannot hold where b does. */
bool exclude_covers(const struct way *a, const struct way *b);
/* For sorting: 0 if both exclude the same. */
int exclude_order(const struct way *a, const struct way *b);
