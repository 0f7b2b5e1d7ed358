/* SPDX-License-Identifier: Apache-2.0 */
/* See explain.h. Reads the finished plan and changes nothing. */
#include "gen/explain.h"

#include <string.h>

typedef VEC(const char *) names_t;

static void add_name(struct arena *a, names_t *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i], name))
			return;
	}
	*vec_add(a, list) = name;
}

/* ---- hooks ---- */

struct hook {
	const char *name;
	__u64 types; /* EVENT_BIT()s; 0: any */
	bool here;   /* on this architecture */
};

#define ANY true
#ifdef __x86_64__
#define X86 true
#else
#define X86 false
#endif
static const struct hook hooks[] = {
#define HOOK(id, program, backend, target, types, arch) {#id, types, arch},
#include "kern/hooks.def"
#undef HOOK
};
#undef ANY
#undef X86

static void explain_hooks(struct arena *a, struct explain_rule *r)
{
	names_t names = {};
	size_t i;

	for (i = 0; i < HOOK_COUNT && !event_set_is_empty(&r->types); i++) {
		struct event_set types = event_set_of_bits(hooks[i].types);

		if (hooks[i].here && (!hooks[i].types || event_set_meets(&types, &r->types)))
			add_name(a, &names, hooks[i].name);
	}
	r->hooks = names.v;
	r->n_hooks = names.n;
}

/* Event types without a hook that the condition asks for by name. */
static void find_unhooked(struct arena *a, const struct node *n, bool negated, names_t *names)
{
	bool wanted;
	size_t i;

	for (i = 0; i < n->n_kids; i++)
		find_unhooked(a, n->kids[i], negated != (n->kind == NODE_NOT), names);
	if (n->kind != NODE_COMPARE || !n->left->field || n->left->field->id != FIELD_EVT_TYPE)
		return;
	wanted = n->op == OP_NE ? negated : !negated;
	for (i = 0; i < n->n_values && wanted; i++) {
		const struct event_type *t = event_type_find(n->values[i].text);

		if (t && t->kind != EVENT_SEEN)
			add_name(a, names, t->name);
	}
}

/* ---- predicates ---- */

static const char *scope_of(const struct pred *p)
{
	switch (fields[p->field].source) {
	case SOURCE_SHORT:
	case SOURCE_PROC:
		return "process";
	case SOURCE_PARENT:
		return "parent";
	case SOURCE_ANCESTOR:
		return "ancestor";
	case SOURCE_CONTAINER:
		return "container";
	case SOURCE_NAMES:
		return "user";
	default:
		return "event";
	}
}

static const char *text_matcher(const struct pred *p)
{
	bool is_short = fields[p->field].source == SOURCE_SHORT;
	size_t i, equal = 0;

	for (i = 0; i < p->n_alts; i++)
		equal += p->alts[i].op == OP_EQ;
	if (!is_short || !equal)
		return "automaton";
	return equal == p->n_alts ? "hash set" : "hash set and automaton";
}

static const char *number_matcher(const struct pred *p)
{
	size_t i;

	for (i = 0; i < p->n_alts; i++) {
		if (p->alts[i].mask != UINT64_MAX)
			return "bits";
	}
	return p->n_alts ? "ranges" : "presence";
}

static const char *matcher_of(const struct pred *p)
{
	switch (fields[p->field].source) {
	case SOURCE_PARENT:
		return "bit of the parent";
	case SOURCE_ANCESTOR:
		return p->depth ? "bit of the ancestor" : "bits of the ancestors";
	case SOURCE_NUM:
	case SOURCE_ENUM:
	case SOURCE_CAPS:
	case SOURCE_ADDR:
		return number_matcher(p);
	case SOURCE_CONTAINER:
		return "bit of the container";
	case SOURCE_NAMES:
		return "bit of the user";
	default:
		return p->n_alts ? text_matcher(p) : "presence";
	}
}

struct explained {
	struct plan *plan;
	VEC(struct explain_pred) * preds; /* per rule */
	uint32_t *last_rule;		  /* per predicate: rule that had it last, plus one */
};

static void explain_conj(struct explained *e, const struct plan_conj *c)
{
	lit_t lit;
	size_t i;

	for (i = 0; (lit = way_lit(&c->way, i)) != LIT_NONE; i++) {
		const struct pred *p = plan_pred(e->plan, lit);

		if (e->last_rule[p->index] == c->rule + 1)
			continue;
		e->last_rule[p->index] = c->rule + 1;
		*vec_add(e->plan->arena, &e->preds[c->rule]) =
			(struct explain_pred){.text = pred_text(e->plan->arena, p),
					      .scope = scope_of(p),
					      .matcher = matcher_of(p)};
	}
}

static void explain_rule(struct plan *p, const struct plan_rule *from, struct explain_rule *r)
{
	names_t unhooked = {}, residual = {};
	size_t i;

	r->rule = from->rule;
	r->types = from->types;
	r->n_conjs = from->n_conjs;
	find_unhooked(p->arena, from->rule->tree, false, &unhooked);
	r->unhooked = unhooked.v;
	r->n_unhooked = unhooked.n;
	explain_hooks(p->arena, r);
	for (i = 0; i < from->why.n; i++) {
		if (from->why_used >> i & 1)
			add_name(p->arena, &residual, from->why.text[i]);
	}
	r->residual = residual.v;
	r->n_residual = residual.n;
}

void explain(struct plan *p, struct policy *out)
{
	struct explained e = {.plan = p};
	size_t i;

	e.preds = arena_alloc(p->arena, p->rules.n * sizeof(*e.preds));
	e.last_rule = arena_alloc(p->arena, p->preds.list.n * sizeof(*e.last_rule));
	for (i = 0; i < p->conjs.n; i++)
		explain_conj(&e, &p->conjs.v[i]);
	out->n_rules = p->rules.n;
	out->rules = arena_alloc(p->arena, p->rules.n * sizeof(*out->rules));
	for (i = 0; i < p->rules.n; i++) {
		explain_rule(p, &p->rules.v[i], &out->rules[i]);
		out->rules[i].preds = e.preds[i].v;
		out->rules[i].n_preds = e.preds[i].n;
	}
	out->n_preds = 0;
	for (i = 0; i < p->preds.list.n; i++)
		out->n_preds += p->preds.list.v[i]->bit >= 0 && !p->preds.list.v[i]->dropped;
}
