/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets leave the command line, and only they. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "user/secret.h"
#include "user/util.h"

static void hidden(void **state)
{
	char one[] = "slack.webhookurl=https://s/x", two[] = "slack.channel=c",
	     three[] = "loki={apikey: k, user: u}", four[] = "nothing";
	const char *v[] = {one, two, three, four};
	struct arg_list options = {v, 4};
	struct texts kept = {};

	assert_int_equal(secret_hide(&options, &kept), 0);
	assert_string_equal(options.v[0], "slack.webhookurl=https://s/x");
	assert_string_equal(options.v[1], "slack.channel=c");
	assert_string_equal(options.v[2], "loki={apikey: k, user: u}");
	assert_string_equal(one, "slack.webhookurl=***********");
	assert_string_equal(two, "slack.channel=c");
	assert_string_equal(three, "loki=********************");
	assert_string_equal(four, "nothing");
	texts_free(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(hidden)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
