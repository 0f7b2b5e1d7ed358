/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See pattern.h. A field differs from others only by its alphabet: which symbols are part of
 * its text, what reads as a blank, and how its text ends.
 */
#include "gen/pattern.h"

#include <string.h>

#include "gen/glob.h"
#include "gen/match.h"
#include "gen/pattern_path.h"

struct alphabet {
	struct symset any; /* symbols of the text */
	struct symset end; /* what follows the text */
	bool nul_is_blank;
	bool sep_is_blank;
};

struct writer {
	struct arena *arena;
	struct alphabet alphabet;
	struct pattern p;
};

enum automaton pattern_automaton(enum field_id f)
{
	switch (f) {
	case FIELD_PROC_NAME:
	case FIELD_PROC_CMDLINE:
	case FIELD_PROC_ARGS:
		return AUT_CMD;
	case FIELD_PROC_EXE:
		return AUT_EXE;
	case FIELD_PROC_EXEPATH:
		return AUT_EXEPATH;
	case FIELD_CONTAINER_ID:
		return AUT_CONTAINER;
	case FIELD_PROC_ENV:
		return AUT_ENV;
	case FIELD_FD_NAMERAW:
		return AUT_FD_NAMERAW;
	case FIELD_PROC_CWD:
		return AUT_CWD;
	case FIELD_FD_NAME:
	case FIELD_FD_DIRECTORY:
	case FIELD_FD_FILENAME:
		return AUT_FD_NAME;
	case FIELD_PATH1:
		return AUT_PATH1;
	case FIELD_PATH2:
		return AUT_PATH2;
	default:
		return AUT_COUNT;
	}
}

static struct symset all_bytes(void)
{
	struct symset s = {};
	unsigned c;

	for (c = 0; c < 256; c++)
		symset_add(&s, c);
	return s;
}

static struct alphabet alphabet_of(enum field_id f)
{
	struct alphabet a = {.any = all_bytes()};

	symset_add(&a.end, SYM_END);
	if (f == FIELD_PROC_NAME)
		symset_add(&a.end, SYM_SEP);
	if (f == FIELD_FD_NAME) {
		symset_add(&a.end, SYM_END_DIR);
		symset_add(&a.end, SYM_END_FAILED);
	}
	a.nul_is_blank = f == FIELD_PROC_CMDLINE || f == FIELD_PROC_ARGS || f == FIELD_PROC_ENV;
	a.sep_is_blank = f == FIELD_PROC_CMDLINE;
	if (a.sep_is_blank)
		symset_add(&a.any, SYM_SEP);
	return a;
}

static void put(struct writer *w, struct symset set, bool loop)
{
	struct pattern *p = &w->p;

	/* Two loops over the same are one. */
	if (loop && p->n && p->v[p->n - 1].loop && !memcmp(&p->v[p->n - 1].set, &set, sizeof(set)))
		return;
	*vec_add(w->arena, p) = (struct elem){.set = set, .loop = loop};
}

static void put_end(struct writer *w)
{
	put(w, w->alphabet.end, false);
}

static void put_any(struct writer *w)
{
	put(w, w->alphabet.any, true);
}

/* One byte of the text, one of bytes. */
static void put_bytes(struct writer *w, const bool bytes[256])
{
	struct symset s = {};
	unsigned c;

	for (c = 0; c < 256; c++) {
		if (bytes[c])
			symset_add(&s, c);
	}
	if (bytes[' '] && w->alphabet.nul_is_blank)
		symset_add(&s, '\0');
	if (bytes[' '] && w->alphabet.sep_is_blank)
		symset_add(&s, SYM_SEP);
	put(w, s, false);
}

