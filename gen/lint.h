/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about what is legal and probably not meant. */
#pragma once
#include "gen/ruleset_private.h"

/* A warning in the context of the rule that is looked at; message has one %s. The same one at the
 * same place is told once. */
void lint_warn(struct ruleset *rs, struct place at, const char *code, const char *hint,
	       const char *message, const char *what) __attribute__((format(printf, 5, 0)));
bool lint_is_equality(enum op op);

/* What must hold together for a condition to hold; the first ones of very many. */
#define LINT_TERMS_MAX 64
struct lint_terms {
	const struct node *list[LINT_TERMS_MAX];
	size_t n;
};
void lint_flatten(struct lint_terms *c, const struct node *n);
/* a asks a field of one value for some values, and b leaves none of them. */
bool lint_excludes(const struct node *b, const struct node *a);

/* One rule whose tree is checked. */
void lint_rule(struct ruleset *rs, const struct rule_entry *e);
/* A rule that contradicts itself (gen/lint_never.c). */
void lint_never(struct ruleset *rs, const struct rule *r);
/* Exceptions that take nothing out (gen/lint_except.c). */
void lint_exceptions(struct ruleset *rs, const struct rule_entry *e);
/* A value that the field of the comparison can never have (gen/lint_reach.c). */
void lint_reach(struct ruleset *rs, const struct node *n, const struct literal *l);
/* A rule that alerts on all events of its types, or is false where a value is missing
 * (gen/lint_vague.c). */
void lint_vague(struct ruleset *rs, const struct rule *r);
/* Rules that can never match because an earlier one takes all their events, if only the first
 * rule that matches counts (gen/lint_shadow.c). */
void lint_shadowed(struct ruleset *rs);
/* Macros and lists that nothing uses, of files that define rules: a file without any is there
 * for others to use. */
void lint_unused(struct ruleset *rs);
