/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions between tree and ways: negation only in front of predicates, and holes where
 * userspace must decide. Internal to gen/lower.c, gen/compare.c and gen/ways.c.
 */
#pragma once
#include "gen/lower.h"

enum form_kind { FORM_NO, FORM_YES, FORM_LIT, FORM_HOLE, FORM_AND, FORM_OR };

struct form {
	enum form_kind kind;
	struct pred *pred; /* LIT */
	bool negated;
	const char *reason; /* HOLE */
	struct form **kids; /* AND, OR: two or more, none of the same kind or constant */
	size_t n_kids;
	struct form *negation; /* memory of form_not */
	bool has_ways;
	struct ways ways; /* memory of ways_of */
};

struct lower {
	struct arena *arena;
	struct preds *preds;
	struct reasons *why;
	enum event_id type;
	struct event_set alike; /* types for which all so far would be the same */
};

/* Whether the type under way is one of these: the only way in which anything may depend on it. */
bool lower_asks(struct lower *l, const struct event_set *types);

struct form *form_const(bool yes);
struct form *form_lit(struct lower *l, struct pred *p, bool negated);
struct form *form_hole(struct lower *l, const struct node *n, const char *why);
/* kind: FORM_AND or FORM_OR. Comparisons of one field that can be one predicate become one. */
struct form *form_group(struct lower *l, enum form_kind kind, struct form *const *kids, size_t n);
struct form *form_not(struct lower *l, struct form *f);

struct form *compare_form(struct lower *l, const struct node *n);
struct ways ways_of(struct lower *l, struct form *f);
