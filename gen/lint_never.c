/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that contradict themselves. Only what must hold together at the top of the condition is
 * compared, of fields that have one value, so that a warning is never wrong.
 */
#include "gen/lint.h"

#include <string.h>

#include "gen/field.h"
#include "gen/typeset.h"

void lint_flatten(struct lint_terms *c, const struct node *n)
{
	size_t i;

	for (i = 0; n->kind == NODE_AND && i < n->n_kids; i++)
		lint_flatten(c, n->kids[i]);
	if (n->kind != NODE_AND && c->n < LINT_TERMS_MAX)
		c->list[c->n++] = n;
}

/* Names of ends are compared with all addresses of the name. */
static bool is_host_name(enum field_id f)
{
	return f == FIELD_FD_SIP_NAME || f == FIELD_FD_CIP_NAME || f == FIELD_FD_LIP_NAME ||
	       f == FIELD_FD_RIP_NAME;
}

/* Of one value at an event: not of ancestors or ends of a connection, of which there are several.
 * Event types are looked at in a way of their own. */
static bool is_single(const struct expr *e)
{
	if (!e->field || e->transform || e->arg || e->key || e->field->either ||
	    field_is_lineage(e->field->id) || is_host_name(e->field->id))
		return false;
	switch (e->field->type) {
	case TYPE_STR:
		return e->field->id != FIELD_EVT_TYPE && e->field->id != FIELD_SYSCALL_TYPE;
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_PORT:
	case TYPE_BOOL:
		return true;
	default:
		return false;
	}
}

static bool is_membership(const struct node *n)
{
	return n->kind == NODE_COMPARE && !n->right && n->n_values && is_single(n->left) &&
	       n->modifier == MOD_NONE && (n->op == OP_EQ || n->op == OP_EQ2 || n->op == OP_IN);
}

static bool is_same(const struct field *f, const struct literal *a, const struct literal *b)
{
	return f->type == TYPE_STR ? !strcmp(a->text, b->text) : a->number == b->number;
}

static bool has_value(const struct node *n, const struct literal *l)
{
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		if (is_same(n->left->field, &n->values[i], l))
			return true;
	}
	return false;
}

/* Whether a text passes the comparison with a part of it. */
static bool has_part(const struct node *n, const struct literal *l)
{
	const struct literal *part = &n->values[0];

	if (n->op == OP_CONTAINS)
		return strstr(l->text, part->text);
	if (part->len > l->len)
		return false;
	return !memcmp(n->op == OP_ENDSWITH ? l->text + l->len - part->len : l->text, part->text,
		       part->len);
}

static bool is_part(const struct node *n)
{
	return n->kind == NODE_COMPARE && !n->right && n->n_values == 1 && is_single(n->left) &&
	       n->modifier == MOD_NONE && n->left->field->type == TYPE_STR &&
	       (n->op == OP_STARTSWITH || n->op == OP_ENDSWITH || n->op == OP_CONTAINS);
}

bool lint_excludes(const struct node *b, const struct node *a)
{
	bool negated = b->kind == NODE_NOT || (b->kind == NODE_COMPARE && b->op == OP_NE);
	size_t i;

	if (b->kind == NODE_NOT)
		b = b->kids[0];
	if (!is_membership(a) || b->kind != NODE_COMPARE || b->right || !is_single(b->left) ||
	    a->left->field != b->left->field ||
	    (b->op != OP_NE && !is_membership(b) && !is_part(b)))
		return false;
	for (i = 0; i < a->n_values; i++) {
		bool holds = is_part(b) ? has_part(b, &a->values[i]) : has_value(b, &a->values[i]);

		if (holds != negated)
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
	struct lint_terms c = {.n = 0};
	size_t i, j;

	lint_flatten(&c, r->tree);
	for (i = 0; i < c.n; i++) {
		for (j = 0; is_membership(c.list[i]) && j < c.n; j++) {
			if (i == j || !lint_excludes(c.list[j], c.list[i]))
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
