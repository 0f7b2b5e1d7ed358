/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs: the predicates that a slot of a hash set or a state of an automaton makes true. An
 * output names at most OUT_WORDS words of the truth vector, so some sets of predicates have
 * none.
 */
#pragma once
#include "gen/pred.h"

#define OUTS_BUCKETS 4096
struct outs {
	struct arena *arena;
	VEC(struct img_out) list;
	VEC(uint32_t) next;		/* in its bucket: index plus one */
	uint32_t buckets[OUTS_BUCKETS]; /* index plus one */
};

/* Index of the output that makes these predicates true, interned; -1 if it does not exist:
 * then outs_drop helps. */
int outs_add(struct outs *o, struct pred *const *preds, size_t n);
/* Drops predicates until the rest has an output: those in the words with the fewest. */
void outs_drop(struct pred *const *preds, size_t n);
