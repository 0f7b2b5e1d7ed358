/* SPDX-License-Identifier: Apache-2.0 */
#include "user/config_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"

#define INDEX_MAX 1000
#define STEPS_MAX 16

int tree_strategy_parse(const char *text, enum tree_strategy *out)
{
	static const char *const words[] = {"append", "override", "add-only"};

	for (int i = 0; i < 3; i++) {
		if (!strcmp(words[i], text)) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* ---- nodes ---- */

static struct ynode *make(struct diags *d, enum ynode_kind kind, struct place at)
{
	struct ynode *n = arena_alloc(d->arena, sizeof(*n));

	n->kind = kind;
	n->at = at;
	return n;
}

struct ynode *tree_mapping(struct diags *d)
{
	return make(d, YNODE_MAPPING, (struct place){});
}

struct ynode *tree_sequence(struct diags *d, struct place at)
{
	return make(d, YNODE_SEQUENCE, at);
}

struct ynode *tree_scalar(struct diags *d, struct place at, const char *text)
{
	struct ynode *n = make(d, YNODE_SCALAR, at);

	n->text = arena_str(d->arena, text, strlen(text));
	n->len = strlen(text);
	return n;
}

static void push(struct diags *d, struct ynode *n, struct ynode *item)
{
	struct ynode **items = arena_alloc(d->arena, (n->n + 1) * sizeof(struct ynode *));

	if (n->n)
		memcpy(items, n->items, n->n * sizeof(struct ynode *));
	items[n->n++] = item;
	n->items = items;
}

void tree_add(struct diags *d, struct ynode *sequence, struct ynode *item)
{
	push(d, sequence, item);
}

void tree_put(struct diags *d, struct ynode *mapping, const char *key, struct ynode *value)
{
	push(d, mapping, tree_scalar(d, value->at, key));
	push(d, mapping, value);
}

/* A copy whose items can be exchanged: the node may be an alias's too. */
static struct ynode *own(struct diags *d, const struct ynode *n)
{
	struct ynode *copy = arena_copy(d->arena, n, sizeof(*n));

	if (n->n)
		copy->items = arena_copy(d->arena, n->items, n->n * sizeof(struct ynode *));
	return copy;
}

/* Where the value of the key is; the last one counts. NULL: it is not there. */
static struct ynode **slot_of(struct ynode *map, const char *key, size_t len)
{
	struct ynode **found = NULL;

	for (size_t i = 0; i + 1 < map->n; i += 2) {
		const struct ynode *k = map->items[i];

		if (k->kind == YNODE_SCALAR && k->len == len && !memcmp(k->text, key, len))
			found = &map->items[i + 1];
	}
	return found;
}

/* ---- files ---- */

static void extend(struct diags *d, struct ynode **slot, const struct ynode *more)
{
	*slot = own(d, *slot);
	for (size_t i = 0; i < more->n; i++)
		push(d, *slot, more->items[i]);
}

void tree_merge(struct diags *d, struct ynode *into, const struct ynode *from,
		enum tree_strategy strategy)
{
	for (size_t i = 0; i + 1 < from->n; i += 2) {
		struct ynode *key = from->items[i], *value = from->items[i + 1], **slot;

		if (key->kind != YNODE_SCALAR)
			continue;
		slot = slot_of(into, key->text, key->len);
		if (!slot) {
			push(d, into, key);
			push(d, into, value);
		} else if (strategy == TREE_APPEND && (*slot)->kind == YNODE_SEQUENCE &&
			   value->kind == YNODE_SEQUENCE) {
			extend(d, slot, value);
		} else if (strategy != TREE_ADD_ONLY) {
			*slot = value;
		}
	}
}

/* ---- single values ---- */

struct setting {
	struct diags *d;
	const char *path;
	struct ynode *value;
	tree_fallback *fallback;
};

static int fail(const struct setting *s, const char *what)
{
	return diag_add(s->d, SEVERITY_ERROR, s->value->at, "CONFIG",
			"write it as key=value, list[]=value or a.b[0].c=value", "%s: %s", s->path,
			what);
}

static int set_at(const struct setting *s, struct ynode **slot, const char *rest, unsigned steps);

/* slot: a list, or nothing yet. */
static int set_element(const struct setting *s, struct ynode **slot, const char *rest,
		       unsigned steps)
{
	unsigned long n = 0;
	char *end;

	if ((*slot)->kind == YNODE_NULL)
		*slot = tree_sequence(s->d, s->value->at);
	if ((*slot)->kind == YNODE_SCALAR) {
		struct ynode *list = tree_sequence(s->d, (*slot)->at);

		push(s->d, list, *slot);
		*slot = list;
	}
	if ((*slot)->kind != YNODE_SEQUENCE)
		return fail(s, "there is no list");
	*slot = own(s->d, *slot);
	if (rest[1] == ']') {
		n = (*slot)->n;
		rest += 2;
	} else {
		n = strtoul(rest + 1, &end, 10);
		if (rest[1] < '0' || rest[1] > '9' || *end != ']' || n > INDEX_MAX)
			return fail(s, "that is not the number of an element");
		rest = end + 1;
	}
	if (n > (*slot)->n)
		return fail(s, "the list has not so many elements");
	if (n == (*slot)->n)
		push(s->d, *slot, make(s->d, YNODE_NULL, s->value->at));
	return set_at(s, &(*slot)->items[n], rest, steps);
}

/* rest: ".key...", or "key..." at the beginning. */
static int set_key(const struct setting *s, struct ynode **slot, const char *rest, unsigned steps)
{
	const char *key = rest + (*rest == '.');
	size_t len = strcspn(key, ".[");
	struct ynode **value;
	int err = 0;

	if (!len)
		return fail(s, "a key is missing");
	if ((*slot)->kind == YNODE_SEQUENCE) {
		if (!(*slot)->n)
			return fail(s, "the list has no elements");
		*slot = own(s->d, *slot);
		for (size_t i = 0; i < (*slot)->n && !err; i++)
			err = set_key(s, &(*slot)->items[i], rest, steps);
		return err;
	}
	if ((*slot)->kind == YNODE_NULL)
		*slot = make(s->d, YNODE_MAPPING, s->value->at);
	if ((*slot)->kind != YNODE_MAPPING)
		return fail(s, "there is a value where keys are asked for");
	*slot = own(s->d, *slot);
	value = slot_of(*slot, key, len);
	if (!value) {
		const char *path =
			arena_printf(s->d->arena, "%.*s", (int)(key + len - s->path), s->path);
		struct ynode *there = s->fallback ? s->fallback(s->d, path) : NULL;

		push(s->d, *slot, tree_scalar(s->d, s->value->at, path + (key - s->path)));
		push(s->d, *slot, there ? there : make(s->d, YNODE_NULL, s->value->at));
		value = &(*slot)->items[(*slot)->n - 1];
	}
	return set_at(s, value, key + len, steps);
}

static int set_at(const struct setting *s, struct ynode **slot, const char *rest, unsigned steps)
{
	if (!*rest) {
		*slot = s->value;
		return 0;
	}
	if (steps == STEPS_MAX)
		return fail(s, "that is too deep");
	return *rest == '[' ? set_element(s, slot, rest, steps + 1)
			    : set_key(s, slot, rest, steps + 1);
}

int tree_set(struct diags *d, struct ynode *root, const char *path, struct ynode *value,
	     tree_fallback *fallback)
{
	const struct setting s = {d, path, value, fallback};
	struct ynode *copy = root;
	int err = *path == '[' || *path == '.' ? fail(&s, "a key is missing")
					       : set_key(&s, &copy, path, 0);

	if (!err)
		*root = *copy;
	return err;
}
