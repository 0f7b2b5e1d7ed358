/* SPDX-License-Identifier: Apache-2.0 */
/* See tables_text.h. */
#include "gen/tables_text.h"

#include <string.h>

#include "gen/pattern.h"

__u32 scan_text(struct img im, enum automaton a, __u32 state, const char *text, size_t len,
		__u64 *truth)
{
	const struct img_automaton *aut = automaton(im, a);
	size_t n;

	for (; len && aut->n_states; len -= n, text += n) {
		n = len < SCAN_CHUNK ? len : SCAN_CHUNK;
		state = match_scan(im, aut, state, (const unsigned char *)text, n, truth, 0);
	}
	return state;
}

__u32 scan_symbol(struct img im, enum automaton a, __u32 state, __u32 sym, __u64 *truth)
{
	const struct img_automaton *aut = automaton(im, a);

	return aut->n_states ? match_step(im, aut, state, sym, truth) : 0;
}

__u32 scan_start(struct img im, enum automaton a)
{
	return automaton(im, a)->start;
}

void scan_whole(struct img im, enum automaton a, const char *text, size_t len, bool end,
		__u64 *truth)
{
	__u32 state;

	if (a == AUT_COUNT)
		return;
	state = scan_text(im, a, scan_start(im, a), text, len, truth);
	if (end)
		scan_symbol(im, a, state, SYM_END, truth);
}

/* Arguments as they stand in the stream of the command line, behind an empty name. */
static void scan_args(struct img im, const char *text, size_t len, bool end, __u64 *truth)
{
	__u32 state = scan_start(im, AUT_CMD);

	if (len) {
		state = scan_symbol(im, AUT_CMD, state, SYM_SEP, truth);
		state = scan_text(im, AUT_CMD, state, text, len, truth);
	}
	if (end)
		scan_symbol(im, AUT_CMD, state, SYM_END, truth);
}

/* A directory as that of a file in it; the root already ends with the slash. */
static void scan_directory(struct img im, const char *text, size_t len, bool end, __u64 *truth)
{
	__u32 state = scan_text(im, AUT_FD_NAME, scan_start(im, AUT_FD_NAME), text, len, truth);

	if (!end)
		return;
	if (len && (len > 1 || *text != '/'))
		state = scan_symbol(im, AUT_FD_NAME, state, '/', truth);
	scan_symbol(im, AUT_FD_NAME, state, SYM_END, truth);
}

void scan_set(struct img im, enum field_id f, const char *text, size_t len, __u64 *truth)
{
	char key[SHORT_SIZE] = {};
	__u64 words[2];

	if (!img_field_of(im, f)->set || len >= sizeof(key))
		return;
	memcpy(key, text, len);
	memcpy(words, key, sizeof(words));
	match_set(im, img_field_of(im, f), words, truth);
}

void scan_field(struct img im, enum field_id f, const char *text, size_t len, bool end,
		__u64 *truth)
{
	const struct img_field *field = img_field_of(im, f);
	__u64 found[PRED_WORDS] = {};
	int w;

	if (pattern_automaton(f) == AUT_COUNT)
		return; /* no text that an automaton decides */
	if (f == FIELD_PROC_ARGS)
		scan_args(im, text, len, end, found);
	else if (f == FIELD_FD_DIRECTORY)
		scan_directory(im, text, len, end, found);
	else
		scan_whole(im, pattern_automaton(f), text, len, end, found);
	if (end)
		scan_set(im, f, text, len, found);
	for (w = 0; w < PRED_WORDS; w++)
		truth[w] |= found[w] & img_u64(im, field->preds_word + 8 * w);
}
