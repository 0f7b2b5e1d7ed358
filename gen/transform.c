/* SPDX-License-Identifier: Apache-2.0 */
/* See transform.h. A new transformer gets a case in apply. */
#include "gen/transform.h"

#include <stdio.h>
#include <string.h>

#include "gen/literal.h"
#include "gen/vec.h"

static const char *change_case(struct arena *a, const char *s, size_t len, char first, int by)
{
	char *copy = arena_str(a, s, len);
	size_t i;

	for (i = 0; i < len; i++) {
		if (copy[i] >= first && copy[i] < first + 26)
			copy[i] = (char)(copy[i] + by);
	}
	return copy;
}

/* ---- base64 ---- */

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? at - digits : -1;
}

/* With or without padding. Returns NULL if the text is none. */
static const char *decode(struct arena *a, const char *s, size_t len, size_t *out_len)
{
	unsigned char *out = arena_alloc(a, len / 4 * 3 + 4);
	uint32_t bits = 0;
	size_t i, n = 0;

	for (i = 0; i < 2 && len && s[len - 1] == '='; i++)
		len--;
	if (len % 4 == 1)
		return NULL;
	for (i = 0; i < len; i++) {
		int digit = digit_of(s[i]);

		if (digit < 0)
			return NULL;
		bits = bits << 6 | digit;
		if (i % 4)
			out[n++] = bits >> (6 - 2 * (i % 4));
	}
	*out_len = n;
	return (const char *)out;
}

/* ---- one value from one ---- */

/* False if the transformer fails. */
static bool change_text(struct arena *a, enum transform t, struct value *v)
{
	const char *slash;

	switch (t) {
	case TR_TOLOWER:
		v->str = change_case(a, v->str, v->len, 'A', 'a' - 'A');
		break;
	case TR_TOUPPER:
		v->str = change_case(a, v->str, v->len, 'a', 'A' - 'a');
		break;
	case TR_BASENAME:
		slash = memrchr(v->str, '/', v->len);
		if (slash) {
			v->len -= slash + 1 - v->str;
			v->str = slash + 1;
		}
		break;
	case TR_B64:
		v->str = decode(a, v->str, v->len, &v->len);
		if (v->str && v->type == TYPE_STR) /* texts end at the first NUL */
			v->len = strlen(v->str);
		return v->str;
	default:
		break;
	}
	return true;
}

static bool change_list(struct arena *a, enum transform t, struct value *v)
{
	const char **items = arena_alloc(a, (v->n_list + 1) * sizeof(*items));
	size_t i;

	for (i = 0; i < v->n_list; i++) {
		struct value item = {.str = v->list[i], .len = strlen(v->list[i])};

		if (!change_text(a, t, &item))
			return false;
		items[i] = item.str;
	}
	v->list = items;
	return true;
}

static enum have apply_one(const struct expr *e, const struct event *ev, struct arena *a,
			   struct value *out)
{
	struct value v = {};
	enum have have = expr_value(e->args[0], ev, a, &v);
	bool good = true;

	if (have == HAVE_MISSING)
		return have;
	if (have == HAVE_UNKNOWN) {
		/* The beginning of a text in the other case is the beginning of the result. */
		*out = (struct value){.type = e->type.type};
		if (v.type != TYPE_STR || !v.str ||
		    (e->transform != TR_TOLOWER && e->transform != TR_TOUPPER))
			return have;
	}
	if (e->transform == TR_LEN) {
		*out = (struct value){.type = TYPE_INT,
				      .num = v.type == TYPE_LIST ? v.n_list : v.len};
		return have;
	}
	good = v.type == TYPE_LIST ? change_list(a, e->transform, &v)
				   : change_text(a, e->transform, &v);
	*out = v;
	return good ? have : HAVE_MISSING;
}

/* ---- several values ---- */

static struct value text_value(const char *s)
{
	return (struct value){.type = TYPE_STR, .str = s, .len = strlen(s)};
}

void value_keep(struct arena *a, struct value *v)
{
	const char **items;
	size_t i;

	if (v->str)
		v->str = arena_str(a, v->str, v->len);
	if (!v->list)
		return;
	items = arena_alloc(a, (v->n_list + 1) * sizeof(*items));
	for (i = 0; i < v->n_list; i++)
		items[i] = arena_str(a, v->list[i], strlen(v->list[i]));
	v->list = items;
}

/* The arguments of e. Missing if one is, else unknown if one is. */
static enum have arguments(const struct expr *e, const struct event *ev, struct arena *a,
			   struct value *v)
{
	enum have all = HAVE_VALUE;
	size_t i;

	for (i = 0; i < e->n_args; i++) {
		enum have have = expr_value(e->args[i], ev, a, &v[i]);

		if (have == HAVE_MISSING)
			return have;
		if (have == HAVE_UNKNOWN)
			all = have;
		else
			value_keep(a, &v[i]); /* the next one may take its memory */
	}
	return all;
}

static const char *join(struct arena *a, const char *separator, const char *const *items, size_t n)
{
	size_t len = 1, gap = strlen(separator), i;
	char *text, *to;

	for (i = 0; i < n; i++)
		len += strlen(items[i]) + gap;
	text = to = arena_alloc(a, len);
	for (i = 0; i < n; i++)
		to = stpcpy(i ? stpcpy(to, separator) : to, items[i]);
	return text;
}

