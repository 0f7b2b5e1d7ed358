/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/typeset.h"

#include <string.h>

static bool is_equality(enum op op)
{
	return op == OP_EQ || op == OP_EQ2 || op == OP_IN || op == OP_INTERSECTS;
}

/* Comparisons with other fields, or with what is known only at the event: any type is possible. */
static bool compare_allows(const struct node *n, bool negated, const char *type)
{
	bool hit = false;
	size_t i;

	if (n->left->transform || n->right || strcmp(n->left->name, "evt.type"))
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
