/* SPDX-License-Identifier: Apache-2.0 */
/* The comparisons of a condition: fields, transformers, operators, values. */
#include "gen/parse_expr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/op.h"

#define CODE "LOAD_ERR_COMPILE_CONDITION"

int parser_fail(struct parser *p, size_t pos, const char *hint, const char *format, ...)
{
	char message[256];
	va_list args;

	/* What is missing at the end is missed behind the last word. */
	while (pos && pos >= p->lex.len && lex_is_blank(p->lex.s[pos - 1]))
		pos--;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return diag_add(p->diags, SEVERITY_ERROR, text_place(p->text, pos), CODE, hint, "%s",
			message);
}

int parser_enter(struct parser *p)
{
	if (p->depth++ < PARSE_DEPTH_MAX)
		return 0;
	return parser_fail(p, p->lex.pos, "split the condition into macros",
			   "condition is nested more than %d levels deep", PARSE_DEPTH_MAX);
}

static int fail_quoted(struct parser *p, const char *problem)
{
	return parser_fail(p, p->lex.pos, NULL, "%s", problem);
}

/* 1 and *out, 0 or -EINVAL, as lex_quoted. */
static int parse_quoted(struct parser *p, struct span *out)
{
	const char *problem;
	int err = lex_quoted(&p->lex, p->arena, out, &problem);

	return err < 0 ? fail_quoted(p, problem) : err;
}

static const char *keep(struct parser *p, struct span s)
{
	return arena_str(p->arena, s.s, s.len);
}

static struct expr *expr_new(struct parser *p, size_t start)
{
	struct expr *e = arena_alloc(p->arena, sizeof(*e));

	e->at = text_place(p->text, start);
	return e;
}

/* [argument], if there is one. 0 or -EINVAL. */
static int parse_argument(struct parser *p, struct expr *e)
{
	struct span arg;
	int err;

	if (!lex_text(&p->lex, "["))
		return 0;
	err = parse_quoted(p, &arg);
	if (err < 0)
		return err;
	if (!err && !lex_argument(&p->lex, &arg))
		return parser_fail(p, p->lex.pos, NULL, "expected an argument after '['");
	if (!lex_text(&p->lex, "]"))
		return parser_fail(p, p->lex.pos, NULL, "expected a ']' token");
	e->arg = keep(p, arg);
	return 0;
}

/* 1 if a field was taken, 0 or -EINVAL. */
static int parse_field(struct parser *p, struct expr **out)
{
	size_t start = p->lex.pos;
	struct span name;
	struct expr *e;

	if (!lex_field(&p->lex, &name))
		return 0;
	e = expr_new(p, start);
	e->name = keep(p, name);
	if (parse_argument(p, e))
		return -EINVAL;
	*out = e;
	return 1;
}

/* The transformer whose name and "(" stand here; the parenthesis is taken. */
static enum transform take_transform(struct parser *p, bool right)
{
	struct lex start = p->lex;
	enum transform t;

	for (t = TR_TOLOWER; t <= (right ? TR_VAL : TR_GETOPT); t++) {
		if (lex_text(&p->lex, transform_name(t)) && lex_text(&p->lex, "("))
			return t;
		p->lex = start;
	}
	return TR_NONE;
}

static int parse_item(struct parser *p, bool list_allowed, struct expr **out);

/* Items up to the closing parenthesis, which is taken. */
static int parse_items(struct parser *p, bool list_allowed, struct expr *into)
{
	struct expr *item;
	int err;

	do {
		err = parse_item(p, list_allowed, &item);
		if (err)
			return err;
		into->args = arena_push(p->arena, into->args, into->n_args, sizeof(item));
		into->args[into->n_args++] = item;
		lex_blank(&p->lex);
	} while (lex_text(&p->lex, ","));
	if (!lex_text(&p->lex, ")"))
		return parser_fail(p, p->lex.pos, NULL,
				   "expected a ')' token closing the "
				   "transformer");
	return 0;
}

/* A transformer behind its "(": its name begins at start. */
static int parse_transformer_tail(struct parser *p, size_t start, enum transform t,
				  struct expr **out)
{
	struct expr *e = expr_new(p, start);
	int err = parser_enter(p);

