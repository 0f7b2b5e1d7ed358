/* SPDX-License-Identifier: Apache-2.0 */
#include "user/config_source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/arena.h"

#include "user/config_row.h"
#include "user/log.h"
#include "user/util.h"

#define FILE_MAX   ((size_t)4 << 20)
#define SECRET_MAX ((size_t)64 << 10)
#define CODE	   "CONFIG"
#define INCLUDES   "config_files"

static int fail(struct diags *d, struct place at, const char *what)
{
	return diag_add(d, SEVERITY_ERROR, at, CODE, NULL, "%s", what);
}

/* ---- files ---- */

/* All documents of a file, the later over the former. */
static int parse(struct diags *d, struct ynode *root)
{
	struct ynode **documents;
	size_t n;
	int err = yaml_read(d, d->sources, &documents, &n);

	for (size_t i = 0; !err && i < n; i++) {
		if (documents[i]->kind == YNODE_MAPPING)
			tree_merge(d, root, documents[i], TREE_OVERRIDE);
		else if (documents[i]->kind != YNODE_NULL)
			err = fail(d, documents[i]->at,
				   "the configuration must be a mapping of keys");
	}
	return err;
}

static int read_one(struct diags *d, const char *path, bool must_exist, struct ynode *root)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int err = read_file(path, FILE_MAX, &text, &len);

	if (err == -ENOENT && !must_exist)
		return 0;
	if (err) {
		log_error("%s: %s", path, strerror(-err));
		return err;
	}
	/* nodes and messages point to it */
	diag_source_add(d, arena_str(d->arena, path, strlen(path)), arena_str(d->arena, text, len),
			len);
	return parse(d, root);
}

struct include {
	struct diags *d;
	struct ynode *root;
	struct place at;
	const char *main; /* not to be included */
	enum tree_strategy strategy;
};

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int include_file(const struct include *in, const char *path)
{
	struct ynode *root = tree_mapping(in->d), *nested;
	int err;

	if (is_same_file(path, in->main))
		return fail(in->d, in->at, INCLUDES " names the file that it stands in");
	err = read_one(in->d, path, true, root);
	nested = ynode_get(root, INCLUDES);
	if (!err && nested)
		err = fail(in->d, nested->at,
			   INCLUDES " counts only in the first file: name the file there");
	if (!err)
		tree_merge(in->d, in->root, root, in->strategy);
	return err;
}

