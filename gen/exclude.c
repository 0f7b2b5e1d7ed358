/* SPDX-License-Identifier: Apache-2.0 */
/* See exclude.h. */
#include "gen/exclude.h"

#include <stdlib.h>
#include <string.h>

static int lits_order(const void *x, const void *y)
{
	const struct way *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return a->n ? memcmp(a->lits, b->lits, a->n * sizeof(*a->lits)) : 0;
}

void exclude_both(struct arena *a, const struct way *x, const struct way *y, struct way *out)
{
	size_t n = x->n_excludes + y->n_excludes;

	out->n_excludes = 0;
	if (!n)
		return;
	out->excludes = arena_alloc(a, n * sizeof(*out->excludes));
	for (n = 0; n < x->n_excludes; n++)
		out->excludes[out->n_excludes++] = x->excludes[n];
	for (n = 0; n < y->n_excludes; n++)
		out->excludes[out->n_excludes++] = y->excludes[n];
}

void exclude_add(struct arena *a, struct way *w, const struct ways *more)
{
	struct way from = {.excludes = arena_alloc(a, more->n * sizeof(*from.excludes))};
	struct way old = *w;
	size_t i;

	for (i = 0; i < more->n; i++) {
		w->why |= more->v[i].why;
		if (!more->v[i].why && !more->v[i].n_excludes)
			from.excludes[from.n_excludes++] = more->v[i];
	}
	exclude_both(a, &old, &from, w);
}

static bool has_lit(const struct way *w, lit_t lit)
{
	struct way one = {.lits = &lit, .n = 1};

	return way_is_subset(&one, w);
}

static bool contradicts(const struct way *e, const struct way *w)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		if (has_lit(w, e->lits[i] ^ 1))
			return true;
	}
	return false;
}

/* The exclusion without the literals that hold wherever the way does. */
static struct way rest_of(struct arena *a, const struct way *e, const struct way *w)
{
	struct way rest = {.lits = arena_alloc(a, e->n * sizeof(*rest.lits))};
	size_t i;

	for (i = 0; i < e->n; i++) {
		if (!has_lit(w, e->lits[i]))
			rest.lits[rest.n++] = e->lits[i];
	}
	return rest;
}

static void add_lit(struct arena *a, struct way *w, lit_t lit)
{
	lit_t *lits = arena_alloc(a, (w->n + 1) * sizeof(*lits));
	size_t i;

	for (i = 0; i < w->n && w->lits[i] < lit; i++)
		lits[i] = w->lits[i];
	lits[i] = lit;
	if (i < w->n)
		memcpy(lits + i + 1, w->lits + i, (w->n - i) * sizeof(*lits));
	w->lits = lits;
	w->n++;
}

/* What another one excludes already goes. */
static void drop_covered(struct way *w)
{
	size_t i, k, kept = 0;

	if (w->n_excludes)
		qsort(w->excludes, w->n_excludes, sizeof(*w->excludes), lits_order);
	for (i = 0; i < w->n_excludes; i++) {
		for (k = 0; k < kept && !way_is_subset(&w->excludes[k], &w->excludes[i]); k++)
			;
		if (k == kept)
			w->excludes[kept++] = w->excludes[i];
	}
	w->n_excludes = kept;
}

/* One round of exclude_reduce(): settled is set if the way has a further literal. */
static bool reduce_once(struct arena *a, struct way *w, bool *settled)
{
	size_t i, kept = 0;

	*settled = false;
	for (i = 0; i < w->n_excludes; i++) {
		struct way rest;

		if (contradicts(&w->excludes[i], w))
			continue;
		rest = rest_of(a, &w->excludes[i], w);
		if (!rest.n)
			return false;
		if (rest.n > 1) {
			w->excludes[kept++] = rest;
			continue;
		}
		add_lit(a, w, rest.lits[0] ^ 1);
		*settled = true;
	}
	w->n_excludes = kept;
	return true;
}

bool exclude_reduce(struct arena *a, struct way *w)
{
	bool settled = w->n_excludes;

	if (settled)
		w->excludes = arena_copy(a, w->excludes, w->n_excludes * sizeof(*w->excludes));
	while (settled) {
		if (!reduce_once(a, w, &settled))
			return false;
	}
	drop_covered(w);
	return true;
}

static bool is_excluded(const struct way *e, const struct way *w)
{
	size_t i;

	for (i = 0; i < w->n_excludes; i++) {
		if (way_is_subset(&w->excludes[i], e))
			return true;
	}
	return contradicts(e, w);
}

bool exclude_covers(const struct way *a, const struct way *b)
{
	size_t i;

	for (i = 0; i < a->n_excludes; i++) {
		if (!is_excluded(&a->excludes[i], b))
			return false;
	}
	return true;
}

int exclude_order(const struct way *a, const struct way *b)
{
	size_t i;
	int order;

	if (a->n_excludes != b->n_excludes)
		return a->n_excludes < b->n_excludes ? -1 : 1;
	for (i = 0; i < a->n_excludes; i++) {
		order = lits_order(&a->excludes[i], &b->excludes[i]);
		if (order)
			return order;
	}
	return 0;
}
