/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as the YAML nodes it is written in, before its values are looked at: files laid
 * one over the other, then single values put where a path says. All in the arena of d.
 */
#pragma once
#include "gen/diag.h"
#include "gen/yaml.h"

/* What the keys of a further file do to those that are there; only keys at the top count. */
enum tree_strategy {
	TREE_APPEND,   /* lists grow, others are replaced */
	TREE_OVERRIDE, /* all are replaced */
	TREE_ADD_ONLY, /* none is */
};
/* Falco's words. -EINVAL if it is none of them. */
int tree_strategy_parse(const char *text, enum tree_strategy *out);

struct ynode *tree_mapping(struct diags *d);
struct ynode *tree_sequence(struct diags *d, struct place at);
struct ynode *tree_scalar(struct diags *d, struct place at, const char *text);
/* One more element; one more key. */
void tree_add(struct diags *d, struct ynode *sequence, struct ynode *item);
void tree_put(struct diags *d, struct ynode *mapping, const char *key, struct ynode *value);
/* Both are mappings; from is not changed. */
void tree_merge(struct diags *d, struct ynode *into, const struct ynode *from,
		enum tree_strategy strategy);

/*
 * Puts value at a path as in a.b[0].c: [N] is the N-th element of a list, or the next one if there
 * are N; [] is always the next one; a single text is taken for a list
 * of it; a key of a list is that of each element. fallback, if not NULL,
 * gives the node that stands for a key that is not there (NULL: none), so that an element can be
 * added to a default. Shared nodes are not changed for others. 0 or -errno with an error in d.
 */
typedef struct ynode *tree_fallback(struct diags *d, const char *path);
int tree_set(struct diags *d, struct ynode *root, const char *path, struct ynode *value,
	     tree_fallback *fallback);
