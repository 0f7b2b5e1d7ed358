/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kern/decide.h over scratch memory, in pieces that the verifier checks one by one (global
 * functions). Knows values, not where they come from, so the tests run it on values of theirs.
 *
 *   eval_numbers   numbers of an event -> shapes that still hold
 *   eval_path      one view of a path -> its predicates
 *   eval_rules     all predicates -> hits
 */
#pragma once
#include "kern/text.h"

/* What a name by prctl makes uncertain: Falco takes it over at fork, the exec does not. */
#define NAME_FIELDS (FIELD_BIT(FIELD_PROC_NAME) | FIELD_BIT(FIELD_PROC_CMDLINE))

GLOBAL int eval_unknown_field(__u32 idx, __u32 f)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || f >= FIELD_KERNEL_COUNT || !get_image(s, &im))
		return 0;
	if ((s->proc.flags & PROC_RENAMED) && (NAME_FIELDS & FIELD_BIT(f)))
		decide_doubtful(im, f, s->unknown);
	else
		decide_unknown(im, f, s->truth, s->unknown);
	return 0;
}

/* Masks whose bits are looked at one by one stay in memory (volatile): of a register the
 * verifier would remember every bit it has seen, one state for each combination. */
GLOBAL int eval_unknown(__u32 idx, __u64 fields)
{
	struct scratch *s = scratch_at(idx);
	volatile __u64 *todo;

	if (!s)
		return 0;
	s->any_unknown = 1;
	todo = &s->mask;
	*todo = fields;
	for (__u32 f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (*todo & FIELD_BIT(f))
			eval_unknown_field(idx, f);
	}
	return 0;
}

INLINE const struct img_field *field_at(struct img im, __u32 f)
{
	return img_at(im, img_head(im)->fields, f, sizeof(struct img_field));
}

INLINE void eval_whole(__u32 idx, struct img im, __u32 a, __u32 off, __u32 len, bool end)
{
	__u32 state;

	if (!automaton(im, a)->n_states)
		return;
	state = scan_text(idx, a, scan_start(im, a), off, len);
	if (end)
		scan_symbol(idx, a, state, SYM_END);
}

/* Starts the event: the process bits are in s->truth, event bits empty. */
INLINE void eval_start(__u32 idx, struct scratch *s, struct img im)
{
	__builtin_memset(s->truth + PROC_WORDS, 0, EVENT_WORDS * sizeof(*s->truth));
	if (s->any_unknown)
		__builtin_memset(s->unknown, 0, sizeof(s->unknown));
	s->any_unknown = 0;
	s->n_hits = 0;
	s->nameless = 0;
	s->overflow = s->has_beyond = 0;
	s->path_hit = 0;
	s->raw_hit = 0;
	s->flags = 0;
	s->paths = 0;
	if (s->proc.unknown)
		eval_unknown(idx, s->proc.unknown);
}

/* Truths about names of users; NULL: nothing is known. */
INLINE void eval_names(__u32 idx, struct scratch *s, const __u64 *bits)
{
	if (!bits) {
		s->nameless = 1;
		eval_unknown(idx, FIELD_BIT(FIELD_NAME_FACTS));
		return;
	}
	for (__u32 w = 0; w < EVENT_WORDS; w++)
		s->truth[PROC_WORDS + w] |= bits[w];
}

#define RANGE_CHUNK 16

/* The first RANGE_CHUNK of n ranges from first on. */
INLINE void eval_range_chunk(struct scratch *s, struct img im, __u32 first, __u32 n)
{
	__u64 outside = 0;

	for (__u32 i = 0; i < RANGE_CHUNK; i++) {
		if (i >= n)
			break;
		outside |= match_range(im, first + i, s->num, s->have, s->truth);
	}
	s->outside |= outside;
}

GLOBAL int eval_ranges(__u32 idx, __u32 first, __u32 n)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (s && get_image(s, &im))
		eval_range_chunk(s, im, first, n);
	return 0;
}

/* Shape i, if its tests hold. */
GLOBAL int eval_shape(__u32 idx, __u32 i)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || i >= SHAPE_MAX || !get_image(s, &im))
		return 0;
	return decide_shape(im, i, s->truth, s->unknown);
}

