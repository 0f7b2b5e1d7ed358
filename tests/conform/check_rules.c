/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files: what is made of them, what is said about them. */
#include "tests/conform/conform.h"

#include <string.h>

/* ---- messages ---- */

static bool loads(struct world *w, struct buf *got)
{
	if (!world_rules(w))
		return true;
	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	return false;
}

/* "CODE L:C PART"; the code may be -. */
static bool has(struct world *w, enum severity s, const char *what)
{
	size_t len = strcspn(what, " ");
	bool any = len == 1 && what[0] == '-';

	for (size_t i = 0; i < w->rs->diags.n; i++) {
		const struct diag *d = &w->rs->diags.list[i];

		bool named = strlen(d->code) == len && !strncmp(d->code, what, len);

		if (d->severity == s && (any || named) &&
		    (!what[len] || diag_is(d, what + len + 1)))
			return true;
	}
	return false;
}

static bool check_loads(struct world *w, const char *left, const char *right, struct buf *got)
{
	return loads(w, got);
}

static bool check_clean(struct world *w, const char *left, const char *right, struct buf *got)
{
	bool clean = loads(w, got);

	if (!clean)
		return false;
	diag_say(&w->rs->diags, SEVERITY_WARNING, got);
	for (size_t i = 0; i < w->rs->diags.n; i++)
		clean &= w->rs->diags.list[i].severity != SEVERITY_WARNING ||
			 strncmp(w->rs->diags.list[i].code, "LOAD_", strlen("LOAD_"));
	return clean;
}

static bool check_error(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!world_rules(w)) {
		buf_str(got, "loaded");
		return false;
	}
	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	return has(w, SEVERITY_ERROR, left);
}

static bool check_warning(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!loads(w, got))
		return false;
	diag_say(&w->rs->diags, SEVERITY_WARNING, got);
	return has(w, SEVERITY_WARNING, left);
}

static bool check_nowarning(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!loads(w, got))
		return false;
	diag_say(&w->rs->diags, SEVERITY_WARNING, got);
	return !has(w, SEVERITY_WARNING, left);
}

/* ---- rules ---- */

static const struct rule *find(struct world *w, const char *name, struct buf *got)
{
	if (!loads(w, got))
		return NULL;
	for (size_t i = 0; i < w->rs->n_rules; i++) {
		if (!strcmp(w->rs->rules[i]->name, name))
			return w->rs->rules[i];
	}
	buf_str(got, "no such rule");
	return NULL;
}

static void say_compiled(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, r->tree ? ast_print(w->rs->arena, r->tree) : "skipped");
}

static void say_output(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, r->output);
}

static void say_desc(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, r->desc);
}

static void say_priority(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, priority_name(r->priority));
}

static void say_source(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, r->source);
}

static void say_enabled(struct world *w, const struct rule *r, struct buf *got)
{
	buf_str(got, r->enabled ? "true" : "false");
}

static void say_tags(struct world *w, const struct rule *r, struct buf *got)
{
	for (size_t i = 0; i < r->n_tags; i++)
		buf_printf(got, "%s%s", i ? ", " : "", r->tags[i]);
}

/* Defines check_NAME: the rule left has that to say. */
#define CHECK(name)                                                                                \
	static bool check_##name(struct world *w, const char *left, const char *right,             \
				 struct buf *got)                                                  \
	{                                                                                          \
		const struct rule *r = find(w, left, got);                                         \
                                                                                                   \
		if (!r)                                                                            \
			return false;                                                              \
		say_##name(w, r, got);                                                             \
		return !strcmp(buf_text(got), right ? right : "");                                 \
	}
CHECK(compiled)
CHECK(output)
CHECK(desc)
CHECK(priority)
CHECK(source)
CHECK(enabled)
CHECK(tags)

static bool check_order(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!loads(w, got))
		return false;
	for (size_t i = 0; i < w->rs->n_rules; i++)
		buf_printf(got, "%s%s", i ? ", " : "", w->rs->rules[i]->name);
	return !strcmp(buf_text(got), left);
}

/* As an event goes through: only the first rule if rule_matching says so. */
static bool fires(struct world *w, bool by_tables, const char *expected, struct buf *got)
{
	unsigned rules[RULE_MAX];
	size_t before = got->len;
	int n = world_raised(w, by_tables, rules, RULE_MAX, got);

	if (n > 1 && w->config.rule_matching == MATCHING_FIRST)
		n = 1;
	for (int i = 0; i < n; i++)
		buf_printf(got, "%s%s", i ? ", " : "", w->policy.rules[rules[i]].rule->name);
	return n >= 0 && !strcmp(buf_text(got) + before, expected);
}

static bool check_fires(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!loads(w, got) || !fires(w, false, left, got))
		return false;
	buf_str(got, "; by the tables ");
	return fires(w, true, left, got);
}

const struct check rule_checks[] = {
	{"loads", check_loads},	    {"clean", check_clean},	    {"error", check_error},
	{"warning", check_warning}, {"nowarning", check_nowarning}, {"compiled", check_compiled},
	{"output", check_output},   {"desc", check_desc},	    {"priority", check_priority},
	{"source", check_source},   {"enabled", check_enabled},	    {"tags", check_tags},
	{"order", check_order},	    {"fires", check_fires},	    {},
};
