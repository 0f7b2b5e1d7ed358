/* SPDX-License-Identifier: Apache-2.0 */
/* Typed checks of conditions: see check.h. */
#include "gen/check.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/check_expr.h"
#include "gen/field.h"
#include "gen/literal.h"
#include "gen/op.h"
#include "gen/regex.h"

#define CODE "LOAD_ERR_COMPILE_CONDITION"

static void check_event_type(struct check *c, enum op op, const struct literal *l)
{
	const char *hint;

	if (op != OP_EQ && op != OP_EQ2 && op != OP_NE && op != OP_IN && op != OP_INTERSECTS)
		return;
	if (event_type_find(l->text))
		return;
	hint = check_did_you_mean(c, event_type_nearest(l->text));
	c->unknown = true;
	diag_add(c->diags, SEVERITY_ERROR, l->at, CODE,
		 hint ? hint : "'tiercel list events' shows those that exist",
		 "unknown event type %s", l->text);
}

/* Not wrong, but maybe not what was meant. */
static void advise(struct check *c, struct place at, const char *hint, const char *message,
		   const char *what)
{
	diag_add(c->diags, SEVERITY_WARNING, at, "LOAD_COMPILE_CONDITION", hint, message, what);
}

static void advise_value(struct check *c, const struct expr *left, const struct literal *l)
{
	const char *arg;

	if (left->type.item == TYPE_STR && field_find_dotted(l->text, &arg))
		advise(c, l->at, "val() compares with a field",
		       "'%s' is compared as a text, although it is the name of a field", l->text);
}

/* The operator that does the same as a pattern without anything special in it. */
static const char *simpler_op(const struct literal *l)
{
	const char *s = l->text;
	size_t len = l->len;
	bool before = len >= 2 && !memcmp(s, ".*", 2), after;

	s += before ? 2 : 0;
	len -= before ? 2 : 0;
	after = len >= 2 && !memcmp(s + len - 2, ".*", 2);
	len -= after ? 2 : 0;
	if (!len || strcspn(s, "\\.[](){}*+?|^$") < len)
		return NULL;
	return before && after ? "contains" : before ? "endswith" : after ? "startswith" : "=";
}

static void check_pattern(struct check *c, struct literal *l)
{
	const char *why;

	l->regex = regex_compile(c->diags->arena, l->text, &why);
	if (!l->regex)
		check_fail(c, l->at, NULL, "invalid regex pattern: %s", why);
	else if (simpler_op(l))
		advise(c, l->at, NULL, "the pattern has nothing special in it: '%s' is faster",
		       simpler_op(l));
}

static const char *value_hint(enum field_type type)
{
	switch (type) {
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_DOUBLE:
		return "numbers are decimal integers";
	case TYPE_BOOL:
		return "write true or false";
	default:
		return NULL;
	}
}

static void check_value(struct check *c, const struct node *n, struct literal *l)
{
	const struct expr *e = n->left;
	const char *problem = literal_read(c->diags->arena, e->type, n->op, l);

	if (problem)
		check_fail(c, l->at, value_hint(e->type.item), "%s for '%s'", problem, e->name);
	else if (e->field && (e->field->id == FIELD_EVT_TYPE || e->field->id == FIELD_SYSCALL_TYPE))
		check_event_type(c, n->op, l);
	else if (n->op == OP_REGEX)
		check_pattern(c, l);
	else
		advise_value(c, e, l);
}

static bool check_operator(struct check *c, const struct node *n)
{
	const enum field_type type = n->left->type.type;

	if (op_allows(n->op, type))
		return true;
	if (!strcmp(ops[n->op].types, "Y"))
		check_fail(c, n->at, NULL,
			   "'%s' operator needs a byte buffer, and '%s' is a %s field",
			   ops[n->op].text, n->left->name, field_type_name(type));
	else
		check_fail(c, n->at, NULL, "'%s' operator not supported %s%s filters ('%s')",
			   ops[n->op].text, type == TYPE_LIST ? "" : "for ", field_type_name(type),
			   n->left->name);
	return false;
}

static void check_compare(struct check *c, struct node *n)
{
	size_t i;

	if (!check_expr(c, n->left) || !check_operator(c, n))
		return;
	if (n->right && check_expr(c, n->right))
		check_right(c, n);
	for (i = 0; i < n->n_values; i++)
		check_value(c, n, &n->values[i]);
}

static void check_node(struct check *c, struct node *n)
{
	size_t i;

	if (n->kind == NODE_COMPARE) {
		check_compare(c, n);
	} else if (n->kind == NODE_MACRO) {
		c->wrong = true;
		diag_add(c->diags, SEVERITY_ERROR, n->at, "LOAD_ERR_VALIDATE", NULL,
			 "Undefined macro '%s' used in filter.", n->macro);
	}
	for (i = 0; i < n->n_kids; i++)
		check_node(c, n->kids[i]);
}

static int result(const struct check *c)
{
	return c->wrong ? -EINVAL : c->unknown ? -ENOENT : 0;
}

int check_tree(struct diags *d, struct node *n)
{
	struct check c = {.diags = d};

	check_node(&c, n);
	return result(&c);
}
