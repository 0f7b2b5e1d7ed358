/* SPDX-License-Identifier: Apache-2.0 */
/* Inside user/template*.c: the tree of a template, and values while it is rendered. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/alert.h"
#include "user/chat.h"

struct arena;

enum template_field {
	AT_RULE,
	AT_PRIORITY,
	AT_OUTPUT,
	AT_TIME,
	AT_SOURCE,
	AT_HOSTNAME,
	AT_TAGS,
	AT_OUTPUTFIELDS,
	AT_DOT
};

enum template_function {
	CALL_INDEX,
	CALL_PRINT,
	CALL_PRINTF,
	CALL_LEN,
	CALL_EQ,
	CALL_NE,
	CALL_AND,
	CALL_OR,
	CALL_NOT,
	CALL_COUNT
};

#define TEMPLATE_ARGS_MAX 8

struct template_expr {
	enum { EXPR_FIELD, EXPR_TEXT, EXPR_NUMBER, EXPR_BOOL, EXPR_CALL } kind;
	enum template_field field;
	enum template_function call;
	const char *text;
	int64_t num;
	const struct template_expr *args[TEMPLATE_ARGS_MAX];
	size_t n;
};

/* In the order of the text; those of a branch below it. */
struct template_node {
	struct template_node *next;
	const char *text;		  /* as it is; NULL: expr */
	const struct template_expr *expr; /* printed, or, with branch, decided by */
	bool branch;
	struct template_node *yes, *no;
};

struct template_value {
	enum { VALUE_MISSING, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_TAGS, VALUE_MAP } kind;
	const char *text;
	int64_t num;
	bool safe; /* of the template, or escaped already */
};

/* Texts that must be made are in the arena. */
struct template_context {
	const struct alert *a;
	enum chat chat;
	struct arena *arena;
};

struct template_value template_eval(const struct template_context *c,
				    const struct template_expr *e);
bool template_is_true(const struct template_context *c, const struct template_value *v);
/* As Go prints it, escaped unless it is safe. */
const char *template_print(const struct template_context *c, const struct template_value *v);
