/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of texts as sequences of symbol sets, the input of the automata. The streams that
 * an automaton reads are described at enum automaton in kern/abi.h.
 */
#pragma once
#include "gen/pred.h"

#define SYM_WORDS ((SYM_COUNT + 63) / 64)
struct symset {
	uint64_t w[SYM_WORDS];
};

static inline bool symset_has(const struct symset *s, unsigned sym)
{
	return s->w[sym / 64] >> (sym % 64) & 1;
}

static inline void symset_add(struct symset *s, unsigned sym)
{
	s->w[sym / 64] |= 1ULL << (sym % 64);
}

/* One symbol of a set or, if loop, any number of them. */
struct elem {
	struct symset set;
	bool loop;
};

/* Holds as soon as all its elements have been read. Never empty, never ends in a loop. */
struct pattern {
	struct elem *v;
	size_t n, cap;
};

/* The automaton that decides texts of a field, AUT_COUNT for none. = and in on SHORT fields
 * are not its business. */
enum automaton pattern_automaton(enum field_id f);
#define PATTERNS_MAX 5
/* Writes the patterns of one alternative, any of which makes it true; 0 if it cannot be written
 * in this form. */
size_t pattern_make(struct arena *a, enum field_id f, const struct alt *alt,
		    struct pattern out[PATTERNS_MAX]);
