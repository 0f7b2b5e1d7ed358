/* SPDX-License-Identifier: Apache-2.0 */
/* Event types that stand for others: gen/family.def. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/ast.h"

struct family {
	const char *name;
	const char *others; /* separated by blanks */
	bool blind;	    /* named without any other of them, a rule misses something */
};

extern const struct family families[];
extern const size_t n_families;
/* NULL if the event type has no others. */
const struct family *family_find(const char *name);
/* The next of others from *rest on, copied into the arena; NULL after the last. Event types that
 * do not exist here are left out. */
const char *family_next(struct arena *a, const char **rest);
/* A comparison of evt.type or syscall.type with names, with all that those stand for. Others are
 * given back as they are. */
struct node *family_expand(struct arena *a, struct node *n);