static const char **texts_of(struct arena *a, const struct value *v, size_t n)
{
	const char **texts = arena_alloc(a, (n + 1) * sizeof(*texts));
	size_t i;

	for (i = 0; i < n; i++)
		texts[i] = v[i].str;
	return texts;
}

/* ---- getopt ---- */

struct options {
	bool known[256], takes[256];
};

static struct options options_of(const char *s)
{
	struct options o = {};

	for (s += *s == ':'; *s; s++) {
		if (*s == ':')
			continue;
		o.known[(unsigned char)*s] = true;
		o.takes[(unsigned char)*s] = s[1] == ':';
	}
	return o;
}

struct found {
	struct arena *arena;
	VEC(const char *) list;
	char wanted;	    /* NUL: all */
	const char *chosen; /* the last one of wanted */
};

/* value: NULL for an option without one. */
static void add_option(struct found *f, char option, const char *value)
{
	const char *name = arena_str(f->arena, &option, 1);

	if (!f->wanted) {
		*vec_add(f->arena, &f->list) = name;
		if (value)
			*vec_add(f->arena, &f->list) = value;
	} else if (option == f->wanted) {
		f->chosen = value ? value : name;
	}
}

/* Options in one word behind its '-'. Returns whether the next word was taken as a value. */
static bool read_word(const struct options *o, struct found *f, const char *word, const char *next)
{
	for (; *word; word++) {
		const unsigned char option = *word;

		if (option == ':' || !o->known[option]) {
			if (!f->wanted)
				*vec_add(f->arena, &f->list) = "?";
			continue;
		}
		if (!o->takes[option]) {
			add_option(f, *word, NULL);
			continue;
		}
		if (word[1] || next) {
			add_option(f, *word, word[1] ? word + 1 : next);
			return !word[1];
		}
		/* Its value is missing: an empty text stands for both. */
		if (!f->wanted)
			*vec_add(f->arena, &f->list) = "";
		else if (*word == f->wanted)
			f->chosen = "";
		return false;
	}
	return false;
}

static enum have get_options(const struct expr *e, const struct value *v, struct arena *a,
			     struct value *out)
{
	const struct options o = options_of(v[1].str);
	struct found f = {.arena = a, .wanted = e->arg ? *e->arg : '\0'};
	size_t i;

	for (i = 0; i < v[0].n_list; i++) {
		const char *word = v[0].list[i];

		if (!strcmp(word, "--"))
			break;
		if (!strncmp(word, "--", 2))
			continue; /* long options mean nothing here */
		if (word[0] != '-' || !word[1])
			break;
		i += read_word(&o, &f, word + 1, i + 1 < v[0].n_list ? v[0].list[i + 1] : NULL);
	}
	if (f.wanted && !f.chosen)
		return HAVE_MISSING;
	*out = f.wanted ? text_value(f.chosen)
			: (struct value){.type = TYPE_LIST, .list = f.list.v, .n_list = f.list.n};
	return HAVE_VALUE;
}

static enum have apply_many(const struct expr *e, const struct event *ev, struct arena *a,
			    struct value *out)
{
	struct value *v = arena_alloc(a, (e->n_args + 1) * sizeof(*v));
	enum have have = arguments(e, ev, a, v);

	if (have == HAVE_UNKNOWN)
		*out = (struct value){.type = e->type.type};
	if (have != HAVE_VALUE)
		return have;
	if (e->transform == TR_GETOPT)
		return get_options(e, v, a, out);
	if (e->transform == TR_JOIN)
		*out = text_value(join(a, v[0].str, v[1].list, v[1].n_list));
	else if (e->transform == TR_CONCAT)
		*out = text_value(join(a, "", texts_of(a, v, e->n_args), e->n_args));
	else
		*out = (struct value){
			.type = TYPE_LIST, .list = texts_of(a, v, e->n_args), .n_list = e->n_args};
	return have;
}

/* Arguments of events come as texts: a number is made of those that have another type. */
static enum have field_value(const struct expr *e, const struct event *ev, struct value *out)
{
	enum have have = ev->get(ev, e->field->id, e->key, out);
	int64_t number;

	if (have == HAVE_MISSING || e->type.type != TYPE_INT || out->type != TYPE_STR)
		return have;
	if (have == HAVE_VALUE && number_parse(out->str, &number)) {
		*out = (struct value){.type = TYPE_INT, .num = number};
		return have;
	}
	*out = (struct value){.type = TYPE_INT};
	return HAVE_UNKNOWN;
}

enum have expr_value(const struct expr *e, const struct event *ev, struct arena *a,
		     struct value *out)
{
	if (e->literal) {
		*out = text_value(e->literal);
		return HAVE_VALUE;
	}
	if (e->is_list)
		return apply_many(e, ev, a, out);
	switch (e->transform) {
	case TR_NONE:
		return field_value(e, ev, out);
	case TR_VAL:
		return expr_value(e->args[0], ev, a, out);
	case TR_JOIN:
	case TR_CONCAT:
	case TR_GETOPT:
		return apply_many(e, ev, a, out);
	default:
		return apply_one(e, ev, a, out);
	}
}
