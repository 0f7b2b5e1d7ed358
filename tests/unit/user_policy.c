/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "user/policy.h"

static void map_size(void **state)
{
	static const struct {
		uint32_t kernel_size;
		size_t size;
	} cases[] = {
		{sizeof(struct img_head), 4096},
		{4096, 4096},
		{4097, 8192},
		{100000, 131072},
		{IMAGE_MAX, IMAGE_MAX},
		{IMAGE_MAX + 1, 0},
		{UINT32_MAX, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct img_head head = {.kernel_size = cases[i].kernel_size};
		struct image im = {.data = (void *)&head, .size = sizeof(head)};

		assert_int_equal(policy_map_size(&im), cases[i].size);
	}
}

static void no_maps(void **state)
{
	static const struct policy_maps none = {-1, -1, -1, -1, -1, 4096};
	struct img_head head = {.kernel_size = sizeof(head)};
	struct image im = {.data = (void *)&head, .size = sizeof(head)};

	assert_true(policy_install(&none, &im, 1) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_size),
		cmocka_unit_test(no_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
