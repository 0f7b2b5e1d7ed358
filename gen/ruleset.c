/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files to rules. Loading reads items into entries (ruleset_item, ruleset_rule, except);
 * finishing gives conditions their meaning (resolve, check) and looks for mistakes (lint).
 */
#include "gen/ruleset.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/check.h"
#include "gen/lint.h"
#include "gen/parse.h"
#include "gen/resolve.h"
#include "gen/ruleset_private.h"
#include "gen/schema.h"
#include "gen/yaml.h"

struct ruleset *ruleset_new(void)
{
	struct arena *a = arena_new();
	struct ruleset *rs;

	if (!a)
		return NULL;
	rs = arena_alloc(a, sizeof(*rs));
	rs->arena = a;
	rs->diags.arena = a;
	rs->minimum = PRIORITY_DEBUG;
	rs->priv = arena_alloc(a, sizeof(*rs->priv));
	rs->priv->list_names.arena = a;
	rs->priv->macro_names.arena = a;
	rs->priv->rule_names.arena = a;
	return rs;
}

void ruleset_free(struct ruleset **rs)
{
	struct arena *a;

	if (!*rs)
		return;
	a = (*rs)->arena;
	arena_free(&a);
	*rs = NULL;
}

/* What an item is, is said by the first of these keys that it has. */
static const struct item_kind {
	const char *key;
	int (*read)(struct item *it);
} kinds[] = {
	{"required_engine_version", read_engine_version},
	{"required_plugin_versions", read_plugin_versions},
	{"list", read_list},
	{"macro", read_macro},
	{"rule", read_rule},
};

static int read_item(struct ruleset *rs, struct ynode *map)
{
	struct item it = {.rs = rs, .map = map};
	size_t i;
	int err;

	if (map->kind == YNODE_NULL)
		return 0;
	if (map->kind != YNODE_MAPPING)
		return item_fail(&it, map->at, CODE_YAML,
				 "Unexpected element type. Each element should be a yaml "
				 "associative array.");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!ynode_get(map, kinds[i].key))
			continue;
		err = kinds[i].read(&it);
		rs->diags.context = NULL;
		return err;
	}
	diag_add(&rs->diags, SEVERITY_WARNING, map->at, "LOAD_UNKNOWN_ITEM",
		 "an item begins with rule, macro, list, required_engine_version or "
		 "required_plugin_versions",
		 "Unknown top level item");
	return 0;
}

static int read_document(struct ruleset *rs, struct ynode *document)
{
	struct item it = {.rs = rs, .map = document};
	size_t i;
	int err = 0;

	if (document->kind == YNODE_NULL)
		return 0;
	if (document->kind != YNODE_SEQUENCE)
		return item_fail(&it, document->at, CODE_YAML, "%s",
				 document->kind == YNODE_MAPPING
					 ? "Rules content is not yaml array of objects"
					 : "Rules content is not yaml");
	for (i = 0; !err && i < document->n; i++)
		err = read_item(rs, document->items[i]);
	return err;
}

struct rule_file *file_add(struct ruleset *rs, const char *name)
{
	struct ruleset_private *p = rs->priv;

	p->files = arena_push(rs->arena, p->files, p->n_files, sizeof(*p->files));
	p->files[p->n_files] = (struct rule_file){.name = name};
	return &p->files[p->n_files++];
}

const struct rule_file *ruleset_file(const struct ruleset *rs, size_t i)
{
	return i < rs->priv->n_files ? &rs->priv->files[i] : NULL;
}

static int check_so_far(struct ruleset *rs);

/* An item gives a new meaning to what earlier files defined. */
static bool is_change(const struct ruleset *rs, const struct ynode *item)
{
	const struct ruleset_private *p = rs->priv;
	const struct {
		const char *key;
		const struct names *names;
	} kinds_by_name[] = {
		{"list", &p->list_names},
		{"macro", &p->macro_names},
		{"rule", &p->rule_names},
	};
	const struct ynode *name;
	size_t i;

	for (i = 0; item->kind == YNODE_MAPPING && i < 3; i++) {
		name = ynode_get(item, kinds_by_name[i].key);
		if (name && name->kind == YNODE_SCALAR)
			return names_get(kinds_by_name[i].names, name->text);
	}
	return false;
}

static bool has_change(const struct ruleset *rs, const struct ynode *document)
{
	size_t i;

	for (i = 0; document->kind == YNODE_SEQUENCE && i < document->n; i++) {
		if (is_change(rs, document->items[i]))
			return true;
	}
	return false;
}

/* What a file says must hold before a later file changes it: Falco compiles all after each file.
 * Where nothing is changed, compiling all after the last file finds the same. */
static int check_before(struct ruleset *rs, struct ynode *const *documents, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (has_change(rs, documents[i]))
			return check_so_far(rs);
	}
	return 0;
}

