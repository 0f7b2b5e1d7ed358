/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of all rules to the tables that decide them: see plan.h. */
#include "gen/plan.h"

/* Shares of IMAGE_MAX; conjunctions, tests and lists need the rest. */
static const size_t automaton_bytes[AUT_COUNT] = {
	[AUT_CMD] = 2 << 20,	   [AUT_EXE] = 1 << 20,	       [AUT_EXEPATH] = 1 << 20,
	[AUT_CONTAINER] = 1 << 18, [AUT_FD_NAME] = 2 << 20,    [AUT_PATH1] = 1 << 19,
	[AUT_PATH2] = 1 << 19,	   [AUT_FD_NAMERAW] = 1 << 18, [AUT_ENV] = 1 << 19,
	[AUT_CWD] = 1 << 18,
};

static const char too_many_derived[] =
	"the rules have more comparisons of parents than the kernel makes";

static void use_ways(struct plan *p, const struct ways *w)
{
	size_t i, k;
	lit_t lit;

	for (i = 0; i < w->n; i++) {
		for (k = 0; (lit = way_lit(&w->v[i], k)) != LIT_NONE; k++)
			pred_use(plan_pred(p, lit));
	}
}

/* A predicate on a parent stands and falls with its base. */
static void drop_derived(struct plan *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->preds.list.n; i++) {
		struct pred *d = p->preds.list.v[i];

		if (!d->base || d->bit < 0 || d->dropped)
			continue;
		if (d->base->dropped)
			d->dropped = d->base->dropped;
		else if (n++ >= DERIVED_MAX)
			d->dropped = too_many_derived;
	}
}

static void add_derived(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->preds.list.n; i++) {
		const struct pred *d = p->preds.list.v[i];

		if (!d->base || d->bit < 0 || d->dropped)
			continue;
		*vec_add(p->arena, &p->derived) = (struct img_derived){
			.pred = d->bit,
			.base = d->base->bit,
			.depth = d->depth,
			.field = d->base->field,
		};
	}
}

static void match_field(struct plan *p, enum field_id f)
{
	switch (fields[f].source) {
	case SOURCE_SHORT:
		set_build(p->arena, &p->outs, f, &p->preds, &p->sets[f]);
		break;
	case SOURCE_NUM:
	case SOURCE_ENUM:
	case SOURCE_CAPS:
	case SOURCE_ADDR:
		range_build(p->arena, f, &p->preds, &p->ranges);
		break;
	default:
		break;
	}
}

void plan_match(struct plan *p)
{
	size_t i, k;
	int t;

	for (i = 0; i < p->rules.n; i++) {
		for (k = 0; k < p->rules.v[i].groups.n; k++)
			use_ways(p, &p->rules.v[i].groups.v[k].ways);
	}
	pred_number(&p->preds);
	for (t = 0; t < AUT_COUNT; t++)
		dfa_build(p->arena, &p->outs, t, &p->preds, automaton_bytes[t], &p->dfas[t]);
	for (t = 0; t < FIELD_KERNEL_COUNT; t++)
		match_field(p, t);
	drop_derived(p);
	add_derived(p);
}
