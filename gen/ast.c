/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as text, and equality of trees. Depth is bounded where trees are made. */
#include "gen/ast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/lex.h"
#include "gen/op.h"

static void print_quoted(FILE *out, const char *s)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *known;

	fputc('"', out);
	for (; *s; s++) {
		known = strchr(from, *s);
		if (known)
			fprintf(out, "\\%c", to[known - from]);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

static bool has_special(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
			return true;
	}
	return false;
}

static void print_value(FILE *out, const char *s)
{
	if (lex_is_bare(s) && !has_special(s))
		fputs(s, out);
	else
		print_quoted(out, s);
}

static void print_expr(FILE *out, const struct expr *e)
{
	size_t i;

	if (e->literal) {
		if (lex_is_number(e->literal))
			fputs(e->literal, out);
		else
			print_quoted(out, e->literal);
		return;
	}
	if (!e->is_list)
		fputs(e->name, out);
	if (e->is_list || e->transform) {
		fputc('(', out);
		for (i = 0; i < e->n_args; i++) {
			fputs(i ? ", " : "", out);
			print_expr(out, e->args[i]);
		}
		fputc(')', out);
	}
	if (!e->arg)
		return;
	fputc('[', out);
	if (lex_is_argument(e->arg) && !has_special(e->arg))
		fputs(e->arg, out);
	else
		print_quoted(out, e->arg);
	fputc(']', out);
}

static void print_values(FILE *out, const struct node *n)
{
	size_t i;

	if (!n->is_list) {
		print_value(out, n->values[0].text);
		return;
	}
	fputc('(', out);
	for (i = 0; i < n->n_values; i++) {
		fputs(i ? ", " : "", out);
		print_value(out, n->values[i].text);
	}
	fputc(')', out);
}

static void print_compare(FILE *out, const struct node *n)
{
	print_expr(out, n->left);
	fprintf(out, " %s", ops[n->op].text);
	if (n->modifier)
		fprintf(out, " %s", modifier_name(n->modifier));
	if (ops[n->op].operand == OPERAND_NONE)
		return;
	fputc(' ', out);
	if (n->right)
		print_expr(out, n->right);
	else
		print_values(out, n);
}

static void print_node(FILE *out, const struct node *n)
{
	size_t i;

	switch (n->kind) {
	case NODE_AND:
	case NODE_OR:
		fputc('(', out);
		for (i = 0; i < n->n_kids; i++) {
			if (i)
				fputs(n->kind == NODE_AND ? " and " : " or ", out);
			print_node(out, n->kids[i]);
		}
		fputc(')', out);
		break;
	case NODE_NOT:
		fputs("not ", out);
		print_node(out, n->kids[0]);
		break;
	case NODE_COMPARE:
		print_compare(out, n);
		break;
	case NODE_MACRO:
		fputs(n->macro, out);
		break;
	}
}

const char *ast_print(struct arena *a, const struct node *n)
{
	char *text = NULL, *copy;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out || (print_node(out, n), fclose(out))) {
		fputs("tiercel: out of memory\n", stderr);
		abort();
	}
	copy = arena_str(a, text, len);
	free(text);
	return copy;
}

static bool is_text_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_expr_equal(const struct expr *a, const struct expr *b)
{
	size_t i;

	if (!a || !b)
		return a == b;
	if (a->transform != b->transform || a->is_list != b->is_list || a->n_args != b->n_args ||
	    !is_text_equal(a->name, b->name) || !is_text_equal(a->arg, b->arg) ||
	    !is_text_equal(a->literal, b->literal))
		return false;
	for (i = 0; i < a->n_args; i++) {
		if (!is_expr_equal(a->args[i], b->args[i]))
			return false;
	}
	return true;
}

static bool is_compare_equal(const struct node *a, const struct node *b)
{
	size_t i;

	if (a->op != b->op || a->modifier != b->modifier || a->is_list != b->is_list ||
	    a->n_values != b->n_values || !is_expr_equal(a->left, b->left) ||
	    !is_expr_equal(a->right, b->right))
		return false;
	for (i = 0; i < a->n_values; i++) {
		if (a->values[i].len != b->values[i].len ||
		    memcmp(a->values[i].text, b->values[i].text, a->values[i].len))
			return false;
	}
	return true;
}

bool ast_equal(const struct node *a, const struct node *b)
{
	size_t i;

	if (a == b)
		return true;
	if (a->kind != b->kind || a->n_kids != b->n_kids || !is_text_equal(a->macro, b->macro))
		return false;
	if (a->kind == NODE_COMPARE)
		return is_compare_equal(a, b);
	for (i = 0; i < a->n_kids; i++) {
		if (!ast_equal(a->kids[i], b->kids[i]))
			return false;
	}
	return true;
}
