/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML stream as nodes that remember where they stood. Aliases are the node they name, so the
 * nodes form a graph without cycles, not a tree: whoever walks it must bound what it does.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/ast.h"
#include "gen/diag.h"

#define YAML_DEPTH_MAX	 64
#define YAML_NODES_MAX	 500000
#define YAML_ANCHORS_MAX 10000

enum ynode_kind { YNODE_NULL, YNODE_SCALAR, YNODE_SEQUENCE, YNODE_MAPPING };
enum ynode_style { YSTYLE_PLAIN, YSTYLE_SINGLE, YSTYLE_DOUBLE, YSTYLE_BLOCK };

struct ynode {
	enum ynode_kind kind;
	enum ynode_style style;
	struct place at;
	const char *text; /* SCALAR and NULL: without YAML's quotes, holds no NUL */
	size_t len;
	struct ynode **items;		  /* SEQUENCE; MAPPING: key, value, key, value ... */
	size_t n;			  /* number of items */
	const struct diag_source *source; /* NULL: made without a text, all of it stands at at */
	size_t start;	      /* byte in source where the node begins, its anchor included */
	struct place *places; /* of each byte of text, made when first asked for */
	bool open;	      /* being read */
};

/* Reads all documents of a text. 0, or -EINVAL with the reason in d. */
int yaml_read(struct diags *d, const struct diag_source *source, struct ynode ***documents,
	      size_t *n);
/* Value of the first such key of a mapping, NULL if there is none. */
struct ynode *ynode_get(const struct ynode *map, const char *key);
/* Where byte offset of a scalar's text stands in the file, whatever way it was written. */
struct place ynode_place(struct arena *a, struct ynode *n, size_t offset);