static void put_byte(struct writer *w, unsigned char c, bool nocase)
{
	bool bytes[256] = {};

	bytes[c] = true;
	if (nocase && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		bytes[c ^ 0x20] = true;
	put_bytes(w, bytes);
}

static void put_text(struct writer *w, const char *s, size_t len, bool nocase)
{
	size_t i;

	for (i = 0; i < len; i++)
		put_byte(w, s[i], nocase);
}

/* A star at the end needs no end: what comes then does not matter. */
static bool put_glob(struct writer *w, const struct alt *alt)
{
	const char *s = alt->text, *end = s + alt->len;
	struct glob_part part = {};
	bool fixed = false;

	while (s < end) {
		if (!glob_next(&s, end, alt->op == OP_IGLOB, &part))
			return false;
		if (part.star && fixed && s + strspn(s, "*") == end)
			return true;
		if (part.star)
			put_any(w);
		else
			put_bytes(w, part.bytes);
		if (!part.star)
			fixed = true;
	}
	put_end(w);
	return true;
}

/* ---- pmatch ---- */

static void put_slashes(struct writer *w, bool one)
{
	struct symset slash = {};

	symset_add(&slash, '/');
	if (one)
		put(w, slash, false);
	put(w, slash, true);
}

static struct symset no_slash(const struct writer *w)
{
	struct symset s = w->alphabet.any;

	s.w[0] &= ~(1ULL << '/');
	return s;
}

/* A pattern of one component, which is never empty. */
static bool put_component_glob(struct writer *w, const char *s, const char *end)
{
	struct glob_part part;
	bool fixed = false;

	for (const char *t = s; t < end; t++)
		fixed |= *t != '*';
	if (!fixed)
		put(w, no_slash(w), false);
	while (s < end) {
		if (!glob_next(&s, end, false, &part))
			return false;
		part.bytes['/'] = false;
		if (part.star)
			put(w, no_slash(w), true);
		else
			put_bytes(w, part.bytes);
	}
	return true;
}

static bool put_component(struct writer *w, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr("*?[", s[i]))
			return put_component_glob(w, s, s + len);
	}
	put_text(w, s, len, false);
	return true;
}

static bool put_pmatch(struct writer *w, const struct alt *alt)
{
	const char *s = alt->text;
	bool first = true;
	size_t len;
	struct symset after = w->alphabet.end;

	for (s += strspn(s, "/"); *s; s += strspn(s, "/")) {
		put_slashes(w, !first);
		first = false;
		len = strcspn(s, "/");
		if (!put_component(w, s, len))
			return false;
		s += len;
	}
	if (first)
		put_any(w); /* the root: every text passes */
	else
		symset_add(&after, '/');
	put(w, after, false);
	return true;
}

static bool put_alt(struct writer *w, const struct alt *alt)
{
	switch (alt->op) {
	case OP_EQ:
		put_text(w, alt->text, alt->len, false);
		put_end(w);
		return true;
	case OP_STARTSWITH:
	case OP_CONTAINS:
	case OP_ICONTAINS:
		if (alt->op != OP_STARTSWITH || !alt->len)
			put_any(w);
		put_text(w, alt->text, alt->len, alt->op == OP_ICONTAINS);
		if (!alt->len)
			put_end(w);
		return true;
	case OP_ENDSWITH:
		put_any(w);
		put_text(w, alt->text, alt->len, false);
		put_end(w);
		return true;
	case OP_GLOB:
	case OP_IGLOB:
		return put_glob(w, alt);
	case OP_PMATCH:
		return put_pmatch(w, alt);
	default:
		return false;
	}
}

/* Whether a pattern can be read from its text's end alone. */
static bool holds_for_empty(const struct pattern *p)
{
	size_t i;

	for (i = 0; i + 1 < p->n; i++) {
		if (!p->v[i].loop)
			return false;
	}
	return symset_has(&p->v[p->n - 1].set, SYM_END);
}

static struct pattern after_name(struct writer *w, const struct pattern *text)
{
	struct symset sep = {};
	size_t i;

	symset_add(&sep, SYM_SEP);
	w->p = (struct pattern){};
	put(w, all_bytes(), true);
	put(w, sep, false);
	for (i = 0; i < text->n; i++)
		put(w, text->v[i].set, text->v[i].loop);
	return w->p;
}

static size_t behind_name(struct writer *w, const struct pattern *text, struct pattern *out)
{
	bool empty = holds_for_empty(text);

	out[0] = after_name(w, text);
	if (!empty)
		return 1;
	/* No arguments: the name ends the stream. */
	w->p = (struct pattern){};
	put(w, all_bytes(), true);
	put_end(w);
	out[1] = w->p;
	return 2;
}

static size_t in_directory(struct arena *a, const struct alt *alt, const struct pattern *text,
			   struct pattern *out)
{
	const struct literal v = {.text = alt->text, .len = alt->len};

	return pattern_of_directory(a, text, match_text(alt->op, "/", 1, &v), holds_for_empty(text),
				    out);
}

size_t pattern_make(struct arena *a, enum field_id f, const struct alt *alt,
		    struct pattern out[PATTERNS_MAX])
{
	struct writer w = {.arena = a, .alphabet = alphabet_of(f)};
	struct pattern text;

	if (!put_alt(&w, alt))
		return 0;
	text = w.p;
	switch (f) {
	case FIELD_PROC_ARGS:
		return behind_name(&w, &text, out);
	case FIELD_FD_DIRECTORY:
		return in_directory(a, alt, &text, out);
	case FIELD_FD_FILENAME:
		return pattern_of_filename(a, &text, out);
	default:
		out[0] = text;
		return 1;
	}
}
