/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/family.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/parse.h"
#include "gen/vec.h"

#define BLIND true
#define FINE  false
const struct family families[] = {
#define FAMILY(name, others, alone) {name, others, alone},
#include "gen/family.def"
#undef FAMILY
};
#undef BLIND
#undef FINE
const size_t n_families = sizeof(families) / sizeof(families[0]);

const struct family *family_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_families; i++) {
		if (!strcmp(families[i].name, name))
			return &families[i];
	}
	return NULL;
}

const char *family_next(struct arena *a, const char **rest)
{
	const char *name;
	size_t len;

	while (**rest) {
		len = strcspn(*rest, " ");
		name = arena_str(a, *rest, len);
		*rest += len + ((*rest)[len] == ' ');
		if (event_type_find(name))
			return name;
	}
	return NULL;
}

typedef VEC(struct literal) literals_t;

static void add(struct arena *a, literals_t *list, const struct literal *like, const char *name)
{
	struct literal *l;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i].text, name))
			return;
	}
	l = vec_add(a, list);
	*l = *like;
	l->text = name;
	l->len = strlen(name);
}

static bool is_type(const struct node *n)
{
	return n->left && !n->left->transform && !n->right && !n->modifier &&
	       (!strcmp(n->left->name, "evt.type") || !strcmp(n->left->name, "syscall.type"));
}

/* x != a and x != b: like the one it stands for, false for what has no value. */
static struct node *differ_from_all(struct arena *a, const struct node *n, const literals_t *list)
{
	struct node **kids = arena_alloc(a, list->n * sizeof(*kids));
	size_t i;

	for (i = 0; i < list->n; i++) {
		kids[i] = arena_copy(a, n, sizeof(*n));
		kids[i]->values = &list->v[i];
		kids[i]->n_values = 1;
	}
	return node_group(a, NODE_AND, kids, list->n);
}

struct node *family_expand(struct arena *a, struct node *n)
{
	bool equal = n->op == OP_EQ || n->op == OP_EQ2 || n->op == OP_IN || n->op == OP_INTERSECTS;
	const struct family *f;
	literals_t list = {};
	const char *name, *rest;
	size_t i;

	if (!is_type(n) || (!equal && n->op != OP_NE))
		return n;
	for (i = 0; i < n->n_values; i++) {
		add(a, &list, &n->values[i], n->values[i].text);
		f = family_find(n->values[i].text);
		rest = f ? f->others : "";
		while ((name = family_next(a, &rest)))
			add(a, &list, &n->values[i], name);
	}
	if (list.n == n->n_values)
		return n;
	if (!equal)
		return differ_from_all(a, n, &list);
	n = arena_copy(a, n, sizeof(*n));
	n->op = OP_IN;
	n->is_list = true;
	n->values = list.v;
	n->n_values = list.n;
	return n;
}
