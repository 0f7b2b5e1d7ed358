/* SPDX-License-Identifier: Apache-2.0 */
/* See check_expr.h. A new transformer gets a case in check_transform. */
#include "gen/check_expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/event_args.h"
#include "gen/op.h"

#define CODE "LOAD_ERR_COMPILE_CONDITION"

static const struct value_type text_type = {TYPE_STR, TYPE_STR, false};

const char *check_did_you_mean(struct check *c, const char *name)
{
	return name ? arena_printf(c->diags->arena, "did you mean '%s'?", name) : NULL;
}

void check_fail(struct check *c, struct place at, const char *hint, const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = arena_vprintf(c->diags->arena, format, args);
	va_end(args);
	c->wrong = true;
	diag_add(c->diags, SEVERITY_ERROR, at, CODE, hint, "%s", message);
}

static void say_nonexistent(struct check *c, const struct expr *e)
{
	const char *refused = field_refused(e->name);
	const char *hint = refused ? NULL : check_did_you_mean(c, field_nearest(e->name));

	c->unknown = true;
	if (!hint)
		hint = "'tiercel list fields' shows those that exist";
	if (refused)
		diag_add(c->diags, SEVERITY_ERROR, e->at, CODE, hint,
			 "nonexistent field '%s': field %s of Falco is not offered: %s", e->name,
			 e->name, refused);
	else
		diag_add(c->diags, SEVERITY_ERROR, e->at, CODE, hint, "nonexistent field '%s'",
			 e->name);
}

/* Names of arguments and event types behind a dot. */
static bool check_arg_name(struct check *c, const struct expr *e)
{
	char why[200];

	if (!e->key || e->field->index != INDEX_DOT_MUST ||
	    field_arg_known(e->field, e->key, why, sizeof(why)))
		return true;
	c->unknown = true;
	diag_add(c->diags, SEVERITY_ERROR, e->at, CODE, "'tiercel list events' shows what there is",
		 "%s", why);
	return false;
}

static bool check_field(struct check *c, struct expr *e)
{
	const char *problem;

	e->key = e->arg;
	e->field = field_find_dotted(e->name, &e->key);
	if (!e->field) {
		say_nonexistent(c, e);
		return false;
	}
	e->type = field_value_type(e->field);
	if (e->field->id == FIELD_EVT_RAWARG && e->key)
		e->type.type = e->type.item = event_arg_type(e->key);
	problem = field_index_problem(c->diags->arena, e->field, e->key);
	if (problem)
		check_fail(c, e->at, e->field->index ? NULL : "leave out the brackets", "%s",
			   problem);
	return !problem && check_arg_name(c, e);
}

/* A field that is used as a value, and not compared itself. */
static bool check_as_value(struct check *c, const struct expr *e)
{
	if (!e->field)
		return true;
	if (e->field->id == FIELD_EVT_TYPE) {
		check_fail(c, e->at, "compare evt.type itself with names of event types",
			   "event code search does not support `evt.type` checks with "
			   "transformers or val()");
		return false;
	}
	if (e->type.either || (field_is_lineage(e->field->id) && !e->key)) {
		check_fail(c, e->at, NULL,
			   "filter field '%s' stands for several values: it can be compared, but "
			   "not be transformed or stand on the right-hand side",
			   e->name);
		return false;
	}
	return true;
}

static bool check_values(struct check *c, struct expr *e)
{
	bool good = true;
	size_t i;

	for (i = 0; i < e->n_args; i++)
		good &= check_expr(c, e->args[i]) && check_as_value(c, e->args[i]);
	return good;
}

static bool is_text(struct value_type t)
{
	return t.type == TYPE_STR;
}

static bool check_count(struct check *c, const struct expr *e, size_t n, const char *what)
{
	if (e->n_args == n)
		return true;
	check_fail(c, e->at, NULL, "%s() requires exactly %s", e->name, what);
	return false;
}

static bool fail_type(struct check *c, const struct expr *e)
{
	check_fail(c, e->args[0]->at, NULL, "field type '%s' is not supported by '%s' transformer",
		   field_type_name(e->args[0]->type.type), e->name);
	return false;
}

/* Transformers that make one value of one; of lists, item by item. */
static bool check_unary(struct check *c, struct expr *e)
{
	struct value_type t;

	if (!check_count(c, e, 1, "1 argument"))
		return false;
	t = e->args[0]->type;
	e->type = t;
	if (e->transform == TR_LEN) {
		e->type = (struct value_type){TYPE_INT, TYPE_INT, false};
		if (t.type == TYPE_LIST)
			return true;
	}
	if (t.item == TYPE_STR ||
	    (t.item == TYPE_BYTES && (e->transform == TR_B64 || e->transform == TR_LEN)))
		return true;
	return fail_type(c, e);
}

static bool check_join(struct check *c, struct expr *e)
{
	e->type = text_type;
	if (!check_count(c, e, 2, "2 arguments: separator and list"))
		return false;
	if (!is_text(e->args[0]->type)) {
		check_fail(c, e->args[0]->at, NULL,
			   "join() first argument (separator) must be a single value, not a list");
		return false;
	}
	if (e->args[1]->type.type == TYPE_LIST)
		return true;
	check_fail(c, e->args[1]->at, NULL, "join() second argument must be a list");
	return false;
}

