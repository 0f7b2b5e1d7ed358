/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/policy.h"

static struct image image_of(struct img_head *head)
{
	return (struct image){.data = (void *)head, .size = sizeof(*head)};
}

static void room(void **state)
{
	static const struct {
		uint32_t kernel_size, n_rules;
		bool others;
		size_t image;
		uint32_t rules; /* 0: too large */
	} cases[] = {
		{sizeof(struct img_head), 0, false, 4096, 1},
		{4096, 17, false, 4096, 17},
		{4097, 17, false, 8192, 17},
		{100000, 17, false, 131072, 17},
		{100000, 17, true, 2u << 20, 512},
		{(1u << 20) + 1, 300, true, 4u << 20, 1024},
		{IMAGE_MAX, RULE_MAX, false, IMAGE_MAX, RULE_MAX},
		{IMAGE_MAX, RULE_MAX, true, IMAGE_MAX, RULE_MAX},
		{IMAGE_MAX + 1, 1, false, 0, 0},
		{UINT32_MAX, 1, true, 0, 0},
		{4096, RULE_MAX + 1, true, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct img_head head = {.kernel_size = cases[i].kernel_size,
					.n_rules = cases[i].n_rules};
		struct image im = image_of(&head);
		struct policy_room room = {};

		assert_int_equal(policy_room(&im, cases[i].others, &room),
				 cases[i].rules ? 0 : -E2BIG);
		assert_int_equal(room.image, cases[i].image);
		assert_int_equal(room.rules, cases[i].rules);
	}
}

static void fits(void **state)
{
	struct policy_maps maps = {.room = {8192, 20}};
	struct img_head head = {.kernel_size = 8192, .n_rules = 20};
	struct image im = image_of(&head);
	char why[200];

	assert_int_equal(policy_fits(&maps, &im, why, sizeof(why)), 0);
	head.n_rules = 21;
	assert_int_equal(policy_fits(&maps, &im, why, sizeof(why)), -E2BIG);
	assert_non_null(strstr(why, "21 rules"));
	head.n_rules = 20;
	head.kernel_size = 8193;
	assert_int_equal(policy_fits(&maps, &im, why, sizeof(why)), -E2BIG);
	assert_non_null(strstr(why, "restart"));
}

static void no_maps(void **state)
{
	static const struct policy_maps none = {-1, -1, -1, -1, -1, -1, {4096, 16}};
	struct img_head head = {.kernel_size = sizeof(head)};
	struct image im = image_of(&head);

	assert_true(policy_write(&none, &im, 1) < 0);
	assert_true(policy_switch(&none, 1) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room),
		cmocka_unit_test(fits),
		cmocka_unit_test(no_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
