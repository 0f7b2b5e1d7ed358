/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "user/tally.h"

static void by_name(void **state)
{
	static const struct rule_count one = {1, 2, 3}, ten = {10, 20, 30};
	struct tally t = {}, copy = {};

	/* Another order, a rule that is new, one that is gone. */
	assert_int_equal(tally_add(&t, "a", &one, 4), 0);
	assert_int_equal(tally_add(&t, "b", &one, 4), 0);
	assert_int_equal(tally_add(&t, "c", &ten, 40), 0);
	assert_int_equal(tally_add(&t, "b", &ten, 40), 0);
	assert_int_equal(tally_copy(&copy, &t), 0);
	assert_int_equal(tally_add(&t, "a", &ten, 40), 0);
	assert_int_equal(t.n, 3);
	assert_string_equal(t.rows[0].name, "a");
	assert_int_equal(t.rows[0].matched, 11);
	assert_int_equal(t.rows[0].unsure, 22);
	assert_int_equal(t.rows[0].lost, 33);
	assert_int_equal(t.rows[0].alerts, 44);
	assert_int_equal(t.rows[1].matched, 11);
	assert_int_equal(t.rows[2].matched, 10);
	assert_int_equal(copy.n, 3);
	assert_int_equal(copy.rows[0].matched, 1);
	tally_free(&t);
	tally_free(&copy);
}

/* However many policies come, it does not grow without end, and the sum stays right. */
static void bounded(void **state)
{
	static const struct rule_count one = {.matched = 1};
	static struct tally_row rows[TALLY_MAX + 1];
	static char names[TALLY_MAX][12];
	struct tally t = {.rows = rows, .n = TALLY_MAX, .cap = TALLY_MAX + 1};

	for (int i = 0; i < TALLY_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		rows[i].name = names[i];
	}
	assert_int_equal(tally_add(&t, "5", &one, 0), 0);
	assert_int_equal(rows[5].matched, 1);
	for (int i = 0; i < 10; i++) {
		char name[16];

		snprintf(name, sizeof(name), "new %d", i);
		assert_int_equal(tally_add(&t, name, &one, 0), 0);
	}
	assert_int_equal(t.n, TALLY_MAX + 1);
	assert_string_equal(rows[TALLY_MAX].name, TALLY_OTHERS);
	assert_int_equal(rows[TALLY_MAX].matched, 10);
	free(rows[TALLY_MAX].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_name),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
