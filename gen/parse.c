/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive descent over the grammar in parse.h; one function per rule of it. Each returns NULL
 * after it has said what is wrong, and callers only pass that on. The depth is bounded, so the
 * recursion here and in all later passes is too.
 */
#include "gen/parse.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/check.h"
#include "gen/lex.h"
#include "gen/op.h"
#include "gen/parse_expr.h"

#define TOKEN_SHOWN 60 /* bytes of a token in a message */

struct kids {
	struct node **list;
	size_t n;
};

static struct node *parse_or(struct parser *p);

static void add_kid(struct parser *p, struct kids *k, struct node *n)
{
	k->list = arena_push(p->arena, k->list, k->n, sizeof(*k->list));
	k->list[k->n++] = n;
}

struct node *node_group(struct arena *a, enum node_kind kind, struct node **kids, size_t n)
{
	struct node *group;

	if (n == 1)
		return kids[0];
	group = arena_alloc(a, sizeof(*group));
	group->kind = kind;
	group->at = kids[0]->at;
	group->kids = kids;
	group->n_kids = n;
	return group;
}

struct node *node_not(struct arena *a, struct place at, struct node *kid)
{
	struct node *n;

	if (kid->kind == NODE_NOT)
		return kid->kids[0];
	n = arena_alloc(a, sizeof(*n));
	n->kind = NODE_NOT;
	n->at = at;
	n->kids = arena_copy(a, &kid, sizeof(kid));
	n->n_kids = 1;
	return n;
}

/* Behind "(". */
static struct node *parse_group_tail(struct parser *p)
{
	struct node *n;

	if (parser_enter(p))
		return NULL;
	n = parse_or(p);
	if (!n)
		return NULL;
	lex_blank(&p->lex);
	if (!lex_text(&p->lex, ")")) {
		parser_fail(p, p->lex.pos, NULL, "expected a ')' token");
		return NULL;
	}
	p->depth--;
	return n;
}

/* The operand behind "and" or "or": the keyword must not run into it. */
static struct node *parse_tail(struct parser *p, const char *keyword,
			       struct node *(*operand)(struct parser *))
{
	if (lex_text(&p->lex, "("))
		return parse_group_tail(p);
	if (lex_blank(&p->lex))
		return operand(p);
	parser_fail(p, p->lex.pos, NULL, "expected blank or '(' after '%s'", keyword);
	return NULL;
}

static bool is_keyword(struct span word)
{
	return (word.len == 2 && !memcmp(word.s, "or", 2)) ||
	       (word.len == 3 && (!memcmp(word.s, "and", 3) || !memcmp(word.s, "not", 3)));
}

static struct node *parse_macro(struct parser *p)
{
	size_t start = p->lex.pos;
	struct span word;
	struct node *n;

	if (!lex_identifier(&p->lex, &word) || is_keyword(word)) {
		parser_fail(p, start, NULL,
			    "expected a '(' token, a field check, or an identifier");
		return NULL;
	}
	n = arena_alloc(p->arena, sizeof(*n));
	n->kind = NODE_MACRO;
	n->at = text_place(p->text, start);
	n->macro = arena_str(p->arena, word.s, word.len);
	return n;
}

static struct node *parse_check(struct parser *p)
{
	struct expr *left;
	int err;

	lex_blank(&p->lex);
	if (lex_text(&p->lex, "("))
		return parse_group_tail(p);
	err = parse_left_side(p, &left);
	if (err < 0)
		return NULL;
	return err ? parse_comparison(p, left) : parse_macro(p);
}

static struct node *parse_not(struct parser *p)
{
	size_t start;
	bool negated = false;
	struct node *n;

	lex_blank(&p->lex);
	start = p->lex.pos;
	while (lex_word(&p->lex, "not")) {
		negated = !negated;
		lex_blank(&p->lex);
	}
	n = parse_check(p);
	return n && negated ? node_not(p->arena, text_place(p->text, start), n) : n;
}

static struct node *parse_chain(struct parser *p, enum node_kind kind, const char *keyword,
				struct node *(*operand)(struct parser *))
{
	struct kids kids = {0};
	struct node *n = operand(p);

	while (n) {
		add_kid(p, &kids, n);
		lex_blank(&p->lex);
		if (!lex_text(&p->lex, keyword))
			return node_group(p->arena, kind, kids.list, kids.n);
		n = parse_tail(p, keyword, operand);
	}
	return NULL;
}

static struct node *parse_and(struct parser *p)
{
	return parse_chain(p, NODE_AND, "and", parse_not);
}

static struct node *parse_or(struct parser *p)
{
	return parse_chain(p, NODE_OR, "or", parse_and);
}

static struct parser parser_of(struct diags *d, const struct text *t)
{
	return (struct parser){
		.arena = d->arena,
		.diags = d,
		.text = t,
		.lex = {.s = t->s ? t->s : "", .len = t->len},
	};
}

struct node *parse_text(struct diags *d, const struct text *t)
{
	struct parser p = parser_of(d, t);
	struct node *n;

	lex_blank(&p.lex);
	if (p.lex.pos == p.lex.len) {
		parser_fail(&p, 0, NULL, "filter input string is empty");
		return NULL;
	}
	n = parse_or(&p);
	if (!n)
		return NULL;
	lex_blank(&p.lex);
	if (p.lex.pos == p.lex.len)
		return n;
	parser_fail(&p, p.lex.pos,
		    p.lex.s[p.lex.pos] == '=' ? "put a value that holds '=' in quotes" : NULL,
		    "unexpected token after '%.*s', expecting 'or', 'and'",
		    (int)(p.lex.last.len < TOKEN_SHOWN ? p.lex.last.len : TOKEN_SHOWN),
		    p.lex.last.s);
	return NULL;
}

struct expr *parse_left(struct diags *d, const struct text *t)
{
	struct parser p = parser_of(d, t);
	struct expr *left;
	int err = parse_left_side(&p, &left);

	if (err > 0 && p.lex.pos == p.lex.len)
		return left;
	if (err >= 0)
		parser_fail(&p, p.lex.pos, NULL, "'%s' is not a supported filter field", p.lex.s);
	return NULL;
}

struct node *condition_parse(struct arena *a, struct diags *d, struct place at, const char *text,
			     bool syntax_only)
{
	struct text t = text_at(a, at, text);
	struct node *n = parse_text(d, &t);

	if (!n || syntax_only)
		return n;
	return check_tree(d, n) ? NULL : n;
}
