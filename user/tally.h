/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by the name of the rule: a rule keeps them when a policy takes the place of another. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"

/* Rules that are told apart; those beyond are counted together, under TALLY_OTHERS. */
#define TALLY_MAX    (4 * RULE_MAX)
#define TALLY_OTHERS "(other rules of former policies)"

struct tally_row {
	char *name;
	uint64_t matched, unsure, lost, alerts;
};

struct tally {
	struct tally_row *rows; /* in the order in which they came */
	size_t n, cap;
	size_t next; /* where the row after the last one that was found stands */
};

/* Adds to the row of that name. 0 or -ENOMEM. */
int tally_add(struct tally *t, const char *name, const struct rule_count *c, uint64_t alerts);
/* out is empty. 0 or -ENOMEM; free it in either case. */
int tally_copy(struct tally *out, const struct tally *from);
void tally_free(struct tally *t);
