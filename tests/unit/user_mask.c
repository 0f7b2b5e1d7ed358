/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets of configurations are not shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "user/mask.h"

static void masked(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{"slack.webhookurl=http://h/KEY", "slack.webhookurl=***"},
		{"json_output=true", "json_output=true"},
		{"slack:\n  webhookurl: http://h/KEY\n  channel: a\n",
		 "slack:\n  webhookurl: ***\n  channel: a\n"},
		{"loki: {user: me, apikey: KEY, tenant: x}", "loki: {user: me, apikey: ***"},
		{"webhook:\n  customheaders:\n    Authorization: KEY\n    X-Any: KEY\n  method: "
		 "PUT\n",
		 "webhook:\n  customheaders:\n    ***\n    ***\n  method: PUT\n"},
		{"webhook.customheaders.X-Any=KEY", "webhook.customheaders.X-Any=***"},
		{"elasticsearch:\n  PASSWORD: |\n    KEY\n\n    KEY\n  index: i",
		 "elasticsearch:\n  PASSWORD: ***\n    ***\n\n    ***\n  index: i"},
		{"http_output:\n  url: https://me:KEY@host/p",
		 "http_output:\n  url: https://***@host/p"},
		{"http_output:\n  url: https://host/a@b", "http_output:\n  url: https://host/a@b"},
		{"- webhookurl: KEY\n- a: b", "- webhookurl: ***\n- a: b"},
		{"# slack.webhookurl: KEY", "# slack.webhookurl: ***"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = {};

		mask_secrets(&b, rows[i].text, strlen(rows[i].text));
		assert_string_equal(buf_text(&b), rows[i].expected);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(masked)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
