/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns as a tree that shares their beginnings: the nondeterministic form of an automaton. */
#pragma once
#include "gen/pattern.h"

#define NFA_NONE UINT32_MAX

struct nfa_node {
	uint32_t set; /* symbols that lead here from the parent; loop: that stay here */
	bool loop;    /* entered together with its parent, without a symbol */
	uint32_t child, sibling;
	uint32_t link;	    /* another node that is entered with the parent, in place of this one;
			     * NFA_NONE: this one is no link */
	struct pred **outs; /* true as soon as the node is reached */
	uint32_t n_outs;
};

struct class_list {
	uint16_t n;
	uint16_t v[SYM_COUNT];
};

/* The last two elements of patterns, a loop and what ends it, that decide one predicate: shared, so
 * that beginnings with the same end do not multiply the states behind them. */
struct nfa_tail {
	uint32_t loop, end; /* sets */
	struct pred *pred;
	uint32_t node;
};

struct nfa {
	struct arena *arena;
	VEC(struct nfa_tail) tails;
	VEC(struct nfa_node) nodes; /* the first is the root */
	VEC(struct symset) sets;
	uint16_t classes[SYM_COUNT];
	uint32_t n_classes;
	struct class_list *set_classes; /* of each set */
};

struct nfa nfa_new(struct arena *a);
void nfa_add(struct nfa *n, const struct pattern *p, struct pred *pred);
/* After the last pattern: symbols that no set tells apart become one class. */
void nfa_classify(struct nfa *n);
