/* SPDX-License-Identifier: Apache-2.0 */
/* Output templates: which token is meant, what a missing value prints, where errors stand. */
#include "tests/unit/event.h"

#include <stdlib.h>
#include <time.h>

#include "user/format.h"

static const char sample[] = "{\"evt.type\":\"openat\",\"evt.time\":1700000000123456789,"
			     "\"proc.name\":\"cat\",\"proc.pid\":42,\"evt.failed\":false,"
			     "\"proc.args\":\"\",\"proc.aname\":[\"bash\",\"sshd\"]}";

static void assert_renders(const char *template, const char *expected)
{
	struct arena *a = arena_new();
	struct format_error err;
	struct format *f = NULL;
	struct buf out = {};
	struct json_event e;

	event_from(&e, a, sample);
	if (format_compile(template, &f, &err))
		fail_msg("%s: %s", template, err.why);
	format_render(f, &e.ev, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
	format_free(&f);
	arena_free(&a);
}

static void values_by_type(void **state)
{
	assert_renders("", "");
	assert_renders("plain text", "plain text");
	assert_renders("a %proc.name b", "a cat b");
	assert_renders("%proc.pid", "42");
	assert_renders("%evt.failed", "false");
	assert_renders("[%proc.args]", "[]");
	assert_renders("%evt.time", "22:13:20.123456789");
	assert_renders("*%proc.name", "*cat");
}

static void missing_prints_na(void **state)
{
	assert_renders("%fd.name", "<NA>");
	assert_renders("%user.uid|%k8s.pod.name", "<NA>|<NA>");
}

static void longest_token_wins(void **state)
{
	assert_renders("%proc.name.", "cat.");
	assert_renders("%proc.nameX", "catX");
	assert_renders("%proc.name%proc.pid", "cat42");
	assert_renders("%container.image.tagged", "<NA>ged");
	assert_renders("[%container.info]", "[]");
}

static void arguments(void **state)
{
	assert_renders("%proc.aname[0] %proc.aname[1] %proc.aname[2] %proc.aname[3]",
		       "cat bash sshd <NA>");
	assert_renders("%proc.aname", "bash sshd");
	/* The field takes none: the bracket is text. */
	assert_renders("%proc.name[1]", "cat[1]");
}

static void transformers(void **state)
{
	assert_renders("%toupper(proc.name)!", "CAT!");
	assert_renders("<%5toupper(proc.name)>", "<CAT  >");
	assert_renders("%concat(proc.name, \"(\", proc.aname[1]).", "cat(bash.");
	assert_renders("%len(proc.name) %toupper(fd.name)", "3 <NA>");
	assert_renders("%toupper(proc.name) %toupper(proc.name)", "CAT CAT");
}

static void width_pads_and_cuts(void **state)
{
	assert_renders("<%6proc.name>", "<cat   >");
	assert_renders("<%2proc.name>", "<ca>");
	assert_renders("<%3proc.name>", "<cat>");
	assert_renders("<%2fd.name>", "<<N>");
}

static void assert_refused(const char *template, size_t position, const char *part)
{
	struct format_error err = {};
	struct format *f = NULL;

	assert_int_not_equal(format_compile(template, &f, &err), 0);
	assert_null(f);
	assert_int_equal(err.position, position);
	if (!strstr(err.why, part))
		fail_msg("'%s' is not in '%s'", part, err.why);
}

static void errors_have_a_position(void **state)
{
	assert_refused("a %proc.nmae", 3, "did you mean '%proc.name'");
	assert_refused("%no.such.thing", 1, "unknown filter: no.such.thing");
	assert_refused("100%", 4, "cannot end");
	assert_refused("100% sure", 4, "followed by a field");
	assert_refused("%99999999999999999999proc.name", 1, "width");
}

static void fields_are_sorted_and_unique(void **state)
{
	struct format_error err;
	struct format *f;
	const struct format_field *list;
	size_t n;

	assert_int_equal(
		format_compile("%proc.pid %fd.name %proc.pid %proc.aname[2] %3proc.pid", &f, &err),
		0);
	list = format_fields(f, &n);
	assert_int_equal(n, 3);
	assert_string_equal(list[0].token, "fd.name");
	assert_string_equal(list[1].token, "proc.aname[2]");
	assert_string_equal(list[1].arg, "2");
	assert_string_equal(list[2].token, "proc.pid");
	format_free(&f);
}

static void times(void **state)
{
	struct buf b = {};

	format_time_utc(1700000000000000001, "Z", &b);
	format_time_local(-1, &b);
	assert_string_equal(buf_text(&b), "2023-11-14T22:13:20.000000001Z23:59:59.999999999");
	buf_free(&b);
}

static void suggested_suffix(void **state)
{
	assert_string_equal(format_suggested,
			    " container_id=%container.id container_name=%container.name "
			    "container_image_repository=%container.image.repository "
			    "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name "
			    "k8s_ns_name=%k8s.ns.name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_by_type),
		cmocka_unit_test(missing_prints_na),
		cmocka_unit_test(longest_token_wins),
		cmocka_unit_test(arguments),
		cmocka_unit_test(transformers),
		cmocka_unit_test(width_pads_and_cuts),
		cmocka_unit_test(errors_have_a_position),
		cmocka_unit_test(fields_are_sorted_and_unique),
		cmocka_unit_test(times),
		cmocka_unit_test(suggested_suffix),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
