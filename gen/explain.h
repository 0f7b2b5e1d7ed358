/* SPDX-License-Identifier: Apache-2.0 */
/* What became of each rule, in words. */
#pragma once
#include "gen/gen.h"
#include "gen/plan.h"

/* Fills rules, n_rules and n_preds. All lives in the plan's arena. */
void explain(struct plan *p, struct policy *out);
