/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A process judged: from its name, its texts and what is known of its container to the bits and
 * the live shapes of s->proc. In pieces that the verifier checks one by one.
 */
#pragma once
#include "kern/container_id.h"
#include "kern/eval.h"

/* Whether the tests of guard i hold. */
GLOBAL int eval_guard(__u32 idx, __u32 i)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	return decide_guard(im, guard_at(im, i), s->truth, s->unknown);
}

#define GUARD_CHUNK 32

/* Most guards have one test: it is made in place. */
GLOBAL int eval_guards(__u32 idx, __u32 from, __u32 n)
{
	struct scratch *s = scratch_at(idx);
	volatile __u64 *live;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	live = &s->proc.live;
	for (__u32 i = 0; i < GUARD_CHUNK; i++) {
		const struct img_guard *g = guard_at(im, from + i);

		if (from + i >= n)
			break;
		if (!(g->shapes & ~*live))
			continue;
		if (g->n_tests == 1 &&
		    decide_one(im, g->first_test, s->truth, s->unknown) == VERDICT_NO)
			continue;
		if (g->n_tests > 1 && !eval_guard(idx, from + i))
			continue;
		*live |= g->shapes;
	}
	return 0;
}

GLOBAL int eval_live(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct img im;
	__u32 n;

	if (!s || !get_image(s, &im))
		return 0;
	s->proc.live = 0;
	n = img_head(im)->n_guards;
	for (__u32 i = 0; i < GUARD_MAX; i += GUARD_CHUNK) {
		if (i >= n)
			break;
		eval_guards(idx, i, n);
	}
	return 0;
}

INLINE void eval_short(struct scratch *s, struct img im, __u32 f, const char *text)
{
	const struct img_field *field = field_at(im, f);
	__u64 key[2];

	if (!field->set)
		return;
	__builtin_memcpy(key, text, sizeof(key));
	match_set(im, field, key, s->truth);
}

INLINE __u32 short_len(const char *text)
{
	__u32 n = 0;

	for (int i = 0; i < SHORT_SIZE - 1; i++) {
		if (!text[i])
			break;
		n++;
	}
	return n;
}

/* proc.name SEP args END; the name goes through AREA_NORMAL. */
INLINE void eval_command(__u32 idx, struct scratch *s, struct img im)
{
	__u32 state = scan_start(im, AUT_CMD), len = short_len(s->proc.name);
	__u32 exe = 0, n = s->argv.len;

	__builtin_memcpy(s->data + AREA(AREA_NORMAL), s->proc.name, COMM_SIZE);
	state = scan_text(idx, AUT_CMD, state, AREA(AREA_NORMAL), len);
	exe = s->norm.start; /* bytes of argv[0] with its NUL, see eval_process */
	if (n > exe) {
		state = scan_symbol(idx, AUT_CMD, state, SYM_SEP);
		/* the NUL behind the last argument is no blank */
		n -= exe + (s->argv.state == TEXT_WHOLE);
		state = scan_text(idx, AUT_CMD, state, s->argv.off + exe, n);
	}
	if (s->argv.state == TEXT_WHOLE)
		scan_symbol(idx, AUT_CMD, state, SYM_END);
}

/* Position of the first NUL of argv in a chunk plus one, or 0. */
GLOBAL int find_nul(__u32 idx, __u32 from)
{
	struct scratch *s = scratch_at(idx);
	__u64 at = from;

	OPAQUE(at);
	if (!s || at > ARGS_MAX - SCAN_CHUNK)
		return 0;
	for (__u32 i = 0; i < SCAN_CHUNK; i++) {
		if (!s->data[AREA(AREA_ARGV) + at + i])
			return from + i + 1;
	}
	return 0;
}

/* Length of argv[0] with its NUL, at most that of argv. */
GLOBAL int exe_size(__u32 idx, __u32 len)
{
	for (__u32 from = 0; from < ARGS_MAX; from += SCAN_CHUNK) {
		__u32 n;

		if (from >= len)
			break;
		n = find_nul(idx, from);
		if (n)
			return n < len ? n : len;
	}
	return len;
}

/* argv[0]; it ends for sure if something follows it, or if argv is whole. */
INLINE void eval_exe(__u32 idx, struct scratch *s, struct img im)
{
	__u32 size = s->norm.start, len = s->argv.len;
	bool ends = s->argv.state == TEXT_WHOLE || size < len;

	if (s->argv.state != TEXT_WHOLE && s->argv.state != TEXT_CUT)
		return;
	if (ends && size)
		size--; /* its NUL */
	eval_whole(idx, im, AUT_EXE, s->argv.off, size, ends);
}

#define PROC_TEXTS                                                                                 \
	(FIELD_BIT(FIELD_PROC_CMDLINE) | FIELD_BIT(FIELD_PROC_ARGS) | FIELD_BIT(FIELD_PROC_EXE))