static bool check_concat(struct check *c, struct expr *e)
{
	size_t i;

	e->type = text_type;
	if (e->n_args < 2) {
		check_fail(c, e->at, NULL, "concat() requires at least 2 arguments");
		return false;
	}
	for (i = 0; i < e->n_args; i++) {
		if (is_text(e->args[i]->type))
			continue;
		check_fail(c, e->args[i]->at, NULL, "concat() arguments must be strings");
		return false;
	}
	return true;
}

static bool check_getopt(struct check *c, struct expr *e)
{
	struct value_type t;

	e->type = e->arg ? text_type : (struct value_type){TYPE_LIST, TYPE_STR, false};
	if (!check_count(c, e, 2, "2 arguments: args list and optstring"))
		return false;
	t = e->args[0]->type;
	if (t.type != TYPE_LIST) {
		check_fail(c, e->args[0]->at, NULL, "getopt() first argument must be a list");
		return false;
	}
	if (t.item != TYPE_STR || !is_text(e->args[1]->type)) {
		check_fail(c, e->at, NULL, "getopt() arguments must be strings");
		return false;
	}
	if (e->arg && strlen(e->arg) != 1) {
		check_fail(c, e->at, NULL,
			   "getopt() field argument must be a single option character");
		return false;
	}
	return true;
}

static bool check_transform(struct check *c, struct expr *e)
{
	if (!check_values(c, e))
		return false;
	if (e->arg && e->transform != TR_GETOPT) {
		check_fail(c, e->at, "leave out the brackets",
			   "transformer '%s' does not support field arguments", e->name);
		return false;
	}
	switch (e->transform) {
	case TR_TOLOWER:
	case TR_TOUPPER:
	case TR_B64:
	case TR_BASENAME:
	case TR_LEN:
		return check_unary(c, e);
	case TR_JOIN:
		return check_join(c, e);
	case TR_CONCAT:
		return check_concat(c, e);
	case TR_GETOPT:
		return check_getopt(c, e);
	case TR_VAL:
		e->type = e->args[0]->type;
		return true;
	case TR_NONE:
		break;
	}
	return false;
}

/* A list among arguments: its items are texts. */
static bool check_list(struct check *c, struct expr *e)
{
	size_t i;

	e->type = (struct value_type){TYPE_LIST, TYPE_STR, false};
	if (!check_values(c, e))
		return false;
	for (i = 0; i < e->n_args; i++) {
		if (is_text(e->args[i]->type))
			continue;
		check_fail(c, e->args[i]->at, NULL, "the items of a list must be strings");
		return false;
	}
	return true;
}

bool check_expr(struct check *c, struct expr *e)
{
	if (e->literal) {
		e->type = text_type;
		return true;
	}
	if (e->is_list)
		return check_list(c, e);
	return e->transform ? check_transform(c, e) : check_field(c, e);
}

static bool is_number(enum field_type t)
{
	return t == TYPE_INT || t == TYPE_UINT || t == TYPE_PORT;
}

static bool is_address(enum field_type t)
{
	return t == TYPE_IPADDR || t == TYPE_IPNET;
}

static bool agree(enum field_type a, enum field_type b)
{
	return a == b || (is_number(a) && is_number(b)) || (is_address(a) && is_address(b));
}

static const char *name_of(const struct expr *e)
{
	return e->transform == TR_VAL ? e->args[0]->name : e->name;
}

bool check_right(struct check *c, const struct node *n)
{
	const struct value_type left = n->left->type, right = n->right->type;
	const bool list = n->op == OP_IN || n->op == OP_INTERSECTS;

	if (n->left->field && n->left->field->id == FIELD_EVT_TYPE) {
		check_fail(c, n->right->at, NULL,
			   "event code search does not support `evt.type` checks with "
			   "transformers or val()");
	} else if (n->op == OP_REGEX || n->op == OP_PMATCH || n->op == OP_BCONTAINS ||
		   n->op == OP_BSTARTSWITH) {
		check_fail(c, n->right->at, NULL,
			   "'%s' operator does not support a field on the right-hand side",
			   ops[n->op].text);
	} else if (!agree(left.item, right.item)) {
		check_fail(c, n->right->at, NULL,
			   "the types of the two sides differ: '%s' is %s, '%s' is %s",
			   name_of(n->left), field_type_name(left.item), name_of(n->right),
			   field_type_name(right.item));
	} else if (list && right.type != TYPE_LIST) {
		check_fail(c, n->right->at, left.type == TYPE_LIST ? NULL : "use '='",
			   "'%s' operator needs a list on the right-hand side, and '%s' is a "
			   "single value",
			   ops[n->op].text, name_of(n->right));
	} else if (right.type == TYPE_LIST && !list) {
		check_fail(c, n->right->at, NULL,
			   "'%s' operator does not support a list on the right-hand side",
			   ops[n->op].text);
	} else {
		return true;
	}
	return false;
}
