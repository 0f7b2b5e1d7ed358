/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disjunctive normal form with a bound. What would grow beyond it becomes exclusions; if there are
 * too many of these as well it is replaced by what all its ways have in common: wider, and marked
 * residual.
 */
#include "gen/exclude.h"
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

bool way_is_subset(const struct way *a, const struct way *b)
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

lit_t way_lit(const struct way *w, size_t i)
{
	size_t k;

	if (i < w->n)
		return w->lits[i];
	i -= w->n;
	for (k = 0; k < w->n_excludes; k++) {
		if (i < w->excludes[k].n)
			return w->excludes[k].lits[i];
		i -= w->excludes[k].n;
	}
	return LIT_NONE;
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
	return !(a->sign & ~b->sign) && (!a->why || b->why) && a->n <= b->n &&
	       way_is_subset(a, b) && exclude_covers(a, b);
}

/* Shorter and exact ones first: they cover others. */
static int way_order(const void *x, const void *y)
{
	const struct way *a = x, *b = y;

	int order;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (!a->why != !b->why)
		return a->why ? 1 : -1;
	order = a->n ? memcmp(a->lits, b->lits, a->n * sizeof(*a->lits)) : 0;
	return order ? order : exclude_order(a, b);
}

void ways_reduce(struct arena *a, struct ways *w)
{
	size_t i, j, kept = 0;

	for (i = 0; i < w->n; i++) {
		struct way *v = &w->v[i];

		v->n = sort_lits(v->lits, v->n);
		if (is_contradiction(v) || !exclude_reduce(a, v))
			continue;
		v->sign = sign_of(v);
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
	common.n_excludes = 0;
	for (i = 1; i < w->n; i++) {
		for (j = kept = 0; j < common.n; j++) {
			struct way one = {.lits = &common.lits[j], .n = 1};

			if (way_is_subset(&one, &w->v[i]))
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
	exclude_both(l->arena, a, b, &w);
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
	ways_reduce(l->arena, &w);
	return w;
}

/* A part of a conjunction or disjunction. */
struct kid {
	struct form *form;
	struct ways ways;
};

static int kid_order(const void *x, const void *y)
{
	const struct kid *a = x, *b = y;

	return a->ways.n < b->ways.n ? -1 : a->ways.n > b->ways.n;
}

static struct kid *kids_of(struct lower *l, const struct form *f)
{
	struct kid *kids = arena_alloc(l->arena, f->n_kids * sizeof(*kids));
	size_t i;

	for (i = 0; i < f->n_kids; i++)
		kids[i] = (struct kid){f->kids[i], ways_of(l, f->kids[i])};
	return kids;
}

/* A conjunction under way: ways so far, and what they shall exclude in the end. */
struct product {
	struct ways all;
	struct ways excludes;
};

static bool has_room(const struct ways *w)
{
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (w->v[i].n_excludes > EXCLUDE_MAX)
			return false;
	}
	return w->n <= WAYS_MAX;
}

/* Multiplies if that does not make too many. */
static bool multiply(struct lower *l, struct ways *all, const struct ways *w)
{
	struct ways next;

	if (all->n * w->n > PRODUCT_MAX)
		return false;
	next = product(l, all, w);
	if (!has_room(&next))
		return false;
	*all = next;
	return true;
}

/* What must hold becomes: its contrary must not. */
static bool exclude(struct lower *l, struct product *p, struct form *f)
{
	struct ways contrary = ways_of(l, form_not(l, f));
	size_t i;

	if (p->excludes.n + contrary.n > EXCLUDE_MAX)
		return false;
	if (!p->excludes.v)
		p->excludes.v = arena_alloc(l->arena, EXCLUDE_MAX * sizeof(*p->excludes.v));
	for (i = 0; i < contrary.n; i++)
		p->excludes.v[p->excludes.n++] = contrary.v[i];
	return true;
}

/* Whether some way of it needs anything to be true: that is what finds conjunctions. */
static bool is_selective(const struct ways *w)
{
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		for (k = 0; k < w->v[i].n; k++) {
			if (!(w->v[i].lits[k] & 1))
				return true;
		}
	}
	return false;
}

/* One more factor. What narrows nothing had better not multiply. */
static void add_factor(struct lower *l, struct product *p, const struct kid *kid)
{
	struct ways common;

	if (kid->ways.n > 1 && !is_selective(&kid->ways) && exclude(l, p, kid->form))
		return;
	if (multiply(l, &p->all, &kid->ways) || exclude(l, p, kid->form))
		return;
	common = widen(l, &kid->ways);
	p->all = product(l, &p->all, &common);
}

/* The small factors first, so that what is given up is what would cost most. */
static struct ways ways_and(struct lower *l, const struct form *f)
{
	struct product p = {.all = one_way(l, (struct way){})};
	struct kid *kids = kids_of(l, f);
	size_t i;

	qsort(kids, f->n_kids, sizeof(*kids), kid_order);
	for (i = 0; i < f->n_kids; i++) {
		if (!kids[i].ways.n)
			return kids[i].ways;
		add_factor(l, &p, &kids[i]);
	}
	for (i = 0; i < p.all.n && p.excludes.n; i++)
		exclude_add(l->arena, &p.all.v[i], &p.excludes);
	if (p.excludes.n)
		ways_reduce(l->arena, &p.all);
	return p.all;
}

static struct ways ways_or(struct lower *l, const struct form *f)
{
	struct kid *kids = kids_of(l, f);
	struct ways all = {};
	size_t i, j, n = 0;

	for (i = 0; i < f->n_kids; i++)
		n += kids[i].ways.n;
	all.v = arena_alloc(l->arena, n * sizeof(*all.v));
	for (i = 0; i < f->n_kids; i++) {
		for (j = 0; j < kids[i].ways.n; j++)
			all.v[all.n++] = kids[i].ways.v[j];
	}
	ways_reduce(l->arena, &all);
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
