/* SPDX-License-Identifier: Apache-2.0 */
/* Subset construction: see dfa.h. Knows sets of symbols, not operators. */
#include "gen/dfa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/nfa.h"

#define STATES_MAX  65535
#define CLASSES_MAX 256
#define NODES_MAX   (8u << 20) /* of all states together: bounds the work of making them */
#define TABLE_SIZE  (1u << 18) /* of the hash table: more than STATES_MAX, a power of two */

typedef VEC(uint32_t) numbers_t;

struct subset {
	uint32_t *nodes; /* sorted */
	uint32_t n;
	int out; /* -1 for none */
};

struct builder {
	struct arena *arena; /* work memory */
	struct nfa nfa;
	struct outs *outs;
	size_t max_states;
	size_t n_nodes; /* of all states */
	VEC(struct subset) states;
	VEC(uint32_t) trans;
	uint32_t *table; /* index of a state plus one */
	numbers_t next[CLASSES_MAX];
};

static int number_order(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

static bool is_equal(const struct subset *s, const uint32_t *v, size_t n)
{
	return s->n == n && (!n || !memcmp(s->nodes, v, n * sizeof(*v)));
}

static size_t sort_unique(uint32_t *v, size_t n)
{
	size_t i, kept = 0;

	if (n > 1)
		qsort(v, n, sizeof(*v), number_order);
	for (i = 0; i < n; i++) {
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	return kept;
}

/* A node and the loops that begin there. */
static void enter(struct builder *b, numbers_t *set, uint32_t node)
{
	const struct nfa_node *nodes = b->nfa.nodes.v;
	uint32_t c;

	*vec_add(b->arena, set) = node;
	for (c = nodes[node].child; c != NFA_NONE; c = nodes[c].sibling) {
		if (nodes[c].loop)
			enter(b, set, c);
	}
}

static void enter_by(struct builder *b, uint32_t set, uint32_t node)
{
	const struct class_list *list = &b->nfa.set_classes[set];
	size_t i;

	for (i = 0; i < list->n; i++)
		enter(b, &b->next[list->v[i]], node);
}

static void follow(struct builder *b, uint32_t node)
{
	const struct nfa_node *nodes = b->nfa.nodes.v;
	uint32_t c;

	if (nodes[node].loop)
		enter_by(b, nodes[node].set, node);
	for (c = nodes[node].child; c != NFA_NONE; c = nodes[c].sibling) {
		if (!nodes[c].loop)
			enter_by(b, nodes[c].set, c);
	}
}

static uint32_t hash_nodes(const uint32_t *v, size_t n)
{
	uint64_t h = n;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ v[i]) * 0x9e3779b97f4a7c15ULL, h ^= h >> 29;
	return h >> 32;
}

/* Output of a new state; -EAGAIN if predicates had to be dropped for it. */
static int set_output(struct builder *b, struct subset *s)
{
	VEC(struct pred *) preds = {};
	size_t i, j;

	s->out = -1;
	for (i = 0; i < s->n; i++) {
		const struct nfa_node *node = &b->nfa.nodes.v[s->nodes[i]];

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

/* Number of the state of these nodes, or -errno. */
static int state_of(struct builder *b, numbers_t *set)
{
	size_t n = sort_unique(set->v, set->n);
	uint32_t at = hash_nodes(set->v, n), *slot;
	struct subset s = {.n = n};
	int err;

	for (;; at++) {
		slot = &b->table[at & (TABLE_SIZE - 1)];
		if (!*slot)
			break;
		if (is_equal(&b->states.v[*slot - 1], set->v, n))
			return *slot - 1;
	}
	b->n_nodes += n;
	if (b->states.n == b->max_states || b->n_nodes > NODES_MAX)
		return -E2BIG;
	s.nodes = n ? arena_copy(b->arena, set->v, n * sizeof(*set->v)) : NULL;
	err = set_output(b, &s);
	if (err)
		return err;
	*vec_add(b->arena, &b->states) = s;
	*slot = b->states.n;
	return b->states.n - 1;
}

/* Fills the row of state i. */
static int expand(struct builder *b, size_t i)
{
	uint32_t c, k;
	int next;

	for (c = 0; c < b->nfa.n_classes; c++)
		b->next[c].n = 0;
	for (k = 0; k < b->states.v[i].n; k++)
		follow(b, b->states.v[i].nodes[k]);
	for (c = 0; c < b->nfa.n_classes; c++) {
		next = state_of(b, &b->next[c]);
		if (next < 0)
			return next;
		*vec_add(b->arena, &b->trans) = next;
	}
	return 0;
}

/* State 0 is the empty set: dead. State 1 is the start. */
static int construct(struct builder *b, size_t bytes)
{
	numbers_t set = {};
	size_t i;
	int err = 0;

	nfa_classify(&b->nfa);
	if (b->nfa.n_classes > CLASSES_MAX)
		return -E2BIG;
	b->max_states = bytes / (sizeof(uint16_t) * b->nfa.n_classes);
	if (b->max_states > STATES_MAX)
		b->max_states = STATES_MAX;
	b->table = arena_alloc(b->arena, TABLE_SIZE * sizeof(*b->table));
	err = state_of(b, &set);
	enter(b, &set, 0);
	if (err >= 0)
		err = state_of(b, &set);
	for (i = 0; i < b->states.n && err >= 0; i++)
		err = expand(b, i);
	return err < 0 ? err : 0;
}

/* Copies the result, states with output last. */
static void finish(const struct builder *b, struct arena *a, struct dfa *out)
{
	size_t n = b->states.n, width = b->nfa.n_classes, i, c, next = 0;
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
			out->trans[number[i] * width + c] = number[b->trans.v[i * width + c]];
	}
	for (c = 0; c < SYM_COUNT; c++)
		out->classes[c] = b->nfa.classes[c];
}

/* ---- which predicates ---- */

static bool is_for(enum automaton aut, const struct pred *p, const struct alt *alt)
{
	if (pattern_automaton(p->field) != aut)
		return false;
	return alt->op != OP_EQ || fields[p->field].source != SOURCE_SHORT;
}

static const char odd_pattern[] = "the kernel's automata do not know a part of its pattern";
static const char too_large[] = "with the other comparisons it would make the kernel's automaton "
				"too large";

/* Adds what a predicate compares; the number of patterns. */
static size_t add_pred(struct builder *b, enum automaton aut, struct pred *p)
{
	struct pattern patterns[PATTERNS_MAX];
	size_t i, k, n, added = 0;

	for (i = 0; i < p->n_alts; i++) {
		if (!is_for(aut, p, &p->alts[i]))
			continue;
		n = pattern_make(b->arena, p->field, &p->alts[i], patterns);
		if (!n) {
			p->dropped = odd_pattern;
			return 0;
		}
		for (k = 0; k < n; k++)
			nfa_add(&b->nfa, &patterns[k], p);
		added += n;
	}
	return added;
}

static size_t add_preds(struct builder *b, enum automaton aut, struct preds *preds)
{
	size_t i, n = 0;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->bit >= 0 && !p->dropped && !pred_is_number(p))
			n += add_pred(b, aut, p);
	}
	return n;
}

