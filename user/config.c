/* SPDX-License-Identifier: Apache-2.0 */
#include "user/config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "gen/arena.h"
#include "gen/diag.h"
#include "gen/nearest.h"
#include "gen/yaml.h"

#include "user/append.h"
#include "user/buf.h"
#include "user/config_row.h"
#include "user/config_source.h"

#define CONFIG_CODE "CONFIG"

/* ---- rows ---- */

const struct config_row config_rows[] = {
#define KEY(id, path, type, value, env, doc)                                                       \
	{path, offsetof(struct config, id), &type_##type, value, env},
#define KEY_IGNORED(path, why)
#include "user/config.def"
#undef KEY
#undef KEY_IGNORED
};

const size_t n_config_rows = ARRAY_LEN(config_rows);

/* What the list of keys calls the types. */
#define NAME_BOOL	  "boolean"
#define NAME_TEXT	  "text"
#define NAME_TEXTS	  "texts"
#define NAME_SELECTIONS	  "selections"
#define NAME_UINT	  "number"
#define NAME_PRIORITY	  "priority"
#define NAME_LEVEL	  "level"
#define NAME_MATCHING	  "word"
#define NAME_SLACK_FORMAT "word"
#define NAME_SUFFIX	  "word"
#define NAME_LOKI_FORMAT  "word"
#define NAME_TEAMS_FORMAT "word"
#define NAME_APPEND	  "entries"
#define NAME_PAIRS	  "mapping"
#define NAME_INCLUDES	  "texts"

const struct config_key config_keys[] = {
#define KEY(id, path, type, value, env, doc) {path, NAME_##type, value, env, doc, false},
#define KEY_IGNORED(path, why)		     {path, NULL, NULL, NULL, why, true},
#include "user/config.def"
#undef KEY
#undef KEY_IGNORED
};
const size_t n_config_keys = ARRAY_LEN(config_keys);

const struct config_row *config_row_find(const char *path)
{
	for (size_t i = 0; i < n_config_rows; i++) {
		if (!strcmp(config_rows[i].path, path))
			return &config_rows[i];
	}
	return NULL;
}

/* Whether path is whole or begins, by whole components, with it. */
static bool is_below(const char *path, const char *whole)
{
	size_t n = strlen(whole);

	return !strncmp(path, whole, n) && (!path[n] || path[n] == '.');
}

static const struct config_key *find_ignored(const char *path)
{
	for (size_t i = 0; i < n_config_keys; i++) {
		if (config_keys[i].ignored && is_below(path, config_keys[i].path))
			return &config_keys[i];
	}
	return NULL;
}

static bool is_group(const char *path)
{
	for (size_t i = 0; i < n_config_rows; i++) {
		if (is_below(config_rows[i].path, path))
			return true;
	}
	return false;
}

static const char *nearest_path(const char *path)
{
	struct nearest n = {.wanted = path};

	for (size_t i = 0; i < n_config_keys; i++)
		nearest_offer(&n, config_keys[i].path);
	return n.best;
}

/* Reads into a spare member first: a bad value leaves the old one. */
static int set_value(struct config *c, const struct config_row *r, const char *text, bool add)
{
	void *member = (char *)c + r->offset;
	union {
		char *text;
		struct texts texts;
		long number;
	} fresh = {};
	int err;

	if (add)
		return r->type->set(member, text);
	err = r->type->set(&fresh, text);
	if (err)
		return err;
	r->type->clear(&fresh);
	r->type->clear(member);
	return r->type->set(member, text);
}

/* ---- file ---- */

struct reading {
	struct config *c;
	struct diags diags;
	int err;
};

static void bad_value(struct reading *r, const struct config_row *row, struct place at,
		      const char *text)
{
	r->err = diag_add(&r->diags, SEVERITY_ERROR, at, CONFIG_CODE, NULL,
			  "%s must be %s, not '%s'", row->path, row->type->expected, text);
}

static void read_scalar(struct reading *r, const struct config_row *row, const struct ynode *n,
			bool add)
{
	const char *text = n->kind == YNODE_SCALAR ? n->text : "";

	if (n->kind != YNODE_SCALAR && n->kind != YNODE_NULL)
		bad_value(r, row, n->at, "a list or mapping");
	else if (set_value(r->c, row, config_expand(r->diags.arena, text), add))
		bad_value(r, row, n->at, text);
}

/* {a: b, c: d} as the texts a, b, c, d. */
static void read_pairs(struct reading *r, const struct config_row *row, const struct ynode *n)
{
	struct texts *t = (struct texts *)((char *)r->c + row->offset);

	texts_free(t);
	for (size_t i = 0; n->kind == YNODE_MAPPING && i < n->n && !r->err; i++) {
		if (n->items[i]->kind == YNODE_SCALAR || (i & 1 && n->items[i]->kind == YNODE_NULL))
			r->err = texts_add(
				t, config_expand(r->diags.arena, n->items[i]->kind == YNODE_SCALAR
									 ? n->items[i]->text
									 : ""));
		else
			bad_value(r, row, n->items[i]->at, "a list or mapping");
	}
	if (n->kind != YNODE_MAPPING && n->kind != YNODE_NULL)
		bad_value(r, row, n->at, n->kind == YNODE_SCALAR ? n->text : "a list");
}

/* Only the paths: the files were read before. */
static void read_includes(struct reading *r, const struct config_row *row, const struct ynode *n)
{
	struct texts *t = (struct texts *)((char *)r->c + row->offset);
	const struct ynode *path = n->kind == YNODE_MAPPING ? ynode_get(n, "path") : n;

	for (size_t i = 0; n->kind == YNODE_SEQUENCE && i < n->n; i++)
		read_includes(r, row, n->items[i]);
	if (path && path->kind == YNODE_SCALAR && *path->text && !r->err)
		r->err = texts_add(t, config_expand(r->diags.arena, path->text));
}

/* {disable: {rule: NAME}} as the text "disable.rule=NAME". */
static void read_selection(struct reading *r, const struct config_row *row, const struct ynode *n)
{
	const struct ynode *what = n->kind == YNODE_MAPPING && n->n == 2 ? n->items[1] : NULL;
	const char *text = "";

	if (what && what->kind == YNODE_MAPPING && what->n == 2 &&
	    n->items[0]->kind == YNODE_SCALAR && what->items[0]->kind == YNODE_SCALAR &&
	    what->items[1]->kind == YNODE_SCALAR)
		text = arena_printf(r->diags.arena, "%s.%s=%s", n->items[0]->text,
				    what->items[0]->text,
				    config_expand(r->diags.arena, what->items[1]->text));
	if (!*text || set_value(r->c, row, text, true))
		bad_value(r, row, n->at, *text ? text : "that");
}

static void read_selections(struct reading *r, const struct config_row *row, const struct ynode *n)
{
	if (n->kind == YNODE_NULL)
		return;
	if (n->kind != YNODE_SEQUENCE) {
		bad_value(r, row, n->at, "that");
		return;
	}
	row->type->clear((char *)r->c + row->offset);
	for (size_t i = 0; i < n->n && !r->err; i++)
		read_selection(r, row, n->items[i]);
}

static void read_row(struct reading *r, const struct config_row *row, struct ynode *n)
{
	if (row->type == &type_APPEND) {
		r->err = append_read(&r->diags, n, (struct append *)((char *)r->c + row->offset));
		return;
	}
	if (row->type == &type_SELECTIONS) {
		read_selections(r, row, n);
		return;
	}
	if (row->type == &type_PAIRS) {
		read_pairs(r, row, n);
		return;
	}
	if (row->type == &type_INCLUDES) {
		read_includes(r, row, n);
		return;
	}
	if (row->type != &type_TEXTS || n->kind != YNODE_SEQUENCE) {
		read_scalar(r, row, n, false);
		return;
	}
	row->type->clear((char *)r->c + row->offset);
	for (size_t i = 0; i < n->n; i++)
		read_scalar(r, row, n->items[i], true);
}

static void unknown_key(struct reading *r, const char *path, struct place at)
{
	const char *near = nearest_path(path);

	diag_add(&r->diags, SEVERITY_WARNING, at, CONFIG_CODE,
		 near ? arena_printf(r->diags.arena, "did you mean '%s'?", near)
		      : "'tiercel list config' shows the keys that exist",
		 "unknown key '%s'", path);
}

static void read_mapping(struct reading *r, const char *prefix, const struct ynode *map);

static void read_key(struct reading *r, const char *path, struct place at, struct ynode *value)
{
	const struct config_row *row = config_row_find(path);
	const struct config_key *ignored = row ? NULL : find_ignored(path);

	if (row) {
		read_row(r, row, value);
	} else if (is_group(path) && value->kind == YNODE_MAPPING) {
		read_mapping(r, path, value);
	} else if (is_group(path) && value->kind == YNODE_SEQUENCE) {
		for (size_t i = 0; i < value->n; i++) {
			if (value->items[i]->kind == YNODE_MAPPING)
				read_mapping(r, path, value->items[i]);
		}
	} else if (ignored) {
		diag_add(&r->diags, SEVERITY_NOTE, at, CONFIG_CODE, NULL,
			 "%s has no effect here: %s", path, ignored->doc);
	} else {
		unknown_key(r, path, at);
	}
}

static void read_mapping(struct reading *r, const char *prefix, const struct ynode *map)
{
	for (size_t i = 0; i + 1 < map->n; i += 2) {
		const struct ynode *key = map->items[i];
		const char *path;

		if (key->kind != YNODE_SCALAR)
			continue;
		path = *prefix ? arena_printf(r->diags.arena, "%s.%s", prefix, key->text)
			       : key->text;
		read_key(r, path, key->at, map->items[i + 1]);
	}
}

/* ---- -o append_output, which has paths of its own ---- */

/* Errors stand in the option's value. */
static int load_append(struct diags *d, struct config *c, const char *option)
{
	const char *rest = option + strlen("append_output"), *equals = strchr(rest, '=');
	struct ynode *value;

	if (!equals) {
		log_error("-o %s: write it as key=value", option);
		return -EINVAL;
	}
	value = config_option_value(
		d, arena_printf(d->arena, "-o %.*s", (int)(equals - option), option), equals + 1);
	return value ? append_option(d, arena_str(d->arena, rest, equals - rest), value, &c->append)
		     : -EINVAL;
}

/* ---- all ---- */

/* A row's texts have blanks between them. */
static int set_texts(struct texts *t, const char *value)
{
	char word[PATH_MAX];
	int err = 0;

	for (size_t n; !err && *value; value += n) {
		value += strspn(value, " ");
		n = strcspn(value, " ");
		snprintf(word, sizeof(word), "%.*s", (int)n, value);
		err = *word ? texts_add(t, word) : 0;
	}
	return err;
}

static int load_defaults(struct config *c)
{
	*c = (struct config){};
	for (size_t i = 0; i < n_config_rows; i++) {
		void *member = (char *)c + config_rows[i].offset;
		int err = config_rows[i].type == &type_TEXTS
				  ? set_texts(member, config_rows[i].value)
				  : config_rows[i].type->set(member, config_rows[i].value);

		if (err)
			return err;
	}
	return 0;
}

static int find_hostname(struct config *c)
{
	char name[HOST_NAME_MAX + 1];

	if (*c->hostname)
		return 0;
	if (gethostname(name, sizeof(name)))
		return -errno;
	name[sizeof(name) - 1] = '\0';
	type_TEXT.clear(&c->hostname);
	return type_TEXT.set(&c->hostname, name);
}

/* customfields: as if by append_output. */
static int add_custom_fields(struct config *c)
{
	const struct texts *t = &c->customfields;
	struct append_entry *e = t->n ? append_add(&c->append) : NULL;

	if (!t->n)
		return 0;
	if (!e)
		return -ENOMEM;
	e->fields = calloc(t->n / 2, sizeof(*e->fields));
	for (size_t i = 0; e->fields && i + 1 < t->n; i += 2) {
		struct append_field *f = &e->fields[e->n_fields++];

		f->name = strdup(t->v[i]);
		f->format = strdup(t->v[i + 1]);
		f->literal = true;
		if (!f->name || !f->format)
			return -ENOMEM;
	}
	return e->fields ? 0 : -ENOMEM;
}

static int read_all(struct reading *r, const struct config_source *source)
{
	struct ynode *root;

	r->err = config_source_read(&r->diags, source, &root);
	if (!r->err)
		read_mapping(r, "", root);
	for (size_t i = 0; i < source->n && !r->err; i++) {
		if (config_is_append(source->options[i]))
			r->err = load_append(&r->diags, r->c, source->options[i]);
	}
	return r->err;
}

static int load_sources(struct config *c, const struct config_source *source)
{
	struct arena *arena = arena_new();
	struct reading r = {.c = c, .diags.arena = arena};
	struct log_text text;
	char first[512];

	if (!arena)
		return -ENOMEM;
	read_all(&r, source);
	log_set_json(c->log_json);
	diag_print(&r.diags, log_text_open(&text), log_is_terminal());
	log_text_close(&text, r.err ? LEVEL_ERROR : LEVEL_WARN);
	if (diag_first_error(&r.diags, first, sizeof(first)))
		log_remember(first);
	c->warnings = r.diags.warnings;
	arena_free(&arena);
	return r.err;
}

int config_load(struct config *c, const char *file, const char *const *options, size_t n)
{
	const struct config_source source = {file ? file : CONFIG_FILE, file != NULL, options, n};
	int err = load_defaults(c);

	if (!err)
		err = load_sources(c, &source);
	if (!err)
		err = find_hostname(c);
	if (!err)
		err = add_custom_fields(c);
	if (err)
		config_free(c);
	else
		log_set_level(c->log_level);
	return err;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < n_config_rows; i++)
		config_rows[i].type->clear((char *)c + config_rows[i].offset);
}

bool config_same(const struct config *a, const struct config *b, const char *start)
{
	for (size_t i = 0; i < n_config_rows; i++) {
		size_t at = config_rows[i].offset;

		if (!strncmp(config_rows[i].path, start, strlen(start)) &&
		    !config_rows[i].type->same((const char *)a + at, (const char *)b + at))
			return false;
	}
	return true;
}
