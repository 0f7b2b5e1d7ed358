/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about what is legal and probably not meant. */
#pragma once
#include "gen/ruleset_private.h"

/* One rule whose tree is checked. */
void lint_rule(struct ruleset *rs, const struct rule_entry *e);
/* A rule that contradicts itself (gen/lint_never.c). */
void lint_never(struct ruleset *rs, const struct rule *r);
/* A rule that alerts on all events of its types, or is false where a value is missing
 * (gen/lint_vague.c). */
void lint_vague(struct ruleset *rs, const struct rule *r);
/* Rules that can never match because an earlier one takes all their events, if only the first
 * rule that matches counts (gen/lint_shadow.c). */
void lint_shadowed(struct ruleset *rs);
/* Macros and lists that nothing uses, of files that define rules: a file without any is there
 * for others to use. */
void lint_unused(struct ruleset *rs);
