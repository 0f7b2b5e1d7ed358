/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in texts, macros in trees. */
#include "tests/harness/ruleset.h"

#define M(name, condition) "- macro: " name "\n  condition: " condition "\n"
#define L(name, items)	   "- list: " name "\n  items: [" items "]\n"

static void test_lists(void **state)
{
	resolves_to(L("l", "a, b") RULE("r", "proc.name in (l)"), "proc.name in (a, b)");
	resolves_to(L("l", "a, b") RULE("r", "proc.name in (x,l,y)"), "proc.name in (x, a, b, y)");
	resolves_to(L("l", "a") RULE("r", "proc.name=l"), "proc.name = a");
	resolves_to(L("l", "'a b', c") RULE("r", "proc.name in (l)"), "proc.name in (\"a b\", c)");
	resolves_to(L("l", "'\"a b\"', c") RULE("r", "proc.name in (l)"),
		    "proc.name in (\"a b\", c)");
	resolves_to(L("l", "1, 2") RULE("r", "proc.pid in (l)"), "proc.pid in (1, 2)");
	resolves_to(RULE("r", "proc.name in (l)") L("l", "a"), "proc.name in (a)");
	/* Inside of quotes too, and only whole words. */
	resolves_to(L("l", "a") RULE("r", "proc.cmdline contains \"x l y\""),
		    "proc.cmdline contains \"x a y\"");
	resolves_to(L("l", "a") RULE("r", "proc.cmdline contains \"l.l\""),
		    "proc.cmdline contains l.l");
	/* A value that is the name of a list is that list. */
	resolves_to(L("ssh", "ssh, sshd") RULE("r", "proc.name in (ssh, x)"),
		    "proc.name in (ssh, sshd, x)");
}

static void test_empty_lists(void **state)
{
	resolves_to(L("l", "") RULE("r", "proc.name in (l)"), "proc.name in ()");
	resolves_to(L("l", "") RULE("r", "proc.name in (l, a)"), "proc.name in (a)");
	resolves_to(L("l", "") RULE("r", "proc.name in (a, l)"), "proc.name in (a)");
	resolves_to(L("l", "") RULE("r", "proc.name in (a,l,b)"), "proc.name in (a, b)");
	resolves_to(L("l", "") L("k", "") RULE("r", "proc.name in (l, k, a)"), "proc.name in (a)");
}

static void test_lists_that_break(void **state)
{
	refuse(L("l", "a, b") RULE("r", "proc.name in l"), "LOAD_ERR_COMPILE_CONDITION",
	       "unexpected token after 'a'");
	refuse(L("l", "a, b") RULE("r", "proc.name=l"), "LOAD_ERR_COMPILE_CONDITION",
	       "unexpected token");
	refuse(L("l", "'a('") RULE("r", "proc.name in (l)"), "LOAD_ERR_COMPILE_CONDITION",
	       "expected a ')' token closing the list");
	resolves_to(L("l", "a") RULE("r", "proc.name in k"), "proc.name in k");
}

/* A list sees earlier lists, one level deep; a later list is replaced in what it pasted. */
static void test_lists_in_lists(void **state)
{
	resolves_to(L("a", "x, y") L("b", "a, z") RULE("r", "proc.name in (b)"),
		    "proc.name in (x, y, z)");
	resolves_to(L("b", "a, z") L("a", "x, y") RULE("r", "proc.name in (b)"),
		    "proc.name in (x, y, z)");
	resolves_to(L("a", "x, y") L("b", "a, z") L("c", "b, w") RULE("r", "proc.name in (c)"),
		    "proc.name in (a, z, w)");
	warn(L("a", "x, y") L("b", "a, z") L("c", "b, w") RULE("r", "proc.name in (c)"),
	     "LINT_LIST_LEFT", "'a'");
	/* Appending moves what the list can see. */
	resolves_to(L("b", "z") L("a", "x") "- list: b\n  items: [a]\n"
					    "  override: {items: append}\n" RULE(
						    "r", "proc.name in (b)"),
		    "proc.name in (z, x)");
	/* A list that names itself names a text. */
	no_warning(L("a", "a") RULE("r", "proc.name in (a)"), "LINT_LIST_LEFT");
}

