/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of conditions. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"
#include "gen/lex.h"

struct token {
	const char *text;
	size_t len; /* of the token at its start, 0: none */
};

static void run(bool (*take)(struct lex *, struct span *), const struct token *t, size_t n)
{
	struct span out;
	size_t i;

	for (i = 0; i < n; i++) {
		struct lex x = {.s = t[i].text, .len = strlen(t[i].text)};
		bool taken = take(&x, &out);

		if (taken != (t[i].len > 0) || x.pos != t[i].len || (taken && out.len != x.pos))
			fail_msg("'%s': %zu bytes taken, not %zu", t[i].text, x.pos, t[i].len);
	}
}

#define RUN(take, ...)                                                                             \
	do {                                                                                       \
		static const struct token t[] = {__VA_ARGS__};                                     \
		run(take, t, sizeof(t) / sizeof(t[0]));                                            \
	} while (0)

static void test_identifier(void **state)
{
	RUN(lex_identifier, {"a", 1}, {"a_1 b", 3}, {"_a", 0}, {"1a", 0}, {"", 0}, {"a.b", 1},
	    {"a-b", 1}, {"Z9(", 2});
}

static void test_field(void **state)
{
	RUN(lex_field, {"proc.name", 9}, {"proc.name=", 9}, {"proc", 0}, {"proc.", 0},
	    {"proc.name.", 9}, {"a.b.c.d[1]", 7}, {"a.1", 0}, {"a..b", 0}, {".a", 0}, {"a.b_2", 5});
}

static void test_number(void **state)
{
	RUN(lex_number, {"0", 1}, {"-1", 2}, {"+12)", 3}, {"1.5", 3}, {"1.", 1}, {"1e5", 3},
	    {"1e+5", 4}, {"1e-", 1}, {"1e", 1}, {"0x1fG", 4}, {"0x", 1}, {"0Xaf", 4}, {"-", 0},
	    {".5", 0}, {"a", 0}, {"1.5.6", 3});
}

static void test_bare(void **state)
{
	RUN(lex_bare, {"abc", 3}, {"a b", 1}, {"a=b", 1}, {"a,b", 1}, {"a(b", 1}, {"a)b", 1},
	    {"a\"b", 1}, {"a'b", 1}, {"/etc/*[x]?<>", 12}, {"\xc3\xa9!", 3}, {"", 0}, {"(", 0},
	    {"a\tb", 1}, {"a\nb", 1}, {"a\bb", 1}, {"a\\b", 3});
}

static void test_argument(void **state)
{
	RUN(lex_argument, {"2]", 1}, {"a=b,(c)]", 7}, {"]", 0}, {"a b", 1}, {"\"x\"", 0});
}

static void test_words(void **state)
{
	struct lex x = {.s = "not(a", .len = 5};

	assert_false(lex_blank(&x));
	assert_false(lex_text(&x, "no thing"));
	assert_true(lex_word(&x, "not"));
	assert_int_equal(x.pos, 3);
	x = (struct lex){.s = "nota", .len = 4};
	assert_false(lex_word(&x, "not"));
	assert_int_equal(x.pos, 0);
	x = (struct lex){.s = " \t\n\r\b.", .len = 6};
	assert_true(lex_blank(&x));
	assert_int_equal(x.pos, 5);
}

static void test_quoted(void **state)
{
	static const struct {
		const char *text, *value;
		size_t pos;
	} good[] = {
		{"\"abc\" x", "abc", 5},
		{"'abc'", "abc", 5},
		{"\"\"", "", 2},
		{"'a\"b'", "a\"b", 5},
		{"\"a'b\"", "a'b", 5},
		{"\"a\\\"b\"", "a\"b", 6},
		{"'a\\'b'", "a'b", 6},
		{"\"a\\\\\"", "a\\", 5}, /* an escaped backslash does not hide the quote */
		{"\"\\b\\f\\n\\r\\t\\/\"", "\b\f\n\r\t/", 14},
		{"\"\\x41\\xFf\"", "A\xff", 10},
		{"\"a\\ b\"", "a\\b", 6},
		{"\"a\nb\"", "a\nb", 5},
	};
	struct arena *a = arena_new();
	const char *problem;
	struct span out;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct lex x = {.s = good[i].text, .len = strlen(good[i].text)};

		assert_int_equal(lex_quoted(&x, a, &out, &problem), 1);
		assert_string_equal(out.s, good[i].value);
		assert_int_equal(out.len, strlen(good[i].value));
		assert_int_equal(x.pos, good[i].pos);
	}
	arena_free(&a);
}

static void test_quoted_wrong(void **state)
{
	static const struct {
		const char *text, *problem;
		size_t pos;
	} bad[] = {
		{"\"abc", "unterminated", 0},
		{"\"abc'", "unterminated", 0},
		{"\"abc\\\"", "unterminated", 0},
		{"\"\\", "unterminated", 0},
		{"\"\\q\"", "unsupported", 1},
		{"\"ab\\x4\"", "unsupported", 3},
		{"\"\\x\"", "unsupported", 1},
		{"\"\\d+\"", "unsupported", 1},
		{"'\\\"'", "invalid \\\" escape in '-quoted string", 1},
		{"\"\\'\"", "invalid \\' escape in \"-quoted string", 1},
		{"\"\\x00\"", "NUL", 1},
	};
	struct arena *a = arena_new();
	const char *problem;
	struct span out;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lex x = {.s = bad[i].text, .len = strlen(bad[i].text)};

		assert_int_equal(lex_quoted(&x, a, &out, &problem), -22);
		assert_non_null(strstr(problem, bad[i].problem));
		assert_int_equal(x.pos, bad[i].pos);
	}
	arena_free(&a);
}

static void test_is(void **state)
{
	assert_true(lex_is_bare("a/b*"));
	assert_false(lex_is_bare(""));
	assert_false(lex_is_bare("a b"));
	assert_true(lex_is_number("-5"));
	assert_false(lex_is_number("5x"));
	assert_false(lex_is_number(""));
	assert_true(lex_is_argument("a=b"));
	assert_false(lex_is_argument("a]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identifier), cmocka_unit_test(test_field),
		cmocka_unit_test(test_number),	   cmocka_unit_test(test_bare),
		cmocka_unit_test(test_argument),   cmocka_unit_test(test_words),
		cmocka_unit_test(test_quoted),	   cmocka_unit_test(test_quoted_wrong),
		cmocka_unit_test(test_is),
	};

	return cmocka_run_group_tests_name("gen_lex", tests, NULL, NULL);
}
