/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: conjunctions of the same type slots and comparisons of numbers pass or fall together
 * before anything else is looked at. There are few, so the rarest may have to share one that
 * compares nothing; a conjunction tests its numbers itself anyhow.
 */
#include "gen/plan.h"

#include <stdlib.h>

#define SHAPES_WANTED 48 /* the rest of SHAPE_MAX is for long lists: gen/trigger.c */

struct kind {
	uint64_t slots;
	struct tests_ref tests;
	size_t n; /* conjunctions */
	uint32_t shape;
};
typedef VEC(struct kind) kinds_t;

static struct tests_ref number_tests(struct plan *p, const struct way *w)
{
	struct way numbers = {.lits = arena_alloc(p->arena, w->n * sizeof(*w->lits))};
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (pred_is_number(plan_pred(p, w->lits[i])))
			numbers.lits[numbers.n++] = w->lits[i];
	}
	return decide_tests_of(p, &numbers);
}

/* Index of the conjunction's kind; equal tests have equal places. */
static size_t kind_of(struct plan *p, kinds_t *kinds, const struct plan_conj *c)
{
	struct kind k = {.slots = c->slots, .tests = number_tests(p, &c->way)};
	size_t i;

	for (i = 0; i < kinds->n; i++) {
		const struct kind *o = &kinds->v[i];

		if (o->slots == k.slots && o->tests.n == k.tests.n &&
		    (!k.tests.n || o->tests.first == k.tests.first))
			return i;
	}
	*vec_add(p->arena, kinds) = k;
	return kinds->n - 1;
}

static uint32_t shape_new(struct plan *p, const struct kind *k)
{
	*vec_add(p->arena, &p->shapes) = (struct img_shape){
		.types = k->slots, .first_test = k->tests.first, .n_tests = k->tests.n};
	return p->shapes.n - 1;
}

static int count_order(const void *x, const void *y)
{
	const struct kind *a = *(struct kind *const *)x, *b = *(struct kind *const *)y;

	return a->n > b->n ? -1 : a->n < b->n;
}

/* The most used kinds get shapes of their own, the last one is for all others. */
static void number_kinds(struct plan *p, kinds_t *kinds)
{
	struct kind **sorted = arena_alloc(p->arena, kinds->n * sizeof(*sorted)), rest = {};
	size_t i;

	for (i = 0; i < kinds->n; i++)
		sorted[i] = &kinds->v[i];
	if (kinds->n > SHAPES_WANTED)
		qsort(sorted, kinds->n, sizeof(*sorted), count_order);
	for (i = 0; i < kinds->n; i++) {
		if (kinds->n <= SHAPES_WANTED || i < SHAPES_WANTED - 1) {
			sorted[i]->shape = shape_new(p, sorted[i]);
		} else {
			rest.slots |= sorted[i]->slots;
			sorted[i]->shape = SHAPES_WANTED - 1;
		}
	}
	if (rest.slots)
		shape_new(p, &rest);
}

void decide_shapes_of(struct plan *p)
{
	uint32_t *kind = arena_alloc(p->arena, p->conjs.n * sizeof(*kind));
	kinds_t kinds = {};
	size_t i;

	for (i = 0; i < p->conjs.n; i++) {
		kind[i] = kind_of(p, &kinds, &p->conjs.v[i]);
		kinds.v[kind[i]].n++;
	}
	number_kinds(p, &kinds);
	for (i = 0; i < p->conjs.n; i++)
		p->conjs.v[i].shape = kinds.v[kind[i]].shape;
}
