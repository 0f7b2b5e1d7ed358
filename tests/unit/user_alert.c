/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as lines, byte by byte. */
#include "tests/unit/alert.h"

#define EVENT                                                                                      \
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000123456789,\"proc.name\":\"cat\","         \
	"\"proc.pid\":42,\"evt.failed\":true,\"fd.name\":\"/"                                      \
	"a\\nb\\\"\\u001b\",\"user.name\":\"<NA>\"}"

static void assert_line(const char *output, const char *const *options, const char *expected)
{
	struct alerts t;
	struct buf b = {};

	alerts_open(&t, output, EVENT, options);
	alert_line(&t.alert, &t.config, &b);
	assert_string_equal(buf_text(&b), expected);
	buf_free(&b);
	alerts_close(&t);
}
#define OPTIONS(...) ((const char *const[]){"hostname=h1", __VA_ARGS__, NULL})
#define BARE	     "append_output.suggested_output=false"

static void text_line(void **state)
{
	assert_line("by %proc.name (%proc.pid)", OPTIONS(BARE),
		    "22:13:20.123456789: Warning by cat (42)\n");
	assert_line("a", OPTIONS(BARE, "time_format_iso_8601=true"),
		    "2023-11-14T22:13:20.123456789+0000: Warning a\n");
}

static void text_is_escaped_once(void **state)
{
	assert_line("f=%fd.name \"q\" \\", OPTIONS(BARE),
		    "22:13:20.123456789: Warning f=/a\\nb\\\"\\u001b \\\"q\\\" \\\\\n");
}

static void suggested_output(void **state)
{
	assert_line("x", OPTIONS("json_output=false"),
		    "22:13:20.123456789: Warning x container_id=<NA> container_name=<NA> "
		    "container_image_repository=<NA> container_image_tag=<NA> k8s_pod_name=<NA> "
		    "k8s_ns_name=<NA>\n");
}

static void json_line(void **state)
{
	assert_line(
		"%proc.name %proc.pid %evt.failed %fd.name %user.name %proc.pname",
		OPTIONS(BARE, "json_output=true"),
		"{\"hostname\":\"h1\",\"output\":\"22:13:20.123456789: Warning cat 42 true "
		"/a\\nb\\\"\\u001b <NA> <NA>\",\"output_fields\":{\"evt.failed\":true,"
		"\"evt.time\":1700000000123456789,\"fd.name\":\"/a\\nb\\\"\\u001b\","
		"\"proc.name\":\"cat\",\"proc.pid\":42,\"proc.pname\":null,\"user.name\":\"<NA>\"},"
		"\"priority\":\"Warning\",\"rule\":\"Sample\",\"source\":\"syscall\","
		"\"tags\":[\"a\",\"b\"],\"time\":\"2023-11-14T22:13:20.123456789Z\"}\n");
}

static void json_members_by_configuration(void **state)
{
	assert_line("%proc.name",
		    OPTIONS(BARE, "json_output=true", "json_include_output_property=false",
			    "json_include_message_property=true",
			    "json_include_tags_property=false", "time_format_iso_8601=true"),
		    "{\"hostname\":\"h1\",\"message\":\"cat\",\"output_fields\":{"
		    "\"evt.time.iso8601\":\"2023-11-14T22:13:20.123456789+0000\","
		    "\"proc.name\":\"cat\"},\"priority\":\"Warning\",\"rule\":\"Sample\","
		    "\"source\":\"syscall\",\"time\":\"2023-11-14T22:13:20.123456789Z\"}\n");
	assert_line("%proc.name",
		    OPTIONS(BARE, "json_output=true", "json_include_output_fields_property=false"),
		    "{\"hostname\":\"h1\",\"output\":\"22:13:20.123456789: Warning cat\","
		    "\"priority\":\"Warning\",\"rule\":\"Sample\",\"source\":\"syscall\","
		    "\"tags\":[\"a\",\"b\"],\"time\":\"2023-11-14T22:13:20.123456789Z\"}\n");
}

