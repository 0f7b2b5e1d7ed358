/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subset construction: see subset.h. A state is a set of nodes. Those of them that loop, which
 * are in nearly every state and lead somewhere by every symbol, are followed once for all states
 * that have the same of them (struct base); of the others only few symbols lead on.
 */
#include "gen/subset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STATES_MAX     65535
#define CLASSES_MAX    256
#define NODES_MAX      (8u << 20) /* of all states together: bounds the work of making them */
#define BASES_MAX      1024
#define BASE_NODES_MAX (1u << 20) /* of all bases together: later ones are followed each time */

typedef VEC(uint32_t) numbers_t;

/* Sorted numbers of nodes. */
struct nodes {
	uint32_t *v;
	uint32_t n;
};

struct state {
	struct nodes nodes;
	int out;       /* -1 for none */
	uint16_t *row; /* state per class */
};

/* Where looping nodes lead, by class. */
struct base {
	struct nodes loops;
	struct nodes *to;
	int *state; /* of to, -1: not made yet */
};

struct builder {
	struct arena *arena; /* work memory */
	struct nfa *nfa;
	struct outs *outs;
	size_t max_states;
	size_t n_nodes; /* of all states */
	VEC(struct state) states;
	uint32_t *table; /* index of a state plus one; a power of two, at most half full */
	size_t table_size;
	VEC(struct base) bases;
	size_t base_nodes;
	uint32_t base_table[2 * BASES_MAX]; /* index of a base plus one */
	numbers_t next[CLASSES_MAX];
	numbers_t loops, others, merged;
};

