/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that say less than they seem to: those that nothing but the type of the event restricts,
 * and comparisons that are false, not true, where there is no value.
 */
#include "gen/lint.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/typeset.h"

static bool is_type(const struct node *n)
{
	return n->left->field &&
	       (n->left->field->id == FIELD_EVT_TYPE || field_is_deprecated(n->left->field->id));
}

/* Whether anything but the type of an event is compared; evt.num is how "never" is written. */
static bool is_restricted(const struct node *n)
{
	size_t i;

	if (n->kind == NODE_COMPARE)
		return !is_type(n);
	for (i = 0; i < n->n_kids; i++) {
		if (is_restricted(n->kids[i]))
			return true;
	}
	return false;
}

static bool is_possible(const struct node *tree)
{
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (typeset_has(tree, event_types[i].name))
			return true;
	}
	return false;
}

/* Of another process or of the container: it can be missing though the event is what the rule is
 * about. The other fields that can be missing are those of other events. */
static bool is_of_another(const struct field *f)
{
	if (f->presence == PRESENCE_ALWAYS || f->presence == PRESENCE_NEVER)
		return false;
	return f->source == SOURCE_PARENT || f->source == SOURCE_ANCESTOR ||
	       !strncmp(f->name, "container.", 10) || !strncmp(f->name, "k8s.", 4);
}

static bool asks_exists(const struct node *n, const char *name)
{
	size_t i;

	if (n->kind == NODE_COMPARE)
		return n->op == OP_EXISTS && !strcmp(n->left->name, name);
	for (i = 0; i < n->n_kids; i++) {
		if (asks_exists(n->kids[i], name))
			return true;
	}
	return false;
}

static void lint_unequal(struct ruleset *rs, const struct node *tree, const struct node *n)
{
	size_t i;

	for (i = 0; i < n->n_kids; i++)
		lint_unequal(rs, tree, n->kids[i]);
	if (n->kind != NODE_COMPARE || n->op != OP_NE || n->left->transform || !n->left->field ||
	    !is_of_another(n->left->field) || asks_exists(tree, n->left->name))
		return;
	diag_add(&rs->diags, SEVERITY_NOTE, n->at, "LINT_UNEQUAL",
		 arena_printf(rs->arena,
			      "write 'not %s = ...' for a rule that also alerts then, or "
			      "'%s exists and ...' to say that it must not",
			      n->left->name, n->left->name),
		 "'%s != ...' is false where the field is missing", n->left->name);
}

void lint_vague(struct ruleset *rs, const struct rule *r)
{
	if (!is_restricted(r->tree) && is_possible(r->tree))
		diag_add(&rs->diags, SEVERITY_WARNING, r->condition_at, "LINT_ALWAYS",
			 "compare a field of the event or of its process as well",
			 "the rule alerts on every event of its types");
	lint_unequal(rs, r->tree, r->tree);
}
