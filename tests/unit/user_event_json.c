/* SPDX-License-Identifier: Apache-2.0 */
/* Events written as JSON. */
#include "tests/unit/event.h"

static struct arena *arena;

static const char *text_of(struct json_event *e, enum field_id id, const char *arg)
{
	struct value v = {};

	return e->ev.get(&e->ev, id, arg, &v) == HAVE_VALUE ? v.str : NULL;
}

static void typed_values(void **state)
{
	struct json_event e;
	struct value v = {};

	event_from(&e, arena,
		   "{\"evt.type\":\"openat\",\"proc.pid\":-7,\"evt.failed\":true,"
		   "\"proc.name\":\"a\\u00e4\",\"proc.args\":\"\"}");
	assert_int_equal(e.ev.get(&e.ev, FIELD_PROC_PID, NULL, &v), HAVE_VALUE);
	assert_int_equal(v.type, TYPE_INT);
	assert_int_equal(v.num, -7);
	assert_int_equal(e.ev.get(&e.ev, FIELD_EVT_FAILED, NULL, &v), HAVE_VALUE);
	assert_int_equal(v.type, TYPE_BOOL);
	assert_int_equal(v.num, 1);
	assert_string_equal(text_of(&e, FIELD_PROC_NAME, NULL), "a\xc3\xa4");
	assert_string_equal(text_of(&e, FIELD_PROC_ARGS, NULL), "");
	assert_string_equal(json_event_type(&e)->name, "openat");
}

static void absent_and_null_are_missing(void **state)
{
	struct json_event e;
	struct value v = {};

	event_from(&e, arena, "{\"fd.name\":null,\"proc.aname\":[]}");
	assert_int_equal(e.ev.get(&e.ev, FIELD_FD_NAME, NULL, &v), HAVE_MISSING);
	assert_int_equal(e.ev.get(&e.ev, FIELD_PROC_NAME, NULL, &v), HAVE_MISSING);
	assert_int_equal(e.ev.get(&e.ev, FIELD_PROC_ANAME, NULL, &v), HAVE_MISSING);
	assert_null(json_event_type(&e));
	event_from(&e, arena, "{\"evt.type\":\"nonsense\"}");
	assert_null(json_event_type(&e));
}

static void ancestors(void **state)
{
	struct json_event e;

	event_from(&e, arena, "{\"proc.name\":\"cat\",\"proc.aname\":[\"bash\",\"sshd\"]}");
	assert_string_equal(text_of(&e, FIELD_PROC_ANAME, "0"), "cat");
	assert_string_equal(text_of(&e, FIELD_PROC_ANAME, "1"), "bash");
	assert_string_equal(text_of(&e, FIELD_PROC_ANAME, "2"), "sshd");
	assert_null(text_of(&e, FIELD_PROC_ANAME, "3"));
	assert_null(text_of(&e, FIELD_PROC_ANAME, "x"));
	assert_string_equal(text_of(&e, FIELD_PROC_ANAME, NULL), "bash sshd");
	event_from(&e, arena, "{\"proc.aname\":\"bash\"}");
	assert_string_equal(text_of(&e, FIELD_PROC_ANAME, "1"), "bash");
	assert_null(text_of(&e, FIELD_PROC_ANAME, "2"));
}

static void two_views(void **state)
{
	struct json_event e;

	event_from(&e, arena, "{\"fd.name\":\"/a\",\"fd.name.resolved\":\"/b\"}");
	assert_int_equal(e.ev.views, 2);
	assert_string_equal(text_of(&e, FIELD_FD_NAME, NULL), "/a");
	e.ev.view = 1;
	assert_string_equal(text_of(&e, FIELD_FD_NAME, NULL), "/b");
	event_from(&e, arena, "{\"fd.name\":\"/a\",\"fd.name.resolved\":\"/a\"}");
	assert_int_equal(e.ev.views, 1);
	event_from(&e, arena, "{\"fd.name\":\"/a\"}");
	assert_int_equal(e.ev.views, 1);
}

static void assert_refused(const char *text, const char *part)
{
	struct json_error err;
	struct json_event e;
	const struct json *object = json_read(arena, text, strlen(text), &err);
	char why[200] = "";

	assert_non_null(object);
	assert_int_not_equal(json_event_open(&e, arena, object, why, sizeof(why)), 0);
	if (!strstr(why, part))
		fail_msg("'%s' is not in '%s'", part, why);
}

static void wrong_events_are_refused(void **state)
{
	assert_refused("[1]", "object");
	assert_refused("{\"proc.nmae\":\"x\"}", "did you mean 'proc.name'");
	assert_refused("{\"proc.pid\":\"1\"}", "whole number");
	assert_refused("{\"proc.pid\":1.5}", "whole number");
	assert_refused("{\"proc.name\":1}", "text");
	assert_refused("{\"proc.name\":\"a\\u0000b\"}", "NUL");
	assert_refused("{\"evt.failed\":1}", "true or false");
	assert_refused("{\"proc.aname\":[1]}", "text");
}

static int open_arena(void **state)
{
	arena = arena_new();
	return arena ? 0 : -1;
}

static int close_arena(void **state)
{
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typed_values),
		cmocka_unit_test(absent_and_null_are_missing),
		cmocka_unit_test(ancestors),
		cmocka_unit_test(two_views),
		cmocka_unit_test(wrong_events_are_refused),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