int ruleset_load_text(struct ruleset *rs, const char *name, const char *text, size_t len)
{
	struct ynode **documents;
	size_t i, n, n_rules = rs->n_rules;
	struct rule_file *file;
	int err;

	file = file_add(rs, arena_str(rs->arena, name, strlen(name)));
	diag_source_add(&rs->diags, file->name, arena_str(rs->arena, text, len), len);
	err = yaml_read(&rs->diags, rs->diags.sources, &documents, &n);
	if (!err) {
		file->read = true;
		schema_check(rs->arena, file, documents, n);
		err = check_before(rs, documents, n);
	}
	for (i = 0; !err && i < n; i++)
		err = read_document(rs, documents[i]);
	file->has_rule = rs->n_rules > n_rules;
	return err;
}

/* Of a rule that may be skipped, what is not known is no error. True if it is skipped. */
static bool skip(struct ruleset *rs, const struct rule_entry *e, const struct diags *found, int err)
{
	size_t i = 0;

	if (err != -ENOENT || !e->rule.skip_if_unknown)
		return false;
	while (found->list[i].severity != SEVERITY_ERROR)
		i++;
	diag_add(&rs->diags, SEVERITY_WARNING, found->list[i].at, "LOAD_UNKNOWN_FILTER",
		 found->list[i].hint, "the rule is skipped: %s", found->list[i].message);
	return true;
}

/* NULL if it is wrong; -ENOENT in *err if only names in it are not known. */
static struct node *rule_tree(struct ruleset *rs, const struct rule_entry *e, struct diags *found,
			      int *err)
{
	struct node *tree = NULL;
	struct text t;

	*err = -EINVAL;
	if (!except_condition(rs, e, &t))
		tree = resolve_condition(rs, &t);
	if (!tree)
		return NULL;
	*err = check_tree(found, tree);
	return *err ? NULL : tree;
}

/* Sets the tree of a rule that is right. */
static void finish_rule(struct ruleset *rs, struct rule_entry *e)
{
	struct diags found = {
		.arena = rs->arena,
		.sources = rs->diags.sources,
		.context = rs->diags.context,
		.context_at = rs->diags.context_at,
	};
	struct node *tree;
	int err, output;

	if (e->skipped)
		return;
	tree = rule_tree(rs, e, &found, &err);
	output = check_output(&found, &e->output);
	if (skip(rs, e, &found, err ? err : output))
		return;
	diag_merge(&rs->diags, &found);
	if (err || output)
		return;
	e->rule.tree = tree;
}

static void finish_rules(struct ruleset *rs, bool lint)
{
	struct rule_entry *e;
	size_t i;

	resolve_prepare(rs);
	for (i = 0; i < rs->n_rules; i++) {
		e = (struct rule_entry *)rs->rules[i];
		rs->diags.context = arena_printf(rs->arena, "rule '%s'", e->rule.name);
		rs->diags.context_at = e->rule.at;
		finish_rule(rs, e);
		if (lint && e->rule.tree)
			lint_rule(rs, e);
	}
	rs->diags.context = NULL;
}

/* Only errors are kept: warnings are for what holds in the end. */
static int check_so_far(struct ruleset *rs)
{
	struct diags kept = rs->diags;
	struct diags found = {.arena = rs->arena, .sources = kept.sources};
	size_t i, n = 0;

	rs->diags = found;
	finish_rules(rs, false);
	found = rs->diags;
	rs->diags = kept;
	for (i = 0; i < found.n; i++) {
		if (found.list[i].severity == SEVERITY_ERROR)
			found.list[n++] = found.list[i];
	}
	found.n = n;
	diag_merge(&rs->diags, &found);
	resolve_forget(rs);
	for (i = 0; i < rs->n_rules; i++)
		rs->rules[i]->tree = NULL;
	return n ? -EINVAL : 0;
}

int ruleset_finish(struct ruleset *rs, bool first)
{
	size_t errors = rs->diags.errors;

	finish_rules(rs, true);
	check_plugins(rs);
	if (rs->diags.errors > errors)
		return -EINVAL;
	if (first)
		lint_shadowed(rs);
	lint_unused(rs);
	return 0;
}

struct node *ruleset_condition(struct ruleset *rs, const char *text, bool syntax_only)
{
	struct ynode scalar = {
		.kind = YNODE_SCALAR,
		.at = {"condition", 1, 1},
		.text = arena_str(rs->arena, text, strlen(text)),
		.len = strlen(text),
	};
	struct text t = {.arena = rs->arena};
	struct node *n;

	file_add(rs, scalar.at.file);
	diag_source_add(&rs->diags, scalar.at.file, scalar.text, scalar.len);
	scalar.source = rs->diags.sources;
	text_add_node(&t, &scalar, 0, scalar.len);
	if (syntax_only)
		return parse_text(&rs->diags, &t);
	if (resolve_prepare(rs))
		return NULL;
	n = resolve_condition(rs, &t);
	return n && !check_tree(&rs->diags, n) ? n : NULL;
}
