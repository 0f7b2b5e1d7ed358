/* SPDX-License-Identifier: Apache-2.0 */
/* Hash sets: = and in on SHORT fields, as kern/match.h looks texts up. */
#pragma once
#include "gen/outs.h"

struct set {
	struct img_slot *slots; /* mask + 1 of them; NULL: nothing to look up */
	uint32_t mask;
	uint32_t seed;
};

/* The set of the predicates of a field that are not dropped. May drop some. */
void set_build(struct arena *a, struct outs *outs, enum field_id f, struct preds *preds,
	       struct set *out);