/* What falcosidekick adds: a percent sign is itself there, tags are sorted and each there once. */
static void custom_fields_and_tags(void **state)
{
	assert_line("%proc.name",
		    OPTIONS(BARE, "json_output=true", "json_include_output_property=false",
			    "customfields={cluster: 100% mine, proc.name: other}",
			    "customtags=[z, a]"),
		    "{\"hostname\":\"h1\",\"output_fields\":{\"cluster\":\"100% mine\","
		    "\"evt.time\":1700000000123456789,\"proc.name\":\"other\"},"
		    "\"priority\":\"Warning\",\"rule\":\"Sample\",\"source\":\"syscall\","
		    "\"tags\":[\"a\",\"b\",\"z\"],\"time\":\"2023-11-14T22:13:20.123456789Z\"}\n");
}

static void internal_alert(void **state)
{
	const char *const options[] = {"json_output=true"};
	struct config c;
	struct alert a;
	struct buf b = {};

	assert_int_equal(config_load(&c, "/dev/null", options, 1), 0);
	assert_int_equal(
		alert_internal(&a, PRIORITY_DEBUG, "Tiercel internal: lost", "h1", "lost 3"), 0);
	assert_int_equal(alert_add(&a, "n_lost", "3"), 0);
	assert_int_equal(alert_add(&a, "a", "b"), 0);
	a.time = 1700000000000000000;
	alert_line(&a, &c, &b);
	assert_string_equal(
		buf_text(&b),
		"{\"hostname\":\"h1\",\"output\":\"lost 3\",\"output_fields\":{\"a\":\"b\","
		"\"n_lost\":\"3\"},\"priority\":\"Debug\",\"rule\":\"Tiercel internal: "
		"lost\",\"source\":\"internal\",\"time\":\"2023-11-14T22:13:20.000000000Z\"}\n");
	buf_free(&b);
	alert_free(&a);
	config_free(&c);
}

/* The kernel sends what is printed, whoever asked for it. */
static void additions_are_sent_along(void **state)
{
	const char *const options[] = {"append_output=[]",
				       "append_output[0].extra_output=%proc.exepath",
				       "append_output[1].extra_output=%proc.cwd",
				       "append_output[1].match.rule=Other",
				       "append_output[].extra_fields[]=proc.tty",
				       "append_output[2].extra_fields[].x=%user.loginname",
				       NULL};
	const struct img_rule *r;
	struct alerts t;

	alerts_open(&t, "%proc.exe", EVENT, options);
	r = (const void *)(t.policy.image.data + image_head(&t.policy.image)->rules);
	assert_false(r->needs & FIELD_BIT(FIELD_PROC_EXEPATH));
	append_to_image(&t.config.append, &t.policy.image);
	assert_true(r->needs & FIELD_BIT(FIELD_PROC_EXE));
	assert_true(r->needs & FIELD_BIT(FIELD_PROC_EXEPATH));
	assert_true(r->needs & FIELD_BIT(FIELD_PROC_TTY));
	assert_true(r->needs & FIELD_BIT(FIELD_USER_LOGINUID));
	assert_false(r->needs & FIELD_BIT(FIELD_PROC_CWD));
	alerts_close(&t);
}

/* An event without a time of its own is one of now. */
static void time_is_now(void **state)
{
	struct alerts t;

	alerts_open(&t, "x", "{\"evt.type\":\"openat\"}", NULL);
	assert_in_range(t.alert.time / 1000000000, time(NULL) - 5, time(NULL) + 1);
	alerts_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(custom_fields_and_tags),
		cmocka_unit_test(text_line),
		cmocka_unit_test(text_is_escaped_once),
		cmocka_unit_test(suggested_output),
		cmocka_unit_test(json_line),
		cmocka_unit_test(json_members_by_configuration),
		cmocka_unit_test(internal_alert),
		cmocka_unit_test(additions_are_sent_along),
		cmocka_unit_test(time_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
