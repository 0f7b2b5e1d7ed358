/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of the messages to each output since the program began, and of which rules those
 * were that were not delivered. Outputs come and go when the configuration is read again; their
 * counts stay. All functions may be called from any thread.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTCOME_LOSSES_MAX 1024 /* rules that are told apart by output; those beyond are one */

struct outcomes_output; /* lives as long as the program */

enum outcome {
	OUTCOME_DELIVERED,
	OUTCOME_RETRIED, /* tries that failed and were, or will be, repeated */
	OUTCOME_REFUSED, /* by the receiver, for good */
	OUTCOME_DROPPED, /* no room, or no time at the end */
	OUTCOME_DAMAGED, /* parts of a spool that could not be read */
	OUTCOME_COUNT,
};
/* "delivered" ... */
const char *outcome_name(enum outcome o);

struct outcomes_counts {
	const char *name;
	uint64_t n[OUTCOME_COUNT];
	uint64_t waiting; /* messages, in memory and on disk */
	uint64_t spool;	  /* bytes on disk */
};

/* Makes it at the first call. NULL if there is no memory. */
struct outcomes_output *outcomes_of(const char *name);
void outcomes_add(struct outcomes_output *o, enum outcome what, uint64_t n);
void outcomes_waiting(struct outcomes_output *o, uint64_t messages, uint64_t spool);
/* One message of a rule that will not arrive: REFUSED or DROPPED. Those of quiet rules (about
 * losses themselves) are counted, but not handed on. */
void outcomes_lost(struct outcomes_output *o, enum outcome what, const char *rule, bool quiet);

/* In the order in which outputs were opened first. False: there is no i-th one. */
bool outcomes_get(size_t i, struct outcomes_counts *out);
/* Losses of the i-th output by rule. */
void outcomes_each_lost(size_t i, void (*each)(void *ctx, const char *rule, uint64_t n), void *ctx);

/* Readable while there are losses that were not taken. -1: none could be made. */
int outcomes_fd(void);
/* Hands on those since the last time, output by output, each with the rules in a list that ends
 * with a NULL rule, and forgets them. */
struct outcomes_loss {
	const char *rule;
	uint64_t n;
};
void outcomes_take(void (*each)(void *ctx, const char *output, const struct outcomes_loss *losses),
		   void *ctx);
