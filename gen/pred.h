/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predicates: what the kernel can find out about one field, one bit each. Equal ones are
 * interned, so that a comparison that many rules share is decided once.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/ast.h"
#include "gen/field.h"
#include "gen/vec.h"

/* One of the ways in which a predicate can be true. */
struct alt {
	enum op op; /* texts: EQ, CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB, PMATCH */
	const char *text;
	size_t len;
	/* NUM and ENUM fields: inclusive, of the number or of those of its bits that mask has */
	uint64_t mask; /* UINT64_MAX: all of them; 0 for texts */
	int64_t low, high;
};

struct pred {
	enum field_id field;
	unsigned depth;	  /* PARENT: 1; ANCESTOR: the level, 0 for any */
	struct alt *alts; /* sorted; none: the field has a value */
	size_t n_alts;
	struct pred *base; /* PARENT and ANCESTOR: what is asked of the other process */
	size_t index;	   /* in preds.list */
	bool used;
	bool is_base;	     /* of a used one */
	int bit;	     /* of the truth vector, -1 until pred_number */
	const char *dropped; /* why no table decides it, a sentence; NULL */
	const char *shared;  /* why only false is certain: others have its bit too, or its patterns
			      * are cut; NULL */
	size_t cut;	     /* elements of a pattern that its automaton looks at, 0: all */
	struct pred *next;   /* in its bucket */
};

#define PRED_BUCKETS 1024
struct preds {
	struct arena *arena;
	VEC(struct pred *) list;
	struct pred *buckets[PRED_BUCKETS];
};

/* The predicate of a field and alternatives, which are sorted and copied. */
struct pred *pred_intern(struct preds *ps, enum field_id field, unsigned depth,
			 const struct alt *alts, size_t n);
/* One that is true when at least one of list is. All are of one field and depth, none is an
 * existence. */
struct pred *pred_union(struct preds *ps, struct pred *const *list, size_t n);
bool pred_is_process(const struct pred *p);
bool pred_is_derived(const struct pred *p);
/* NUM, ENUM and CAPS, their existence included. */
bool pred_is_number(const struct pred *p);
/* A condition on the container or on names of users alone, which userspace decides: its
 * alternatives are conditions. */
bool pred_is_fact(const struct pred *p);
/* A comparison of texts, decided by set or automaton at exec or at the event. */
bool pred_is_text(const struct pred *p);
/* Whether it may be true too often, so that userspace has to look closer. */
bool pred_can_share(const struct pred *p);
/* Marks it and what it rests on. */
void pred_use(struct pred *p);
/* Gives the used ones their bits, those of one field next to each other. Where there are too few,
 * comparisons of the same field share some, and what cannot share is dropped. */
void pred_number(struct preds *ps);
/* As a condition that parses, unless it compares some bits of a number or one that rules cannot
 * name. */
const char *pred_text(struct arena *a, const struct pred *p);
