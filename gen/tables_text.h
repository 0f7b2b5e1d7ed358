/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One text against the tables of an image on the host: what the kernel does with its streams.
 * Internal to gen/tables.c.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "gen/field.h"
#include "kern/match.h"

static inline const struct img_field *img_field_of(struct img im, enum field_id f)
{
	return img_at(im, img_head(im)->fields, f, sizeof(struct img_field));
}

/* The automaton's state behind len bytes of text; what becomes true on the way goes to truth. */
__u32 scan_text(struct img im, enum automaton a, __u32 state, const char *text, size_t len,
		__u64 *truth);
/* The same for one symbol. 0 if the automaton has no states. */
__u32 scan_symbol(struct img im, enum automaton a, __u32 state, __u32 sym, __u64 *truth);
__u32 scan_start(struct img im, enum automaton a);
/* A text from its start on; end: to its end. Does nothing for AUT_COUNT, a field that has only its
 * set. */
void scan_whole(struct img im, enum automaton a, const char *text, size_t len, bool end,
		__u64 *truth);
/* Predicates that the hash set of the field has for the text. */
void scan_set(struct img im, enum field_id f, const char *text, size_t len, __u64 *truth);
/* Truth of the predicates of one field, given its text or, unless end, its beginning. Several
 * fields share an automaton; what it says about others is left out. */
void scan_field(struct img im, enum field_id f, const char *text, size_t len, bool end,
		__u64 *truth);
