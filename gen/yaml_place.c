/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a byte of a scalar stands in its file. YAML folds, unindents and unescapes, but of all
 * characters that are not blank it keeps number and order: so both texts are walked side by
 * side, and blanks of the one are skipped to find the next character of the other.
 */
#include "gen/yaml.h"

#include <ctype.h>
#include <string.h>

#include "gen/arena.h"

struct walk {
	const char *p, *end;
	struct place at;
	enum ynode_style style;
};

static void step(struct walk *w)
{
	if (w->p == w->end)
		return;
	if (*w->p == '\n') {
		w->at.line++;
		w->at.column = 1;
	} else {
		w->at.column++;
	}
	do
		w->p++;
	while (w->p < w->end && ((unsigned char)*w->p & 0xc0) == 0x80);
}

static void steps(struct walk *w, size_t n)
{
	while (n--)
		step(w);
}

static bool is_blank(char c)
{
	return isspace((unsigned char)c);
}

static bool is_escape(const struct walk *w)
{
	return w->style == YSTYLE_DOUBLE && w->end - w->p >= 2 && *w->p == '\\';
}

/* The character at the walk's place, or the escape, stands for a blank or for nothing. */
static bool is_blank_here(const struct walk *w)
{
	if (!is_escape(w))
		return is_blank(*w->p);
	return strchr("tnvfr \t\n\r", w->p[1]) != NULL;
}

/* Over one character as YAML reads it. */
static void step_unit(struct walk *w)
{
	if (w->p == w->end)
		return;
	if (w->style == YSTYLE_SINGLE && w->end - w->p >= 2 && w->p[0] == '\'' && w->p[1] == '\'')
		steps(w, 2);
	else if (!is_escape(w))
		step(w);
	else
		steps(w, w->p[1] == 'x' ? 4 : w->p[1] == 'u' ? 6 : w->p[1] == 'U' ? 10 : 2);
}

/* To the first character of the content: over anchor and tag, opening quote, block header. */
static void skip_head(struct walk *w)
{
	while (w->p < w->end && (*w->p == '&' || *w->p == '!')) {
		while (w->p < w->end && !is_blank(*w->p))
			step(w);
		while (w->p < w->end && is_blank(*w->p))
			step(w);
	}
	if (w->style == YSTYLE_SINGLE || w->style == YSTYLE_DOUBLE)
		step(w);
	if (w->style != YSTYLE_BLOCK)
		return;
	while (w->p < w->end && *w->p != '\n')
		step(w);
}

static void make_places(struct arena *a, struct ynode *n)
{
	struct walk w = {
		.p = n->source->text + n->start,
		.end = n->source->text + n->source->len,
		.at = n->at,
		.style = n->style,
	};
	size_t i = 0;

	n->places = arena_alloc(a, (n->len + 1) * sizeof(*n->places));
	skip_head(&w);
	while (i < n->len) {
		while (!is_blank(n->text[i]) && w.p < w.end && is_blank_here(&w))
			step_unit(&w);
		n->places[i] = w.at;
		if (!is_blank(n->text[i]) || (w.p < w.end && is_blank_here(&w)))
			step_unit(&w);
		for (i++; i < n->len && ((unsigned char)n->text[i] & 0xc0) == 0x80; i++)
			n->places[i] = n->places[i - 1];
	}
	n->places[n->len] = w.at;
}

struct place ynode_place(struct arena *a, struct ynode *n, size_t offset)
{
	if ((n->kind != YNODE_SCALAR && n->kind != YNODE_NULL) || !n->source)
		return n->at;
	if (!n->places)
		make_places(a, n);
	return n->places[offset < n->len ? offset : n->len];
}
