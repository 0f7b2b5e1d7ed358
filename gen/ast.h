/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a condition. Made by gen/parse.c, macros replaced by gen/resolve.c, fields and
 * values typed by gen/check.c. Nodes and texts live in the arena of the compilation and are
 * never freed singly; a subtree may be shared (a macro used twice), so passes after resolve
 * must not change a node in a way that depends on where it hangs.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/field.h"

struct address;
struct arena;
struct regex;

/* Where something stands in a rule file. Lines and columns count from 1; 0: not known. */
struct place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

enum op {
#define OP(id, text, operand, types, doc) OP_##id,
#include "gen/op.def"
#undef OP
	OP_COUNT
};

enum modifier { MOD_NONE, MOD_ONEOF, MOD_ANYOF, MOD_ALLOF };

enum transform {
	TR_NONE,
	TR_TOLOWER,
	TR_TOUPPER,
	TR_B64,
	TR_BASENAME,
	TR_LEN,
	TR_JOIN,
	TR_CONCAT,
	TR_GETOPT,
	TR_VAL
};

/* A left-hand side, an argument of a transformer, or a right-hand side that is not literal. */
struct expr {
	struct place at;
	enum transform transform;  /* TR_NONE: a field, unless literal or list is set */
	const char *name;	   /* of the field or transformer, as written without [argument] */
	const char *arg;	   /* text between [ and ], NULL for none */
	const char *literal;	   /* a quoted text or number among transformer arguments */
	bool is_list;		   /* a parenthesised list among transformer arguments: args */
	const struct field *field; /* set by check */
	const char *key;	   /* set by check: the argument of the field, NULL for none */
	struct value_type type;	   /* set by check */
	struct expr **args;	   /* of the transformer or list */
	size_t n_args;
};

/* One literal value. */
struct literal {
	struct place at;
	const char *text; /* escapes undone, NUL-terminated, holds no other NUL */
	size_t len;
	bool quoted;
	/* Set by check for the types and operators that use them: gen/literal.h. */
	int64_t number;
	const struct address *address;
	double real;
	const struct regex *regex;
	const char *bytes;
	size_t n_bytes;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_COMPARE, NODE_MACRO };

struct node {
	enum node_kind kind;
	struct place at;
	/* AND, OR: two or more; NOT: one */
	struct node **kids;
	size_t n_kids;
	/* MACRO */
	const char *macro;
	/* COMPARE: left op [modifier] right */
	struct expr *left;
	enum op op;
	enum modifier modifier;
	struct literal *values; /* literal right-hand side: one, or a list */
	size_t n_values;
	bool is_list;	    /* it was written in parentheses */
	struct expr *right; /* or val(field) or transformer(...), then n_values is 0 */
};

/* Writes the tree in Falco's canonical form: parsing the result gives the same tree.
 * Returns a text in the arena. */
const char *ast_print(struct arena *a, const struct node *n);
bool ast_equal(const struct node *a, const struct node *b);
