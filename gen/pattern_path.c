/* SPDX-License-Identifier: Apache-2.0 */
/* See pattern_path.h. */
#include "gen/pattern_path.h"

#include <string.h>

/* How the text of a comparison ends. */
enum ending {
	ENDING_EXACT, /* where the part ends */
	ENDING_SLASH, /* there, or before a slash: pmatch */
	ENDING_OPEN   /* anything may follow */
};

struct draft {
	struct arena *arena;
	struct pattern *out;
	size_t n;
};

static const struct symset any_byte = {{~0ULL, ~0ULL, ~0ULL, ~0ULL, 0}};

static struct symset only(unsigned symbol)
{
	struct symset s = {};

	symset_add(&s, symbol);
	return s;
}

static struct symset no_slash(void)
{
	struct symset s = any_byte;

	s.w['/' / 64] &= ~(1ULL << '/' % 64);
	return s;
}

/* A path whose last component is not the directory itself. */
static struct symset file_end(void)
{
	struct symset s = only(SYM_END);

	symset_add(&s, SYM_END_FAILED);
	return s;
}

static enum ending ending_of(const struct pattern *text)
{
	const struct symset *last = &text->v[text->n - 1].set;

	if (!symset_has(last, SYM_END))
		return ENDING_OPEN;
	return symset_has(last, '/') ? ENDING_SLASH : ENDING_EXACT;
}

static void begin(struct draft *d)
{
	d->out[d->n++] = (struct pattern){};
}

static void add(struct draft *d, struct symset set, bool loop)
{
	struct pattern *p = &d->out[d->n - 1];

	/* Two loops over the same are one. */
	if (loop && p->n && p->v[p->n - 1].loop && !memcmp(&p->v[p->n - 1].set, &set, sizeof(set)))
		return;
	*vec_add(d->arena, p) = (struct elem){.set = set, .loop = loop};
}

/* What stands before the end of a text, with only those of its bytes that are in allowed. */
static void add_text(struct draft *d, const struct pattern *text, const struct symset *allowed)
{
	size_t i, k, n = text->n - (ending_of(text) != ENDING_OPEN);

	for (i = 0; i < n; i++) {
		struct symset set = text->v[i].set;

		for (k = 0; k < SYM_WORDS; k++)
			set.w[k] &= allowed->w[k];
		add(d, set, text->v[i].loop);
	}
	if (ending_of(text) == ENDING_OPEN)
		add(d, *allowed, true);
}

/* A name behind a slash: any, and behind a directory that may be followed by more, also names
 * below it. */
static void add_name(struct draft *d, bool deep)
{
	add(d, only('/'), false);
	add(d, deep ? any_byte : no_slash(), true);
	add(d, file_end(), false);
}

size_t pattern_of_directory(struct arena *a, const struct pattern *text, bool root, bool empty,
			    struct pattern *out)
{
	struct draft d = {.arena = a, .out = out};
	enum ending ending = ending_of(text);

	/* "" alone: a name behind the first slash is in the root. */
	if (text->n > 1 || ending == ENDING_OPEN) {
		begin(&d);
		add_text(&d, text, &any_byte);
		add_name(&d, ending == ENDING_SLASH);
	}
	if (root) {
		begin(&d);
		add_name(&d, false);
	}
	if (empty) {
		begin(&d);
		add(&d, no_slash(), true);
		add(&d, file_end(), false);
	}
	begin(&d);
	add_text(&d, text, &any_byte);
	add(&d, only(SYM_END_DIR), false);
	if (ending == ENDING_SLASH) {
		begin(&d);
		add_text(&d, text, &any_byte);
		add(&d, only('/'), false);
		add(&d, any_byte, true);
		add(&d, only(SYM_END_DIR), false);
	}
	return d.n;
}

size_t pattern_of_filename(struct arena *a, const struct pattern *text, struct pattern *out)
{
	struct draft d = {.arena = a, .out = out};
	const struct symset allowed = no_slash();

	begin(&d);
	add_text(&d, text, &allowed);
	add(&d, only(SYM_END), false);
	begin(&d);
	add(&d, any_byte, true);
	add(&d, only('/'), false);
	add_text(&d, text, &allowed);
	add(&d, only(SYM_END), false);
	return d.n;
}