/* Loops behind the beginning multiply states; else the length counts. */
static size_t cost(const struct pred *p)
{
	size_t i, loops = 0, len = 0;
	const char *s;

	for (i = 0; i < p->n_alts; i++) {
		len += p->alts[i].len;
		if (p->alts[i].op != OP_GLOB && p->alts[i].op != OP_IGLOB)
			continue;
		for (s = p->alts[i].text; *s; s++)
			loops += *s == '*' && s != p->alts[i].text && s[1];
	}
	return loops << 32 | len;
}

static int cost_order(const void *x, const void *y)
{
	size_t a = cost(*(struct pred *const *)x), b = cost(*(struct pred *const *)y);

	return a > b ? -1 : a < b;
}

/* Drops an eighth of the predicates, those that cost most. */
static void drop_costly(struct arena *a, enum automaton aut, struct preds *preds)
{
	VEC(struct pred *) mine = {};
	size_t i, k;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->bit < 0 || p->dropped)
			continue;
		for (k = 0; k < p->n_alts && !is_for(aut, p, &p->alts[k]); k++)
			;
		if (k < p->n_alts && !pred_is_number(p))
			*vec_add(a, &mine) = p;
	}
	if (mine.n)
		qsort(mine.v, mine.n, sizeof(*mine.v), cost_order);
	for (i = 0; i <= mine.n / 8 && i < mine.n; i++)
		mine.v[i]->dropped = too_large;
}

/* One try; -EAGAIN if predicates were dropped and the next try will be smaller. */
static int try_build(struct arena *a, struct outs *outs, enum automaton aut, struct preds *preds,
		     size_t bytes, struct dfa *out)
{
	struct arena *work = arena_new();
	struct builder b = {.arena = work, .outs = outs};
	int err = 0;

	if (!work)
		abort(); /* as arena_alloc() does */
	b.nfa = nfa_new(work);
	*out = (struct dfa){};
	if (add_preds(&b, aut, preds))
		err = construct(&b, bytes);
	if (!err && b.states.n)
		finish(&b, a, out);
	if (err == -E2BIG)
		drop_costly(work, aut, preds);
	arena_free(&work);
	return err == -E2BIG ? -EAGAIN : err;
}

void dfa_build(struct arena *a, struct outs *outs, enum automaton aut, struct preds *preds,
	       size_t bytes, struct dfa *out)
{
	while (try_build(a, outs, aut, preds, bytes, out) == -EAGAIN)
		;
}
