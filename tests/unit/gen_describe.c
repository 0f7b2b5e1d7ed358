/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule, a macro or a list is made of. */
#include "tests/harness/ruleset.h"

#include "gen/describe.h"

static const char rules[] =
	"- list: inner\n  items: [b, a]\n"
	"- list: outer\n  items: [inner, c]\n"
	"- list: alone\n  items: []\n"
	"- macro: base\n  condition: proc.name in (outer) and proc.aname[2] exists\n"
	"- macro: both\n  condition: base or not proc.pid = 1\n"
	"- macro: unused\n  condition: proc.tty != 0\n" RULE(
		"first", "evt.type in (openat2, openat) and both and tolower(fd.name) startswith "
			 "/x") "  exceptions:\n"
			       "  - {name: two, fields: [proc.exe, proc.pid], comps: [=, '>'], "
			       "values: [[x, 5]]}\n"
			       "  - {name: one, fields: user.uid, values: [7]}\n"
			       "  - {name: none, fields: [proc.cwd]}\n" RULE(
				       "second", "evt.type = execve and "
						 "proc.name = val(proc.pname)");

static void want_names(const struct described_names *got, const char *want)
{
	char text[500] = "";

	for (size_t i = 0; i < got->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 got->v[i]);
	assert_string_equal(text, want);
}

static void test_rule(void **state)
{
	struct ruleset *rs = load_good(rules);
	struct described d = describe_rule(rs, rs->rules[0]);

	assert_string_equal(d.name, "first");
	assert_string_equal(d.condition, rs->rules[0]->condition);
	want_names(&d.macros, "base both");
	want_names(&d.lists, "inner outer");
	want_names(&d.events, "openat openat2");
	want_names(&d.operators, "= > exists in startswith");
	want_names(&d.fields,
		   "evt.type fd.name proc.aname[2] proc.exe proc.name proc.pid user.uid");
	want_names(&d.exception_names, "none one two");
	want_names(&d.exception_fields, "proc.cwd proc.exe proc.pid user.uid");
	want_names(&d.exception_operators, "= > in");
	assert_string_equal(
		d.compiled,
		"((evt.type in (openat2, openat) and ((proc.name in (b, a, c) and "
		"proc.aname[2] exists) or not proc.pid = 1) and tolower(fd.name) startswith /x) "
		"and not (proc.exe = x and proc.pid > 5) and not user.uid in (7))");
	d = describe_rule(rs, rs->rules[1]);
	want_names(&d.fields, "evt.type proc.name proc.pname");
	want_names(&d.macros, "");
	want_names(&d.exception_names, "");
	ruleset_free(&rs);
}

static const struct described *find(const struct described *all, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(all[i].name, name))
			return &all[i];
	}
	fail_msg("'%s' is not described", name);
	return NULL;
}

static void test_macros(void **state)
{
	struct ruleset *rs = load_good(rules);
	size_t n;
	const struct described *all = describe_macros(rs, &n), *both;

	assert_int_equal(n, 3);
	both = find(all, n, "both");
	assert_true(both->used);
	assert_string_equal(both->condition, "base or not proc.pid = 1");
	want_names(&both->macros, "base");
	want_names(&both->lists, "inner outer");
	want_names(&both->fields, "proc.aname[2] proc.name proc.pid");
	assert_true(find(all, n, "base")->used);
	assert_false(find(all, n, "unused")->used);
	ruleset_free(&rs);
}

static void test_lists(void **state)
{
	struct ruleset *rs = load_good(rules);
	size_t n;
	const struct described *all = describe_lists(rs, &n);

	assert_int_equal(n, 3);
	want_names(&find(all, n, "inner")->items, "b a");
	want_names(&find(all, n, "outer")->lists, "inner");
	assert_true(find(all, n, "inner")->used);
	assert_false(find(all, n, "alone")->used);
	want_names(&find(all, n, "alone")->items, "");
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
