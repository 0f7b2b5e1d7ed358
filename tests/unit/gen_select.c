/* SPDX-License-Identifier: Apache-2.0 */
/* Rules turned on and off after loading, and what must hold between one file and the next. */
#include "tests/harness/ruleset.h"

static const char three[] =
	"- rule: Read a\n  desc: d\n  output: o\n  priority: INFO\n  tags: [x, y]\n"
	"  condition: evt.type=openat\n"
	"- rule: Read b\n  desc: d\n  output: o\n  priority: INFO\n  enabled: false\n  tags: [x]\n"
	"  condition: evt.type=openat\n"
	"- rule: Write a\n  desc: d\n  output: o\n  priority: INFO\n"
	"  condition: evt.type=openat\n";

/* The rules in order of evaluation; those that are off in parentheses. */
static void order_is(const struct ruleset *rs, const char *want)
{
	char got[256] = "";
	size_t i;

	for (i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];

		assert_int_equal(r->index, i);
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 r->enabled ? "%s%s" : "%s(%s)", i ? " " : "", r->name);
	}
	assert_string_equal(got, want);
}

static struct ruleset *load_three(void)
{
	struct ruleset *rs = ruleset_new();

	assert_int_equal(ruleset_load_text(rs, "f", three, strlen(three)), 0);
	return rs;
}

static size_t pick(struct ruleset *rs, bool enable, bool by_tag, const char *pattern)
{
	return ruleset_select(rs, &(struct rule_selection){enable, by_tag, pattern});
}

static void test_order(void **state)
{
	struct ruleset *rs = load_three();

	order_is(rs, "Read a (Read b) Write a");
	assert_int_equal(pick(rs, true, false, "Read a"), 1); /* on already: it stays */
	order_is(rs, "Read a (Read b) Write a");
	assert_int_equal(pick(rs, true, false, "Read b"), 1);
	order_is(rs, "Read a Write a Read b");
	assert_int_equal(pick(rs, false, true, "x"), 2);
	order_is(rs, "(Read a) Write a (Read b)");
	assert_int_equal(pick(rs, true, true, "y"), 1);
	order_is(rs, "Write a (Read b) Read a");
	assert_int_equal(pick(rs, false, false, "*"), 3);
	order_is(rs, "(Write a) (Read b) (Read a)");
	assert_int_equal(ruleset_finish(rs, true), 0);
	ruleset_free(&rs);
}

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern;
		size_t n;
	} cases[] = {
		{"Read*", 2},  {"*a", 2},     {"*", 3},	      {"R*d *b", 1}, {"Read", 0},
		{"read a", 0}, {"?ead a", 0}, {"[RW]*", 0},   {"**", 3},     {"Read a*", 1},
		{"", 0},       {"*e* a", 2},  {"*e* a*b", 0},
	};
	struct ruleset *rs = load_three();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (pick(rs, false, false, cases[i].pattern) != cases[i].n)
			fail_msg("'%s' is not %zu rules", cases[i].pattern, cases[i].n);
	}
	/* Tags know no patterns. */
	assert_int_equal(pick(rs, false, true, "*"), 0);
	assert_int_equal(pick(rs, false, true, "y"), 1);
	ruleset_free(&rs);
}

/* Loads two files, one after the other. */
static struct ruleset *load_two(const char *first, const char *second, int *err)
{
	struct ruleset *rs = ruleset_new();

	*err = ruleset_load_text(rs, "1.yaml", first, strlen(first));
	if (!*err)
		*err = ruleset_load_text(rs, "2.yaml", second, strlen(second));
	if (!*err)
		*err = ruleset_finish(rs, false);
	return rs;
}

static void refuse_two(const char *first, const char *second, const char *part)
{
	struct ruleset *rs;
	size_t i;
	int err;

	rs = load_two(first, second, &err);
	assert_int_equal(err, -22);
	assert_int_equal(rs->diags.errors, 1);
	for (i = 0; i < rs->diags.n && !strstr(rs->diags.list[i].message, part); i++)
		;
	assert_true(i < rs->diags.n);
	ruleset_free(&rs);
}

