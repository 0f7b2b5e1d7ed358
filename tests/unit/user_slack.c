/* SPDX-License-Identifier: Apache-2.0 */
/* The Slack message, byte by byte. */
#include "tests/unit/alert.h"

#include "user/sink.h"

#define EVENT                                                                                      \
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000120000000,\"proc.name\":\"cat\","         \
	"\"proc.pid\":42,\"proc.cmdline\":\"cat 0123456789012345678901234567890123456789\"}"

static void assert_message(struct alerts *t, const char *expected)
{
	struct buf b = {};

	sink_slack.render(NULL, &t->config, &t->alert, &b);
	assert_string_equal(buf_text(&b), expected);
	buf_free(&b);
}

#define HEAD                                                                                       \
	"{\"username\":\"Falcosidekick\",\"icon_url\":\"https://raw.githubusercontent.com/"        \
	"falcosecurity/falcosidekick/master/imgs/falcosidekick.png\",\"attachments\":[{"           \
	"\"fallback\":\"22:13:20.120000000: Warning cat 42\",\"color\":\"#ffc700\","
#define TEXT "\"text\":\"22:13:20.120000000: Warning cat 42\","
#define FIELDS                                                                                     \
	"\"fields\":[{\"title\":\"rule\",\"value\":\"Sample\",\"short\":true},"                    \
	"{\"title\":\"priority\",\"value\":\"Warning\",\"short\":true},"                           \
	"{\"title\":\"source\",\"value\":\"syscall\",\"short\":true},"                             \
	"{\"title\":\"hostname\",\"value\":\"h1\",\"short\":true},"                                \
	"{\"title\":\"tags\",\"value\":\"a, b\",\"short\":true},"                                  \
	"{\"title\":\"proc.name\",\"value\":\"cat\",\"short\":true},"                              \
	"{\"title\":\"time\",\"value\":\"2023-11-14 22:13:20.12 +0000 UTC\",\"short\":false}],"
#define TAIL "\"footer\":\"https://github.com/falcosecurity/falcosidekick\"}]}"

static void whole_message(void **state)
{
	const char *const options[] = {"hostname=h1", "append_output[0].suggested_output=false",
				       NULL};
	struct alerts t;

	alerts_open(&t, "%proc.name %proc.pid", EVENT, options);
	assert_message(&t, HEAD TEXT FIELDS TAIL);
	alerts_close(&t);
}

static void parts_by_configuration(void **state)
{
	const char *const text[] = {"hostname=h1", "append_output.suggested_output=false",
				    "slack.outputformat=text", NULL};
	const char *const only_fields[] = {"hostname=h1", "append_output.suggested_output=false",
					   "slack.outputformat=fields", NULL};
	const char *const names[] = {"hostname=h1",
				     "append_output.suggested_output=false",
				     "slack.channel=#ops",
				     "slack.username=me",
				     "slack.icon=",
				     "slack.footer=end",
				     "slack.outputformat=text",
				     NULL};
	struct alerts t;

	alerts_open(&t, "%proc.name %proc.pid", EVENT, text);
	assert_message(&t, HEAD TEXT TAIL);
	alerts_close(&t);
	alerts_open(&t, "%proc.name %proc.pid", EVENT, only_fields);
	assert_message(&t, HEAD FIELDS TAIL);
	alerts_close(&t);
	alerts_open(&t, "x", EVENT, names);
	assert_message(&t, "{\"username\":\"me\",\"channel\":\"#ops\",\"attachments\":[{"
			   "\"fallback\":\"22:13:20.120000000: Warning x\",\"color\":\"#ffc700\","
			   "\"text\":\"22:13:20.120000000: Warning x\",\"footer\":\"end\"}]}");
	alerts_close(&t);
}

static void long_values_are_not_short(void **state)
{
	const char *const options[] = {"hostname=h1", NULL};
	struct alerts t;
	struct buf b = {};

	alerts_open(&t, "%proc.cmdline", EVENT, options);
	sink_slack.render(NULL, &t.config, &t.alert, &b);
	assert_non_null(strstr(buf_text(&b),
			       "{\"title\":\"proc.cmdline\",\"value\":\"cat "
			       "0123456789012345678901234567890123456789\",\"short\":false}"));
	/* What is no text is no field, and neither is what is missing. */
	assert_null(strstr(buf_text(&b), "evt.time"));
	assert_null(strstr(buf_text(&b), "\"title\":\"container.name\""));
	buf_free(&b);
	alerts_close(&t);
}

static void long_alerts_are_cut(void **state)
{
	const char *const options[] = {"hostname=h1", NULL};
	struct buf event = {}, b = {};
	struct alerts t;

	buf_str(&event, "{\"evt.type\":\"openat\",\"proc.cmdline\":\"");
	for (int i = 0; i < 5000; i++)
		buf_char(&event, 'a');
	buf_str(&event, "\"}");
	alerts_open(&t, "c=%proc.cmdline end", buf_text(&event), options);
	sink_slack.render(NULL, &t.config, &t.alert, &b);
	assert_in_range(b.len, 3 * 512, 4096);
	assert_non_null(strstr(buf_text(&b), "aaaa[...] end"));
	assert_non_null(strstr(buf_text(&b), "aaaa[...]\",\"short\":false}"));
	assert_null(strstr(strstr(buf_text(&b), "[...]"), "aaaa[...]aaaa"));
	buf_free(&event);
	buf_free(&b);
	alerts_close(&t);
}

static void whole_seconds_have_no_fraction(void **state)
{
	const char *const options[] = {"hostname=h1", NULL};
	struct alerts t;
	struct buf b = {};

	alerts_open(&t, "x", "{\"evt.time\":1700000000000000000}", options);
	sink_slack.render(NULL, &t.config, &t.alert, &b);
	assert_non_null(strstr(buf_text(&b), "\"value\":\"2023-11-14 22:13:20 +0000 UTC\""));
	buf_free(&b);
	alerts_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_message),
		cmocka_unit_test(parts_by_configuration),
		cmocka_unit_test(long_values_are_not_short),
		cmocka_unit_test(long_alerts_are_cut),
		cmocka_unit_test(whole_seconds_have_no_fraction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
