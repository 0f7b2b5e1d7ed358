/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that can never match when only the first match counts. A test of the text, so it finds
 * some of them and never a wrong one: an earlier rule takes all events of a later one if each
 * of its conjuncts follows from one of the later one's. A later rule is also tried value by
 * value: for each value of one of its lists another rule may be the one that takes the event.
 */
#include "gen/lint.h"

#include <string.h>

#include "gen/arena.h"

#define CONJUNCTS_MAX 64
#define STEPS_MAX     20000000 /* comparisons of comparisons: then no more is looked for */

struct conjuncts {
	const struct node *list[CONJUNCTS_MAX];
	size_t n;
	bool complete;
};

/* The one value that a comparison of the later rule is taken to have. */
struct choice {
	const struct node *node;
	size_t value;
	size_t *steps;
};

static void flatten(struct conjuncts *c, const struct node *n)
{
	size_t i;

	if (n->kind == NODE_AND) {
		for (i = 0; i < n->n_kids; i++)
			flatten(c, n->kids[i]);
	} else if (c->n < CONJUNCTS_MAX) {
		c->list[c->n++] = n;
	} else {
		c->complete = false;
	}
}

static struct conjuncts conjuncts_of(const struct node *n)
{
	struct conjuncts c = {.complete = true};

	flatten(&c, n);
	return c;
}

static bool is_membership(const struct node *n)
{
	return n->kind == NODE_COMPARE && n->left->field && !n->right &&
	       (n->op == OP_EQ || n->op == OP_EQ2 || n->op == OP_IN);
}

static bool has_value(const struct node *n, const struct literal *l)
{
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		if (n->values[i].len == l->len && !memcmp(n->values[i].text, l->text, l->len))
			return true;
	}
	return false;
}

static bool is_same_field(const struct node *a, const struct node *b)
{
	const char *x = a->left->key, *y = b->left->key;

	return a->left->field == b->left->field && (x == y || (x && y && !strcmp(x, y)));
}

/* The values of one membership are among those of the other. */
static bool is_subset(const struct node *a, const struct node *b, const struct choice *c)
{
	size_t i;

	if (!is_membership(a) || !is_membership(b) || !is_same_field(a, b))
		return false;
	if (c->node == a)
		return has_value(b, &a->values[c->value]);
	for (i = 0; i < a->n_values; i++) {
		if (!has_value(b, &a->values[i]))
			return false;
	}
	return true;
}

/* Whenever a holds, b does. False if that cannot be seen. */
static bool implies(const struct node *a, const struct node *b, const struct choice *c)
{
	size_t i;

	++*c->steps;
	if (ast_equal(a, b) || is_subset(a, b, c))
		return true;
	for (i = 0; b->kind == NODE_OR && i < b->n_kids; i++) {
		if (implies(a, b->kids[i], c))
			return true;
	}
	return false;
}

static bool is_taken_by(const struct conjuncts *later, const struct conjuncts *earlier,
			const struct choice *c)
{
	size_t i, j;

	for (i = 0; i < earlier->n; i++) {
		for (j = 0; j < later->n; j++) {
			if (implies(later->list[j], earlier->list[i], c))
				break;
		}
		if (j == later->n)
			return false;
	}
	return earlier->complete;
}

struct search {
	struct ruleset *rs;
	size_t rule; /* the later one */
	struct conjuncts conjuncts;
	size_t steps;
};

static bool is_used(const struct ruleset *rs, const struct rule *r)
{
	return r->tree && r->enabled && r->priority <= rs->minimum;
}

/* The first earlier rule that takes all its events, given the choice. */
static const struct rule *taker(struct search *s, const struct choice *c)
{
	struct conjuncts earlier;
	const struct rule *r;
	size_t i;

	for (i = 0; i < s->rule && s->steps < STEPS_MAX; i++) {
		r = s->rs->rules[i];
		if (!is_used(s->rs, r))
			continue;
		earlier = conjuncts_of(r->tree);
		if (is_taken_by(&s->conjuncts, &earlier, c))
			return r;
	}
	return NULL;
}

/* Names of the rules that take the events of one comparison's values between them, or NULL. */
static const char *takers(struct search *s, const struct node *n)
{
	const struct rule *r, *last = NULL;
	struct choice c = {.node = n, .steps = &s->steps};
	const char *names = NULL;

	for (c.value = 0; c.value < n->n_values; c.value++) {
		r = taker(s, &c);
		if (!r)
			return NULL;
		if (r != last)
			names = arena_printf(s->rs->arena, "%s%s'%s'", names ? names : "",
					     names ? ", " : "", r->name);
		last = r;
	}
	return names;
}

static void lint_one(struct search *s)
{
	const struct rule *r = s->rs->rules[s->rule];
	const struct rule *by = taker(s, &(struct choice){.steps = &s->steps});
	const char *names = by ? arena_printf(s->rs->arena, "'%s'", by->name) : NULL;
	size_t i;

	for (i = 0; !names && i < s->conjuncts.n; i++) {
		if (is_membership(s->conjuncts.list[i]))
			names = takers(s, s->conjuncts.list[i]);
	}
	if (names)
		diag_add(&s->rs->diags, SEVERITY_WARNING, r->at, "LINT_SHADOWED",
			 "with rule_matching: all, both alert",
			 "'%s' never alerts, because earlier rules match all its events and "
			 "only the first match counts: %s",
			 r->name, names);
}

void lint_shadowed(struct ruleset *rs)
{
	struct search s = {.rs = rs};

	for (s.rule = 1; s.rule < rs->n_rules; s.rule++) {
		if (!is_used(rs, rs->rules[s.rule]))
			continue;
		s.conjuncts = conjuncts_of(rs->rules[s.rule]->tree);
		lint_one(&s);
	}
}