/* Shapes that hold; those without tests are seen at once. */
INLINE void eval_shapes(__u32 idx, struct scratch *s, struct img im)
{
	volatile __u64 *todo = &s->mask;

	*todo = s->proc.live & img_head(im)->type_shapes[s->type_slot & 63];
	for (__u32 i = 0; i < SHAPE_MAX; i++) {
		const struct img_shape *shape;
		__u64 rest = *todo >> i;

		if (!rest)
			break;
		if (!(rest & 1))
			continue;
		shape = shape_at(im, i);
		if (shape->n_tests && !eval_shape(idx, i))
			continue;
		s->shapes |= 1ULL << i;
		s->paths |= shape->paths;
		s->flags |= shape->flags;
	}
}

/* s->num and s->have in; a number that is also unsure is right only for the ranges it is in.
 * Returns whether any shape is left. */
GLOBAL int eval_numbers(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	const struct img_ranges *ranges;
	struct img im;
	__u64 doubt;

	if (!s || !get_image(s, &im))
		return 0;
	s->outside = 0;
	ranges = &img_head(im)->type_ranges[s->type_slot & 63];
	eval_range_chunk(s, im, ranges->first, ranges->n);
	for (__u32 i = RANGE_CHUNK; i < TYPE_RANGE_MAX; i += RANGE_CHUNK) {
		if (i >= ranges->n)
			break;
		eval_ranges(idx, ranges->first + i, ranges->n - i);
	}
	doubt = s->unsure & (s->outside | ~s->have);
	if (doubt)
		eval_unknown(idx, doubt);
	s->shapes = 0;
	eval_shapes(idx, s, im);
	return s->shapes != 0;
}

/* Forgets what another view of the path said. */
INLINE void path_reset(struct scratch *s, struct img im)
{
	for (__u32 w = 0; w < EVENT_WORDS; w++) {
		__u64 mine = img_head(im)->path_words[w];

		s->truth[PROC_WORDS + w] &= ~mine;
		s->unknown[PROC_WORDS + w] &= ~mine;
	}
}

/* What its beginning does not settle. */
INLINE void path_unknown(struct scratch *s, struct img im)
{
	for (__u32 w = 0; w < EVENT_WORDS; w++)
		s->unknown[PROC_WORDS + w] |=
			img_head(im)->path_words[w] & ~s->truth[PROC_WORDS + w];
	s->any_unknown = 1;
}

INLINE void path_exists(struct scratch *s, struct img im, __u32 f)
{
	__u32 exists = field_at(im, f)->exists;

	if (exists)
		match_pred(s->truth, exists - 1);
}

/* Most paths are short and have no output until their end: no call for them. */
INLINE void scan_path(__u32 idx, struct scratch *s, struct img im, __u32 aut, __u32 off, __u32 len,
		      bool end)
{
	const struct img_automaton *a = automaton(im, aut);
	__u32 state = a->start, done = 0;
	__u64 at = off;

	OPAQUE(at);
	if (at > DATA_SIZE - SCAN_CHUNK)
		return;
	state = match_run(im, a, state, s->data + at, len, &done);
	if (done && state >= a->first_out) /* as elsewhere, nothing is said of the start itself */
		scan_out(idx, match_out_of(im, a, state));
	if (done < len)
		state = scan_text(idx, aut, state, off + done, len - done);
	if (!end || !state)
		return;
	state = match_next(im, a, state, aut == AUT_FD_NAME ? s->path_end : SYM_END);
	if (state >= a->first_out)
		scan_out(idx, match_out_of(im, a, state));
}

/* One view of fd.name; s->path_end: how it ends. */
GLOBAL int eval_path(__u32 idx, __u32 off, __u32 len, __u32 state)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	if (s->path_hit || s->any_unknown)
		path_reset(s, im);
	s->path_hit = 0;
	if (state == TEXT_NONE)
		return 0;
	path_exists(s, im, FIELD_FD_NAME);
	path_exists(s, im, FIELD_FD_DIRECTORY);
	if (s->path_end == SYM_END)
		path_exists(s, im, FIELD_FD_FILENAME);
	if (state != TEXT_UNREADABLE && automaton(im, AUT_FD_NAME)->n_states)
		scan_path(idx, s, im, AUT_FD_NAME, off, len, state == TEXT_WHOLE);
	if (state != TEXT_WHOLE)
		path_unknown(s, im);
	return 0;
}

