/* SPDX-License-Identifier: Apache-2.0 */
/* Building of forms, simplified as they grow. Knows nothing of trees. */
#include "gen/form.h"

#include <string.h>

#include "gen/vec.h"

typedef VEC(struct form *) forms_t;

struct form *form_const(bool yes)
{
	static struct form no = {.kind = FORM_NO}, one = {.kind = FORM_YES};

	return yes ? &one : &no;
}

struct form *form_lit(struct lower *l, struct pred *p, bool negated)
{
	struct form *f = arena_alloc(l->arena, sizeof(*f));

	f->kind = FORM_LIT;
	f->pred = p;
	f->negated = negated;
	return f;
}

struct form *form_hole(struct lower *l, const struct node *n, const char *why)
{
	struct form *f = arena_alloc(l->arena, sizeof(*f));

	f->kind = FORM_HOLE;
	f->reason = arena_printf(l->arena, "'%s' is left to userspace: %s", ast_print(l->arena, n),
				 why);
	return f;
}

static bool is_same_lit(const struct form *a, const struct form *b)
{
	return a->kind == FORM_LIT && b->kind == FORM_LIT && a->pred == b->pred &&
	       a->negated == b->negated;
}

static bool has_form(const forms_t *list, const struct form *f)
{
	size_t i;

	/* Long groups come from long lists of different kids: not worth looking through. */
	for (i = 0; i < list->n && i < 64; i++) {
		if (list->v[i] == f || is_same_lit(list->v[i], f))
			return true;
	}
	return false;
}

/* Adds a kid and flattens groups of the same kind; false if the kid decides alone. */
static bool add_kid(struct lower *l, enum form_kind kind, forms_t *list, struct form *f)
{
	size_t i;

	if (f->kind == (kind == FORM_AND ? FORM_NO : FORM_YES))
		return false;
	if (f->kind == FORM_NO || f->kind == FORM_YES)
		return true;
	if (f->kind == kind) {
		for (i = 0; i < f->n_kids; i++)
			add_kid(l, kind, list, f->kids[i]);
		return true;
	}
	if (!has_form(list, f))
		*vec_add(l->arena, list) = f;
	return true;
}

/* a or b, and not a and not b, need one predicate if they ask for values of one field. */
static bool can_join(enum form_kind kind, const struct form *a, const struct form *b)
{
	return a->kind == FORM_LIT && b->kind == FORM_LIT && a->negated == (kind == FORM_AND) &&
	       b->negated == a->negated && a->pred->field == b->pred->field &&
	       a->pred->depth == b->pred->depth && a->pred->n_alts && b->pred->n_alts;
}

static struct form *join(struct lower *l, enum form_kind kind, forms_t *list, size_t first)
{
	VEC(struct pred *) same = {};
	struct form *f = list->v[first];
	size_t i, kept = first + 1;

	for (i = first; i < list->n; i++) {
		if (can_join(kind, f, list->v[i]))
			*vec_add(l->arena, &same) = list->v[i]->pred;
		else if (i > first)
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
	if (same.n < 2)
		return f;
	return form_lit(l, pred_union(l->preds, same.v, same.n), f->negated);
}

struct form *form_group(struct lower *l, enum form_kind kind, struct form *const *kids, size_t n)
{
	forms_t list = {};
	struct form *f;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!add_kid(l, kind, &list, kids[i]))
			return form_const(kind == FORM_OR);
	}
	for (i = 0; i < list.n; i++)
		list.v[i] = join(l, kind, &list, i);
	if (!list.n)
		return form_const(kind == FORM_AND);
	if (list.n == 1)
		return list.v[0];
	f = arena_alloc(l->arena, sizeof(*f));
	f->kind = kind;
	f->kids = list.v;
	f->n_kids = list.n;
	return f;
}

static struct form *negate_group(struct lower *l, const struct form *f)
{
	struct form **kids = arena_alloc(l->arena, f->n_kids * sizeof(*kids));
	size_t i;

	for (i = 0; i < f->n_kids; i++)
		kids[i] = form_not(l, f->kids[i]);
	return form_group(l, f->kind == FORM_AND ? FORM_OR : FORM_AND, kids, f->n_kids);
}

struct form *form_not(struct lower *l, struct form *f)
{
	switch (f->kind) {
	case FORM_NO:
	case FORM_YES:
		return form_const(f->kind == FORM_NO);
	case FORM_LIT:
		return form_lit(l, f->pred, !f->negated);
	case FORM_HOLE:
		return f;
	case FORM_AND:
	case FORM_OR:
		if (!f->negation)
			f->negation = negate_group(l, f);
		return f->negation;
	}
	return f;
}
