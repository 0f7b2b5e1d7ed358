/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition text to tree. The grammar (Falco's), in EBNF; keywords are case sensitive:
 *
 *   condition   = or_expr ;                                (* and nothing behind it *)
 *   or_expr     = and_expr, { "or", ( blank, and_expr | group ) } ;
 *   and_expr    = not_expr, { "and", ( blank, not_expr | group ) } ;
 *   not_expr    = { "not", blank }, ( "not", group | check ) ;
 *   check       = group | left, comparison | macro ;
 *   group       = "(", or_expr, ")" ;
 *   left        = transformer | field ;
 *   field       = name, ".", name, { ".", name }, [ "[", ( quoted | argument ), "]" ] ;
 *   transformer = TNAME, "(", targ, { ",", targ }, ")", [ "[", ( quoted | argument ), "]" ] ;
 *   targ        = transformer | field | number | quoted | "(", [ titem, { ",", titem } ], ")" ;
 *   titem       = transformer | field | number | quoted ;
 *   comparison  = "exists"
 *               | ( "<=" | "<" | ">=" | ">" ), ( number | right )
 *               | text_op, MODIFIER, ( list | name )
 *               | text_op, ( right | quoted | bare )
 *               | ( "intersects" | "in" | "pmatch" ), ( list | right | name ) ;
 *   text_op     = "==" | "=" | "!=" | WORD, blank ;
 *   right       = transformer | "val(", field, ")" ;
 *   list        = "(", [ value, { ",", value } ], ")" ;
 *   value       = quoted | bare ;
 *   macro       = name ;                                   (* but not and, or, not *)
 *
 *   TNAME    = "tolower" | "toupper" | "b64" | "basename" | "len" | "join" | "concat" | "getopt" ;
 *   MODIFIER = "oneof" | "anyof" | "allof" ;  (* only if a list or a name other than and, or, not
 *                                                follows, else it is a bare value *)
 *   WORD     = "contains" | "icontains" | "bcontains" | "startswith" | "bstartswith"
 *            | "endswith" | "glob" | "iglob" | "regex" ;
 *   name     = letter, { letter | digit | "_" } ;
 *   bare     = one or more characters other than ( ) " ' , = and blanks ;
 *   argument = one or more characters other than [ ] " ' and blanks ;
 *   quoted   = text between " or between ', with the escapes \b \f \n \r \t \\ \/ \xHH and the
 *              quote itself ;
 *   number   = "0x", hex digits | [ sign ], digits, [ ".", digits ], [ "e", [ sign ], digits ] ;
 *
 * Blanks (space, tab, line ends, backspace) may stand between any two tokens, except before the
 * "(" of TNAME and before "[". Groups and transformers nest at most PARSE_DEPTH_MAX deep.
 */
#pragma once
#include <stdbool.h>
#include "gen/ast.h"
#include "gen/diag.h"
#include "gen/text.h"

#define PARSE_DEPTH_MAX 1000

/* NULL with the reason in d. */
struct node *parse_text(struct diags *d, const struct text *t);
/* The same, of nothing but a left-hand side (of a field of an exception). */
struct expr *parse_left(struct diags *d, const struct text *t);
/* A text without macros and lists, as ast_print writes it, back to a tree. Unless syntax_only,
 * it is checked too. All of it stands at place at. */
struct node *condition_parse(struct arena *a, struct diags *d, struct place at, const char *text,
			     bool syntax_only);
/* NOT of a tree; two of them cancel. */
struct node *node_not(struct arena *a, struct place at, struct node *n);
/* AND or OR of kids; of one, the kid itself. */
struct node *node_group(struct arena *a, enum node_kind kind, struct node **kids, size_t n);
