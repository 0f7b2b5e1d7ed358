/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enabling and disabling of loaded rules by name or tag. A rule that was off and is enabled goes
 * to the end of the order of evaluation, as in Falco.
 */
#include <string.h>

#include "gen/arena.h"
#include "gen/ruleset_private.h"

/* Only * is special: it stands for any text, also none. */
static bool matches(const char *pattern, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = s;
		} else if (*pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool has_tag(const struct rule *r, const char *tag)
{
	size_t i;

	for (i = 0; i < r->n_tags; i++) {
		if (!strcmp(r->tags[i], tag))
			return true;
	}
	return false;
}

size_t ruleset_select(struct ruleset *rs, const struct rule_selection *s)
{
	struct rule **moved = arena_alloc(rs->arena, rs->n_rules * sizeof(*moved));
	size_t i, kept = 0, n_moved = 0, found = 0;

	for (i = 0; i < rs->n_rules; i++) {
		struct rule *r = rs->rules[i];
		bool hit = s->by_tag ? has_tag(r, s->pattern) : matches(s->pattern, r->name);

		found += hit;
		if (hit && s->enable && !r->enabled)
			moved[n_moved++] = r;
		else
			rs->rules[kept++] = r;
		if (hit)
			r->enabled = s->enable;
	}
	for (i = 0; i < n_moved; i++)
		rs->rules[kept + i] = moved[i];
	for (i = 0; i < rs->n_rules; i++)
		rs->rules[i]->index = i;
	return found;
}
