/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of conditions with fields that are not seen live. */
#include "tests/harness/ruleset.h"

#include "gen/live.h"

static void expect(const char *condition, const char *unseen, bool unbounded)
{
	struct ruleset *rs = ruleset_new();
	struct node *n = ruleset_condition(rs, condition, false);
	const char *names;

	if (!n)
		fail_msg("%s: %s", condition, rs->diags.list[0].message);
	names = live_unseen(rs->arena, n);
	if (unseen)
		assert_string_equal(names, unseen);
	else
		assert_null(names);
	if (live_is_unbounded(n) != unbounded)
		fail_msg("'%s' is %sunbounded", condition, unbounded ? "not " : "");
	ruleset_free(&rs);
}

#define EXEC "evt.type = execve and "

static void test_unseen(void **state)
{
	expect(EXEC "proc.name = sh", NULL, false);
	expect(EXEC "evt.cpu = 1 and evt.cpu = 2 and fd.ino = 5", "evt.cpu, fd.ino", true);
	expect(EXEC "fd.ino = val(evt.cpu)", "fd.ino, evt.cpu", true);
	expect(EXEC "evt.cpu = val(proc.pid) and proc.name = a", "evt.cpu", false);
}

static void test_unbounded(void **state)
{
	expect(EXEC "container.id != host and evt.cpu = 1", "evt.cpu", true);
	expect(EXEC "not container.id = host and not evt.cpu = 1", "evt.cpu", true);
	expect(EXEC "evt.cpu = 1 and proc.name = sh", "evt.cpu", false);
	expect(EXEC "(evt.cpu = 1 or proc.name = sh)", "evt.cpu", false);
	expect(EXEC "evt.cpu = 1 and not proc.name in (sh)", "evt.cpu", false);
	expect("not (evt.type != execve or evt.cpu = 1)", "evt.cpu", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_unbounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
