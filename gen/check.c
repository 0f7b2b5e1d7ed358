/* SPDX-License-Identifier: Apache-2.0 */
/* Typed checks of conditions: see check.h. */
#include "gen/check.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/check_regex.h"
#include "gen/field.h"
#include "gen/literal.h"
#include "gen/op.h"

#define CODE "LOAD_ERR_COMPILE_CONDITION"

struct check {
	struct diags *diags;
	bool unknown; /* a name that is not known */
	bool wrong;   /* anything else */
};

static const char *did_you_mean(struct check *c, const char *name)
{
	return name ? arena_printf(c->diags->arena, "did you mean '%s'?", name) : NULL;
}

static void check_index(struct check *c, const struct expr *e)
{
	const char *problem = field_index_problem(c->diags->arena, e->field, e->key);

	if (!problem)
		return;
	c->wrong = true;
	diag_add(c->diags, SEVERITY_ERROR, e->at, CODE,
		 e->field->index == INDEX_NONE ? "leave out the brackets" : NULL, "%s", problem);
}

/* Sets e->field; false if the comparison need not be looked at any further. */
static bool check_field(struct check *c, struct expr *e)
{
	const char *hint;

	if (e->transform) {
		c->wrong = true;
		diag_add(c->diags, SEVERITY_ERROR, e->at, CODE, NULL,
			 "transformer '%s' is not supported in this version", e->name);
		return false;
	}
	e->key = e->arg;
	e->field = field_find_dotted(e->name, &e->key);
	if (!e->field) {
		hint = did_you_mean(c, field_nearest(e->name));
		c->unknown = true;
		diag_add(c->diags, SEVERITY_ERROR, e->at, CODE,
			 hint ? hint : "'tiercel list fields' shows those that exist",
			 "nonexistent field '%s'", e->name);
		return false;
	}
	check_index(c, e);
	return true;
}

static void check_event_type(struct check *c, enum op op, const struct literal *l)
{
	const char *hint;

	if (op != OP_EQ && op != OP_EQ2 && op != OP_NE && op != OP_IN && op != OP_INTERSECTS)
		return;
	if (event_type_find(l->text))
		return;
	hint = did_you_mean(c, event_type_nearest(l->text));
	c->unknown = true;
	diag_add(c->diags, SEVERITY_ERROR, l->at, CODE,
		 hint ? hint : "'tiercel list events' shows those that exist",
		 "unknown event type '%s'", l->text);
}

static void check_pattern(struct check *c, const struct literal *l)
{
	char why[128];

	if (!regex_check(l->text, why, sizeof(why)))
		return;
	c->wrong = true;
	diag_add(c->diags, SEVERITY_ERROR, l->at, CODE, NULL, "invalid regex pattern: %s", why);
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
	const struct field *f = n->left->field;
	const char *problem = literal_read(c->diags->arena, field_value_type(f), n->op, l);

	if (problem) {
		c->wrong = true;
		diag_add(c->diags, SEVERITY_ERROR, l->at, CODE, value_hint(f->item), "%s for '%s'",
			 problem, f->name);
	} else if (f->id == FIELD_EVT_TYPE) {
		check_event_type(c, n->op, l);
	} else if (n->op == OP_REGEX) {
		check_pattern(c, l);
	}
}

static bool check_operator(struct check *c, const struct node *n)
{
	const struct field *f = n->left->field;

	if (op_allows(n->op, f->type))
		return true;
	c->wrong = true;
	if (!strcmp(ops[n->op].types, "Y"))
		diag_add(c->diags, SEVERITY_ERROR, n->at, CODE, NULL,
			 "'%s' operator needs a byte buffer, and '%s' is a %s field",
			 ops[n->op].text, f->name, field_type_name(f->type));
	else
		diag_add(c->diags, SEVERITY_ERROR, n->at, CODE, NULL,
			 "'%s' operator not supported %s%s filters ('%s')", ops[n->op].text,
			 f->type == TYPE_LIST ? "" : "for ", field_type_name(f->type), f->name);
	return false;
}

static void check_compare(struct check *c, struct node *n)
{
	size_t i;

	if (!check_field(c, n->left) || !check_operator(c, n))
		return;
	if (n->right) {
		c->wrong = true;
		diag_add(c->diags, SEVERITY_ERROR, n->right->at, CODE, NULL,
			 "'%s' on the right-hand side is not supported in this version",
			 n->right->name);
	}
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
