/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disjunctive normal form with a bound. What would grow beyond it is replaced by what all its
 * ways have in common: wider, and marked residual.
 */
#include "gen/form.h"

#include <stdlib.h>
#include <string.h>

#define WAYS_MAX    64 /* of one rule and event type */
#define PRODUCT_MAX 512

static const char too_many[] =
	"a part of the condition is left to userspace: it can hold in too many ways";

static int lit_order(const void *x, const void *y)
{
	lit_t a = *(const lit_t *)x, b = *(const lit_t *)y;

	return a < b ? -1 : a > b;
}

static bool is_sorted(const lit_t *lits, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (lits[i - 1] >= lits[i])
			return false;
	}
	return true;
}

static size_t sort_lits(lit_t *lits, size_t n)
{
	size_t i, kept = 0;

	if (is_sorted(lits, n))
		return n;
	qsort(lits, n, sizeof(*lits), lit_order);
	for (i = 0; i < n; i++) {
		if (!kept || lits[kept - 1] != lits[i])
			lits[kept++] = lits[i];
	}
	return kept;
}

/* A predicate and its negation are neighbours. */
static bool is_contradiction(const struct way *w)
{
	size_t i;

	for (i = 1; i < w->n; i++) {
		if ((w->lits[i - 1] ^ 1) == w->lits[i])
			return true;
	}
	return false;
}

static bool is_subset(const struct way *a, const struct way *b)
{
	size_t i, j = 0;

	for (i = 0; i < a->n; i++) {
		while (j < b->n && b->lits[j] < a->lits[i])
			j++;
		if (j == b->n || b->lits[j] != a->lits[i])
			return false;
	}
	return true;
}

static uint64_t sign_of(const struct way *w)
{
	uint64_t sign = 0;
	size_t i;

	for (i = 0; i < w->n; i++)
		sign |= 1ULL << (w->lits[i] % 64);
	return sign;
}

/* Whether b adds nothing to a. An exact way under a residual one does: it spares userspace. */
static bool is_covered(const struct way *a, const struct way *b)
{
	return !(a->sign & ~b->sign) && (!a->why || b->why) && a->n <= b->n && is_subset(a, b);
}

/* Shorter and exact ones first: they cover others. */
static int way_order(const void *x, const void *y)
{
	const struct way *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (!a->why != !b->why)
		return a->why ? 1 : -1;
	return a->n ? memcmp(a->lits, b->lits, a->n * sizeof(*a->lits)) : 0;
}

void ways_reduce(struct ways *w)
{
	size_t i, j, kept = 0;

	for (i = 0; i < w->n; i++) {
		struct way *v = &w->v[i];

		v->n = sort_lits(v->lits, v->n);
		v->sign = sign_of(v);
		if (!is_contradiction(v))
			w->v[kept++] = *v;
	}
	w->n = kept;
	if (w->n)
		qsort(w->v, w->n, sizeof(*w->v), way_order);
	for (i = kept = 0; i < w->n; i++) {
		for (j = 0; j < kept && !is_covered(&w->v[j], &w->v[i]); j++)
			;
		if (j < kept)
			w->v[j].why |= w->v[j].why ? w->v[i].why : 0;
		else
			w->v[kept++] = w->v[i];
	}
	w->n = kept;
}

struct way ways_common(struct arena *a, const struct ways *w)
{
	struct way common = w->v[0];
	size_t i, j, kept;

	common.lits = arena_copy(a, common.lits, common.n * sizeof(*common.lits));
	for (i = 1; i < w->n; i++) {
		for (j = kept = 0; j < common.n; j++) {
			struct way one = {.lits = &common.lits[j], .n = 1};

			if (is_subset(&one, &w->v[i]))
				common.lits[kept++] = common.lits[j];
		}
		common.n = kept;
		common.why |= w->v[i].why;
	}
	return common;
}

static struct ways one_way(struct lower *l, struct way w)
{
	return (struct ways){arena_copy(l->arena, &w, sizeof(w)), 1};
}

static struct ways widen(struct lower *l, const struct ways *w)
{
	struct way common = ways_common(l->arena, w);

