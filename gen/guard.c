/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards: the process part of conjunctions, tested once per exec. They tell which shapes a
 * process can satisfy at all. Fewer and weaker guards are always right, only less selective.
 */
#include "gen/plan.h"

#include <string.h>

/* Up to here every pair is compared to find guards that others imply. */
#define COMPARED_MAX 4096

static struct way process_part(struct plan *p, const struct way *w)
{
	struct way part = {.lits = arena_alloc(p->arena, w->n * sizeof(*w->lits))};
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (pred_is_process(plan_pred(p, w->lits[i])))
			part.lits[part.n++] = w->lits[i];
	}
	return part;
}

static void add_guard(struct plan *p, const struct way *w, uint64_t shapes)
{
	struct tests_ref tests = decide_tests_of(p, w);
	struct plan_guard *g;
	size_t i;

	for (i = 0; i < p->guards.n; i++) {
		g = &p->guards.v[i];
		if (g->tests.n == tests.n && (!tests.n || g->tests.first == tests.first)) {
			g->shapes |= shapes;
			return;
		}
	}
	g = vec_add(p->arena, &p->guards);
	g->way = *w;
	g->shapes = shapes;
	g->tests = tests;
}

/* Shapes that a weaker guard gives too need no stronger one. */
static void absorb(struct plan *p)
{
	size_t i, j, kept = 0, n = p->guards.n;

	for (i = 0; i < n && n <= COMPARED_MAX; i++) {
		for (j = 0; j < n; j++) {
			struct plan_guard *a = &p->guards.v[i], *b = &p->guards.v[j];

			if (i != j && way_is_subset(&a->way, &b->way))
				b->shapes &= ~a->shapes;
		}
	}
	for (i = 0; i < n; i++) {
		if (p->guards.v[i].shapes)
			p->guards.v[kept++] = p->guards.v[i];
	}
	p->guards.n = kept;
}

static unsigned most_guarded(const struct plan *p)
{
	size_t count[SHAPE_MAX] = {}, i;
	unsigned s, best = 0;

	for (i = 0; i < p->guards.n; i++) {
		for (s = 0; s < SHAPE_MAX; s++)
			count[s] += p->guards.v[i].shapes >> s & 1;
	}
	for (s = 0; s < SHAPE_MAX; s++) {
		if (count[s] > count[best])
			best = s;
	}
	return best;
}

/* One guard for a shape that has many: what they share. */
static void widen(struct plan *p, unsigned shape)
{
	struct ways all = {arena_alloc(p->arena, p->guards.n * sizeof(*all.v)), 0};
	struct way common;
	size_t i;

	for (i = 0; i < p->guards.n; i++) {
		if (!(p->guards.v[i].shapes >> shape & 1))
			continue;
		all.v[all.n++] = p->guards.v[i].way;
		p->guards.v[i].shapes &= ~(1ULL << shape);
	}
	common = ways_common(p->arena, &all);
	add_guard(p, &common, 1ULL << shape);
	absorb(p);
}

void decide_guards(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->conjs.n; i++) {
		struct way part = process_part(p, &p->conjs.v[i].way);

		add_guard(p, &part, 1ULL << p->conjs.v[i].shape);
	}
	absorb(p);
	while (p->guards.n > GUARD_MAX)
		widen(p, most_guarded(p));
}
