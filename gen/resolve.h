/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists and macros in conditions. Lists are replaced in the text, in order of their definition
 * (gen/resolve_list.c); macros are replaced in the tree (gen/resolve.c), so that "not m" negates
 * all of m. Also taken apart here, because it is grammar and not meaning: modifiers (oneof, anyof,
 * allof) and the old evt.dir.
 */
#pragma once
#include "gen/ruleset_private.h"

#define EXPANDED_DEPTH_MAX 3100	    /* a parsed group makes at most three levels: or, and, not */
#define EXPANDED_SIZE_MAX  100000   /* comparisons of one condition ... */
#define TOTAL_SIZE_MAX	   10000000 /* ... and of all rules together */

/* Makes macros and lists ready, after the last file. 0 or -EINVAL; later calls do nothing. */
int resolve_prepare(struct ruleset *rs);
/* Undoes it: items may follow that change what was resolved. Trees of rules stay as they are. */
void resolve_forget(struct ruleset *rs);
/* A condition that may name them. NULL with the reason in diags, unless the reason is a macro
 * that was found wrong before. */
struct node *resolve_condition(struct ruleset *rs, const struct text *t);

/* Puts items of earlier lists in place of their names. 0 or -EINVAL. */
int lists_prepare(struct ruleset *rs);
/* The text with lists replaced. 0 or -EINVAL. */
int lists_substitute(struct ruleset *rs, const struct text *in, struct text *out);
