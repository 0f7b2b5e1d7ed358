/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

#include <cmocka.h>

#include "user/counts.h"

static void addition(void **state)
{
	assert_true(add(0, 0) == 0);
	assert_true(add(2, 3) == 5);
	assert_true(add(UINT64_MAX - 1, 1) == UINT64_MAX);
	assert_true(add(UINT64_MAX, 1) == UINT64_MAX);
	assert_true(add(1, UINT64_MAX) == UINT64_MAX);
	assert_true(add(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

static void sum(void **state)
{
	const uint64_t values[] = {1, 2, UINT64_MAX, 10, 20, 5, 100, 200, 5};
	uint64_t out[3] = {7, 7, 7};

	counts_sum(values, 3, 3, out);
	assert_true(out[0] == 111 && out[1] == 222 && out[2] == UINT64_MAX);
	counts_sum(values, 0, 3, out);
	assert_true(!out[0] && !out[1] && !out[2]);
}

static void unreadable_map(void **state)
{
	struct counts c;
	uint64_t n = 42;

	assert_int_equal(counts_init(&c, 2), 0);
	c.rules[0].matched = 7;
	c.stats[STAT_SEEN] = 8;
	assert_true(counts_read_rules(&c, -1, 0) < 0);
	assert_true(counts_read_stats(&c, -1) < 0);
	assert_true(counts_read_word(-1, 0, &n) < 0);
	assert_true(c.rules[0].matched == 7 && c.stats[STAT_SEEN] == 8 && n == 42);
	counts_free(&c);
	assert_null(c.rules);
}

static void texts(void **state)
{
	for (int i = 0; i < STAT_COUNT; i++)
		assert_non_null(stat_text(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addition),
		cmocka_unit_test(sum),
		cmocka_unit_test(unreadable_map),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
