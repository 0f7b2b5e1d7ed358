/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges: comparisons of NUM and ENUM fields. */
#pragma once
#include "gen/pred.h"

typedef VEC(struct img_range) ranges_t;

/* Adds the ranges of the predicates of a field; what is more than RANGE_MAX is dropped. */
void range_build(struct arena *a, enum field_id f, struct preds *preds, ranges_t *ranges);
