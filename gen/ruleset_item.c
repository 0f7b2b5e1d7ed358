/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a rule file other than rules: versions, lists, macros. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/ruleset_private.h"

/* What we can do, in the numbers of Falco's engine and of its container plugin, whose fields we
 * have built in. */
const char ruleset_engine[] = "0.63.0";
static const unsigned long container_version[3] = {0, 7, 0};

/* "x.y.z", or "N" for 0.N.0 if short_form. */
static int parse_version(const char *s, bool short_form, unsigned long out[3])
{
	unsigned long v[3];
	char *end;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)*s))
			return -EINVAL;
		v[i] = strtoul(s, &end, 10);
		s = end;
		if (!i && !*s && short_form) {
			memcpy(out, (unsigned long[3]){0, v[0], 0}, sizeof(v));
			return 0;
		}
		if (i < 2 && *s++ != '.')
			return -EINVAL;
	}
	if (*s && *s != '-' && *s != '+')
		return -EINVAL;
	memcpy(out, v, sizeof(v));
	return 0;
}

static bool is_compatible(const unsigned long have[3], const unsigned long want[3])
{
	if (have[0] != want[0])
		return false;
	return have[1] != want[1] ? have[1] > want[1] : have[2] >= want[2];
}

/* Remembers the greatest. */
static void note_engine(struct ruleset *rs, const unsigned long want[3])
{
	unsigned long greatest[3];

	if (rs->required_engine && !parse_version(rs->required_engine, false, greatest) &&
	    (greatest[0] > want[0] || is_compatible(greatest, want)))
		return;
	rs->required_engine = arena_printf(rs->arena, "%lu.%lu.%lu", want[0], want[1], want[2]);
}

int read_engine_version(struct item *it)
{
	static const char *const known[] = {"required_engine_version", NULL};
	unsigned long want[3], engine_version[3] = {};
	struct ynode *n;
	int err = item_text(it, known[0], true, &n);

	if (err)
		return err;
	item_check_keys(it, known);
	if (parse_version(n->text, true, want))
		return item_fail(it, n->at, CODE_YAML,
				 "Unable to parse engine version '%s' as a semver string. Expected "
				 "\"x.y.z\" semver format.",
				 n->text);
	note_engine(it->rs, want);
	parse_version(ruleset_engine, false, engine_version);
	if (is_compatible(engine_version, want))
		return 0;
	return item_fail(it, n->at, CODE_VALIDATE,
			 "Rules require engine version %lu.%lu.%lu, but engine version is "
			 "%lu.%lu.%lu",
			 want[0], want[1], want[2], engine_version[0], engine_version[1],
			 engine_version[2]);
}

static bool is_named(const struct ynode *sequence, size_t n, const char *name)
{
	const struct ynode *other;
	size_t i;

	for (i = 0; i < n; i++) {
		if (sequence->items[i]->kind != YNODE_MAPPING)
			continue;
		other = ynode_get(sequence->items[i], "name");
		if (other && other->kind == YNODE_SCALAR && !strcmp(other->text, name))
			return true;
	}
	return false;
}

/* One {name, version}. The first that is there decides. */
static int read_plugin(struct item *it, struct ynode *map, struct plugin_need *p)
{
	struct item entry = {.rs = it->rs, .map = map};
	struct ynode *name = NULL, *version = NULL;
	unsigned long want[3];
	int err;

	if (map->kind != YNODE_MAPPING)
		return item_fail(it, map->at, CODE_YAML, "Plugin version must be a mapping");
	err = item_text(&entry, "name", true, &name);
	if (!err)
		err = item_text(&entry, "version", true, &version);
	if (err)
		return err;
	if (parse_version(version->text, false, want))
		return item_fail(it, version->at, CODE_YAML, "Invalid plugin version '%s'",
				 version->text);
	p->wanted = arena_printf(it->rs->arena, "%s%s%s (>= %s)", p->wanted ? p->wanted : "",
				 p->wanted ? ", " : "", name->text, version->text);
	if (strcmp(name->text, "container") || p->met || p->low)
		return 0;
	if (is_compatible(container_version, want))
		p->met = true;
	else
		p->low = version->text;
	return 0;
}