static int is_yaml(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot && *e->d_name != '.' && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static int include_directory(const struct include *in, const char *path)
{
	struct dirent **found;
	int n = scandir(path, &found, is_yaml, alphasort), err = n < 0 ? -errno : 0;

	if (err)
		log_error("%s: %s", path, strerror(-err));
	for (int i = 0; i < n; i++) {
		if (!err)
			err = include_file(
				in, arena_printf(in->d->arena, "%s/%s", path, found[i]->d_name));
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return err;
}

/* What does not exist is passed over, as with rules_files. */
static int include_path(const struct include *in, const char *path)
{
	struct stat s;

	if (stat(path, &s))
		return errno == ENOENT || errno == ENOTDIR ? 0 : include_file(in, path);
	return S_ISDIR(s.st_mode) ? include_directory(in, path) : include_file(in, path);
}

/* A path, or {path, strategy}. */
static int include_entry(struct include *in, struct ynode *n)
{
	const struct ynode *path = n->kind == YNODE_MAPPING ? ynode_get(n, "path") : n;
	const struct ynode *strategy = n->kind == YNODE_MAPPING ? ynode_get(n, "strategy") : NULL;

	in->at = n->at;
	in->strategy = TREE_APPEND;
	if (!path || path->kind != YNODE_SCALAR || !*path->text)
		return fail(in->d, n->at,
			    "an entry of " INCLUDES
			    " must be a path, or {path: PATH, strategy: append, "
			    "override or add-only}");
	if (strategy &&
	    (strategy->kind != YNODE_SCALAR || tree_strategy_parse(strategy->text, &in->strategy)))
		return fail(in->d, strategy->at, "a strategy is append, override or add-only");
	return include_path(in, config_expand(in->d->arena, path->text));
}

static int include_all(struct diags *d, const char *main, struct ynode *root)
{
	struct ynode *list = ynode_get(root, INCLUDES);
	struct include in = {.d = d, .root = root, .main = main};
	int err = 0;

	if (!list || list->kind == YNODE_NULL)
		return 0;
	if (list->kind != YNODE_SEQUENCE)
		return include_entry(&in, list);
	for (size_t i = 0; i < list->n && !err; i++)
		err = include_entry(&in, list->items[i]);
	return err;
}

/* ---- environment ---- */

/* a,b or, if pairs, a:b,c:d, as falcosidekick has them. */
static struct ynode *split(struct diags *d, struct place at, const char *text, bool pairs)
{
	struct ynode *n = pairs ? tree_mapping(d) : tree_sequence(d, at);
	char *rest = arena_str(d->arena, text, strlen(text)), *word;

	while ((word = strsep(&rest, ","))) {
		char *colon = pairs ? strchr(word, ':') : NULL;
		struct ynode *value;

		if (!*word || (pairs && !colon))
			continue;
		if (colon)
			*colon = '\0';
		value = tree_scalar(d, at, colon ? colon + 1 : word);
		if (colon)
			tree_put(d, n, word, value);
		else
			tree_add(d, n, value);
	}
	return n;
}

/* NAME, or the content of the file that NAME_FILE names, without the newline at its end. NULL with
 * *err 0: neither is set. */
static const char *variable(struct diags *d, const char *name, int *err)
{
	const char *value = getenv(name);
	const char *file = getenv(arena_printf(d->arena, "%s_FILE", name));
	_cleanup_free_ char *text = NULL;
	size_t len;

	*err = 0;
	if ((value && *value) || !file || !*file)
		return value && *value ? value : NULL;
	*err = read_file(file, SECRET_MAX, &text, &len);
	if (*err) {
		log_error("environment: %s_FILE: %s: %s", name, file, strerror(-*err));
		return NULL;
	}
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	return arena_str(d->arena, text, len);
}

static int read_environment(struct diags *d, struct ynode *root)
{
	int err = 0;

	for (size_t i = 0; i < n_config_rows && !err; i++) {
		const struct config_row *row = &config_rows[i];
		const char *value = row->env ? variable(d, row->env, &err) : NULL;
		struct place at = {.line = 1, .column = 1};
		struct ynode *n;

		if (!value)
			continue;
		at.file = arena_printf(d->arena, "environment: %s", row->env);
		n = row->type == &type_TEXTS || row->type == &type_PAIRS
			    ? split(d, at, value, row->type == &type_PAIRS)
			    : tree_scalar(d, at, value);
		err = tree_set(d, root, row->path, n, NULL);
	}
	return err;
}

/* ---- -o ---- */

bool config_is_append(const char *option)
{
	static const char append[] = "append_output";
	size_t n = sizeof(append) - 1;

	return !strncmp(option, append, n) && option[n] && strchr("=.[", option[n]);
}

static bool is_yaml_value(const char *s)
{
	char last = *s ? s[strlen(s) - 1] : '\0';

	return (*s == '[' && last == ']') || (*s == '{' && last == '}');
}

struct ynode *config_option_value(struct diags *d, const char *name, const char *value)
{
	struct place at = {.file = name, .line = 1, .column = 1};
	struct ynode *n = tree_scalar(d, at, value), **documents;
	size_t count;

	if (!is_yaml_value(value))
		return n;
	diag_source_add(d, name, n->text, n->len);
	return !yaml_read(d, d->sources, &documents, &count) && count == 1 ? documents[0] : NULL;
}

/* A list's default, to which something is added. */
static struct ynode *default_of(struct diags *d, const char *path)
{
	const struct config_row *row = config_row_find(path);
	struct ynode *n;
	char *rest, *word;

	if (!row || (row->type != &type_TEXTS && row->type != &type_SELECTIONS))
		return NULL;
	n = tree_sequence(d, (struct place){});
	rest = arena_str(d->arena, row->value, strlen(row->value));
	while ((word = strsep(&rest, " ")))
		if (*word)
			tree_add(d, n, tree_scalar(d, (struct place){}, word));
	return n;
}

static int read_option(struct diags *d, const char *option, struct ynode *root)
{
	const char *equals = strchr(option, '=');
	struct ynode *value;
	const char *path;

	if (!equals || equals == option) {
		log_error("-o %s: write it as key=value", option);
		return -EINVAL;
	}
	path = arena_str(d->arena, option, equals - option);
	value = config_option_value(d, arena_printf(d->arena, "-o %s", path), equals + 1);
	return value ? tree_set(d, root, path, value, default_of) : -EINVAL;
}

/* Those about further files come before these are read. */
static int read_options(struct diags *d, const struct config_source *s, struct ynode *root,
			bool includes)
{
	int err = 0;

	for (size_t i = 0; i < s->n && !err; i++) {
		bool about = !strncmp(s->options[i], INCLUDES, sizeof(INCLUDES) - 1);

		if (about == includes && !config_is_append(s->options[i]))
			err = read_option(d, s->options[i], root);
	}
	return err;
}

int config_source_read(struct diags *d, const struct config_source *s, struct ynode **root)
{
	int err;

	*root = tree_mapping(d);
	err = read_one(d, s->file, s->must_exist, *root);
	if (!err)
		err = read_options(d, s, *root, true);
	if (!err)
		err = include_all(d, s->file, *root);
	if (!err)
		err = read_environment(d, *root);
	if (!err)
		err = read_options(d, s, *root, false);
	return err;
}
