/* SPDX-License-Identifier: Apache-2.0 */
/* What gen/parse.c (and, or, not) and gen/parse_expr.c (comparisons) share. */
#pragma once
#include "gen/diag.h"
#include "gen/lex.h"
#include "gen/parse.h"

struct parser {
	struct arena *arena;
	struct diags *diags;
	const struct text *text;
	struct lex lex;
	unsigned depth;
};

/* -EINVAL, after adding an error at byte pos of the condition. */
int parser_fail(struct parser *p, size_t pos, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* One level deeper; -EINVAL if that is too deep. The caller lowers depth again. */
int parser_enter(struct parser *p);
/* 1 and *out, 0 if no left-hand side begins here, or -EINVAL. */
int parse_left_side(struct parser *p, struct expr **out);
/* Behind a left-hand side. */
struct node *parse_comparison(struct parser *p, struct expr *left);