/* A path that a call was given: PATH1 or PATH2. */
GLOBAL int eval_given(__u32 idx, __u32 f, __u32 off, __u32 len, __u32 state)
{
	__u32 aut = f == FIELD_PATH1 ? AUT_PATH1 : AUT_PATH2;
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || f >= FIELD_KERNEL_COUNT || !get_image(s, &im) || state == TEXT_NONE)
		return 0;
	path_exists(s, im, f);
	if (state != TEXT_UNREADABLE && automaton(im, aut)->n_states)
		scan_path(idx, s, im, aut, off, len, state == TEXT_WHOLE);
	if (state != TEXT_WHOLE)
		eval_unknown(idx, 1ULL << (f & 63));
	return 0;
}

/* The working directory, to which a slash belongs. */
GLOBAL int eval_cwd(__u32 idx, __u32 off, __u32 len, __u32 state)
{
	struct scratch *s = scratch_at(idx);
	__u32 at;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	/* what was read of a cut one is its end */
	if (state != TEXT_WHOLE) {
		eval_unknown(idx, FIELD_BIT(FIELD_PROC_CWD));
		return 0;
	}
	if (!automaton(im, AUT_CWD)->n_states)
		return 0;
	at = scan_text(idx, AUT_CWD, scan_start(im, AUT_CWD), off, len);
	if (len > 1) /* the root has its slash */
		at = scan_symbol(idx, AUT_CWD, at, '/');
	scan_symbol(idx, AUT_CWD, at, SYM_END);
	return 0;
}

/* The path as it was written, the same in every view. */
GLOBAL int eval_raw(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	s->raw_hit = 0;
	if (s->written.state == TEXT_NONE)
		return 0;
	path_exists(s, im, FIELD_FD_NAMERAW);
	s->path_hit = 0;
	if (s->written.state != TEXT_UNREADABLE)
		eval_whole(idx, im, AUT_FD_NAMERAW, s->written.off, s->written.len,
			   s->written.state == TEXT_WHOLE);
	if (s->written.state != TEXT_WHOLE)
		eval_unknown(idx, FIELD_BIT(FIELD_FD_NAMERAW));
	s->raw_hit = s->path_hit;
	s->path_hit = 0;
	return 0;
}

/* Userspace decides all rules of the event; but what is lost of it is counted by rule. */
INLINE void add_beyond(struct scratch *s, __u32 rule)
{
	if (!s->has_beyond)
		__builtin_memset(s->beyond, 0, sizeof(s->beyond));
	s->has_beyond = s->overflow = 1;
	if (rule < RULE_MAX)
		s->beyond[rule / 64] |= 1ULL << (rule & 63);
}

/* A rule may match in several ways and views: the surest, and the view as written, are kept. */
GLOBAL int add_hit(__u32 idx, __u32 rule, __u32 flags)
{
	struct scratch *s = scratch_at(idx);
	__u32 n;

	if (!s)
		return 0;
	n = s->n_hits;
	for (__u32 i = 0; i < HIT_MAX; i++) {
		if (i >= n)
			break;
		if (s->hits[i].rule == rule) {
			if ((s->hits[i].flags & HIT_UNSURE) && !(flags & HIT_UNSURE))
				s->hits[i].flags = flags;
			return 0;
		}
	}
	if (n >= HIT_MAX) {
		add_beyond(s, rule);
		return 0;
	}
	s->hits[n].rule = rule;
	s->hits[n].flags = flags;
	s->n_hits = n + 1;
	return 0;
}

GLOBAL int eval_exclude(__u32 idx, __u32 i, __u32 from)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return VERDICT_NO;
	return decide_exclude(im, i, from, s->truth, s->unknown);
}

