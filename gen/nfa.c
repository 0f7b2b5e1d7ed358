/* SPDX-License-Identifier: Apache-2.0 */
/* See nfa.h. Knows patterns, not where they come from. */
#include "gen/nfa.h"

#include <string.h>

static uint32_t node_new(struct nfa *n, uint32_t set, bool loop)
{
	*vec_add(n->arena, &n->nodes) = (struct nfa_node){
		.set = set, .loop = loop, .child = NFA_NONE, .sibling = NFA_NONE, .link = NFA_NONE};
	return n->nodes.n - 1;
}

struct nfa nfa_new(struct arena *a)
{
	struct nfa n = {.arena = a};

	node_new(&n, NFA_NONE, false);
	return n;
}

static uint32_t set_id(struct nfa *n, const struct symset *s)
{
	size_t i;

	for (i = 0; i < n->sets.n; i++) {
		if (!memcmp(&n->sets.v[i], s, sizeof(*s)))
			return i;
	}
	*vec_add(n->arena, &n->sets) = *s;
	return n->sets.n - 1;
}

static void add_child(struct nfa *n, uint32_t parent, uint32_t c)
{
	n->nodes.v[c].sibling = n->nodes.v[parent].child;
	n->nodes.v[parent].child = c;
}

static uint32_t child_of(struct nfa *n, uint32_t parent, uint32_t set, bool loop)
{
	uint32_t c;

	for (c = n->nodes.v[parent].child; c != NFA_NONE; c = n->nodes.v[c].sibling) {
		if (n->nodes.v[c].set == set && n->nodes.v[c].loop == loop)
			return c;
	}
	c = node_new(n, set, loop);
	add_child(n, parent, c);
	return c;
}

static void add_out(struct nfa *n, struct nfa_node *node, struct pred *pred)
{
	uint32_t i;

	for (i = 0; i < node->n_outs; i++) {
		if (node->outs[i] == pred)
			return;
	}
	node->outs = arena_grow(n->arena, node->outs, node->n_outs * sizeof(pred),
				(node->n_outs + 1) * sizeof(pred));
	node->outs[node->n_outs++] = pred;
}

static uint32_t tail_of(struct nfa *n, const struct elem *last, struct pred *pred)
{
	struct nfa_tail t = {set_id(n, &last[0].set), set_id(n, &last[1].set), pred, 0};
	uint32_t end;
	size_t i;

	for (i = 0; i < n->tails.n; i++) {
		const struct nfa_tail *o = &n->tails.v[i];

		if (o->loop == t.loop && o->end == t.end && o->pred == pred)
			return o->node;
	}
	t.node = node_new(n, NFA_NONE, false);
	end = child_of(n, child_of(n, t.node, t.loop, true), t.end, false);
	add_out(n, &n->nodes.v[end], pred);
	*vec_add(n->arena, &n->tails) = t;
	return t.node;
}

static void add_link(struct nfa *n, uint32_t parent, uint32_t to)
{
	uint32_t c;

	for (c = n->nodes.v[parent].child; c != NFA_NONE; c = n->nodes.v[c].sibling) {
		if (n->nodes.v[c].link == to)
			return;
	}
	c = node_new(n, NFA_NONE, false);
	n->nodes.v[c].link = to;
	add_child(n, parent, c);
}

void nfa_add(struct nfa *n, const struct pattern *p, struct pred *pred)
{
	bool tail = p->n > 2 && p->v[p->n - 2].loop;
	size_t i, len = p->n - (tail ? 2 : 0);
	uint32_t at = 0;

	for (i = 0; i < len; i++)
		at = child_of(n, at, set_id(n, &p->v[i].set), p->v[i].loop);
	if (tail)
		add_link(n, at, tail_of(n, &p->v[len], pred));
	else
		add_out(n, &n->nodes.v[at], pred);
}

/* Splits every class by whether its symbols are in s. */
static void refine(struct nfa *n, const struct symset *s)
{
	unsigned outside[SYM_COUNT], inside[SYM_COUNT], next = 0, sym;

	memset(outside, 0xff, sizeof(outside));
	memset(inside, 0xff, sizeof(inside));
	for (sym = 0; sym < SYM_COUNT; sym++) {
		unsigned *id = (symset_has(s, sym) ? inside : outside) + n->classes[sym];

		if (*id > SYM_COUNT)
			*id = next++;
		n->classes[sym] = *id;
	}
	n->n_classes = next;
}

static void list_classes(struct nfa *n, const struct symset *s, struct class_list *list)
{
	bool seen[SYM_COUNT] = {};
	unsigned sym;

	for (sym = 0; sym < SYM_COUNT; sym++) {
		if (!symset_has(s, sym) || seen[n->classes[sym]])
			continue;
		seen[n->classes[sym]] = true;
		list->v[list->n++] = n->classes[sym];
	}
}

void nfa_classify(struct nfa *n)
{
	size_t i;

	memset(n->classes, 0, sizeof(n->classes));
	n->n_classes = 1;
	for (i = 0; i < n->sets.n; i++)
		refine(n, &n->sets.v[i]);
	n->set_classes = arena_alloc(n->arena, n->sets.n * sizeof(*n->set_classes));
	for (i = 0; i < n->sets.n; i++)
		list_classes(n, &n->sets.v[i], &n->set_classes[i]);
}
