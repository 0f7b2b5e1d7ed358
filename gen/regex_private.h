/* SPDX-License-Identifier: Apache-2.0 */
/* What gen/regex_parse.c makes and gen/regex.c compiles. */
#pragma once
#include <stdint.h>
#include "gen/regex.h"
#include "gen/vec.h"

#define RUNE_MAX      0x10ffff
#define RUNE_INVALID  0xfffd
#define REPEAT_MAX    1000
#define REPEAT_NO_END UINT32_MAX

struct rune_range {
	uint32_t low, high;
};

/* Sorted, apart from each other. */
struct rune_set {
	struct rune_range *v;
	size_t n;
};

enum regex_kind {
	REGEX_EMPTY,
	REGEX_SET,
	REGEX_LINE_BEGIN,
	REGEX_LINE_END,
	REGEX_CAT,
	REGEX_ALT,
	REGEX_REPEAT
};

struct regex_node {
	enum regex_kind kind;
	const struct rune_set *set;
	uint32_t min, max; /* REPEAT */
	uint32_t depth;	   /* of the tree below */
	uint32_t copies;   /* what nested counts multiply to, at most REPEAT_MAX + 1 */
	struct regex_node **kids;
	size_t n_kids;
};

/* NULL, with the reason in *why. */
struct regex_node *regex_parse(struct arena *a, const char *pattern, const char **why);

/* Takes one character off the text that ends at end; RUNE_INVALID for a byte that begins none,
 * and then *valid is set to false. */
uint32_t rune_next(const char **s, const char *end, bool *valid);
