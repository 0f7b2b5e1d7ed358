/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From values to predicate bits: hash sets, ranges, automata. Pure: no helper and no map, so
 * the same code runs in the kernel, on the host and under sanitizers. Loops are bounded by
 * constants of kern/abi.h.
 */
#pragma once
#include "kern/img.h"

/* Makes the predicates of out number n true. */
INLINE void match_out(struct img im, __u64 *truth, __u32 n)
{
	const struct img_out *o = img_at(im, img_head(im)->outs, n, sizeof(*o));

	for (int i = 0; i < OUT_WORDS; i++) {
		if (!o->set[i].mask)
			break;
		truth[o->set[i].word & (PRED_WORDS - 1)] |= o->set[i].mask;
	}
}

INLINE void match_pred(__u64 *truth, __u32 pred)
{
	truth[(pred >> 6) & (PRED_WORDS - 1)] |= 1ULL << (pred & 63);
}

/* Slot at which a text is looked for first. gen/set.c fills tables with it. */
INLINE __u32 set_hash(__u64 k0, __u64 k1, __u32 seed)
{
	__u64 h = (k0 ^ seed) * 0x9e3779b97f4a7c15ULL;

	h = (h ^ (h >> 29) ^ k1) * 0xbf58476d1ce4e5b9ULL;
	return h >> 32;
}

/* text: SHORT_SIZE bytes padded with NUL, as two words. */
INLINE void match_set(struct img im, const struct img_field *f, const __u64 *text, __u64 *truth)
{
	__u32 at = set_hash(text[0], text[1], f->set_seed);

	for (int i = 0; i < PROBE_MAX; i++) {
		const struct img_slot *s = img_at(im, f->set, (at + i) & f->set_mask, sizeof(*s));

		if (!s->out)
			return;
		if (s->key[0] == text[0] && s->key[1] == text[1]) {
			match_out(im, truth, s->out - 1);
			return;
		}
	}
}

/*
 * Compares the number that range i is about: num by field, 64 of them, have says which are
 * there. Returns the field's bit if its number is outside. Without a branch: each one would
 * double what the verifier follows.
 */
INLINE __u64 match_range(struct img im, __u32 i, const __s64 *num, __u64 have, __u64 *truth)
{
	const struct img_range *r = img_at(im, img_head(im)->ranges, i, sizeof(*r));
	__u32 f = r->field & 63, pred = r->pred;
	__u64 at = ((__u64)num[f] & r->mask) - r->low, width = r->width, there = have >> f & 1;
	/* the borrow of width - at: 1 if at > width */
	__u64 outside = ((~width & at) | ((~width | at) & (width - at))) >> 63;

	truth[(pred >> 6) & (PRED_WORDS - 1)] |= (there & ~outside) << (pred & 63);
	return (there & outside) << f;
}

INLINE const struct img_automaton *automaton(struct img im, __u32 a)
{
	return img_at(im, img_head(im)->automata, a, sizeof(struct img_automaton));
}

INLINE __u32 match_next(struct img im, const struct img_automaton *a, __u32 state, __u32 symbol)
{
	__u32 class = img_u8(im, a->classes + symbol);

	return img_u16(im, a->trans + 2 * (state * a->n_classes + class));
}

/* Of a state from first_out on. */
INLINE __u32 match_out_of(struct img im, const struct img_automaton *a, __u32 state)
{
	return img_u32(im, a->outs + 4 * (state - a->first_out));
}

/* One symbol: next state, with its output. */
INLINE __u32 match_step(struct img im, const struct img_automaton *a, __u32 state, __u32 symbol,
			__u64 *truth)
{
	state = match_next(im, a, state, symbol);
	if (state >= a->first_out)
		match_out(im, truth, match_out_of(im, a, state));
	return state;
}

/*
 * What a scan does in a state with an output. In the kernel a function of its own (kern/text.h;
 * ctx is the scratch slot): inline it would be verified again for every byte.
 */
#ifdef __bpf__
INLINE void scan_hit(struct img im, __u64 *truth, __u32 ctx, __u32 out);
#else
INLINE void scan_hit(struct img im, __u64 *truth, __u32 ctx, __u32 out)
{
	(void)ctx;
	match_out(im, truth, out);
}
#endif

#define SCAN_CHUNK 64

/*
 * Up to SCAN_CHUNK of n bytes, until a state has an output or n bytes are done; returns the state
 * and leaves in *done how many were read. Nothing is called from the loop, so that everything in
 * it stays in registers. first_out is read anew for each byte: what a comparison taught the
 * verifier about a register would multiply the states it follows.
 */
INLINE __u32 match_run(struct img im, const struct img_automaton *a, __u32 state,
		       const unsigned char *text, __u32 n, __u32 *done)
{
	const volatile __u32 *first_out = &a->first_out;
	__u32 trans = a->trans, width = a->n_classes, i;
	/* IMAGE_SLACK leaves room for all symbols behind a masked offset */
	const unsigned char *classes = img_at(im, a->classes, 0, 0);

	for (i = 0; i < SCAN_CHUNK; i++) {
		if (i >= n)
			break;
		state = img_u16(im, trans + 2 * (state * width + classes[text[i]]));
		if (state >= *first_out) {
			i++;
			break;
		}
	}
	*done = i;
	return state;
}

/* The first SCAN_CHUNK bytes of n, with their outputs. */
INLINE __u32 match_scan(struct img im, const struct img_automaton *a, __u32 state,
			const unsigned char *text, __u32 n, __u64 *truth, __u32 ctx)
{
	const volatile __u32 *first_out = &a->first_out;
	__u32 trans = a->trans, width = a->n_classes;
	const unsigned char *classes = img_at(im, a->classes, 0, 0);

	for (__u32 i = 0; i < SCAN_CHUNK; i++) {
		if (i >= n)
			break;
		state = img_u16(im, trans + 2 * (state * width + classes[text[i]]));
		if (state >= *first_out)
			scan_hit(im, truth, ctx, match_out_of(im, a, state));
	}
	return state;
}
