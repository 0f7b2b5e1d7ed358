/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a condition to the ways in which it can hold for an event type: a disjunction of
 * conjunctions of predicates. What the kernel cannot decide is left out, which makes a way
 * wider, never narrower, and gives it a reason: userspace then decides.
 */
#pragma once
#include "gen/ast.h"
#include "gen/event_set.h"
#include "gen/pred.h"

/* A predicate or its negation: twice its index, plus one if negated. */
typedef uint32_t lit_t;

/* Exclusions are ways without exclusions, of two literals or more, all exact. */
struct way {
	lit_t *lits; /* sorted, all must hold */
	size_t n;
	struct way *excludes; /* sorted, none may hold */
	size_t n_excludes;
	uint64_t sign; /* of ways_reduce(): a bit for each literal, some share one */
	uint64_t why;  /* bits of struct reasons: what was left out; 0: the way is exact */
};

/* Literal i of a way and its exclusions, for i from 0 on until it says LIT_NONE. */
#define LIT_NONE UINT32_MAX
lit_t way_lit(const struct way *w, size_t i);
/* Whether all literals of a are in b, exclusions aside. Both are sorted. */
bool way_is_subset(const struct way *a, const struct way *b);

struct ways {
	struct way *v;
	size_t n;
};

#define REASONS_MAX 64
/* Why rules are residual, one sentence each. */
struct reasons {
	struct arena *arena;
	const char *text[REASONS_MAX];
	size_t n;
};
/* The bit of a reason; all that come too late share the last one. */
uint64_t reason_add(struct reasons *r, const char *text);

/* Event types for which a condition can hold, and the ways, which are the same for all of them. */
struct type_group {
	struct event_set types;
	struct ways ways;
};
typedef VEC(struct type_group) type_groups_t;

/* Groups in which no type is twice, all types being in one for which the condition can hold at
 * all. A condition that does not ask for the event type is lowered once or a few times, however
 * many types there are. */
type_groups_t lower_all(struct preds *ps, struct reasons *why, const struct node *tree);
struct ways lower(struct preds *ps, struct reasons *why, const struct node *tree,
		  enum event_id type);
/* Sorts, drops what contradicts itself or follows from another way. */
void ways_reduce(struct arena *a, struct ways *w);
/* The one way that all of w share, for when there are too many. It has no exclusions. */
struct way ways_common(struct arena *a, const struct ways *w);
