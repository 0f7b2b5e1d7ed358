/* SPDX-License-Identifier: Apache-2.0 */
/* append_output as it is written in the configuration or in -o. */
#include "user/append.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gen/arena.h"
#include "gen/check.h"
#include "gen/field.h"
#include "gen/nearest.h"
#include "gen/output_call.h"
#include "gen/text.h"

#include "user/config.h"
#include "user/config_type.h"

#define CODE "CONFIG"

struct reader {
	struct diags *diags;
	struct append_entry *entry;
	bool add; /* to lists, instead of replacing them */
};

__attribute__((format(printf, 3, 4))) static int fail(struct reader *r, struct place at,
						      const char *format, ...)
{
	struct buf b = {};
	va_list ap;

	va_start(ap, format);
	buf_va(&b, format, ap);
	va_end(ap);
	diag_add(r->diags, SEVERITY_ERROR, at, CODE, NULL, "append_output: %s", buf_text(&b));
	buf_free(&b);
	return -EINVAL;
}

static bool is_text(const struct ynode *n)
{
	return n->kind == YNODE_SCALAR || n->kind == YNODE_NULL;
}

/* Its text with ${VARIABLES} expanded; every byte knows where it came from. */
static struct text expanded(struct reader *r, struct ynode *n)
{
	struct text t = {.arena = r->diags->arena};
	struct config_variable v;
	size_t done = 0;

	text_add(&t, n->at, "", 0);
	while (config_variable(n->text, done, &v)) {
		struct place at = ynode_place(t.arena, n, v.start);

		text_add_node(&t, n, done, v.start - done);
		text_add(&t, at, v.value, strlen(v.value));
		done = v.end;
		free(v.value);
	}
	if (n->len > done)
		text_add_node(&t, n, done, n->len - done);
	return t;
}

static int set_text(struct reader *r, const char *key, struct ynode *n, char **out)
{
	char *text;

	if (!is_text(n))
		return fail(r, n->at, "%s must be a text", key);
	text = strdup(n->kind == YNODE_NULL ? "" : expanded(r, n).s);
	if (!text)
		return -ENOMEM;
	free(*out);
	*out = text;
	return 0;
}

static int set_format(struct reader *r, const char *key, struct ynode *n, char **out)
{
	struct text text;

	if (is_text(n)) {
		text = expanded(r, n);
		if (check_output(r->diags, &text))
			return -EINVAL;
	}
	return set_text(r, key, n, out);
}

/* ---- match ---- */

static int add_tag(struct reader *r, struct ynode *n)
{
	_cleanup_free_ char *tag = NULL;
	int err = set_text(r, "a tag", n, &tag);

	return err ? err : texts_add(&r->entry->tags, tag);
}

static int set_tags(struct reader *r, struct ynode *n)
{
	int err = 0;

	if (!r->add)
		texts_free(&r->entry->tags);
	if (n->kind == YNODE_MAPPING)
		return fail(r, n->at, "tags must be a list of tags");
	if (n->kind == YNODE_SCALAR)
		return add_tag(r, n);
	for (size_t i = 0; i < n->n && !err; i++)
		err = add_tag(r, n->items[i]);
	return err;
}

static int set_source(struct reader *r, struct ynode *n)
{
	return set_text(r, "source", n, &r->entry->source);
}

static int set_rule(struct reader *r, struct ynode *n)
{
	return set_text(r, "rule", n, &r->entry->rule);
}

/* ---- what is added ---- */

static int set_output(struct reader *r, struct ynode *n)
{
	return set_format(r, "extra_output", n, &r->entry->output);
}

static int set_suggested(struct reader *r, struct ynode *n)
{
	if (n->kind == YNODE_SCALAR && !type_BOOL.set(&r->entry->suggested, expanded(r, n).s))
		return 0;
	return fail(r, n->at, "suggested_output must be %s", type_BOOL.expected);
}

/* Takes over name and format. */
static int add_field(struct append_entry *e, char *name, char *format)
{
	struct append_field *more;

	for (size_t i = 0; i < e->n_fields; i++) {
		if (strcmp(e->fields[i].name, name))
			continue;
		free(name);
		free(e->fields[i].format);
		e->fields[i].format = format;
		return 0;
	}
	more = realloc(e->fields, (e->n_fields + 1) * sizeof(*more));
	if (!more) {
		free(name);
		free(format);
		return -ENOMEM;
	}
	e->fields = more;
	more[e->n_fields++] = (struct append_field){name, format};
	return 0;
}

