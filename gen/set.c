/* SPDX-License-Identifier: Apache-2.0 */
/* See set.h. Only the hash of kern/match.h decides where a text stands. */
#include "gen/set.h"

#include <string.h>

#include "kern/match.h"

#define SEEDS 64 /* tried before the table is made larger */

struct key {
	uint64_t text[2];
	VEC(struct pred *) preds;
	int out;
};
typedef VEC(struct key) keys_t;

static bool is_key(const struct pred *p, enum field_id f, const struct alt *alt)
{
	return p->field == f && p->bit >= 0 && !p->dropped && alt->op == OP_EQ;
}

static struct key *key_of(struct arena *a, keys_t *keys, const struct alt *alt)
{
	struct key key = {};
	size_t i;

	memcpy(key.text, alt->text, alt->len);
	for (i = 0; i < keys->n; i++) {
		if (!memcmp(keys->v[i].text, key.text, sizeof(key.text)))
			return &keys->v[i];
	}
	*vec_add(a, keys) = key;
	return &keys->v[keys->n - 1];
}

static keys_t collect(struct arena *a, enum field_id f, struct preds *preds)
{
	keys_t keys = {};
	size_t i, k;

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

static bool fill(struct set *s, const keys_t *keys)
{
	size_t i;

	memset(s->slots, 0, (s->mask + 1) * sizeof(*s->slots));
	for (i = 0; i < keys->n; i++) {
		if (!insert(s, &keys->v[i]))
			return false;
	}
	return true;
}

static void place(struct arena *a, const keys_t *keys, struct set *s)
{
	size_t slots = 4;

	while (slots < 2 * keys->n)
		slots *= 2;
	for (;; slots *= 2) {
		s->mask = slots - 1;
		s->slots = arena_alloc(a, slots * sizeof(*s->slots));
		for (s->seed = 0; s->seed < SEEDS; s->seed++) {
			if (fill(s, keys))
				return;
		}
	}
}

void set_build(struct arena *a, struct outs *outs, enum field_id f, struct preds *preds,
	       struct set *out)
{
	keys_t keys = collect(a, f, preds);
	size_t i;

	*out = (struct set){};
	for (i = 0; i < keys.n; i++) {
		struct key *k = &keys.v[i];

		k->out = outs_add(outs, k->preds.v, k->preds.n);
		if (k->out >= 0)
			continue;
		outs_drop(k->preds.v, k->preds.n);
		k->out = outs_add(outs, k->preds.v, k->preds.n);
	}
	if (keys.n)
		place(a, &keys, out);
}
