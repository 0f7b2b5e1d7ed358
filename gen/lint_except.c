/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions without effect: what they take out, the condition does not let in, or an exception
 * before them has taken out already. Only what must hold together is compared, as in
 * gen/lint_never.c, so that a warning is never wrong.
 */
#include "gen/lint.h"

#include <string.h>

#include "gen/arena.h"

struct look {
	struct ruleset *rs;
	const struct exception *e;
	struct names *seen; /* printed alternatives */
	struct lint_terms condition;
};

/* What the alternative asks for and the condition excludes, or the other way round; NULL for
 * none. */
static const struct node *clash(const struct lint_terms *condition, const struct lint_terms *tuple)
{
	for (size_t i = 0; i < tuple->n; i++) {
		for (size_t j = 0; j < condition->n; j++) {
			if (lint_excludes(condition->list[j], tuple->list[i]) ||
			    lint_excludes(tuple->list[i], condition->list[j]))
				return tuple->list[i];
		}
	}
	return NULL;
}

/* Where the first of its values stands. */
static struct place values_at(const struct node *n)
{
	while (n->kind != NODE_COMPARE && n->n_kids)
		n = n->kids[0];
	return n->n_values ? n->values[0].at : n->at;
}

static void look_at(struct look *l, struct node *alternative)
{
	const char *text = ast_print(l->rs->arena, alternative);
	struct lint_terms tuple = {.n = 0};
	const struct node *with;

	lint_flatten(&tuple, alternative);
	with = clash(&l->condition, &tuple);
	if (with)
		lint_warn(l->rs, values_at(with), "LINT_EXCEPTION",
			  arena_printf(l->rs->arena,
				       "the condition of the rule leaves no such '%s' over",
				       with->left->name),
			  "exception '%s': these values have no effect", l->e->name);
	else if (names_get(l->seen, text))
		lint_warn(l->rs, values_at(alternative), "LINT_EXCEPTION",
			  "the same values stand in an exception before",
			  "exception '%s': these values have no effect", l->e->name);
	names_put(l->seen, text, alternative);
}

/* NOT of one alternative, or of several joined by OR. */
static void look_at_all(struct look *l, const struct node * not )
{
	struct node *n;

	if (not ->kind != NODE_NOT)
		return;
	n = not ->kids[0];
	for (size_t i = 0; n->kind == NODE_OR && i < n->n_kids; i++)
		look_at(l, n->kids[i]);
	if (n->kind != NODE_OR)
		look_at(l, n);
}

void lint_exceptions(struct ruleset *rs, const struct rule_entry *r)
{
	struct names seen = {.arena = rs->arena};
	struct look l = {.rs = rs, .seen = &seen};
	const struct node *tree = r->rule.tree;
	size_t i, used = 0;

	for (i = 0; i < r->n_exceptions; i++)
		used += r->exceptions[i]->n_values > 0;
	/* gen/except_text.c: the condition, then one NOT for each exception with values. */
	if (!used || tree->kind != NODE_AND || tree->n_kids != used + 1)
		return;
	lint_flatten(&l.condition, tree->kids[0]);
	for (i = 0, used = 0; i < r->n_exceptions; i++) {
		if (!r->exceptions[i]->n_values)
			continue;
		l.e = r->exceptions[i];
		look_at_all(&l, tree->kids[++used]);
	}
}