/* A later file can change what is right, not mend what is wrong. */
static void test_between_files(void **state)
{
	struct ruleset *rs;
	int err;

	rs = load_two("- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n" RULE(
			      "r", "evt.type=openat and m"),
		      "- list: l\n  items: [b]\n  override: {items: append}\n"
		      "- macro: m\n  condition: or proc.name=c\n  override: {condition: append}\n",
		      &err);
	assert_int_equal(err, 0);
	assert_string_equal(condition_of(rs, "r"),
			    "(evt.type = openat and (proc.name in (a, b) or proc.name = c))");
	assert_null(find_diag(rs, "LOAD_UNUSED_LIST", ""));
	ruleset_free(&rs);

	refuse_two(RULE("r", "no_macro"), RULE("r", "evt.type=openat"), "Undefined macro");
	refuse_two(RULE("r", "proc.nmae=a"), RULE("r", "evt.type=openat"), "nonexistent field");
	refuse_two("- macro: m\n  condition: (\n", "- macro: m\n  condition: proc.name=a\n",
		   "expected");
	/* Not even if the file that mends it comes with what was missing. */
	refuse_two(RULE("r", "late"),
		   "- macro: late\n  condition: proc.name=a\n" RULE("r", "evt.type=openat"),
		   "Undefined macro");
	/* Within one file only the last definition counts. */
	rs = load_good(RULE("r", "proc.nmae=a") RULE("r", "evt.type=openat"));
	ruleset_free(&rs);
}

static void test_plugins(void **state)
{
	struct ruleset *rs;

	rs = load_good("- required_plugin_versions:\n"
		       "  - {name: k, version: 1.0.0, alternatives: [{name: container, version: "
		       "0.4.0}]}\n" RULE("r", "evt.type=openat"));
	ruleset_free(&rs);
	refuse("- required_plugin_versions:\n  - {name: container, version: 9.0.0}\n",
	       "LOAD_ERR_VALIDATE",
	       "Plugin 'container' version '0.7.0' is not compatible with required plugin version "
	       "'9.0.0'");
	refuse("- required_plugin_versions:\n  - name: k8saudit\n    version: 0.7.0\n"
	       "    alternatives: [{name: k8saudit-eks, version: 0.4.0}]\n",
	       "LOAD_ERR_VALIDATE",
	       "Plugin requirement not satisfied, must load one of: k8saudit (>= 0.7.0), "
	       "k8saudit-eks (>= 0.4.0)");
	refuse("- required_plugin_versions:\n  - name: k\n    version: 0.7.0\n"
	       "    alternatives: [{name: a, version: 0.4.0}, {name: a, version: 0.4.0}]\n",
	       "LOAD_ERR_VALIDATE", "twice among alternatives");
	refuse("- required_plugin_versions:\n  - name: k\n    version: 0.7.0\n"
	       "    alternatives: [x]\n",
	       "LOAD_ERR_YAML_VALIDATE", "must be a mapping");
	/* After all files: other errors come first. */
	refuse_two("- required_plugin_versions:\n  - {name: k, version: 1.0.0}\n", "- rule: r\n",
		   "Item has no mapping");
}

static void test_engine_version(void **state)
{
	struct ruleset *rs = load_good("- required_engine_version: 0.57.0\n"
				       "- required_engine_version: 31\n");

	assert_string_equal(rs->required_engine, "0.57.0");
	ruleset_free(&rs);
	rs = load_good("- required_engine_version: 10\n- required_engine_version: 0.63.0\n");
	assert_string_equal(rs->required_engine, "0.63.0");
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	       cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_between_files),  cmocka_unit_test(test_plugins),
		cmocka_unit_test(test_engine_version),
	};

	return cmocka_run_group_tests_name("gen_select", tests, NULL, NULL);
}
