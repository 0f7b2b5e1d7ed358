/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that contradict themselves. Only what must hold together at the top of the condition is
 * compared, of fields that have one value, so that a warning is never wrong.
 */
#include "gen/lint.h"

#include <string.h>

#include "gen/field.h"
#include "gen/typeset.h"

#define CONJUNCTS_MAX 64

struct conjuncts {
	const struct node *list[CONJUNCTS_MAX];
	size_t n;
};

static void flatten(struct conjuncts *c, const struct node *n)
{
	size_t i;

	for (i = 0; n->kind == NODE_AND && i < n->n_kids; i++)
		flatten(c, n->kids[i]);
	if (n->kind != NODE_AND && c->n < CONJUNCTS_MAX)
		c->list[c->n++] = n;
}

/* Of one value at an event: not of ancestors or ends of a connection, of which there are several.
 */
static bool is_single(const struct expr *e)
{
	static const char *const names[] = {"proc.name",    "proc.exe",	  "proc.exepath",
					    "proc.cmdline", "proc.pname", "container.id",
					    "fd.typechar",  "evt.res",	  "user.name"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && !e->transform && !e->arg; i++) {
		if (!strcmp(e->name, names[i]))
			return true;
	}
	return false;
}

static bool is_membership(const struct node *n)
{
	return n->kind == NODE_COMPARE && !n->right && n->n_values && is_single(n->left) &&
	       (n->op == OP_EQ || n->op == OP_EQ2 || n->op == OP_IN);
}

static bool has_value(const struct node *n, const char *text)
{
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		if (!strcmp(n->values[i].text, text))
			return true;
	}
	return false;
}

/* What b says leaves none of the values of the membership a. */
static bool excludes(const struct node *b, const struct node *a)
{
	bool negated = b->kind == NODE_NOT || (b->kind == NODE_COMPARE && b->op == OP_NE);
	size_t i;

	if (b->kind == NODE_NOT)
		b = b->kids[0];
	if (b->kind != NODE_COMPARE || b->right || strcmp(a->left->name, b->left->name) ||
	    !is_single(b->left) || (b->op != OP_NE && !is_membership(b)))
		return false;
	for (i = 0; i < a->n_values; i++) {
		if (has_value(b, a->values[i].text) != negated)
			return false;
	}
	return true;
}

static bool names_type(const struct node *n)
{
	size_t i;

	if (n->kind == NODE_COMPARE)
		return n->left->field && n->left->field->id == FIELD_EVT_TYPE && n->n_values;
	for (i = 0; i < n->n_kids; i++) {
		if (names_type(n->kids[i]))
			return true;
	}
	return false;
}

/* A condition without event types is a way to write "never" if it names none. */
static bool has_no_type(const struct node *tree)
{
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (typeset_has(tree, event_types[i].name))
			return false;
	}
	return names_type(tree);
}

void lint_never(struct ruleset *rs, const struct rule *r)
{
	struct conjuncts c = {.n = 0};
	size_t i, j;

	flatten(&c, r->tree);
	for (i = 0; i < c.n; i++) {
		for (j = 0; is_membership(c.list[i]) && j < c.n; j++) {
			if (i == j || !excludes(c.list[j], c.list[i]))
				continue;
			diag_add(&rs->diags, SEVERITY_WARNING, c.list[i]->at, "LINT_NEVER",
				 "one of the comparisons is too many",
				 "the rule never alerts: what it asks of '%s' contradicts itself",
				 c.list[i]->left->name);
			return;
		}
	}
	if (has_no_type(r->tree))
		diag_add(&rs->diags, SEVERITY_WARNING, r->condition_at, "LINT_NEVER",
			 "event types joined by 'and' exclude each other: join them by 'or'",
			 "the rule never alerts: no type of event satisfies its condition");
}