static void test_list_bomb(void **state)
{
	char text[8192];
	int i, n = 0;

	for (i = 0; i < 40; i++)
		n += sprintf(text + n, "- list: l%d\n  items: [l%d, l%d]\n", i, i + 1, i + 1);
	strcpy(text + n, L("l40", "") RULE("r", "proc.name in (l0)"));
	refuse(text, "LOAD_ERR_VALIDATE", "too large once its lists are replaced");
	strcpy(text + n, L("l40", "x") RULE("r", "proc.name in (l0)"));
	refuse(text, "LOAD_ERR_VALIDATE", "too large once its lists are replaced");
}

static void test_macros(void **state)
{
	resolves_to(M("m", "proc.name=a or proc.name=b") RULE("r", "not m"),
		    "not (proc.name = a or proc.name = b)");
	resolves_to(M("m", "proc.name=a or proc.name=b") RULE("r", "m and proc.pid=1"),
		    "((proc.name = a or proc.name = b) and proc.pid = 1)");
	resolves_to(M("m", "not proc.name=a") RULE("r", "not m"), "proc.name = a");
	resolves_to(RULE("r", "m") M("m", "proc.name=a"), "proc.name = a");
	resolves_to(M("m", "proc.name=a") M("n", "not m") RULE("r", "n or m"),
		    "(not proc.name = a or proc.name = a)");
	resolves_to(M("m", "proc.name=a") M("m", "proc.name=b") RULE("r", "m"), "proc.name = b");
	resolves_to(L("l", "a, b") M("m", "proc.name in (l)") RULE("r", "m"),
		    "proc.name in (a, b)");
	resolves_to(M("m", "proc.name=a") "- macro: m\n  condition: or proc.name=b\n"
					  "  override: {condition: append}\n" RULE("r", "m"),
		    "(proc.name = a or proc.name = b)");
}

static void test_macros_not_visible(void **state)
{
	const struct diag *d;
	struct ruleset *rs;
	int err;

	refuse(RULE("r", "nowhere"), "LOAD_ERR_VALIDATE",
	       "Undefined macro 'nowhere' used in filter.");
	refuse(M("n", "m") M("m", "proc.name=a") RULE("r", "n"), "LOAD_ERR_VALIDATE",
	       "Undefined macro 'm' used in filter.");
	refuse(M("m", "proc.name=a") M("m", "m or proc.name=b") RULE("r", "m"), "LOAD_ERR_VALIDATE",
	       "reference loop in macro 'm'");
	refuse(M("m", "proc.name=a") M("n", "m") M("m", "n") RULE("r", "m"), "LOAD_ERR_VALIDATE",
	       "reference loop in macro");
	/* Nor does it matter whether a rule uses it. */
	refuse(M("m", "nowhere") RULE("r", "proc.name=a"), "LOAD_ERR_VALIDATE", "Undefined macro");
	refuse(M("m", "proc.name=") RULE("r", "proc.name=a"), "LOAD_ERR_COMPILE_CONDITION",
	       "expected a string value");

	rs = load_text(M("container", "proc.name=a") L("procs", "x") RULE("r", "contaner"), &err);
	d = want_diag(rs, "LOAD_ERR_VALIDATE", "Undefined macro 'contaner'");
	assert_string_equal(d->hint, "did you mean 'container'?");
	assert_string_equal(d->context, "rule 'r'");
	ruleset_free(&rs);
	assert_int_equal(err, -22);
}

/* Unknown fields in a macro matter only to rules that use it. */
static void test_macro_unused(void **state)
{
	warn(M("m", "no.such = a") RULE("r", "proc.name=a"), "LOAD_UNUSED_MACRO", "'m'");
	refuse(M("m", "no.such = a") RULE("r", "m"), "LOAD_ERR_COMPILE_CONDITION",
	       "nonexistent field 'no.such'");
}

