/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/hook.h"
#include "user/load.h"

static void families(void **state)
{
	const uint64_t exec = EVENT_BIT(EVENT_EXECVE) | EVENT_BIT(EVENT_EXECVEAT);
	const uint64_t open = EVENT_BIT(EVENT_OPEN) | EVENT_BIT(EVENT_OPENAT) |
			      EVENT_BIT(EVENT_OPENAT2) | EVENT_BIT(EVENT_CREAT) |
			      EVENT_BIT(EVENT_OPEN_BY_HANDLE_AT);
	const uint64_t cases[][2] = {
		{EVENT_BIT(EVENT_EXECVE), exec},
		{EVENT_BIT(EVENT_CREAT), open},
		{EVENT_BIT(EVENT_CREAT) | EVENT_BIT(EVENT_EXECVEAT), open | exec},
		{0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_set types = event_set_of_bits(cases[i][0]);
		struct event_set wanted = event_set_of_bits(cases[i][1]);

		types = hook_family(&types);
		assert_true(event_set_equal(&types, &wanted));
	}
}

/* Each event type is seen by both back ends, or by neither's choice: nothing is lost when one
 * falls back to the other. */
static void both_back_ends(void **state)
{
	uint64_t function = 0, tracepoint = 0;

	for (int i = 0; i < HOOK_COUNT; i++) {
		if (hooks[i].backend == BACKEND_FUNCTION)
			function |= hooks[i].types;
		if (hooks[i].backend == BACKEND_TRACEPOINT)
			tracepoint |= hooks[i].types;
		if (hooks[i].backend == BACKEND_FUNCTION || hooks[i].backend == BACKEND_TRACEPOINT)
			assert_true(hooks[i].types != 0);
		assert_true(hooks[i].program[0] && hooks[i].target[0]);
		assert_true(strlen(hook_loss(i)) > 10);
	}
	assert_true(function == tracepoint);
}

static void modes(void **state)
{
	enum hooks_mode mode = HOOKS_TRACEPOINTS;

	assert_true(hooks_mode_parse("nonsense", &mode) < 0 && mode == HOOKS_TRACEPOINTS);
	assert_true(!hooks_mode_parse("auto", &mode) && mode == HOOKS_AUTO);
	assert_true(!hooks_mode_parse("functions", &mode) && mode == HOOKS_FUNCTIONS);
	assert_true(!hooks_mode_parse("tracepoints", &mode) && mode == HOOKS_TRACEPOINTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families),
		cmocka_unit_test(both_back_ends),
		cmocka_unit_test(modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
