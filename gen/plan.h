/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy being made: everything that goes into the image, before it has a place there. Filled
 * by gen/gen.c (rules), gen/plan.c (predicates and their tables) and gen/decide.c with its
 * neighbours (what follows from them), laid out by gen/layout.c.
 */
#pragma once
#include "gen/dfa.h"
#include "gen/event_set.h"
#include "gen/lower.h"
#include "gen/range.h"
#include "gen/ruleset.h"
#include "gen/set.h"

struct plan_rule {
	const struct rule *rule;
	struct reasons why;
	type_groups_t groups;
	struct event_set types;
	uint64_t needs;
	size_t n_conjs;
	uint64_t why_used; /* reasons of the ways that were kept */
};

/* A sequence of tests, interned: equal ones have equal numbers. */
struct tests_ref {
	uint32_t first;
	uint32_t n;
};

struct plan_conj {
	struct way way;
	struct event_set types;
	uint64_t slots; /* TYPE_BIT()s of types */
	uint32_t rule;
	uint32_t shape;
	struct tests_ref tests;
	struct tests_ref excludes; /* of all, each ends with a test that is marked as the last */
};

struct plan_guard {
	struct way way; /* process literals only */
	uint64_t shapes;
	struct tests_ref tests;
};

#define TESTS_BUCKETS 4096
struct tests {
	struct arena *arena;
	VEC(struct img_test) list;
	VEC(struct tests_ref) seqs;
	VEC(uint32_t) next;		 /* in the bucket of a sequence: index plus one */
	uint32_t buckets[TESTS_BUCKETS]; /* index plus one */
};

struct plan {
	struct arena *arena;
	struct preds preds;
	VEC(struct plan_rule) rules;

	struct outs outs;
	struct set sets[FIELD_KERNEL_COUNT];
	ranges_t ranges;
	struct dfa dfas[AUT_COUNT];
	VEC(struct img_derived) derived;

	struct tests tests;
	VEC(struct plan_conj) conjs;
	__u8 type_slot[EVENT_MAX]; /* TYPE_SLOT_NONE: in no conjunction */
	VEC(struct img_shape) shapes;
	VEC(struct plan_guard) guards;
	VEC(uint16_t) lists;
	struct img_trigger triggers[PRED_MAX];
};

static inline struct pred *plan_pred(const struct plan *p, lit_t lit)
{
	return p->preds.list.v[lit / 2];
}

/* Numbers the predicates that the rules' ways use and makes the tables that decide them. */
void plan_match(struct plan *p);
/* Conjunctions, shapes, guards and triggers from the rules' ways. 0, or -E2BIG if the rules are
 * more than the kernel's tables can hold in any form. */
int plan_decide(struct plan *p);

/* ---- steps of plan_decide ---- */

/* Leaves out what no table decides; merges what is equal for several event types. */
void decide_conjs(struct plan *p);
/* Slots for the event types that the conjunctions tell apart; makes residual what cannot be told
 * apart, which can split conjunctions. */
void decide_slots(struct plan *p);
/* The words to test for a way but for its exclusions, all bits at once. Interned. */
struct tests_ref decide_tests_of(struct plan *p, const struct way *w);
/* Conjunctions of the same type slots and numbers share a shape. */
void decide_shapes_of(struct plan *p);
/* -E2BIG if there are too many conjunctions that nothing triggers. */
int decide_triggers(struct plan *p);
void decide_guards(struct plan *p);