static int read_alternatives(struct item *it, const struct ynode *map, struct ynode *others,
			     struct plugin_need *p)
{
	const struct ynode *first = ynode_get(map, "name");
	size_t i;
	int err = 0;

	for (i = 0; !err && i < others->n; i++) {
		const struct ynode *name = others->items[i]->kind == YNODE_MAPPING
						   ? ynode_get(others->items[i], "name")
						   : NULL;

		if (name && name->kind == YNODE_SCALAR &&
		    (!strcmp(name->text, first->text) || is_named(others, i, name->text)))
			return item_fail(it, name->at, CODE_VALIDATE,
					 "Plugin '%s' is named twice among alternatives",
					 name->text);
		err = read_plugin(it, others->items[i], p);
	}
	return err;
}

static int read_plugin_entry(struct item *it, struct ynode *map)
{
	struct ruleset_private *priv = it->rs->priv;
	struct item entry = {.rs = it->rs, .map = map};
	struct plugin_need p = {.at = map->at};
	struct ynode *others = NULL;
	int err = read_plugin(it, map, &p);

	if (!err)
		err = item_sequence(&entry, "alternatives", false, &others);
	if (!err && others)
		err = read_alternatives(it, map, others, &p);
	if (err)
		return err;
	priv->plugins = arena_push(it->rs->arena, priv->plugins, priv->n_plugins, sizeof(p));
	priv->plugins[priv->n_plugins++] = p;
	return 0;
}

const char *ruleset_plugin(const struct ruleset *rs, size_t i)
{
	return i < rs->priv->n_plugins ? rs->priv->plugins[i].wanted : NULL;
}

void check_plugins(struct ruleset *rs)
{
	const unsigned long *have = container_version;
	const struct plugin_need *p;
	size_t i;

	for (i = 0; i < rs->priv->n_plugins; i++) {
		p = &rs->priv->plugins[i];
		if (p->low)
			diag_add(&rs->diags, SEVERITY_ERROR, p->at, CODE_VALIDATE, NULL,
				 "Plugin 'container' version '%lu.%lu.%lu' is not compatible with "
				 "required plugin version '%s'",
				 have[0], have[1], have[2], p->low);
		else if (!p->met)
			diag_add(&rs->diags, SEVERITY_ERROR, p->at, CODE_VALIDATE,
				 "there are no plugins; what the container plugin does is built in",
				 "Plugin requirement not satisfied, must load one of: %s",
				 p->wanted);
	}
}

int read_plugin_versions(struct item *it)
{
	static const char *const known[] = {"required_plugin_versions", NULL};
	struct ynode *sequence;
	int err = item_sequence(it, known[0], true, &sequence);
	size_t i;

	if (err)
		return err;
	item_check_keys(it, known);
	for (i = 0; !err && i < sequence->n; i++)
		err = read_plugin_entry(it, sequence->items[i]);
	return err;
}

/* What is found from now on is about this item. */
static const char *own(struct item *it, const char *kind, const char *name)
{
	struct diags *d = &it->rs->diags;

	d->context = arena_printf(it->rs->arena, "%s '%s'", kind, name);
	d->context_at = it->map->at;
	return name;
}

static bool is_list_name(const char *s)
{
	return !s[strcspn(s, "()\"'=, \t\r\n\v\f")];
}

static struct list_entry *list_new(struct item *it, const struct ynode *name)
{
	struct ruleset_private *p = it->rs->priv;
	struct list_entry *l = arena_alloc(it->rs->arena, sizeof(*l));

	l->name = name->text;
	l->at = name->at;
	l->index = p->next_index;
	l->file = p->n_files - 1;
	p->lists = arena_push(it->rs->arena, p->lists, p->n_lists, sizeof(l));
	p->lists[p->n_lists++] = l;
	names_put(&p->list_names, l->name, l);
	return l;
}

