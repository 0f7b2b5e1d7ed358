/* SPDX-License-Identifier: Apache-2.0 */
#include "user/append.h"

#include <stdlib.h>
#include <string.h>

#include "gen/needs.h"

#include "user/format.h"

static void free_entry(struct append_entry *e)
{
	for (size_t i = 0; i < e->n_fields; i++) {
		free(e->fields[i].name);
		free(e->fields[i].format);
	}
	free(e->fields);
	free(e->source);
	free(e->rule);
	free(e->output);
	texts_free(&e->tags);
}

void append_free(struct append *a)
{
	for (size_t i = 0; i < a->n; i++)
		free_entry(&a->v[i]);
	free(a->v);
	*a = (struct append){};
}

struct append_entry *append_add(struct append *a)
{
	struct append_entry *more = realloc(a->v, (a->n + 1) * sizeof(*more));

	if (!more)
		return NULL;
	a->v = more;
	more[a->n] = (struct append_entry){};
	return &more[a->n++];
}

static bool has_tag(const char *tags, const char *wanted)
{
	for (; *tags; tags += strlen(tags) + 1)
		if (!strcmp(tags, wanted))
			return true;
	return false;
}

bool append_applies(const struct append_entry *e, const struct append_rule *r)
{
	if (e->source && *e->source && strcmp(e->source, r->source))
		return false;
	if (e->rule && *e->rule && strcmp(e->rule, r->name))
		return false;
	for (size_t i = 0; i < e->tags.n; i++)
		if (!has_tag(r->tags, e->tags.v[i]))
			return false;
	return true;
}

void append_text(const struct append *a, const struct append_rule *r, struct buf *out)
{
	bool suggested = strcmp(r->source, "syscall") != 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct append_entry *e = &a->v[i];

		if (!append_applies(e, r))
			continue;
		if (e->output && *e->output) {
			buf_char(out, ' ');
			buf_str(out, e->output);
		}
		if (e->suggested && !suggested)
			buf_str(out, format_suggested);
		suggested |= e->suggested;
	}
}

/* ---- what the kernel sends for it ---- */

static uint64_t needs_of(const struct append_field *f)
{
	_cleanup_(buf_free) struct buf token = {};

	if (f->literal)
		return 0;
	if (f->format)
		return needs_output(f->format);
	buf_char(&token, '%');
	buf_str(&token, f->name);
	return token.failed ? ~0ULL : needs_output(buf_text(&token));
}

uint64_t append_needs(const struct append *a, const struct append_rule *r)
{
	_cleanup_(buf_free) struct buf text = {};
	uint64_t needs;

	append_text(a, r, &text);
	needs = text.failed ? ~0ULL : needs_output(buf_text(&text));
	for (size_t i = 0; i < a->n; i++) {
		if (!append_applies(&a->v[i], r))
			continue;
		for (size_t f = 0; f < a->v[i].n_fields; f++)
			needs |= needs_of(&a->v[i].fields[f]);
	}
	return needs;
}

struct append_rule append_rule_of(const struct image *im, unsigned rule)
{
	const struct text_rule *t = image_rule(im, rule);

	return (struct append_rule){
		.source = image_text(im, t->source),
		.name = image_text(im, t->name),
		.tags = image_text(im, t->tags),
	};
}

void append_to_image(const struct append *a, struct image *im)
{
	struct img_rule *rules = (void *)(im->data + image_head(im)->rules);

	for (unsigned i = 0; i < image_head(im)->n_rules; i++) {
		struct append_rule r = append_rule_of(im, i);

		rules[i].needs |= append_needs(a, &r);
	}
}
