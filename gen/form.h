/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions between tree and ways: negation only in front of predicates, and holes where
 * userspace must decide. Internal to gen/lower.c, gen/compare.c and gen/ways.c.
 */
#pragma once
#include "gen/arg.h"
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

typedef VEC(struct alt) alts_t;

/* ---- gen/compare_arg.c: arguments of events ---- */

/* What an argument is for the type under way. */
struct arg_target {
	const struct arg_source *source; /* NULL: the type has no such argument */
	enum field_id field;		 /* the number that is compared; FIELD_COUNT: none */
	bool is_field;			 /* it is the same as that field */
	bool raw;			 /* evt.rawarg */
};
struct arg_target arg_target(struct lower *l, const struct expr *e);
/* Why the tables cannot decide a comparison of a number, NULL if they can. */
const char *arg_problem(const struct arg_target *t, const struct node *n);
/* The numbers for which a comparison holds that has no problem. op is not NE. */
void arg_add(struct lower *l, alts_t *alts, const struct arg_target *t, enum op op,
	     const struct literal *v);

/* ---- gen/compare.c ---- */

struct form *compare_form(struct lower *l, const struct node *n);
struct ways ways_of(struct lower *l, struct form *f);
