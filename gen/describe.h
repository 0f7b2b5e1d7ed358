/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule, a macro or a list is made of, for those who ask (run -L). */
#pragma once
#include "gen/ruleset.h"

/* Sorted, each once. */
struct described_names {
	const char **v;
	size_t n;
};

struct described {
	const char *name;
	const char *condition; /* of a rule or macro, as written */
	const char
		*compiled; /* macros and lists replaced, canonical; NULL if it was not compiled */
	struct described_names macros, lists, operators, fields, events;
	struct described_names exception_names, exception_fields, exception_operators; /* rules */
	struct described_names items;						       /* lists */
	bool used; /* macros, lists */
};

/* All of a finished ruleset; texts live in its arena. The rule must be one of it. */
struct described describe_rule(struct ruleset *rs, const struct rule *r);
struct described *describe_macros(struct ruleset *rs, size_t *n);
struct described *describe_lists(struct ruleset *rs, size_t *n);