GLOBAL int eval_conj(__u32 idx, __u32 i)
{
	struct scratch *s = scratch_at(idx);
	struct hit hit = {};
	struct img im;
	__u32 n;

	if (!s || !get_image(s, &im))
		return 0;
	if (!decide_conj(im, i, TYPE_BIT(s->type_slot), s->shapes, s->truth, s->unknown, &hit))
		return 0;
	n = decide_n_exclude(im, i);
	for (__u32 from = 0; from < EXCLUDE_TESTS_MAX; from += EXCLUDE_CHUNK) {
		if (from >= n)
			break;
		if (!decide_excluded(&hit, eval_exclude(idx, i, from)))
			return 0;
	}
	add_hit(idx, hit.rule, hit.flags | s->view);
	return 0;
}

#define LIST_CHUNK 64

GLOBAL int eval_list_chunk(__u32 idx, __u32 first, __u32 n)
{
	struct scratch *s = scratch_at(idx);
	__u32 lists;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	lists = img_head(im)->lists;
	for (__u32 i = 0; i < LIST_CHUNK; i++) {
		if (i >= n)
			break;
		eval_conj(idx, img_u16(im, lists + 2 * (first + i)));
	}
	return 0;
}

/* n conjunctions from lists; more than LIST_MAX are left to userspace. */
GLOBAL int eval_list(__u32 idx, __u32 first, __u32 n)
{
	struct scratch *s = scratch_at(idx);

	if (!s)
		return 0;
	if (n > LIST_MAX)
		s->overflow = 1;
	for (__u32 i = 0; i < LIST_MAX; i += LIST_CHUNK) {
		if (i >= n)
			break;
		eval_list_chunk(idx, first + i, n - i);
	}
	return 0;
}

GLOBAL int eval_trigger(__u32 idx, __u32 pred)
{
	struct scratch *s = scratch_at(idx);
	const struct img_trigger *t;
	struct img im;

	if (!s || pred >= PRED_MAX || !get_image(s, &im))
		return 0;
	t = img_at(im, img_head(im)->triggers, pred, sizeof(*t));
	return eval_list(idx, t->first, t->n);
}

GLOBAL int eval_triggers(__u32 idx, __u32 word, __u64 bits)
{
	struct scratch *s = scratch_at(idx);
	volatile __u64 *todo;

	if (!s)
		return 0;
	todo = &s->mask;
	*todo = bits;
	for (__u32 b = 0; b < 64; b++) {
		if (!(*todo >> b))
			break;
		if ((*todo >> b) & 1)
			eval_trigger(idx, word * 64 + b);
	}
	return 0;
}

GLOBAL int eval_always_of(__u32 idx, __u32 i)
{
	struct scratch *s = scratch_at(idx);
	const struct img_shape *shape;
	struct img im;

	if (!s || i >= SHAPE_MAX || !get_image(s, &im))
		return 0;
	shape = img_at(im, img_head(im)->shapes, i, sizeof(*shape));
	return eval_list(idx, shape->first_always, shape->n_always);
}

GLOBAL int eval_always(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	volatile __u64 *todo;

	if (!s)
		return 0;
	todo = &s->shapes;
	for (__u32 i = 0; i < SHAPE_MAX; i++) {
		if (!(*todo >> i))
			break;
		if ((*todo >> i) & 1)
			eval_always_of(idx, i);
	}
	return 0;
}

/* All conjunctions that can hold: adds to s->hits. view: HIT_RESOLVED or 0. */
GLOBAL int eval_rules(__u32 idx, __u32 view)
{
	struct scratch *s = scratch_at(idx);
	__u32 from = PROC_WORDS;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	s->view = view;
	if (s->flags & SHAPE_PROC_TRIGGER)
		from = 0;
	for (__u32 w = 0; w < PRED_WORDS; w++) {
		__u64 bits = (s->truth[w] | s->unknown[w]) & img_head(im)->trigger_words[w];

		if (w >= from && bits)
			eval_triggers(idx, w, bits);
	}
	if (s->flags & SHAPE_HAS_ALWAYS)
		eval_always(idx);
	return 0;
}
