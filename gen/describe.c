/* SPDX-License-Identifier: Apache-2.0 */
/* See describe.h. What is named is found in the text as written, what is compared in the tree. */
#include "gen/describe.h"

#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/op.h"
#include "gen/parse.h"
#include "gen/ruleset_private.h"
#include "gen/typeset.h"

struct describer {
	struct ruleset *rs;
	struct described *out;
};

static void add(struct describer *d, struct described_names *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i], name))
			return;
	}
	list->v = arena_push(d->rs->arena, list->v, list->n, sizeof(*list->v));
	list->v[list->n++] = name;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct described_names *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), compare);
}

/* ---- names ---- */

static bool has(const struct described_names *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i], name))
			return true;
	}
	return false;
}

static void add_list(struct describer *d, const char *name)
{
	const struct list_entry *l = names_get(&d->rs->priv->list_names, name);
	size_t i;

	if (!l || has(&d->out->lists, name))
		return;
	add(d, &d->out->lists, l->name);
	for (i = 0; i < l->n_items; i++)
		add_list(d, l->items[i]->text);
}

static void name_text(struct describer *d, const struct text *t);

static void name_tree(struct describer *d, const struct node *n)
{
	const struct macro_entry *m;
	size_t i;

	for (i = 0; i < n->n_kids; i++)
		name_tree(d, n->kids[i]);
	for (i = 0; n->kind == NODE_COMPARE && i < n->n_values; i++)
		add_list(d, n->values[i].text);
	if (n->kind != NODE_MACRO || has(&d->out->macros, n->macro))
		return;
	add(d, &d->out->macros, n->macro);
	m = names_get(&d->rs->priv->macro_names, n->macro);
	if (m)
		name_text(d, &m->condition);
}

/* A condition whose lists are not replaced yet. */
static void name_text(struct describer *d, const struct text *t)
{
	struct diags quiet = {.arena = d->rs->arena};
	const struct node *n = parse_text(&quiet, t);

	if (n)
		name_tree(d, n);
}

/* ---- comparisons ---- */

static const char *field_text(struct describer *d, const struct expr *e)
{
	return e->arg ? arena_printf(d->rs->arena, "%s[%s]", e->name, e->arg) : e->name;
}

static void add_fields(struct describer *d, const struct expr *e)
{
	size_t i;

	if (!e)
		return;
	if (!e->transform && !e->literal && !e->is_list)
		add(d, &d->out->fields, field_text(d, e));
	for (i = 0; i < e->n_args; i++)
		add_fields(d, e->args[i]);
}

static void compare_tree(struct describer *d, const struct node *n)
{
	size_t i;

	for (i = 0; i < n->n_kids; i++)
		compare_tree(d, n->kids[i]);
	if (n->kind != NODE_COMPARE)
		return;
	add(d, &d->out->operators, ops[n->op].text);
	add_fields(d, n->left);
	add_fields(d, n->right);
}

static void describe_tree(struct describer *d, const struct node *tree)
{
	size_t i;

	if (!tree)
		return;
	d->out->compiled = ast_print(d->rs->arena, tree);
	compare_tree(d, tree);
	for (i = 0; i < n_event_types; i++) {
		if (typeset_has(tree, event_types[i].name))
			add(d, &d->out->events, event_types[i].name);
	}
}

static void sort_all(struct described *out)
{
	sort(&out->macros);
	sort(&out->lists);
	sort(&out->operators);
	sort(&out->fields);
	sort(&out->events);
	sort(&out->exception_names);
	sort(&out->exception_fields);
	sort(&out->exception_operators);
}

/* ---- items ---- */

static void describe_exceptions(struct describer *d, const struct rule_entry *e)
{
	size_t i, k;

	for (i = 0; i < e->n_exceptions; i++) {
		add(d, &d->out->exception_names, e->exceptions[i]->name);
		for (k = 0; k < e->exceptions[i]->n_fields; k++) {
			add(d, &d->out->exception_fields, e->exceptions[i]->fields[k]->text);
			add(d, &d->out->exception_operators, e->exceptions[i]->comps[k]);
		}
	}
}

struct described describe_rule(struct ruleset *rs, const struct rule *r)
{
	const struct rule_entry *e = (const struct rule_entry *)r;
	struct described out = {.name = r->name, .condition = r->condition, .used = true};
	struct describer d = {rs, &out};
	struct text whole;

	if (!except_condition(rs, e, &whole))
		name_text(&d, &whole);
	describe_tree(&d, r->tree);
	describe_exceptions(&d, e);
	sort_all(&out);
	return out;
}

struct described *describe_macros(struct ruleset *rs, size_t *n)
{
	struct described *all = arena_alloc(rs->arena, rs->priv->n_macros * sizeof(*all));
	size_t i;

	*n = rs->priv->n_macros;
	for (i = 0; i < *n; i++) {
		const struct macro_entry *m = rs->priv->macros[i];
		struct describer d = {rs, &all[i]};

		all[i].name = m->name;
		all[i].condition = m->condition.s;
		all[i].used = m->used;
		name_text(&d, &m->condition);
		describe_tree(&d, m->tree);
		sort_all(&all[i]);
	}
	return all;
}

struct described *describe_lists(struct ruleset *rs, size_t *n)
{
	struct described *all = arena_alloc(rs->arena, rs->priv->n_lists * sizeof(*all));
	size_t i, k;

	*n = rs->priv->n_lists;
	for (i = 0; i < *n; i++) {
		const struct list_entry *l = rs->priv->lists[i];
		struct describer d = {rs, &all[i]};

		all[i].name = l->name;
		all[i].used = l->used;
		for (k = 0; k < l->n_items; k++) {
			add(&d, &all[i].items, l->items[k]->text);
			add_list(&d, l->items[k]->text);
		}
		sort(&all[i].lists);
	}
	return all;
}
