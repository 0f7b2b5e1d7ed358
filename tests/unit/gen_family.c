/* SPDX-License-Identifier: Apache-2.0 */
/* Event types that stand for others. */
#include "tests/harness/ruleset.h"

#include "gen/family.h"

static void expands_to(const char *condition, const char *want)
{
	struct ruleset *rs = ruleset_new();
	struct node *n;

	rs->families = true;
	n = ruleset_condition(rs, condition, false);
	if (!n)
		diag_print(&rs->diags, stderr, false);
	assert_non_null(n);
	assert_string_equal(ast_print(rs->arena, n), want);
	ruleset_free(&rs);
}

static void test_expand(void **state)
{
	expands_to("evt.type = open", "evt.type in (open, openat, openat2, creat)");
	expands_to("evt.type in (openat, execve)",
		   "evt.type in (openat, open, openat2, creat, execve, execveat)");
	expands_to("evt.type = connect", "evt.type = connect");
	expands_to("evt.type = creat", "evt.type = creat");
	expands_to("not evt.type = unlink", "not evt.type in (unlink, unlinkat)");
	expands_to("evt.type != unlink", "(evt.type != unlink and evt.type != unlinkat)");
	expands_to("evt.type in (mkdir, mkdirat)", "evt.type in (mkdir, mkdirat)");
	/* Only event types. */
	expands_to("proc.name = open", "proc.name = open");
	expands_to("evt.type startswith open", "evt.type startswith open");
}

static void test_off(void **state)
{
	resolves_to(RULE("r", "evt.type = open"), "evt.type = open");
}

/* Every name in the table is an event type, and no row names itself or a name twice. */
static void test_table(void **state)
{
	struct arena *a = arena_new();
	const char *rest, *name;
	size_t i, n, words;

	for (i = 0; i < n_families; i++) {
		assert_ptr_equal(family_find(families[i].name), &families[i]);
		for (words = 1, rest = families[i].others; *rest; rest++)
			words += *rest == ' ';
		n = 0;
		for (rest = families[i].others; (name = family_next(a, &rest)); n++)
			assert_string_not_equal(name, families[i].name);
		if (n != words)
			fail_msg("%s: an unknown event type among '%s'", families[i].name,
				 families[i].others);
	}
	assert_null(family_find("nosuch"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("gen_family", tests, NULL, NULL);
}