/* s->facts as the daemon left them: what it does not know is unknown. */
INLINE void eval_facts(struct scratch *s, struct img im)
{
	s->proc.unknown &= ~FIELD_BIT(FIELD_CONTAINER_FACTS);
	if (!img_head(im)->n_facts)
		return;
	if (!s->facts.generation || !s->facts.sure)
		s->proc.unknown |= FIELD_BIT(FIELD_CONTAINER_FACTS);
	if (!s->facts.generation)
		return;
	for (int w = 0; w < PROC_WORDS; w++)
		s->truth[w] |= s->facts.bits[w];
}

/* The short texts and facts alone: enough to see that most processes have no candidates. */
GLOBAL int eval_process_short(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	char id[SHORT_SIZE];
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	__builtin_memset(s->truth, 0, sizeof(s->truth));
	__builtin_memset(s->unknown, 0, sizeof(s->unknown));
	eval_short(s, im, FIELD_PROC_NAME, s->proc.name);
	/* container.id ends with its NUL: what may stand behind it is not part of it */
	__builtin_memset(id, 0, sizeof(id));
	__builtin_memcpy(id, s->proc.container, ID_SHOWN);
	eval_short(s, im, FIELD_CONTAINER_ID, id);
	if (automaton(im, AUT_CONTAINER)->n_states) {
		__builtin_memcpy(s->data + AREA(AREA_NORMAL), s->proc.container, SHORT_SIZE);
		eval_whole(idx, im, AUT_CONTAINER, AREA(AREA_NORMAL), short_len(s->proc.container),
			   true);
	}
	eval_facts(s, im);
	return 0;
}

#define PROC_FIELDS (PROC_TEXTS | FIELD_BIT(FIELD_PROC_EXEPATH) | FIELD_BIT(FIELD_PROC_ENV))

/* What name and container alone say: whether the texts are worth reading. If not, the process is
 * judged: no rule can match it, and no rule asks for its bits. */
GLOBAL int eval_process_first(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	__u64 base = 0;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	eval_process_short(idx);
	for (int w = 0; w < PROC_WORDS; w++) {
		s->unknown[w] = img_head(im)->text_words[w] & ~s->truth[w];
		base |= img_head(im)->base_words[w];
	}
	s->any_unknown = 1;
	if (s->proc.unknown)
		eval_unknown(idx, s->proc.unknown);
	eval_live(idx);
	if (s->proc.live || base)
		return 1;
	s->proc.unknown |= PROC_FIELDS;
	__builtin_memcpy(s->proc.bits, s->truth, sizeof(s->proc.bits));
	return 0;
}

/* Empty variables at the end, more than their NUL, are not looked at. */
GLOBAL int eval_env(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	__u64 len = s ? s->env.len : 0;
	struct img im;

	OPAQUE(len);
	if (!s || !get_image(s, &im) || len > ARGS_MAX)
		return 0;
	if (s->env.state == TEXT_WHOLE && len) {
		len--; /* the NUL of the last one */
		if (len && !s->data[AREA(AREA_ENV) + len - 1])
			s->env.state = TEXT_CUT;
	}
	if (s->env.state != TEXT_UNREADABLE)
		eval_whole(idx, im, AUT_ENV, AREA(AREA_ENV), len, s->env.state == TEXT_WHOLE);
	return s->env.state != TEXT_WHOLE;
}

/* All of it: s->argv, s->exepath, s->proc.name and .container in; s->proc.bits, .unknown and
 * .live out. */
GLOBAL int eval_process(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct img im;
	__u64 unknown;

	if (!s || !get_image(s, &im))
		return 0;
	eval_process_short(idx);
	unknown = s->proc.unknown;
	s->norm.start = exe_size(idx, s->argv.len);
	if (automaton(im, AUT_CMD)->n_states)
		eval_command(idx, s, im);
	eval_exe(idx, s, im);
	if (s->exepath.state == TEXT_WHOLE || s->exepath.state == TEXT_CUT)
		eval_whole(idx, im, AUT_EXEPATH, s->exepath.off, s->exepath.len,
			   s->exepath.state == TEXT_WHOLE);
	if (s->argv.state == TEXT_CUT || s->argv.state == TEXT_UNREADABLE)
		unknown |= PROC_TEXTS;
	if (s->argv.state != TEXT_WHOLE && s->argv.len <= s->norm.start)
		unknown |= FIELD_BIT(FIELD_PROC_NAME); /* nothing said where it ends */
	if (s->env.state != TEXT_NONE && eval_env(idx))
		unknown |= FIELD_BIT(FIELD_PROC_ENV);
	if (s->exepath.state == TEXT_CUT || s->exepath.state == TEXT_UNREADABLE)
		unknown |= FIELD_BIT(FIELD_PROC_EXEPATH);
	s->proc.unknown = unknown;
	if (unknown)
		eval_unknown(idx, unknown);
	__builtin_memcpy(s->proc.bits, s->truth, sizeof(s->proc.bits));
	eval_live(idx);
	return 0;
}
