/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions alone: accepted or refused, and their canonical text; events against them. */
#include "tests/conform/conform.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/parse.h"
#include "user/rulefiles.h"

/* The tree of a condition, NULL if it is refused; w->rs holds the reasons. */
static struct node *tree_of(struct world *w, const char *condition, bool syntax_only)
{
	w->err = world_load(w, NULL);
	if (w->err)
		return NULL;
	w->rs->diags.n = w->rs->diags.errors = w->rs->diags.warnings = 0;
	return ruleset_condition(w->rs, condition, syntax_only);
}

static bool check_ok(struct world *w, const char *left, const char *right, struct buf *got)
{
	bool ok = tree_of(w, left, false);

	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	return ok;
}

static bool check_syntax(struct world *w, const char *left, const char *right, struct buf *got)
{
	bool ok = tree_of(w, left, true);

	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	return ok;
}

static bool check_bad(struct world *w, const char *left, const char *right, struct buf *got)
{
	bool ok = tree_of(w, left, false), found = false;

	if (ok)
		buf_str(got, "accepted");
	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	for (size_t i = 0; !ok && i < w->rs->diags.n; i++)
		found |= w->rs->diags.list[i].severity == SEVERITY_ERROR &&
			 diag_is(&w->rs->diags.list[i], right);
	return found;
}

/* Also: what is printed is read back as the same tree. */
static bool check_prints(struct world *w, const char *left, const char *right, struct buf *got)
{
	struct node *n = tree_of(w, left, false), *again;
	const char *text;

	diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	if (!n)
		return false;
	text = ast_print(w->rs->arena, n);
	buf_str(got, text);
	again = condition_parse(w->rs->arena, &w->rs->diags, n->at, text, false);
	if (!again || !ast_equal(n, again)) {
		buf_str(got, ", which is not read back as the same");
		return false;
	}
	return !strcmp(text, right);
}

const struct check condition_checks[] = {
	{"ok", check_ok},
	{"syntax", check_syntax},
	{"bad", check_bad},
	{"prints", check_prints},
	{},
};

/* ---- with an event ---- */

#define RULE_NAME "the condition of a case"

/* A YAML file with one rule of that condition. */
static void as_rule(struct buf *out, const char *condition)
{
	buf_str(out, "- rule: " RULE_NAME "\n  desc: d\n  output: o\n  priority: DEBUG\n"
		     "  warn_evttypes: false\n  condition: \"");
	for (const char *c = condition; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_printf(out, "\\%c", *c);
		else if ((unsigned char)*c < ' ')
			buf_printf(out, "\\x%02x", *c);
		else
			buf_char(out, *c);
	}
	buf_str(out, "\"\n");
}

/* 1, 0, or -1 with the reason in got. */
static int truth(struct world *w, bool by_tables, struct buf *got)
{
	unsigned rules[RULE_MAX];
	int n = world_raised(w, by_tables, rules, RULE_MAX, got);

	for (int i = 0; i < n; i++) {
		if (!strcmp(w->policy.rules[rules[i]].rule->name, RULE_NAME))
			return 1;
	}
	return n < 0 ? -1 : 0;
}

static bool check_truth(struct world *w, const char *condition, int expected, struct buf *got)
{
	struct buf yaml = {};
	int interp, tables;

	as_rule(&yaml, condition);
	w->err = world_load(w, buf_text(&yaml));
	buf_free(&yaml);
	if (w->err) {
		diag_say(&w->rs->diags, SEVERITY_ERROR, got);
		return false;
	}
	interp = truth(w, false, got);
	tables = truth(w, true, got);
	if (interp >= 0 && tables >= 0)
		buf_printf(got, "%s of the interpreter and %s of the tables",
			   interp ? "true" : "false", tables ? "true" : "false");
	return interp == expected && tables == expected;
}

static bool check_true(struct world *w, const char *left, const char *right, struct buf *got)
{
	return check_truth(w, left, 1, got);
}

static bool check_false(struct world *w, const char *left, const char *right, struct buf *got)
{
	return check_truth(w, left, 0, got);
}

const struct check event_checks[] = {
	{"true", check_true},
	{"false", check_false},
	{},
};
