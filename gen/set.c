/* SPDX-License-Identifier: Apache-2.0 */
/* See set.h. Only the hash of kern/match.h decides where a text stands. */
#include "gen/set.h"

#include <stdlib.h>
#include <string.h>

#include "kern/match.h"

#define SEEDS	  64	     /* tried before the table is made larger */
#define SLOTS_MAX (1u << 14) /* 384 KiB: every set must leave room for the others */

struct key {
	uint64_t text[2];
	VEC(struct pred *) preds;
	uint32_t next; /* in its bucket: index plus one */
	int out;
};

struct keys {
	VEC(struct key) list;
	uint32_t *buckets; /* index plus one */
	uint32_t mask;
};

static bool is_key(const struct pred *p, enum field_id f, const struct alt *alt)
{
	return p->field == f && p->bit >= 0 && !p->dropped && alt->op == OP_EQ;
}

static struct key *key_of(struct arena *a, struct keys *keys, const struct alt *alt)
{
	struct key key = {};
	uint32_t *bucket, i;

	memcpy(key.text, alt->text, alt->len);
	bucket = &keys->buckets[set_hash(key.text[0], key.text[1], 0) & keys->mask];
	for (i = *bucket; i; i = keys->list.v[i - 1].next) {
		if (!memcmp(keys->list.v[i - 1].text, key.text, sizeof(key.text)))
			return &keys->list.v[i - 1];
	}
	key.next = *bucket;
	*vec_add(a, &keys->list) = key;
	*bucket = keys->list.n;
	return &keys->list.v[keys->list.n - 1];
}

static size_t count(enum field_id f, const struct preds *preds)
{
	size_t n = 0, i, k;

	for (i = 0; i < preds->list.n; i++) {
		for (k = 0; k < preds->list.v[i]->n_alts; k++)
			n += is_key(preds->list.v[i], f, &preds->list.v[i]->alts[k]);
	}
	return n;
}

static struct keys collect(struct arena *a, enum field_id f, struct preds *preds)
{
	size_t i, k, n = count(f, preds);
	struct keys keys = {.mask = 1};

	while (keys.mask < n)
		keys.mask = keys.mask * 2 + 1;
	keys.buckets = arena_alloc(a, (keys.mask + 1ul) * sizeof(*keys.buckets));
	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		for (k = 0; k < p->n_alts; k++) {
			if (is_key(p, f, &p->alts[k]))
				*vec_add(a, &key_of(a, &keys, &p->alts[k])->preds) = p;
		}
	}
	return keys;
}

static bool insert(struct set *s, const struct key *k)
{
	uint32_t at = set_hash(k->text[0], k->text[1], s->seed), i;

	for (i = 0; i < PROBE_MAX; i++) {
		struct img_slot *slot = &s->slots[(at + i) & s->mask];

		if (slot->out)
			continue;
		memcpy(slot->key, k->text, sizeof(slot->key));
		slot->out = k->out + 1;
		return true;
	}
	return false;
}

static bool fill(struct set *s, const struct keys *keys)
{
	size_t i;

	memset(s->slots, 0, (s->mask + 1ul) * sizeof(*s->slots));
	for (i = 0; i < keys->list.n; i++) {
		if (!insert(s, &keys->list.v[i]))
			return false;
	}
	return true;
}

/* False if the keys have no place in the largest table. */
static bool place(struct arena *a, const struct keys *keys, struct set *s)
{
	size_t slots = 4;

	while (slots < 2 * keys->list.n)
		slots *= 2;
	for (; slots <= SLOTS_MAX; slots *= 2) {
		s->mask = slots - 1;
		s->slots = arena_alloc(a, slots * sizeof(*s->slots));
		for (s->seed = 0; s->seed < SEEDS; s->seed++) {
			if (fill(s, keys))
				return true;
		}
	}
	return false;
}

static int size_order(const void *x, const void *y)
{
	const struct pred *a = *(struct pred *const *)x, *b = *(struct pred *const *)y;

	if (a->n_alts != b->n_alts)
		return a->n_alts > b->n_alts ? -1 : 1;
	return a->index > b->index ? -1 : a->index < b->index;
}

/* An eighth of the predicates goes, those with the most keys: few if they are large. */
static void drop_largest(struct arena *a, enum field_id f, struct preds *preds)
{
	struct pred **mine = arena_alloc(a, preds->list.n * sizeof(*mine));
	size_t i, k, n = 0;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		for (k = 0; k < p->n_alts && !is_key(p, f, &p->alts[k]); k++)
			;
		if (k < p->n_alts)
			mine[n++] = p;
	}
	qsort(mine, n, sizeof(*mine), size_order);
	for (i = 0; i <= n / 8 && i < n; i++)
		mine[i]->dropped = "its values do not fit into the kernel's hash table";
}

static void give_outputs(struct outs *outs, struct keys *keys)
{
	size_t i;

	for (i = 0; i < keys->list.n; i++) {
		struct key *k = &keys->list.v[i];

		k->out = outs_add(outs, k->preds.v, k->preds.n);
		if (k->out >= 0)
			continue;
		outs_drop(k->preds.v, k->preds.n);
		k->out = outs_add(outs, k->preds.v, k->preds.n);
	}
}

/* One try; false if predicates were dropped and the next try will be smaller. */
static bool try_build(struct arena *a, struct outs *outs, enum field_id f, struct preds *preds,
		      struct set *out)
{
	struct arena *work = arena_new();
	struct keys keys;
	bool done;

	if (!work)
		abort(); /* as arena_alloc() does */
	keys = collect(work, f, preds);
	*out = (struct set){};
	give_outputs(outs, &keys);
	done = !keys.list.n || place(work, &keys, out);
	if (!done)
		drop_largest(work, f, preds);
	else if (out->slots)
		out->slots = arena_copy(a, out->slots, (out->mask + 1ul) * sizeof(*out->slots));
	arena_free(&work);
	return done;
}

void set_build(struct arena *a, struct outs *outs, enum field_id f, struct preds *preds,
	       struct set *out)
{
	while (!try_build(a, outs, f, preds, out))
		;
}
