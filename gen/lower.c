/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the tree: see lower.h. What a comparison becomes is in gen/compare.c. */
#include "gen/lower.h"

#include <string.h>

#include "gen/form.h"
#include "gen/types.h"

/* A macro can hang in the tree many times; each is lowered once. */
#define MEMO_BUCKETS 256
struct memo {
	const struct node *node;
	struct form *form;
	struct memo *next;
};

struct walk {
	struct lower l;
	struct memo *memos[MEMO_BUCKETS];
};

static struct memo **bucket_of(struct walk *w, const struct node *n)
{
	return &w->memos[((uintptr_t)n >> 4) % MEMO_BUCKETS];
}

static struct form *find_memo(struct walk *w, const struct node *n)
{
	struct memo *m;

	for (m = *bucket_of(w, n); m; m = m->next) {
		if (m->node == n)
			return m->form;
	}
	return NULL;
}

static struct form *keep_memo(struct walk *w, const struct node *n, struct form *f)
{
	struct memo *m = arena_alloc(w->l.arena, sizeof(*m)), **bucket = bucket_of(w, n);

	m->node = n;
	m->form = f;
	m->next = *bucket;
	*bucket = m;
	return f;
}

static struct form *lower_node(struct walk *w, const struct node *n);

static struct form *lower_group(struct walk *w, const struct node *n)
{
	enum form_kind kind = n->kind == NODE_AND ? FORM_AND : FORM_OR;
	struct form **kids = arena_alloc(w->l.arena, n->n_kids * sizeof(*kids));
	size_t i;

	/* What settles it, as comparisons of the event type do, spares the rest. */
	for (i = 0; i < n->n_kids; i++) {
		kids[i] = lower_node(w, n->kids[i]);
		if (kids[i]->kind == (kind == FORM_AND ? FORM_NO : FORM_YES))
			return kids[i];
	}
	return form_group(&w->l, kind, kids, n->n_kids);
}

static struct form *lower_node(struct walk *w, const struct node *n)
{
	struct form *f = find_memo(w, n);

	if (f)
		return f;
	switch (n->kind) {
	case NODE_AND:
	case NODE_OR:
		f = lower_group(w, n);
		break;
	case NODE_NOT:
		f = form_not(&w->l, lower_node(w, n->kids[0]));
		break;
	case NODE_COMPARE:
		f = compare_form(&w->l, n);
		break;
	case NODE_MACRO: /* resolved trees have none */
		f = form_hole(&w->l, n, "the macro was not resolved");
		break;
	}
	return keep_memo(w, n, f);
}

/* For one type, and which others would give the same. */
static struct type_group lower_type(struct preds *ps, struct reasons *why, const struct node *tree,
				    enum event_id type, const struct event_set *types)
{
	struct walk w = {.l = {ps->arena, ps, why, type, *types}};
	struct ways ways = ways_of(&w.l, lower_node(&w, tree));

	return (struct type_group){w.l.alike, ways};
}

type_groups_t lower_all(struct preds *ps, struct reasons *why, const struct node *tree)
{
	struct event_set todo = types_all();
	type_groups_t groups = {};
	unsigned type;

	while ((type = event_set_next(&todo, 0)) < EVENT_MAX) {
		struct type_group g = lower_type(ps, why, tree, type, &todo);

		todo = event_set_without(&todo, &g.types);
		if (g.ways.n)
			*vec_add(ps->arena, &groups) = g;
	}
	return groups;
}

struct ways lower(struct preds *ps, struct reasons *why, const struct node *tree,
		  enum event_id type)
{
	struct event_set all = types_all();

	return lower_type(ps, why, tree, type, &all).ways;
}

bool lower_asks(struct lower *l, const struct event_set *types)
{
	bool is_one = event_set_has(types, l->type);

	l->alike = is_one ? event_set_both(&l->alike, types) : event_set_without(&l->alike, types);
	return is_one;
}

uint64_t reason_add(struct reasons *r, const char *text)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (!strcmp(r->text[i], text))
			return 1ULL << i;
	}
	if (r->n == REASONS_MAX)
		return 1ULL << (REASONS_MAX - 1);
	r->text[r->n] = text;
	return 1ULL << r->n++;
}