	if (err)
		return err;
	e->transform = t;
	e->name = transform_name(t);
	err = parse_items(p, true, e);
	if (err)
		return err;
	p->depth--;
	if (t == TR_VAL && (e->n_args != 1 || !e->args[0]->name || e->args[0]->transform))
		return parser_fail(p, start, NULL, "val() takes one field");
	err = t == TR_VAL ? 0 : parse_argument(p, e);
	if (!err)
		*out = e;
	return err;
}

static int parse_list_arg(struct parser *p, size_t start, struct expr **out)
{
	struct expr *e = expr_new(p, start);
	int err = 0;

	e->is_list = true;
	lex_blank(&p->lex);
	if (!lex_text(&p->lex, ")"))
		err = parse_items(p, false, e);
	if (!err)
		*out = e;
	return err;
}

/* One argument of a transformer. 0 or -EINVAL. */
static int parse_item(struct parser *p, bool list_allowed, struct expr **out)
{
	enum transform t;
	struct span text;
	size_t start;
	int err;

	lex_blank(&p->lex);
	start = p->lex.pos;
	t = take_transform(p, false);
	if (t)
		return parse_transformer_tail(p, start, t, out);
	err = parse_field(p, out);
	if (err)
		return err < 0 ? err : 0;
	if (list_allowed && lex_text(&p->lex, "("))
		return parse_list_arg(p, start, out);
	err = parse_quoted(p, &text);
	if (err < 0)
		return err;
	if (!err && !lex_number(&p->lex, &text))
		return parser_fail(p, start, NULL,
				   "expected a field, a transformer, a number or a quoted text");
	*out = expr_new(p, start);
	(*out)->literal = keep(p, text);
	return 0;
}

int parse_left_side(struct parser *p, struct expr **out)
{
	size_t start = p->lex.pos;
	enum transform t = take_transform(p, false);
	int err;

	if (!t)
		return parse_field(p, out);
	err = parse_transformer_tail(p, start, t, out);
	return err ? err : 1;
}

/* 1 if a transformer or val() was taken as the right-hand side, 0 or -EINVAL. */
static int parse_right(struct parser *p, struct node *n)
{
	size_t start = p->lex.pos;
	enum transform t = take_transform(p, true);
	int err;

	if (!t)
		return 0;
	err = parse_transformer_tail(p, start, t, &n->right);
	return err ? err : 1;
}

static void add_value(struct parser *p, struct node *n, size_t start, struct span text, bool quoted)
{
	struct literal l = {
		.at = text_place(p->text, start),
		.text = keep(p, text),
		.len = text.len,
		.quoted = quoted,
	};

	n->values = arena_push(p->arena, n->values, n->n_values, sizeof(l));
	n->values[n->n_values++] = l;
}

/* 1 if a value was taken, 0 or -EINVAL. */
static int parse_value(struct parser *p, struct node *n)
{
	size_t start = p->lex.pos;
	struct span text;
	int quoted = parse_quoted(p, &text);

	if (quoted < 0 || (!quoted && !lex_bare(&p->lex, &text)))
		return quoted;
	add_value(p, n, start, text, quoted);
	return 1;
}

/* Behind "(". 0 or -EINVAL. */
static int parse_list_tail(struct parser *p, struct node *n)
{
	int err;

	n->is_list = true;
	lex_blank(&p->lex);
	if (lex_text(&p->lex, ")"))
		return 0;
	do {
		lex_blank(&p->lex);
		err = parse_value(p, n);
		if (err < 0)
			return err;
		if (!err)
			return parser_fail(p, p->lex.pos, NULL, "expected a value in the list");
		lex_blank(&p->lex);
	} while (lex_text(&p->lex, ","));
	if (!lex_text(&p->lex, ")"))
		return parser_fail(p, p->lex.pos, "values of a list are separated by commas",
				   "expected a ')' token closing the list");
	return 0;
}

/* A list or a name. 1 if taken, 0 or -EINVAL. */
static int parse_list_or_name(struct parser *p, struct node *n)
{
	size_t start = p->lex.pos;
	struct span word;
	int err;

	if (lex_text(&p->lex, "(")) {
		err = parse_list_tail(p, n);
		return err ? err : 1;
	}
	if (!lex_identifier(&p->lex, &word))
		return 0;
	add_value(p, n, start, word, false);
	return 1;
}

/* A modifier, if what follows shows that it is one and not a value. */
static enum modifier take_modifier(struct parser *p)
{
	struct lex start = p->lex, ahead;
	enum modifier m;
	struct span word;

