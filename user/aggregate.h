/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many alerts of one rule in one container as a few: the first is handed on at once; those of the
 * next seconds are counted, and at the end of that time the last of them is handed on with their
 * number. Nothing is muted: the numbers add up to all alerts.
 *
 * Knows nothing of clocks: the owner says what time it is, and calls aggregate_expire() at the
 * time that aggregate_next() says.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/alert.h"

#define AGGREGATE_MAX                                                                              \
	4096 /* pairs of rule and container; alerts of others are handed on at once                \
	      */

struct aggregate;

/* emit: an alert to hand on, which belongs to the aggregate. NULL if there is no memory. */
struct aggregate *aggregate_new(void (*emit)(void *ctx, const struct alert *a), void *ctx);
void aggregate_free(struct aggregate **g);

/* Copies what it keeps. seconds 0: it is handed on at once, as all that waits. now: ns, of any
 * clock. */
void aggregate_add(struct aggregate *g, const struct alert *a, unsigned seconds, int64_t now);
/* Hands on what is due. */
void aggregate_expire(struct aggregate *g, int64_t now);
/* When that is, INT64_MAX: never. */
int64_t aggregate_next(const struct aggregate *g);
/* All that waits, whenever it is due. */
void aggregate_flush(struct aggregate *g);