	common.why |= reason_add(l->why, too_many);
	return one_way(l, common);
}

/* Both are sorted, and so is what comes out. */
static struct way both(struct lower *l, const struct way *a, const struct way *b)
{
	struct way w = {.why = a->why | b->why};
	size_t i = 0, j = 0;

	w.lits = arena_alloc(l->arena, (a->n + b->n) * sizeof(*w.lits));
	while (i < a->n && j < b->n) {
		lit_t x = a->lits[i], y = b->lits[j];

		w.lits[w.n++] = x < y ? x : y;
		i += x <= y;
		j += y <= x;
	}
	for (; i < a->n; i++)
		w.lits[w.n++] = a->lits[i];
	for (; j < b->n; j++)
		w.lits[w.n++] = b->lits[j];
	return w;
}

static struct ways product(struct lower *l, const struct ways *a, const struct ways *b)
{
	struct ways w = {arena_alloc(l->arena, a->n * b->n * sizeof(*w.v)), 0};
	size_t i, j;

	for (i = 0; i < a->n; i++) {
		for (j = 0; j < b->n; j++)
			w.v[w.n++] = both(l, &a->v[i], &b->v[j]);
	}
	ways_reduce(&w);
	return w;
}

static int ways_order(const void *x, const void *y)
{
	const struct ways *a = x, *b = y;

	return a->n < b->n ? -1 : a->n > b->n;
}

static struct ways *kids_ways(struct lower *l, const struct form *f)
{
	struct ways *kids = arena_alloc(l->arena, f->n_kids * sizeof(*kids));
	size_t i;

	for (i = 0; i < f->n_kids; i++)
		kids[i] = ways_of(l, f->kids[i]);
	return kids;
}

/* The small factors first, so that what is given up is what would cost most. */
static struct ways ways_and(struct lower *l, const struct form *f)
{
	struct ways *kids = kids_ways(l, f), all = one_way(l, (struct way){}), next;
	size_t i;

	qsort(kids, f->n_kids, sizeof(*kids), ways_order);
	for (i = 0; i < f->n_kids; i++) {
		if (!kids[i].n)
			return kids[i];
		if (all.n * kids[i].n <= PRODUCT_MAX) {
			next = product(l, &all, &kids[i]);
			if (next.n <= WAYS_MAX) {
				all = next;
				continue;
			}
		}
		next = widen(l, &kids[i]);
		all = product(l, &all, &next);
	}
	return all;
}

static struct ways ways_or(struct lower *l, const struct form *f)
{
	struct ways *kids = kids_ways(l, f), all = {};
	size_t i, j, n = 0;

	for (i = 0; i < f->n_kids; i++)
		n += kids[i].n;
	all.v = arena_alloc(l->arena, n * sizeof(*all.v));
	for (i = 0; i < f->n_kids; i++) {
		for (j = 0; j < kids[i].n; j++)
			all.v[all.n++] = kids[i].v[j];
	}
	ways_reduce(&all);
	return all.n > WAYS_MAX ? widen(l, &all) : all;
}

static struct ways make_ways(struct lower *l, const struct form *f)
{
	struct way w = {};

	switch (f->kind) {
	case FORM_AND:
		return ways_and(l, f);
	case FORM_OR:
		return ways_or(l, f);
	case FORM_NO:
		return (struct ways){};
	case FORM_YES:
		break;
	case FORM_LIT:
		w.n = 1;
		w.lits = arena_alloc(l->arena, sizeof(*w.lits));
		w.lits[0] = 2 * f->pred->index + f->negated;
		break;
	case FORM_HOLE:
		w.why = reason_add(l->why, f->reason);
		break;
	}
	return one_way(l, w);
}

/* A form can be part of several others. */
struct ways ways_of(struct lower *l, struct form *f)
{
	if (f->kind == FORM_NO || f->kind == FORM_YES)
		return make_ways(l, f);
	if (!f->has_ways) {
		f->ways = make_ways(l, f);
		f->has_ways = true;
	}
	return f->ways;
}
