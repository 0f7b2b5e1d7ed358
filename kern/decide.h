/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From predicate bits to rules. Pure, like kern/match.h. The life of an event:
 *
 *   exec   process predicates -> decide_guard(): shapes this process can still satisfy
 *   event  shapes of the type & live; numbers -> decide_shape(); paths -> automata;
 *          decide_conj() for the conjunctions that true predicates trigger
 *
 * Truth is three-valued: a bit of unknown says that the false bit of truth is not certain.
 */
#pragma once
#include "kern/match.h"

enum verdict { VERDICT_NO, VERDICT_SURE, VERDICT_UNSURE };

/* n tests from first on, all of which must hold. */
INLINE enum verdict decide_tests(struct img im, __u32 first, __u32 n, const __u64 *truth,
				 const __u64 *unknown)
{
	__u32 tests = img_head(im)->tests;
	__u64 unsure = 0;

	for (__u32 i = 0; i < TEST_MAX; i++) {
		const struct img_test *t;
		__u32 w;
		__u64 u;

		if (i >= n)
			break;
		t = img_at(im, tests, first + i, sizeof(*t));
		w = t->word & (PRED_WORDS - 1);
		u = unknown[w] & t->mask;
		if ((truth[w] ^ t->want) & t->mask & ~u)
			return VERDICT_NO;
		unsure |= u;
	}
	return unsure ? VERDICT_UNSURE : VERDICT_SURE;
}

/* The same for one test. */
INLINE enum verdict decide_one(struct img im, __u32 i, const __u64 *truth, const __u64 *unknown)
{
	const struct img_test *t = img_at(im, img_head(im)->tests, i, sizeof(*t));
	__u32 w = t->word & (PRED_WORDS - 1);
	__u64 u = unknown[w] & t->mask;

	if ((truth[w] ^ t->want) & t->mask & ~u)
		return VERDICT_NO;
	return u ? VERDICT_UNSURE : VERDICT_SURE;
}

/* The predicates of a field that could not be read to the end: those not true are unknown. */
INLINE void decide_unknown(struct img im, __u32 f, const __u64 *truth, __u64 *unknown)
{
	const struct img_field *field = img_at(im, img_head(im)->fields, f, sizeof(*field));

	for (__u32 w = 0; w < PRED_WORDS; w++)
		unknown[w] |= img_u64(im, field->preds_word + 8 * w) & ~truth[w];
}

/* The predicates of a field that has two values at once: all are unknown. */
INLINE void decide_doubtful(struct img im, __u32 f, __u64 *unknown)
{
	const struct img_field *field = img_at(im, img_head(im)->fields, f, sizeof(*field));

	for (__u32 w = 0; w < PRED_WORDS; w++)
		unknown[w] |= img_u64(im, field->preds_word + 8 * w);
}

INLINE const struct img_guard *guard_at(struct img im, __u32 i)
{
	return img_at(im, img_head(im)->guards, i, sizeof(struct img_guard));
}

/* Whether a process can satisfy the shapes of a guard, given the process predicates. */
INLINE bool decide_guard(struct img im, const struct img_guard *g, const __u64 *truth,
			 const __u64 *unknown)
{
	return decide_tests(im, g->first_test, g->n_tests, truth, unknown) != VERDICT_NO;
}

INLINE const struct img_shape *shape_at(struct img im, __u32 i)
{
	return img_at(im, img_head(im)->shapes, i, sizeof(struct img_shape));
}

/* Whether a shape holds, now that the numbers are known. */
INLINE bool decide_shape(struct img im, __u32 i, const __u64 *truth, const __u64 *unknown)
{
	const struct img_shape *s = shape_at(im, i);

	return decide_tests(im, s->first_test, s->n_tests, truth, unknown) != VERDICT_NO;
}

/* Tests one conjunction, its exclusions aside; on a match writes the hit. */
INLINE bool decide_conj(struct img im, __u32 i, __u64 type_bit, __u64 shapes, const __u64 *truth,
			const __u64 *unknown, struct hit *hit)
{
	const struct img_conj *c = img_at(im, img_head(im)->conjs, i, sizeof(*c));
	enum verdict v;

	if (!(c->types & type_bit) || !(shapes & (1ULL << (c->shape & 63))))
		return false;
	v = decide_tests(im, c->first_test, c->n_tests, truth, unknown);
	if (v == VERDICT_NO)
		return false;
	hit->rule = c->rule;
	hit->flags = v == VERDICT_UNSURE || (c->flags & CONJ_RESIDUAL) ? HIT_UNSURE : 0;
	return true;
}

/* Tests of all exclusions of a conjunction. */
INLINE __u32 decide_n_exclude(struct img im, __u32 i)
{
	const struct img_conj *c = img_at(im, img_head(im)->conjs, i, sizeof(*c));

	return c->n_exclude;
}

/* Whether an exclusion holds among the EXCLUDE_CHUNK tests from from on. Sums instead of branches:
 * the verifier goes through every branch of every round. */
INLINE enum verdict decide_exclude(struct img im, __u32 i, __u32 from, const __u64 *truth,
				   const __u64 *unknown)
{
	const struct img_conj *c = img_at(im, img_head(im)->conjs, i, sizeof(*c));
	__u32 tests = img_head(im)->tests, first = c->first_exclude, n = c->n_exclude;
	__u64 fails = 0, unsure = 0, perhaps = 0;

	for (__u32 k = 0; k < EXCLUDE_CHUNK; k++) {
		const struct img_test *t;
		__u64 u;
		__u32 w;

		if (from + k >= n)
			break;
		t = img_at(im, tests, first + from + k, sizeof(*t));
		w = t->word & (PRED_WORDS - 1);
		u = unknown[w] & t->mask;
		fails |= (truth[w] ^ t->want) & t->mask & ~u;
		unsure |= u;
		if (!t->last)
			continue;
		if (!(fails | unsure))
			return VERDICT_SURE;
		perhaps |= !fails;
		fails = unsure = 0;
	}
	return perhaps ? VERDICT_UNSURE : VERDICT_NO;
}

/* What a hit is, given what decide_exclude() said of a part of its conjunction's exclusions; false:
 * it is none. */
INLINE bool decide_excluded(struct hit *hit, enum verdict exclude)
{
	if (exclude == VERDICT_UNSURE)
		hit->flags |= HIT_UNSURE;
	return exclude != VERDICT_SURE;
}