/* - field */
static int add_plain(struct reader *r, struct ynode *n)
{
	struct text name = expanded(r, n), token = {.arena = r->diags->arena};
	char *copy;
	size_t len;

	text_add(&token, n->at, "%", 1);
	text_add_part(&token, &name, 0, name.len);
	if (check_output(r->diags, &token))
		return -EINVAL;
	len = output_call_len(name.s);
	if (!len && field_token(name.s).field)
		len = field_token(name.s).len;
	if (!len || len != name.len)
		return fail(r, n->at, "an extra field is one field, or has a name: {NAME: FORMAT}");
	copy = strdup(name.s);
	return copy ? add_field(r->entry, copy, NULL) : -ENOMEM;
}

/* - name: format */
static int add_named(struct reader *r, struct ynode *name, struct ynode *value)
{
	char *copy = NULL, *format = NULL;
	int err = set_text(r, "the name of an extra field", name, &copy);

	if (!err && !*copy)
		err = fail(r, name->at, "the name of an extra field must not be empty");
	if (!err)
		err = set_format(r, "the value of an extra field", value, &format);
	if (!err)
		return add_field(r->entry, copy, format);
	free(copy);
	free(format);
	return err;
}

static int add_extra(struct reader *r, struct ynode *n)
{
	int err = 0;

	if (n->kind == YNODE_SCALAR)
		return add_plain(r, n);
	if (n->kind != YNODE_MAPPING)
		return fail(r, n->at, "an extra field is FIELD or NAME: FORMAT");
	for (size_t i = 0; i + 1 < n->n && !err; i += 2)
		err = add_named(r, n->items[i], n->items[i + 1]);
	return err;
}

static void drop_fields(struct append_entry *e)
{
	for (size_t i = 0; i < e->n_fields; i++) {
		free(e->fields[i].name);
		free(e->fields[i].format);
	}
	e->n_fields = 0;
}

static int set_fields(struct reader *r, struct ynode *n)
{
	int err = 0;

	if (!r->add)
		drop_fields(r->entry);
	if (n->kind == YNODE_MAPPING || (n->kind == YNODE_SCALAR && r->add))
		return add_extra(r, n);
	if (n->kind == YNODE_SCALAR)
		return fail(r, n->at, "extra_fields must be a list");
	for (size_t i = 0; i < n->n && !err; i++)
		err = add_extra(r, n->items[i]);
	return err;
}

/* ---- entries ---- */

struct key {
	const char *name;
	int (*set)(struct reader *r, struct ynode *n);
};

static int set_match(struct reader *r, struct ynode *n);

static const struct key entry_keys[] = {
	{"match", set_match},
	{"extra_output", set_output},
	{"extra_fields", set_fields},
	{"suggested_output", set_suggested},
	{},
};

static const struct key match_keys[] = {
	{"source", set_source},
	{"rule", set_rule},
	{"tags", set_tags},
	{},
};

static int set_key(struct reader *r, const struct key *keys, const struct ynode *name,
		   struct ynode *value)
{
	struct nearest near = {.wanted = is_text(name) ? name->text : ""};

	for (; keys->name; keys++) {
		if (is_text(name) && !strcmp(keys->name, name->text))
			return keys->set(r, value);
		nearest_offer(&near, keys->name);
	}
	diag_add(r->diags, SEVERITY_WARNING, name->at, CODE,
		 near.best ? arena_printf(r->diags->arena, "did you mean '%s'?", near.best)
			   : "an entry has match, extra_output, extra_fields, suggested_output",
		 "append_output: unknown key '%s'", near.wanted);
	return 0;
}

static int set_keys(struct reader *r, const struct key *keys, const struct ynode *map)
{
	int err = 0;

	for (size_t i = 0; i + 1 < map->n && !err; i += 2)
		err = set_key(r, keys, map->items[i], map->items[i + 1]);
	return err;
}

static int set_match(struct reader *r, struct ynode *n)
{
	if (n->kind == YNODE_MAPPING)
		return set_keys(r, match_keys, n);
	return n->kind == YNODE_NULL ? 0 : fail(r, n->at, "match must have source, rule or tags");
}

static int read_entry(struct diags *d, struct ynode *n, struct append *out)
{
	struct reader r = {.diags = d, .entry = append_add(out)};

	if (!r.entry)
		return -ENOMEM;
	if (n->kind == YNODE_MAPPING)
		return set_keys(&r, entry_keys, n);
	return fail(&r, n->at,
		    "an entry must be a mapping of match, extra_output, extra_fields, "
		    "suggested_output");
}

