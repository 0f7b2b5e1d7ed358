/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/typeset.h"

#include <string.h>

static bool is_equality(enum op op)
{
	return op == OP_EQ || op == OP_EQ2 || op == OP_IN || op == OP_INTERSECTS;
}

/* evt.num = 0, which is a way to say "never": the first event is number 1. */
static bool is_event_zero(const struct node *n)
{
	return !strcmp(n->left->name, "evt.num") && is_equality(n->op) && n->n_values == 1 &&
	       !strcmp(n->values[0].text, "0");
}

/* Comparisons with other fields, or with what is known only at the event: any type is possible. */
static bool compare_allows(const struct node *n, bool negated, const char *type)
{
	bool hit = false;
	size_t i;

	if (n->left->transform || n->right)
		return true;
	if (is_event_zero(n))
		return negated;
	if (strcmp(n->left->name, "evt.type") && strcmp(n->left->name, "syscall.type"))
		return true;
	if (!is_equality(n->op) && n->op != OP_NE)
		return n->op != OP_EXISTS || !negated;
	for (i = 0; i < n->n_values; i++)
		hit |= !strcmp(n->values[i].text, type);
	return hit != (negated != (n->op == OP_NE));
}

static bool allows(const struct node *n, bool negated, const char *type)
{
	bool all = (n->kind == NODE_AND) != negated;
	size_t i;

	switch (n->kind) {
	case NODE_NOT:
		return allows(n->kids[0], !negated, type);
	case NODE_COMPARE:
		return compare_allows(n, negated, type);
	case NODE_MACRO:
		return true;
	default:
		break;
	}
	for (i = 0; i < n->n_kids; i++) {
		if (allows(n->kids[i], negated, type) != all)
			return !all;
	}
	return all;
}

bool typeset_has(const struct node *n, const char *type)
{
	return allows(n, false, type);
}