	for (m = MOD_ONEOF; m <= MOD_ALLOF; m++) {
		p->lex = start;
		if (!lex_word(&p->lex, modifier_name(m)))
			continue;
		lex_blank(&p->lex);
		ahead = p->lex;
		if (lex_text(&ahead, "("))
			return m;
		if (lex_word(&ahead, "and") || lex_word(&ahead, "or") || lex_word(&ahead, "not"))
			continue;
		if (lex_identifier(&ahead, &word))
			return m;
	}
	p->lex = start;
	return MOD_NONE;
}

static int parse_number_operand(struct parser *p, struct node *n)
{
	size_t start = p->lex.pos;
	int err = parse_right(p, n);
	struct span text;

	if (err)
		return err < 0 ? err : 0;
	if (!lex_number(&p->lex, &text))
		return parser_fail(
			p, start, NULL,
			"expected a number value or a field with a valid transformer: "
			"tolower, toupper, b64, basename, len, join, concat, getopt, val");
	add_value(p, n, start, text, false);
	return 0;
}

static int parse_text_operand(struct parser *p, struct node *n)
{
	int err;

	n->modifier = take_modifier(p);
	if (n->modifier) {
		err = parse_list_or_name(p, n);
		return err < 0 ? err : 0;
	}
	err = parse_right(p, n);
	if (!err)
		err = parse_value(p, n);
	if (!err)
		return parser_fail(
			p, p->lex.pos, NULL,
			"expected a string value or a field with a valid transformer: "
			"tolower, toupper, b64, basename, len, join, concat, getopt, val");
	return err < 0 ? err : 0;
}

static int parse_list_operand(struct parser *p, struct node *n)
{
	int err = parse_right(p, n);

	if (!err)
		err = parse_list_or_name(p, n);
	if (!err)
		return parser_fail(p, p->lex.pos, "write the value in parentheses",
				   "expected a list, an identifier, or a field with a valid "
				   "transformer: tolower, toupper, b64, basename, len, join, "
				   "concat, getopt, val");
	return err < 0 ? err : 0;
}

/* Word operators that take one text must be followed by a blank. */
static bool is_complete(const struct parser *p, enum op op)
{
	enum operand o = ops[op].operand;
	char first = ops[op].text[0];

	if ((o != OPERAND_ONE && o != OPERAND_HEX) || first == '=' || first == '!')
		return true;
	return lex_is_blank(p->lex.s[p->lex.pos]);
}

/* The longest operator that stands here, OP_COUNT if none does. */
static enum op take_op(struct parser *p)
{
	struct lex start = p->lex, longest = start;
	enum op op, best = OP_COUNT;

	for (op = 0; op < OP_COUNT; op++) {
		p->lex = start;
		if (lex_text(&p->lex, ops[op].text) && p->lex.pos > longest.pos &&
		    is_complete(p, op)) {
			best = op;
			longest = p->lex;
		}
	}
	p->lex = longest;
	return best;
}

static struct node *fail_op(struct parser *p)
{
	struct lex ahead = p->lex;
	const char *hint = NULL, *near;
	struct span word;

	if (lex_identifier(&ahead, &word)) {
		near = op_nearest(keep(p, word));
		if (near)
			hint = arena_printf(p->arena, "did you mean '%s'?", near);
	}
	parser_fail(p, p->lex.pos, hint,
		    "expected a valid check operator: one of 'exists', '<=', '<', '>=', '>', '==', "
		    "'=', '!=', 'glob', 'iglob', 'contains', 'icontains', 'bcontains', "
		    "'startswith', 'bstartswith', 'endswith', 'regex', 'in', 'intersects', "
		    "'pmatch'");
	return NULL;
}

struct node *parse_comparison(struct parser *p, struct expr *left)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));
	int err = 0;

	n->kind = NODE_COMPARE;
	n->at = left->at;
	n->left = left;
	lex_blank(&p->lex);
	n->op = take_op(p);
	if (n->op == OP_COUNT)
		return fail_op(p);
	lex_blank(&p->lex);
	switch (ops[n->op].operand) {
	case OPERAND_NONE:
		break;
	case OPERAND_NUMBER:
		err = parse_number_operand(p, n);
		break;
	case OPERAND_LIST:
		err = parse_list_operand(p, n);
		break;
	case OPERAND_ONE:
	case OPERAND_HEX:
		err = parse_text_operand(p, n);
		break;
	}
	return err ? NULL : n;
}
