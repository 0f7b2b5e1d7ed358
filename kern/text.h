/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Automata over the texts of scratch.data, and paths made absolute and normal. */
#pragma once
#include "kern/scratch.h"

GLOBAL int scan_out(__u32 idx, __u32 out)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	match_out(im, s->truth, out);
	s->path_hit = 1;
	return 0;
}

INLINE void scan_hit(struct img im, __u64 *truth, __u32 ctx, __u32 out)
{
	scan_out(ctx, out);
}

/* Runs automaton a over the first SCAN_CHUNK of n bytes; returns the new state. */
GLOBAL int scan_chunk(__u32 idx, __u32 a, __u32 state, __u32 off, __u32 n)
{
	struct scratch *s = scratch_at(idx);
	__u64 at = off;
	struct img im;

	OPAQUE(at);
	if (!s || !get_image(s, &im) || at > DATA_SIZE - SCAN_CHUNK)
		return 0;
	return match_scan(im, automaton(im, a), state, s->data + at, n, s->truth, idx);
}

INLINE __u32 scan_start(struct img im, __u32 a)
{
	return automaton(im, a)->start;
}

/* Stops early in the dead state. */
GLOBAL int scan_text(__u32 idx, __u32 a, __u32 state, __u32 off, __u32 len)
{
	for (__u32 i = 0; i < PATH_MAX_LEN; i += SCAN_CHUNK) {
		if (i >= len || !state)
			break;
		state = scan_chunk(idx, a, state, off + i, len - i);
	}
	return state;
}

GLOBAL int scan_symbol(__u32 idx, __u32 a, __u32 state, __u32 symbol)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im) || symbol >= SYM_COUNT)
		return 0;
	state = match_step(im, automaton(im, a), state, symbol, s->truth);
	if (state >= automaton(im, a)->first_out)
		s->path_hit = 1;
	return state;
}

/*
 * Textual normalisation: '.', '..' and repeated slashes go, links are not looked at. Bytes come
 * in pieces, '/' ends a component; the result grows in AREA_NORMAL behind a first '/'.
 */
INLINE void normal_start(struct scratch *s)
{
	s->data[AREA(AREA_NORMAL)] = '/';
	s->norm.out = 1;
	s->norm.start = 1;
	s->norm.depth = 0;
	s->norm.cut = 0;
	s->norm.starts[0] = 1;
}

INLINE void normal_component(struct scratch *s)
{
	unsigned char *out = s->data + AREA(AREA_NORMAL);
	__u32 start = s->norm.start & 4095, len = s->norm.out - s->norm.start;
	__u32 depth = s->norm.depth;

	if (!len)
		return;
	if (len == 1 && out[start] == '.') {
		s->norm.out = start;
		return;
	}
	if (len == 2 && out[start] == '.' && out[start + 1] == '.') {
		if (depth)
			depth--;
		s->norm.depth = depth;
		s->norm.start = s->norm.out = s->norm.starts[depth & (COMPONENTS_MAX - 1)];
		return;
	}
	out[s->norm.out & 4095] = '/';
	s->norm.out++;
	s->norm.start = s->norm.out;
	s->norm.depth = ++depth;
	s->norm.starts[depth & (COMPONENTS_MAX - 1)] = s->norm.out;
	if (depth >= COMPONENTS_MAX)
		s->norm.cut = 1;
}

GLOBAL int normal_chunk(__u32 idx, __u32 off, __u32 n)
{
	struct scratch *s = scratch_at(idx);
	__u64 at = off;

	OPAQUE(at);
	if (!s || at > DATA_SIZE - SCAN_CHUNK)
		return 0;
	for (__u32 i = 0; i < SCAN_CHUNK; i++) {
		unsigned char c;

		if (i >= n)
			break;
		c = s->data[at + i];
		if (c == '/') {
			normal_component(s);
			continue;
		}
		s->data[AREA(AREA_NORMAL) + (s->norm.out & 4095)] = c;
		if (s->norm.out < 4094)
			s->norm.out++;
		else
			s->norm.cut = 1;
	}
	return 0;
}

GLOBAL int normal_add(__u32 idx, __u32 off, __u32 len)
{
	for (__u32 i = 0; i < PATH_MAX_LEN; i += SCAN_CHUNK) {
		if (i >= len)
			break;
		normal_chunk(idx, off + i, len - i);
	}
	return 0;
}

INLINE void normal_end(struct scratch *s)
{
	normal_component(s);
	if (s->norm.out > 1 && s->norm.out == s->norm.start)
		s->norm.out--;
	s->normal.off = AREA(AREA_NORMAL);
	s->normal.len = s->norm.out & 4095;
	s->normal.state = s->norm.cut ? TEXT_CUT : TEXT_WHOLE;
}