static int number_order(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/* Sorts and drops doubles. */
static struct nodes nodes_of(numbers_t *set)
{
	uint32_t *v = set->v;
	size_t i, kept = 0;

	if (set->n > 1)
		qsort(v, set->n, sizeof(*v), number_order);
	for (i = 0; i < set->n; i++) {
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	return (struct nodes){v, kept};
}

static struct nodes keep_nodes(struct builder *b, struct nodes n)
{
	return (struct nodes){n.n ? arena_copy(b->arena, n.v, n.n * sizeof(*n.v)) : NULL, n.n};
}

static bool is_equal(struct nodes a, struct nodes b)
{
	return a.n == b.n && (!a.n || !memcmp(a.v, b.v, a.n * sizeof(*a.v)));
}

static uint32_t hash_nodes(struct nodes nodes)
{
	uint64_t h = nodes.n;
	size_t i;

	for (i = 0; i < nodes.n; i++)
		h = (h ^ nodes.v[i]) * 0x9e3779b97f4a7c15ULL, h ^= h >> 29;
	return h >> 32;
}

/* All of two sets. */
static struct nodes merge(struct builder *b, struct nodes x, struct nodes y)
{
	size_t i = 0, j = 0;

	b->merged.n = 0;
	while (i < x.n || j < y.n) {
		uint32_t next = j == y.n || (i < x.n && x.v[i] <= y.v[j]) ? x.v[i] : y.v[j];

		i += i < x.n && x.v[i] == next;
		j += j < y.n && y.v[j] == next;
		*vec_add(b->arena, &b->merged) = next;
	}
	return (struct nodes){b->merged.v, b->merged.n};
}

/* ---- where nodes lead ---- */

/* A node, the loops that begin there, and what it is linked with. */
static void enter(struct builder *b, numbers_t *set, uint32_t node)
{
	const struct nfa_node *nodes = b->nfa->nodes.v;
	uint32_t c;

	*vec_add(b->arena, set) = node;
	for (c = nodes[node].child; c != NFA_NONE; c = nodes[c].sibling) {
		if (nodes[c].link != NFA_NONE)
			enter(b, set, nodes[c].link);
		else if (nodes[c].loop)
			enter(b, set, c);
	}
}

static void enter_by(struct builder *b, uint32_t set, uint32_t node)
{
	const struct class_list *list = &b->nfa->set_classes[set];
	size_t i;

	for (i = 0; i < list->n; i++)
		enter(b, &b->next[list->v[i]], node);
}

static void follow(struct builder *b, uint32_t node)
{
	const struct nfa_node *nodes = b->nfa->nodes.v;
	uint32_t c;

	if (nodes[node].loop)
		enter_by(b, nodes[node].set, node);
	for (c = nodes[node].child; c != NFA_NONE; c = nodes[c].sibling) {
		if (!nodes[c].loop && nodes[c].link == NFA_NONE)
			enter_by(b, nodes[c].set, c);
	}
}

/* Sets b->next: nodes by class, in no order. */
static void follow_all(struct builder *b, const numbers_t *nodes)
{
	size_t i;

	for (i = 0; i < b->nfa->n_classes; i++)
		b->next[i].n = 0;
	for (i = 0; i < nodes->n; i++)
		follow(b, nodes->v[i]);
}

static struct base *base_new(struct builder *b, struct nodes loops)
{
	size_t n = b->nfa->n_classes, c;
	struct base *base;

	if (b->bases.n == BASES_MAX || b->base_nodes > BASE_NODES_MAX)
		return NULL;
	base = vec_add(b->arena, &b->bases);
	base->loops = keep_nodes(b, loops);
	base->to = arena_alloc(b->arena, n * sizeof(*base->to));
	base->state = arena_alloc(b->arena, n * sizeof(*base->state));
	follow_all(b, &b->loops);
	for (c = 0; c < n; c++) {
		base->to[c] = keep_nodes(b, nodes_of(&b->next[c]));
		base->state[c] = -1;
		b->base_nodes += base->to[c].n;
	}
	return base;
}

/* Of b->loops, NULL if there are too many. */
static struct base *base_of(struct builder *b)
{
	struct nodes loops = {b->loops.v, b->loops.n};
	uint32_t at = hash_nodes(loops), *slot;
	struct base *base;

	for (;; at++) {
		slot = &b->base_table[at % (2 * BASES_MAX)];
		if (!*slot)
			break;
		if (is_equal(b->bases.v[*slot - 1].loops, loops))
			return &b->bases.v[*slot - 1];
	}
	base = base_new(b, loops);
	if (base)
		*slot = b->bases.n;
	return base;
}

/* ---- states ---- */

/* Output of a new state; -EAGAIN if predicates had to be dropped for it. */
static int set_output(struct builder *b, struct state *s)
{
	VEC(struct pred *) preds = {};
	size_t i, j;

	s->out = -1;
	for (i = 0; i < s->nodes.n; i++) {
		const struct nfa_node *node = &b->nfa->nodes.v[s->nodes.v[i]];

		for (j = 0; j < node->n_outs; j++)
			*vec_add(b->arena, &preds) = node->outs[j];
	}
	if (!preds.n)
		return 0;
	s->out = outs_add(b->outs, preds.v, preds.n);
	if (s->out >= 0)
		return 0;
	outs_drop(preds.v, preds.n);
	return -EAGAIN;
}

/* The slot of the state of these nodes, or the one for it. */
static uint32_t *find_slot(struct builder *b, struct nodes nodes)
{
	uint32_t at = hash_nodes(nodes), *slot;

	for (;; at++) {
		slot = &b->table[at & (b->table_size - 1)];
		if (!*slot || is_equal(b->states.v[*slot - 1].nodes, nodes))
			return slot;
	}
}

static void grow_table(struct builder *b)
{
	size_t i;

	b->table_size = b->table_size ? 4 * b->table_size : 1024;
	b->table = arena_alloc(b->arena, b->table_size * sizeof(*b->table));
	for (i = 0; i < b->states.n; i++)
		*find_slot(b, b->states.v[i].nodes) = i + 1;
}

/* Number of the state of these nodes, or -errno. */
static int state_of(struct builder *b, struct nodes nodes)
{
	struct state s = {};
	uint32_t *slot;
	int err;

	if (2 * b->states.n >= b->table_size)
		grow_table(b);
	slot = find_slot(b, nodes);
	if (*slot)
		return *slot - 1;
	b->n_nodes += nodes.n;
	if (b->states.n == b->max_states || b->n_nodes > NODES_MAX)
		return -E2BIG;
	s.nodes = keep_nodes(b, nodes);
	err = set_output(b, &s);
	if (err)
		return err;
	*vec_add(b->arena, &b->states) = s;
	*slot = b->states.n;
	return b->states.n - 1;
}

/* The next state by class c: base, or what is in b->next, or both. */
static int next_state(struct builder *b, struct base *base, uint32_t c)
{
	struct nodes nodes;

	if (base && !b->next[c].n) {
		if (base->state[c] < 0)
			base->state[c] = state_of(b, base->to[c]);
		return base->state[c];
	}
	nodes = nodes_of(&b->next[c]);
	return state_of(b, base ? merge(b, base->to[c], nodes) : nodes);
}

/* The row of state i. */
static int expand(struct builder *b, size_t i)
{
	struct nodes nodes = b->states.v[i].nodes;
	uint16_t *row = arena_alloc(b->arena, b->nfa->n_classes * sizeof(*row));
	struct base *base;
	uint32_t c;
	int next;

	b->loops.n = b->others.n = 0;
	for (c = 0; c < nodes.n; c++) {
		bool loop = b->nfa->nodes.v[nodes.v[c]].loop;

		*vec_add(b->arena, loop ? &b->loops : &b->others) = nodes.v[c];
	}
	base = base_of(b);
	follow_all(b, &b->others);
	for (c = 0; !base && c < b->loops.n; c++)
		follow(b, b->loops.v[c]);
	for (c = 0; c < b->nfa->n_classes; c++) {
		next = next_state(b, base, c);
		if (next < 0)
			return next;
		row[c] = next;
	}
	b->states.v[i].row = row;
	return 0;
}

/* State 0 is the empty set: dead. State 1 is the start. */
static int construct(struct builder *b, size_t bytes)
{
	numbers_t set = {};
	size_t i;
	int err;

	nfa_classify(b->nfa);
	if (b->nfa->n_classes > CLASSES_MAX)
		return -E2BIG;
	b->max_states = bytes / (sizeof(uint16_t) * b->nfa->n_classes);
	if (b->max_states > STATES_MAX)
		b->max_states = STATES_MAX;
	err = state_of(b, nodes_of(&set));
	enter(b, &set, 0);
	if (err >= 0)
		err = state_of(b, nodes_of(&set));
	for (i = 0; i < b->states.n && err >= 0; i++)
		err = expand(b, i);
	return err < 0 ? err : 0;
}

/* Copies the result, states with output last. */
static void finish(const struct builder *b, struct arena *a, struct dfa *out)
{
	size_t n = b->states.n, width = b->nfa->n_classes, i, c, next = 0;
	uint32_t *number = arena_alloc(b->arena, n * sizeof(*number));

	for (i = 0; i < n; i++) {
		if (b->states.v[i].out < 0)
			number[i] = next++;
	}
	*out = (struct dfa){
		.n_states = n, .n_classes = width, .first_out = next, .start = number[1]};
	out->trans = arena_alloc(a, n * width * sizeof(*out->trans));
	out->outs = arena_alloc(a, (n - next) * sizeof(*out->outs));
	for (i = 0; i < n; i++) {
		if (b->states.v[i].out < 0)
			continue;
		out->outs[next - out->first_out] = b->states.v[i].out;
		number[i] = next++;
	}
	for (i = 0; i < n; i++) {
		for (c = 0; c < width; c++)
			out->trans[number[i] * width + c] = number[b->states.v[i].row[c]];
	}
	for (c = 0; c < SYM_COUNT; c++)
		out->classes[c] = b->nfa->classes[c];
}

int subset_construct(struct nfa *nfa, struct outs *outs, size_t bytes, struct arena *a,
		     struct dfa *out)
{
	struct builder *b = arena_alloc(nfa->arena, sizeof(*b));
	int err;

	b->arena = nfa->arena;
	b->nfa = nfa;
	b->outs = outs;
	err = construct(b, bytes);
	if (!err)
		finish(b, a, out);
	return err;
}
