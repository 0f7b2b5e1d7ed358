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
#include "user/config_type.h"

#define CONFIG_MAX  ((size_t)4 << 20)
#define CONFIG_CODE "CONFIG"

/* ---- rows ---- */

static const struct row {
	const char *path;
	size_t offset;
	const struct config_type *type;
	const char *value, *env;
} rows[] = {
#define KEY(id, path, type, value, env, doc)                                                       \
	{path, offsetof(struct config, id), &type_##type, value, env},
#define KEY_IGNORED(path, why)
#include "user/config.def"
#undef KEY
#undef KEY_IGNORED
};

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
#define NAME_APPEND	  "entries"

const struct config_key config_keys[] = {
#define KEY(id, path, type, value, env, doc) {path, NAME_##type, value, env, doc, false},
#define KEY_IGNORED(path, why)		     {path, NULL, NULL, NULL, why, true},
#include "user/config.def"
#undef KEY
#undef KEY_IGNORED
};
const size_t n_config_keys = ARRAY_LEN(config_keys);

static const struct row *find_row(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!strcmp(rows[i].path, path))
			return &rows[i];
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
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (is_below(rows[i].path, path))
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

static void expand(const char *text, struct buf *out)
{
	struct config_variable v;
	size_t done = 0;

	while (config_variable(text, done, &v)) {
		buf_add(out, text + done, v.start - done);
		buf_str(out, v.value);
		done = v.end;
		free(v.value);
	}
	buf_str(out, text + done);
}

/* Reads into a spare member first: a bad value leaves the old one. */
static int set_value(struct config *c, const struct row *r, const char *text, bool add)
{
	void *member = (char *)c + r->offset;
	_cleanup_(buf_free) struct buf value = {};
	union {
		char *text;
		struct texts texts;
		long number;
	} fresh = {};
	int err;

	expand(text, &value);
	if (value.failed)
		return -ENOMEM;
	if (add)
		return r->type->set(member, value.s);
	err = r->type->set(&fresh, value.s);
	if (err)
		return err;
	r->type->clear(&fresh);
	r->type->clear(member);
	return r->type->set(member, value.s);
}

/* ---- file ---- */

struct reading {
	struct config *c;
	struct diags diags;
	int err;
};

static void bad_value(struct reading *r, const struct row *row, struct place at, const char *text)
{
	r->err = diag_add(&r->diags, SEVERITY_ERROR, at, CONFIG_CODE, NULL,
			  "%s must be %s, not '%s'", row->path, row->type->expected, text);
}

static void read_scalar(struct reading *r, const struct row *row, const struct ynode *n, bool add)
{
	const char *text = n->kind == YNODE_SCALAR ? n->text : "";

	if (n->kind != YNODE_SCALAR && n->kind != YNODE_NULL)
		bad_value(r, row, n->at, "a list or mapping");
	else if (set_value(r->c, row, text, add))
		bad_value(r, row, n->at, text);
}

/* {disable: {rule: NAME}} as the text "disable.rule=NAME". */
static void read_selection(struct reading *r, const struct row *row, const struct ynode *n)
{
	const struct ynode *what = n->kind == YNODE_MAPPING && n->n == 2 ? n->items[1] : NULL;
	const char *text = "";

	if (what && what->kind == YNODE_MAPPING && what->n == 2 &&
	    n->items[0]->kind == YNODE_SCALAR && what->items[0]->kind == YNODE_SCALAR &&
	    what->items[1]->kind == YNODE_SCALAR)
		text = arena_printf(r->diags.arena, "%s.%s=%s", n->items[0]->text,
				    what->items[0]->text, what->items[1]->text);
	if (!*text || set_value(r->c, row, text, true))
		bad_value(r, row, n->at, *text ? text : "that");
}

static void read_selections(struct reading *r, const struct row *row, const struct ynode *n)
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

static void read_row(struct reading *r, const struct row *row, struct ynode *n)
{
	if (row->type == &type_APPEND) {
		r->err = append_read(&r->diags, n, (struct append *)((char *)r->c + row->offset));
		return;
	}
	if (row->type == &type_SELECTIONS) {
		read_selections(r, row, n);
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
	const struct row *row = find_row(path);
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

static void read_documents(struct reading *r, const struct diag_source *source)
{
	struct ynode **documents;
	size_t n;

	r->err = yaml_read(&r->diags, source, &documents, &n);
	for (size_t i = 0; !r->err && i < n; i++) {
		if (documents[i]->kind == YNODE_MAPPING)
			read_mapping(r, "", documents[i]);
		else if (documents[i]->kind != YNODE_NULL)
			r->err = diag_add(&r->diags, SEVERITY_ERROR, documents[i]->at, CONFIG_CODE,
					  NULL, "the configuration must be a mapping of keys");
	}
}

static int load_file(struct config *c, const char *file, bool must_exist)
{
	struct arena *arena;
	struct reading r = {.c = c};
	_cleanup_free_ char *text = NULL;
	char first[512];
	size_t len;
	int err = read_file(file, CONFIG_MAX, &text, &len);

	if (err == -ENOENT && !must_exist)
		return 0;
	if (err) {
		log_error("%s: %s", file, strerror(-err));
		return err;
	}
	arena = arena_new();
	if (!arena)
		return -ENOMEM;
	r.diags.arena = arena;
	diag_source_add(&r.diags, file, text, len);
	read_documents(&r, r.diags.sources);
	diag_print(&r.diags, stderr, isatty(STDERR_FILENO));
	if (diag_first_error(&r.diags, first, sizeof(first)))
		log_remember(first);
	arena_free(&arena);
	return r.err;
}

/* ---- environment and -o ---- */

static int load_environment(struct config *c)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *value = rows[i].env ? getenv(rows[i].env) : NULL;

		if (value && *value && set_value(c, &rows[i], value, false)) {
			log_error("environment: %s must be %s, not '%s'", rows[i].env,
				  rows[i].type->expected, value);
			return -EINVAL;
		}
	}
	return 0;
}

/* Copies a key without [N]; true if it ended in []: add to the list. */
static bool strip_indexes(const char *key, size_t len, char *out)
{
	bool add = len > 2 && !memcmp(key + len - 2, "[]", 2);
	bool inside = false;

	for (size_t i = 0; i < len; i++) {
		if (key[i] == '[')
			inside = true;
		else if (key[i] == ']')
			inside = false;
		else if (!inside)
			*out++ = key[i];
	}
	*out = '\0';
	return add;
}

static int unknown_option(const char *path)
{
	const struct config_key *ignored = find_ignored(path);
	const char *near = nearest_path(path);

	if (ignored)
		log_info("-o %s has no effect here: %s", path, ignored->doc);
	else if (near)
		log_warn("-o %s: unknown key; did you mean '%s'?", path, near);
	else
		log_warn("-o %s: unknown key; 'tiercel list config' shows those that exist", path);
	return 0;
}

/* -o 'rules[].disable.rule=NAME' adds to the list. */
static int load_selection(struct config *c, const char *what, const char *pattern)
{
	const struct row *row = find_row("rules");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s=%s", what, pattern) < 0)
		return -ENOMEM;
	if (!set_value(c, row, text, true))
		return 0;
	log_error("-o rules must be %s, not '%s'", row->type->expected, text);
	return -EINVAL;
}

/* A text, or what looks like YAML as such. NULL after an error. */
static struct ynode *option_value(struct diags *d, const char *key, const char *value)
{
	struct ynode *n = arena_alloc(d->arena, sizeof(*n)), **documents;
	size_t count;

	diag_source_add(d, key, value, strlen(value));
	*n = (struct ynode){
		.kind = YNODE_SCALAR,
		.style = YSTYLE_PLAIN,
		.at = {d->sources->file, 1, 1},
		.text = value,
		.len = strlen(value),
		.source = d->sources,
	};
	if (*value != '[' && *value != '{')
		return n;
	return !yaml_read(d, d->sources, &documents, &count) && count == 1 ? documents[0] : NULL;
}

/* Errors stand in the option's value. */
static int load_append(struct config *c, const char *option, const char *rest)
{
	const char *equals = strchr(rest, '=');
	struct diags d = {.arena = arena_new()};
	struct ynode *value;
	int err = -EINVAL;

	if (!d.arena)
		return -ENOMEM;
	value = option_value(&d, arena_printf(d.arena, "-o %.*s", (int)(equals - option), option),
			     equals + 1);
	if (value)
		err = append_option(&d, arena_str(d.arena, rest, equals - rest), value, &c->append);
	diag_print(&d, stderr, isatty(STDERR_FILENO));
	arena_free(&d.arena);
	return err;
}

static int load_option(struct config *c, const char *option)
{
	static const char append[] = "append_output";
	const char *equals = strchr(option, '=');
	_cleanup_free_ char *path = malloc(strlen(option) + 1);
	const struct row *row;
	bool add;

	if (!path)
		return -ENOMEM;
	if (!equals || equals == option) {
		log_error("-o %s: write it as key=value", option);
		return -EINVAL;
	}
	if (!strncmp(option, append, strlen(append)) && strchr("=.[", option[strlen(append)]))
		return load_append(c, option, option + strlen(append));
	add = strip_indexes(option, equals - option, path);
	row = find_row(path);
	if (!row && is_below(path, "rules"))
		return load_selection(c, path + strlen("rules."), equals + 1);
	if (!row)
		return unknown_option(path);
	if (set_value(c, row, equals + 1, add && row->type == &type_TEXTS)) {
		log_error("-o %s must be %s, not '%s'", path, row->type->expected, equals + 1);
		return -EINVAL;
	}
	return 0;
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
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		void *member = (char *)c + rows[i].offset;
		int err = rows[i].type == &type_TEXTS ? set_texts(member, rows[i].value)
						      : rows[i].type->set(member, rows[i].value);

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

int config_load(struct config *c, const char *file, const char *const *options, size_t n)
{
	int err = load_defaults(c);

	if (!err)
		err = load_file(c, file ? file : CONFIG_FILE, file != NULL);
	if (!err)
		err = load_environment(c);
	for (size_t i = 0; i < n && !err; i++)
		err = load_option(c, options[i]);
	if (!err)
		err = find_hostname(c);
	if (err)
		config_free(c);
	else
		log_set_level(c->log_level);
	return err;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i].type->clear((char *)c + rows[i].offset);
}

bool config_same(const struct config *a, const struct config *b, const char *start)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t at = rows[i].offset;

		if (!strncmp(rows[i].path, start, strlen(start)) &&
		    !rows[i].type->same((const char *)a + at, (const char *)b + at))
			return false;
	}
	return true;
}
