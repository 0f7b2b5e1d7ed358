/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which predicate makes the kernel look at a conjunction: one that must be true and rarely is.
 * Conjunctions without such a one are looked at whenever their shape holds.
 */
#include "gen/plan.h"

#include <errno.h>

struct lists {
	struct plan *plan;
	VEC(uint16_t) of_pred[PRED_MAX];
	VEC(uint16_t) always[SHAPE_MAX];
};

/* How selective a text comparison is taken to be. */
static int rank_ops(const struct pred *p)
{
	int worst = 3;
	size_t i;

	for (i = 0; i < p->n_alts; i++) {
		int rank = p->alts[i].op == OP_EQ ? 3 : p->alts[i].op == OP_STARTSWITH ? 1 : 2;

		if (rank < worst)
			worst = rank;
	}
	return worst;
}

/* The truth about a process holds for all its events, and that of a container for all its
 * processes: the path of the event is more selective. */
static int rank(const struct pred *p)
{
	/* What views of a path do not change is not looked at again with each. */
	if (!pred_is_text(p) || p->bit < 0 || p->field == FIELD_PROC_CWD)
		return 0;
	if (p->field == FIELD_CONTAINER_ID)
		return 4;
	if (pred_is_derived(p))
		return 8 + rank_ops(p);
	return (pred_is_process(p) ? 16 : 32) + rank_ops(p);
}

static struct pred *choose(struct lists *l, const struct way *w)
{
	struct pred *best = NULL;
	size_t i;

	for (i = 0; i < w->n; i++) {
		struct pred *p = plan_pred(l->plan, w->lits[i]);

		if (w->lits[i] & 1 || !rank(p) || l->of_pred[p->bit].n == LIST_MAX)
			continue;
		if (!best || rank(p) > rank(best))
			best = p;
	}
	return best;
}

/* A shape whose list is full gets a twin. */
static int shape_with_room(struct lists *l, uint32_t shape)
{
	struct plan *p = l->plan;
	const struct img_shape *s = &p->shapes.v[shape];
	size_t i;

	for (i = shape; i < p->shapes.n; i++) {
		const struct img_shape *o = &p->shapes.v[i];

		if (o->types == s->types && o->first_test == s->first_test &&
		    o->n_tests == s->n_tests && l->always[i].n < LIST_MAX)
			return i;
	}
	if (p->shapes.n == SHAPE_MAX)
		return -E2BIG;
	*vec_add(p->arena, &p->shapes) = (struct img_shape){
		.types = s->types, .first_test = s->first_test, .n_tests = s->n_tests};
	return p->shapes.n - 1;
}

static int place(struct lists *l, size_t i)
{
	struct plan *p = l->plan;
	struct plan_conj *c = &p->conjs.v[i];
	struct pred *trigger = choose(l, &c->way);
	int shape;

	if (trigger) {
		*vec_add(p->arena, &l->of_pred[trigger->bit]) = i;
		if (pred_is_process(trigger))
			p->shapes.v[c->shape].flags |= SHAPE_PROC_TRIGGER;
		return 0;
	}
	shape = shape_with_room(l, c->shape);
	if (shape < 0)
		return shape;
	c->shape = shape;
	*vec_add(p->arena, &l->always[shape]) = i;
	return 0;
}

/* What the rest of a shape's conjunctions ask for. */
static void note_needs(struct plan *p, const struct plan_conj *c)
{
	struct img_shape *s = &p->shapes.v[c->shape];
	lit_t lit;
	size_t i;

	for (i = 0; (lit = way_lit(&c->way, i)) != LIT_NONE; i++) {
		const struct pred *pred = plan_pred(p, lit);

		if (fields[pred->field].source == SOURCE_PATH)
			s->paths |= FIELD_BIT(pred->field);
		if (pred_is_derived(pred))
			s->flags |= SHAPE_DERIVED;
		if (pred->field == FIELD_NAME_FACTS)
			s->flags |= SHAPE_NAMES;
	}
}

#define APPEND(l, list, first_, n_)                                                                \
	do {                                                                                       \
		(first_) = (l)->plan->lists.n;                                                     \
		(n_) = (list).n;                                                                   \
		for (size_t k_ = 0; k_ < (list).n; k_++)                                           \
			*vec_add((l)->plan->arena, &(l)->plan->lists) = (list).v[k_];              \
	} while (0)

static void write_lists(struct lists *l)
{
	struct plan *p = l->plan;
	size_t i;

	for (i = 0; i < PRED_MAX; i++)
		APPEND(l, l->of_pred[i], p->triggers[i].first, p->triggers[i].n);
	for (i = 0; i < p->shapes.n; i++) {
		struct img_shape *s = &p->shapes.v[i];

		APPEND(l, l->always[i], s->first_always, s->n_always);
		if (s->n_always)
			s->flags |= SHAPE_HAS_ALWAYS;
	}
}

int decide_triggers(struct plan *p)
{
	struct lists *l = arena_alloc(p->arena, sizeof(*l));
	size_t i;
	int err;

	l->plan = p;
	for (i = 0; i < p->conjs.n; i++) {
		err = place(l, i);
		if (err)
			return err;
		note_needs(p, &p->conjs.v[i]);
	}
	write_lists(l);
	return 0;
}
