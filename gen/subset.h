/* SPDX-License-Identifier: Apache-2.0 */
/* From the nondeterministic form of an automaton to the deterministic one. */
#pragma once
#include "gen/dfa.h"
#include "gen/nfa.h"

/* Makes out, in arena a, of all that nfa holds; its arena is the work memory. bytes bounds the
 * table. -E2BIG if it is too large, -EAGAIN if predicates had to be dropped (outs_drop) and the
 * automaton must be made again without them. */
int subset_construct(struct nfa *nfa, struct outs *outs, size_t bytes, struct arena *a,
		     struct dfa *out);
