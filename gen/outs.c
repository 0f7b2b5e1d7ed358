/* SPDX-License-Identifier: Apache-2.0 */
/* See outs.h. */
#include "gen/outs.h"

#include <string.h>

static const char no_room[] =
	"more comparisons are true for one value than an output of the kernel's tables can hold";

/* Per word of the truth vector, the bits of the predicates that are decided by tables. */
static size_t collect(struct pred *const *preds, size_t n, uint64_t words[PRED_WORDS])
{
	size_t i, used = 0;

	memset(words, 0, PRED_WORDS * sizeof(*words));
	for (i = 0; i < n; i++) {
		uint64_t *w;

		if (preds[i]->bit < 0 || preds[i]->dropped)
			continue;
		w = &words[preds[i]->bit / 64];
		used += !*w;
		*w |= 1ULL << (preds[i]->bit % 64);
	}
	return used;
}

static uint32_t bucket_of(const struct img_out *out)
{
	uint64_t h = 0;
	size_t i;

	for (i = 0; i < OUT_WORDS; i++)
		h = (h ^ out->set[i].mask ^ out->set[i].word) * 0x9e3779b97f4a7c15ULL;
	return (h >> 32) % OUTS_BUCKETS;
}

static int intern(struct outs *o, const struct img_out *out)
{
	uint32_t *bucket = &o->buckets[bucket_of(out)], i;

	for (i = *bucket; i; i = o->next.v[i - 1]) {
		if (!memcmp(&o->list.v[i - 1], out, sizeof(*out)))
			return i - 1;
	}
	*vec_add(o->arena, &o->list) = *out;
	*vec_add(o->arena, &o->next) = *bucket;
	*bucket = o->list.n;
	return o->list.n - 1;
}

int outs_add(struct outs *o, struct pred *const *preds, size_t n)
{
	uint64_t words[PRED_WORDS];
	struct img_out out = {};
	size_t w, k = 0;

	if (collect(preds, n, words) > OUT_WORDS)
		return -1;
	for (w = 0; w < PRED_WORDS; w++) {
		if (!words[w])
			continue;
		out.set[k].mask = words[w];
		out.set[k++].word = w;
	}
	return intern(o, &out);
}

static size_t emptiest(const uint64_t words[PRED_WORDS])
{
	size_t w, best = PRED_WORDS;

	for (w = 0; w < PRED_WORDS; w++) {
		if (words[w] && (best == PRED_WORDS || __builtin_popcountll(words[w]) <
							       __builtin_popcountll(words[best])))
			best = w;
	}
	return best;
}

void outs_drop(struct pred *const *preds, size_t n)
{
	uint64_t words[PRED_WORDS];
	size_t i, w;

	while (collect(preds, n, words) > OUT_WORDS) {
		w = emptiest(words);
		for (i = 0; i < n; i++) {
			if (preds[i]->bit >= 0 && (size_t)preds[i]->bit / 64 == w)
				preds[i]->dropped = no_room;
		}
	}
}
