/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the tree: see lower.h. What a comparison becomes is in gen/compare.c. */
#include "gen/lower.h"

#include <string.h>

#include "gen/form.h"

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

	for (i = 0; i < n->n_kids; i++)
		kids[i] = lower_node(w, n->kids[i]);
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

struct ways lower(struct preds *ps, struct reasons *why, const struct node *tree,
		  enum event_id type)
{
	struct walk w = {.l = {ps->arena, ps, why, type}};

	return ways_of(&w.l, lower_node(&w, tree));
}

bool event_is_open(enum event_id type)
{
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN && event_types[i].id == type)
			return !strcmp(event_types[i].family, "open");
	}
	return false;
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
