/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: whatever bytes go in, valid UTF-8 comes out; and the reader takes only JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"

#include "user/json.h"

static void assert_written(const char *text, size_t len, const char *expected)
{
	struct buf b = {};

	json_str(&b, text, len);
	assert_string_equal(buf_text(&b), expected);
	buf_free(&b);
}
#define WRITTEN(text, expected) assert_written(text, sizeof(text) - 1, expected)

static void escapes(void **state)
{
	WRITTEN("", "\"\"");
	WRITTEN("plain / text", "\"plain / text\"");
	WRITTEN("a\"b\\c", "\"a\\\"b\\\\c\"");
	WRITTEN("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	WRITTEN("\0\a\x1b\x1f", "\"\\u0000\\u0007\\u001b\\u001f\"");
	WRITTEN("\x7f<>&", "\"\x7f<>&\"");
}

#define BAD "\xef\xbf\xbd"

static void valid_utf8_stays(void **state)
{
	WRITTEN("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
	WRITTEN("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
		"\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"");
}

static void invalid_utf8_is_replaced(void **state)
{
	WRITTEN("a\xff"
		"b",
		"\"a" BAD "b\"");
	WRITTEN("\x80\x80", "\"" BAD BAD "\"");
	WRITTEN("\xc0\xaf", "\"" BAD BAD "\""); /* overlong */
	WRITTEN("\xe2\x82", "\"" BAD "\"");	/* cut */
	WRITTEN("\xe2\x82"
		"a",
		"\"" BAD "a\"");
	WRITTEN("\xe0\x80\x80", "\"" BAD BAD BAD "\""); /* overlong */
	WRITTEN("\xed\xa0\x80", "\"" BAD BAD BAD "\""); /* surrogate */
	WRITTEN("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"");
	WRITTEN("\xf5", "\"" BAD "\"");
	WRITTEN("\xf0\x9f\x98", "\"" BAD "\"");
}

static const struct json *read(struct arena *a, const char *text)
{
	struct json_error err;

	return json_read(a, text, strlen(text), &err);
}

static void values(void **state)
{
	struct arena *a = arena_new();
	const struct json *j = read(a, " {\"a\": -12, \"b\":[true,false,null,\"x\"], \"c\":1.5,"
				       "\"d\":{}, \"a\":9223372036854775807, \"e\":1e3} ");

	assert_non_null(j);
	assert_int_equal(j->kind, JSON_OBJECT);
	assert_int_equal(json_get(j, "a")->num, INT64_MAX); /* the last one counts */
	assert_int_equal(json_get(j, "b")->n, 4);
	assert_int_equal(json_get(j, "b")->items[0].kind, JSON_BOOL);
	assert_int_equal(json_get(j, "b")->items[0].num, 1);
	assert_int_equal(json_get(j, "b")->items[2].kind, JSON_NULL);
	assert_string_equal(json_get(j, "b")->items[3].str, "x");
	assert_int_equal(json_get(j, "c")->kind, JSON_REAL);
	assert_int_equal(json_get(j, "d")->n, 0);
	assert_int_equal(json_get(j, "e")->kind, JSON_REAL);
	assert_null(json_get(j, "f"));
	assert_int_equal(read(a, "9223372036854775808")->kind, JSON_REAL);
	arena_free(&a);
}

static void texts(void **state)
{
	struct arena *a = arena_new();

	assert_string_equal(read(a, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->str, "a\"\\/\b\f\n\r\t");
	assert_string_equal(read(a, "\"\\u00e4\\u20ac\\ud83d\\ude00\"")->str,
			    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_string_equal(read(a, "\"\\ud83dx\"")->str, BAD "x");
	assert_string_equal(read(a, "\"\\ud83d\\u0041\"")->str, BAD "A");
	assert_int_equal(read(a, "\"a\\u0000b\"")->len, 3);
	arena_free(&a);
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	    " ",	   "{",	  "[1",	  "{\"a\"}", "{\"a\":}",
		"{a:1}",    "[1,]",	   "{,}", "01",	  "1.",	     "-",
		"1e",	    "tru",	   "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
		"\"a\nb\"", "[1] 2",	   "'a'", "nan",  "+1",	     "{\"a\":1 \"b\":2}",
		"[1 2]",    "\"\\u12g4\"", "]",
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read(a, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	arena_free(&a);
}

static void depth_is_bounded(void **state)
{
	struct arena *a = arena_new();
	char text[2 * JSON_DEPTH_MAX + 3] = "";

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	assert_non_null(read(a, text));
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_null(read(a, text));
	arena_free(&a);
}

static void errors_have_a_position(void **state)
{
	struct arena *a = arena_new();
	struct json_error err;

	assert_null(json_read(a, "{\"a\": x}", 8, &err));
	assert_int_equal(err.position, 6);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(valid_utf8_stays),
		cmocka_unit_test(invalid_utf8_is_replaced),
		cmocka_unit_test(values),
		cmocka_unit_test(texts),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(errors_have_a_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
