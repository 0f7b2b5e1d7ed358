/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Type slots: event types that are in exactly the same conjunctions cannot be told apart by any
 * rule and get one number. Rules name some forty groups of types, whatever types there are.
 */
#include "gen/plan.h"

#include <stdlib.h>
#include <string.h>

static const char too_many_types[] =
	"the event type is left to userspace: the rules together tell apart more groups of event "
	"types than the kernel's tables";

/* No type is in two of them, none is empty. */
typedef VEC(struct event_set) classes_t;

/* Splits the classes so that each is in the set or outside, as a whole. */
static void refine(struct arena *a, classes_t *classes, const struct event_set *set)
{
	struct event_set rest = *set;
	size_t i, n = classes->n;

	for (i = 0; i < n; i++) {
		struct event_set in = event_set_both(&classes->v[i], set);
		struct event_set out = event_set_without(&classes->v[i], set);

		rest = event_set_without(&rest, &in);
		if (event_set_is_empty(&in) || event_set_is_empty(&out))
			continue;
		classes->v[i] = in;
		*vec_add(a, classes) = out;
	}
	if (!event_set_is_empty(&rest))
		*vec_add(a, classes) = rest;
}

static int first_order(const void *x, const void *y)
{
	unsigned a = event_set_next(x, 0), b = event_set_next(y, 0);

	return a < b ? -1 : a > b;
}

/* In order of their first event types, so that those of most value never share. */
static void find_classes(const struct plan *p, classes_t *classes)
{
	size_t i;

	for (i = 0; i < p->conjs.n; i++) {
		const struct event_set *types = &p->conjs.v[i].types;

		if (!i || !event_set_equal(types, &p->conjs.v[i - 1].types))
			refine(p->arena, classes, types);
	}
	if (classes->n)
		qsort(classes->v, classes->n, sizeof(*classes->v), first_order);
}

/* More classes than slots become one behind the others. Its types, the empty set if there are
 * not more. */
static struct event_set join_rest(classes_t *classes)
{
	struct event_set *last;

	if (classes->n <= TYPE_SLOTS)
		return (struct event_set){};
	last = classes->v + TYPE_SLOTS - 1;
	while (classes->n > TYPE_SLOTS)
		event_set_join(last, &classes->v[--classes->n]);
	return *last;
}

/* The part of a conjunction that is for some of the shared types only is tested for all of them,
 * and userspace decides; the rest of it stays exact if there is room for two. */
static void leave_type(struct plan *p, size_t i, const struct event_set *shared)
{
	struct plan_conj c = p->conjs.v[i];
	struct plan_rule *r = &p->rules.v[c.rule];
	struct event_set mine = event_set_both(&c.types, shared);
	struct event_set others = event_set_without(&c.types, shared);

	if (event_set_is_empty(&mine) || event_set_equal(&mine, shared))
		return;
	c.way.why |= reason_add(&r->why, too_many_types);
	if (event_set_is_empty(&others) || p->conjs.n >= CONJ_MAX) {
		p->conjs.v[i].way.why = c.way.why;
		return;
	}
	p->conjs.v[i].types = others;
	c.types = mine;
	*vec_add(p->arena, &p->conjs) = c;
	r->n_conjs++;
}

static void number_types(struct plan *p, const classes_t *classes)
{
	unsigned id;
	size_t i;

	memset(p->type_slot, TYPE_SLOT_NONE, sizeof(p->type_slot));
	for (i = 0; i < classes->n; i++) {
		for_each_event(id, &classes->v[i]) p->type_slot[id] = i;
	}
}

void decide_slots(struct plan *p)
{
	struct event_set shared;
	classes_t classes = {};
	size_t i, n = p->conjs.n;
	unsigned id;

	find_classes(p, &classes);
	shared = join_rest(&classes);
	for (i = 0; i < n; i++)
		leave_type(p, i, &shared);
	number_types(p, &classes);
	for (i = 0; i < p->conjs.n; i++) {
		struct plan_conj *c = &p->conjs.v[i];

		for_each_event(id, &c->types) c->slots |= TYPE_BIT(p->type_slot[id]);
	}
}