static void list_add_items(struct item *it, struct list_entry *l, const struct ynode *sequence)
{
	size_t i;

	for (i = 0; i < sequence->n; i++) {
		l->items = arena_push(it->rs->arena, l->items, l->n_items, sizeof(*l->items));
		l->items[l->n_items++] = sequence->items[i];
	}
}

int read_list(struct item *it)
{
	static const char *const known[] = {"list", "items", "append", "override", NULL};
	static const struct override_key keys[] = {{"items", true, true}};
	struct ruleset_private *p = it->rs->priv;
	struct override o = {0};
	struct ynode *name, *items;
	struct list_entry *l;
	bool append = false;
	int err = item_text(it, "list", true, &name);

	if (err)
		return err;
	it->name = own(it, "list", name->text);
	item_check_keys(it, known);
	if (!is_list_name(name->text))
		diag_add(&it->rs->diags, SEVERITY_WARNING, name->at, "LOAD_INVALID_LIST_NAME", NULL,
			 "List has an invalid name. List names should match a regular expression: "
			 "[^()\"'[:space:]=,]+");
	err = item_override(it, keys, 1, &o);
	if (!err)
		err = item_append(it, &o, &append);
	if (!err)
		err = item_sequence(it, "items", true, &items);
	if (!err)
		err = item_texts(it, items);
	if (err)
		return err;
	l = names_get(&p->list_names, name->text);
	append |= o.append != 0;
	if (append && !l)
		return item_fail(it, name->at, CODE_VALIDATE,
				 "List has 'append' key or an append override but no list by that "
				 "name already exists");
	if (!l)
		l = list_new(it, name);
	if (!append) {
		l->items = NULL;
		l->n_items = 0;
	}
	list_add_items(it, l, items);
	l->visibility = p->next_index++;
	return 0;
}

static bool is_macro_name(const char *s)
{
	if (!isalpha((unsigned char)*s))
		return false;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

static struct macro_entry *macro_new(struct item *it, const struct ynode *name)
{
	struct ruleset_private *p = it->rs->priv;
	struct macro_entry *m = arena_alloc(it->rs->arena, sizeof(*m));

	m->name = name->text;
	m->at = name->at;
	m->index = p->next_index;
	m->file = p->n_files - 1;
	p->macros = arena_push(it->rs->arena, p->macros, p->n_macros, sizeof(m));
	p->macros[p->n_macros++] = m;
	names_put(&p->macro_names, m->name, m);
	return m;
}

int read_macro(struct item *it)
{
	static const char *const known[] = {"macro", "condition", "append", "override", NULL};
	static const struct override_key keys[] = {{"condition", true, true}};
	struct ruleset_private *p = it->rs->priv;
	struct ynode *name, *condition;
	struct override o = {0};
	struct macro_entry *m;
	bool append = false;
	int err = item_text(it, "macro", true, &name);

	if (err)
		return err;
	it->name = own(it, "macro", name->text);
	item_check_keys(it, known);
	if (!is_macro_name(name->text))
		diag_add(&it->rs->diags, SEVERITY_WARNING, name->at, "LOAD_INVALID_MACRO_NAME",
			 NULL,
			 "Macro has an invalid name. Macro names should match a regular "
			 "expression: [a-zA-Z]+[a-zA-Z0-9_]*");
	err = item_override(it, keys, 1, &o);
	if (!err)
		err = item_append(it, &o, &append);
	if (!err)
		err = item_text(it, "condition", true, &condition);
	if (err)
		return err;
	m = names_get(&p->macro_names, name->text);
	append |= o.append != 0;
	if (append && !m)
		return item_fail(it, name->at, CODE_VALIDATE,
				 "Macro has 'append' key or an append override but no macro by "
				 "that name already exists");
	if (!m)
		m = macro_new(it, name);
	if (append)
		text_add(&m->condition, condition->at, " ", 1);
	else
		m->condition = (struct text){.arena = it->rs->arena};
	text_add_node(&m->condition, condition, 0, condition->len);
	m->visibility = p->next_index++;
	return 0;
}