/* A mapping is taken for a list with nothing but it. */
static int read_entries(struct diags *d, struct ynode *n, struct append *out)
{
	int err = 0;

	if (n->kind == YNODE_NULL)
		return 0;
	if (n->kind != YNODE_SEQUENCE)
		return read_entry(d, n, out);
	for (size_t i = 0; i < n->n && !err; i++)
		err = read_entry(d, n->items[i], out);
	return err;
}

int append_read(struct diags *d, struct ynode *value, struct append *out)
{
	struct append fresh = {};
	int err = read_entries(d, value, &fresh);

	if (err) {
		append_free(&fresh);
		return err;
	}
	append_free(out);
	*out = fresh;
	return 0;
}

/* ---- -o ---- */

enum { INDEX_NOT_GIVEN = -1, INDEX_NEW = -2, INDEX_WRONG = -3, INDEX_LIMIT = 1000 };

/* Takes [N] or [] from *s. */
static long take_index(const char **s)
{
	unsigned long n;
	char *end;

	if (**s != '[')
		return INDEX_NOT_GIVEN;
	if ((*s)[1] == ']') {
		*s += 2;
		return INDEX_NEW;
	}
	n = strtoul(*s + 1, &end, 10);
	if (end == *s + 1 || *end != ']' || n >= INDEX_LIMIT)
		return INDEX_WRONG;
	*s = end + 1;
	return n;
}

static struct ynode *make_text(struct reader *r, const char *text, struct place at)
{
	struct ynode *n = arena_alloc(r->diags->arena, sizeof(*n));

	*n = (struct ynode){
		.kind = YNODE_SCALAR,
		.at = at,
		.text = text,
		.len = strlen(text),
	};
	return n;
}

/* The rest of a path below extra_fields is the name of a field. */
static int set_named(struct reader *r, const char *name, struct ynode *value)
{
	return add_named(r, make_text(r, name, value->at), value);
}

/* ".key", ".match.key", ".extra_fields[]", ".extra_fields[].NAME", ".match.tags[]" */
static int set_path(struct reader *r, const char *path, struct ynode *value)
{
	bool match = !strncmp(path, ".match.", 7);
	const struct key *keys = match ? match_keys : entry_keys;
	const char *name = path + (match ? 7 : 1), *rest;
	size_t len = strcspn(name, ".[");
	long index;

	rest = name + len;
	index = take_index(&rest);
	r->add = index == INDEX_NEW;
	if (*path == '.' && len == 12 && !strncmp(name, "extra_fields", len) && *rest == '.')
		return set_named(r, rest + 1, value);
	if (*path != '.' || *rest || (index != INDEX_NOT_GIVEN && index != INDEX_NEW))
		return fail(r, value->at, "there is no '%s'", path);
	return set_key(r, keys, make_text(r, arena_str(r->diags->arena, name, len), value->at),
		       value);
}

static int set_entry(struct diags *d, const char *path, struct ynode *value, struct append_entry *e)
{
	struct reader r = {.diags = d, .entry = e};

	return set_path(&r, path, value);
}

/* Without an index, a key is that of every entry. */
static int set_all(struct diags *d, const char *path, struct ynode *value, struct append *out)
{
	int err = 0;

	if (!out->n && !append_add(out))
		return -ENOMEM;
	for (size_t i = 0; i < out->n && !err; i++)
		err = set_entry(d, path, value, &out->v[i]);
	return err;
}

int append_option(struct diags *d, const char *rest, struct ynode *value, struct append *out)
{
	struct reader r = {.diags = d};
	long index = take_index(&rest);

	if (index == INDEX_WRONG)
		return fail(&r, value->at, "'%s' is not the number of an entry", rest);
	if (!*rest && index == INDEX_NOT_GIVEN)
		return append_read(d, value, out);
	if (!*rest && index == INDEX_NEW)
		return read_entry(d, value, out);
	if (index == INDEX_NOT_GIVEN)
		return set_all(d, rest, value, out);
	if (index == INDEX_NEW)
		index = out->n;
	if ((size_t)index > out->n)
		return fail(&r, value->at, "there are only %zu entries", out->n);
	if ((size_t)index == out->n && !append_add(out))
		return -ENOMEM;
	if (!*rest)
		return fail(&r, value->at,
			    "say which key of the entry, as in "
			    "append_output[%ld].extra_output",
			    index);
	return set_entry(d, rest, value, &out->v[index]);
}
