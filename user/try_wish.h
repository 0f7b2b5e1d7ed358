/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the comparisons of one branch of a condition ask of a text (begins with, contains, ends
 * with, is), and texts that could satisfy all of them. A guess: whoever asks must check it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/ast.h"

struct arena;

#define WISH_PARTS 8

struct wish {
	const char *exact;
	const char *prefix;
	const char *suffix;
	const char *parts[WISH_PARTS]; /* contained somewhere */
	unsigned n_parts;
};

/* Number of ways in which a text can be put together. */
#define WISH_VARIANTS 4

bool wish_is_empty(const struct wish *w);
/* Takes op value into w. False if that contradicts what is in w already, or w is full. An
 * operator that asks for no particular text changes nothing. */
bool wish_add(struct arena *a, struct wish *w, enum op op, const char *value);
/* Prefix, parts and suffix behind each other, or exact; NULL for an empty wish. */
const char *wish_join(struct arena *a, const struct wish *w);
/* An absolute path below home, or NULL if this variant makes none. last is the name of the file
 * where the wish leaves that open. */
const char *wish_path(struct arena *a, const struct wish *w, const char *home, const char *last,
		      unsigned variant);
/* Appends the wish as arguments: prefix and exact word by word, a part or suffix as one. The
 * result ends in NULL. */
const char **wish_words(struct arena *a, const struct wish *w, const char **words);