static void test_macro_of_later_file(void **state)
{
	static const char one[] = RULE("r", "m"), two[] = M("m", "proc.name=a");
	struct ruleset *rs = ruleset_new();
	const struct diag *d;

	assert_int_equal(ruleset_load_text(rs, "1.yaml", one, strlen(one)), 0);
	assert_int_equal(ruleset_load_text(rs, "2.yaml", two, strlen(two)), 0);
	assert_int_equal(ruleset_finish(rs, false), -22);
	d = want_diag(rs, "LOAD_ERR_VALIDATE", "Undefined macro 'm'");
	assert_non_null(strstr(d->hint, "2.yaml:1"));
	ruleset_free(&rs);

	rs = ruleset_new();
	assert_int_equal(ruleset_load_text(rs, "2.yaml", two, strlen(two)), 0);
	assert_int_equal(ruleset_load_text(rs, "1.yaml", one, strlen(one)), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	ruleset_free(&rs);
}

static void test_macro_bomb(void **state)
{
	char text[8192];
	int i, n = sprintf(text, M("m0", "proc.name=a"));

	for (i = 1; i < 60; i++)
		n += sprintf(text + n, "- macro: m%d\n  condition: m%d and m%d\n", i, i - 1, i - 1);
	strcpy(text + n, RULE("r", "m59"));
	refuse(text, "LOAD_ERR_VALIDATE", "too large once its macros are replaced");
}

static void test_macro_chain(void **state)
{
	static char text[1 << 20];
	int i, n = 0;

	for (i = 0; i < 5000; i++)
		n += sprintf(text + n, "- macro: m%d\n  condition: proc.name=a\n", i);
	for (i = 0; i < 4999; i++)
		n += sprintf(text + n, "- macro: m%d\n  condition: m%d\n", i, i + 1);
	strcpy(text + n, RULE("r", "m0"));
	refuse(text, "LOAD_ERR_VALIDATE", "macros nest too deeply");
}

static void test_modifiers(void **state)
{
	resolves_to(RULE("r", "proc.name startswith anyof (a, b)"),
		    "(proc.name startswith a or proc.name startswith b)");
	resolves_to(RULE("r", "proc.name != allof (a, b)"), "(proc.name != a and proc.name != b)");
	resolves_to(RULE("r", "proc.name contains oneof (a, b)"),
		    "((proc.name contains a and not proc.name contains b) or "
		    "(not proc.name contains a and proc.name contains b))");
	resolves_to(RULE("r", "proc.name contains oneof (a)"), "proc.name contains a");
	resolves_to(RULE("r", "proc.name = anyof ()"), "not evt.type exists");
	resolves_to(L("l", "a, b") RULE("r", "proc.name endswith anyof (l)"),
		    "(proc.name endswith a or proc.name endswith b)");
}

static void test_direction(void **state)
{
	resolves_to(RULE("r", "evt.dir=< and proc.name=a"), "(evt.type exists and proc.name = a)");
	resolves_to(RULE("r", "evt.dir = \">\""), "not evt.type exists");
	resolves_to(RULE("r", "evt.dir != >"), "evt.type exists");
	warn(RULE("r", "evt.dir=<"), "LOAD_DEPRECATED_ITEM", "evt.dir");
	warn(RULE("r", "evt.dir contains <"), "LOAD_DEPRECATED_ITEM", "evt.dir");
	warn(RULE("r", "evt.latency > 5"), "LOAD_DEPRECATED_ITEM", "evt.latency");
}

/* Where a comparison comes from is known through lists and macros. */
static void test_places(void **state)
{
	static const char text[] = L("l", "12, x7") M("m", "proc.pid in (l)") RULE("r", "m");
	struct ruleset *rs;
	const struct diag *d;
	int err;

	rs = load_text(text, &err);
	assert_int_equal(err, -22);
	d = want_diag(rs, "LOAD_ERR_COMPILE_CONDITION", "'x7' is not a valid number");
	assert_int_equal(d->at.line, 2);
	assert_int_equal(d->at.column, 15);
	ruleset_free(&rs);
}

static void test_condition(void **state)
{
	struct ruleset *rs = load_good(L("l", "a, b") M("m", "proc.name in (l)") RULE("r", "m"));
	struct node *n = ruleset_condition(rs, "m and fd.num > 3", false);

	assert_non_null(n);
	assert_string_equal(ast_print(rs->arena, n), "(proc.name in (a, b) and fd.num > 3)");
	assert_int_equal(n->kids[1]->values[0].number, 3);
	assert_null(ruleset_condition(rs, "no.such = a", false));
	assert_non_null(ruleset_condition(rs, "no.such = a and nowhere", true));
	assert_null(ruleset_condition(rs, "m and", true));
	assert_null(ruleset_condition(rs, "nowhere", false));
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_empty_lists),
		cmocka_unit_test(test_lists_that_break),
		cmocka_unit_test(test_lists_in_lists),
		cmocka_unit_test(test_list_bomb),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_macros_not_visible),
		cmocka_unit_test(test_macro_unused),
		cmocka_unit_test(test_macro_of_later_file),
		cmocka_unit_test(test_macro_bomb),
		cmocka_unit_test(test_macro_chain),
		cmocka_unit_test(test_modifiers),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_condition),
	};

	return cmocka_run_group_tests_name("gen_resolve", tests, NULL, NULL);
}
