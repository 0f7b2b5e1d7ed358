/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text put together from pieces of rule files (appended conditions, the items of lists) that
 * knows for each byte where it came from.
 */
#pragma once
#include "gen/ast.h"
#include "gen/yaml.h"

#define TEXT_MAX ((size_t)4 << 20) /* bytes: bounds what lists and aliases can blow up */

struct text_piece {
	size_t start;	    /* in the text; ends where the next one starts */
	struct ynode *node; /* NULL: all of it stands at place */
	size_t offset;	    /* in the node's text */
	struct place place;
};

struct text {
	struct arena *arena;
	char *s; /* NUL-terminated */
	size_t len, cap;
	struct text_piece *pieces;
	size_t n_pieces;
};

/* A text that stands at one place. */
struct text text_at(struct arena *a, struct place at, const char *s);
/* Adds bytes that stand at one place. */
void text_add(struct text *t, struct place at, const char *s, size_t len);
/* Adds len bytes of a scalar. */
void text_add_node(struct text *t, struct ynode *n, size_t offset, size_t len);
/* Adds bytes of another text with their places. */
void text_add_part(struct text *t, const struct text *from, size_t offset, size_t len);
/* Keeps the first len bytes. */
void text_cut(struct text *t, size_t len);
struct place text_place(const struct text *t, size_t offset);
