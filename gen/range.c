/* SPDX-License-Identifier: Apache-2.0 */
/* See range.h. */
#include "gen/range.h"

static const char too_many[] = "the rules have more ranges of this field than the kernel compares";

void range_build(struct arena *a, enum field_id f, struct preds *preds, ranges_t *ranges)
{
	size_t i, k, first = ranges->n;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->field != f || p->bit < 0 || p->dropped)
			continue;
		if (ranges->n - first + p->n_alts + !p->n_alts > RANGE_MAX) {
			p->dropped = too_many;
			continue;
		}
		for (k = 0; k < p->n_alts; k++)
			*vec_add(a, ranges) = (struct img_range){.mask = p->alts[k].mask,
								 .low = p->alts[k].low,
								 .width = (__u64)p->alts[k].high -
									  (__u64)p->alts[k].low,
								 .pred = p->bit,
								 .field = f};
		/* without alternatives it is the field's existence */
		if (!p->n_alts)
			*vec_add(a, ranges) = (struct img_range){.mask = UINT64_MAX,
								 .low = INT64_MIN,
								 .width = UINT64_MAX,
								 .pred = p->bit,
								 .field = f};
	}
}
