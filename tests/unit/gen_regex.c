/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: what they match, what is refused, and that none takes long. */
#include "tests/unit/gen_fake.h"

#include <regex.h>
#include <time.h>

#include "gen/regex.h"

static const struct {
	const char *pattern, *text;
	bool match;
} cases[] = {
	/* always the whole text */
	{"", "", true},
	{"", "a", false},
	{"a", "a", true},
	{"a", "ab", false},
	{"b", "ab", false},
	{"a|ab", "ab", true},
	{"ab|a", "a", true},
	{"(a|ab)(c|bcd)", "abcd", true},
	{"a||b", "", true},
	{"()", "", true},
	{"(|x)y", "y", true},
	/* repetition */
	{"a*", "aaaa", true},
	{"a+", "", false},
	{"ab?c", "ac", true},
	{"ab?c", "abbc", false},
	{"a{3}", "aaa", true},
	{"a{3}", "aa", false},
	{"a{2,}", "a", false},
	{"a{2,}", "aaaaa", true},
	{"a{2,3}", "aaaa", false},
	{"a{0}", "", true},
	{"a{0,0}b", "b", true},
	{"(ab){2}c", "ababc", true},
	{"a**", "aaa", true},
	{"a*?", "aa", true},
	{"a+?", "", true},
	{"(a*)*", "aaa", true},
	{"(a*)+b", "aab", true},
	{"(a?){3}", "aa", true},
	{"(|a)*", "aaa", true},
	/* braces that count nothing stand for themselves */
	{"a{", "a{", true},
	{"a{,2}", "a{,2}", true},
	{"a{x}", "a{x}", true},
	{"{a", "{a", true},
	{"a{1", "a{1", true},
	{"a}", "a}", true},
	/* sets */
	{".", "x", true},
	{".", "\n", false},
	{"a.c", "a\nc", false},
	{"[a-c]+", "abcb", true},
	{"[^a-c]", "d", true},
	{"[^a-c]", "b", false},
	{"[^a]", "\n", true},
	{"[]a]", "]", true},
	{"[^]a]", "]", false},
	{"[a-]", "-", true},
	{"[-a]", "-", true},
	{"[a-c-]", "-", true},
	{"[\\]]", "]", true},
	{"[\\n]", "\n", true},
	{"[[:alpha:]]+", "aZ", true},
	{"[[:alpha:]]", "1", false},
	{"[[:digit:][:space:]]+", "1 2\t", true},
	{"[[:space:]]", "\v", true},
	{"[[:^digit:]]", "x", true},
	{"[[:^digit:]]", "5", false},
	{"[^[:alnum:]]", "-", true},
	{"[[:xdigit:]]+", "aF09", true},
	{"[[:punct:]]+", "!/:@[`{~", true},
	{"[[:word:]]+", "a_1", true},
	{"[[=a=]]", "=]", true},
	{"[.]", "x", false},
	{"[*]", "*", true},
	{"[$^]+", "^$", true},
	/* escapes */
	{"\\.", ".", true},
	{"\\.", "x", false},
	{"\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\", "*+?()[]{}|^$\\", true},
	{"\\-\\/", "-/", true},
	{"\\n\\t\\r\\a\\f\\v", "\n\t\r\a\f\v", true},
	{"\\x41\\x{42}\\103", "ABC", true},
	{"\\x{20ac}", "\xe2\x82\xac", true},
	{"\\011", "\t", true},
	/* lines */
	{"^a$", "a", true},
	{"^^a$$", "a", true},
	{"a^b", "ab", false},
	{"a$b", "ab", false},
	{"a\n^b", "a\nb", true},
	{"a$\nb", "a\nb", true},
	{"(^a|b$)*", "ab", true},
	{"^*a", "a", true},
	{"$", "", true},
	/* characters, not bytes */
	{".", "\xc3\xa9", true},
	{"..", "\xc3\xa9", false},
	{"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true},
	{"\xe2\x82\xac+", "\xe2\x82\xac\xe2\x82\xac", true},
	{"[^a]", "\xf0\x9f\x98\x80", true},
	{"\xef\xbf\xbd", "\xff", true}, /* U+FFFD */
	{"..", "\xff\xfe", true},
	{"a.b",
	 "a\x80"
	 "b",
	 true},
	{".", "\xc0\xaf", false}, /* too long a form: two characters */
	{"..", "\xc0\xaf", true},
	{"...", "\xed\xa0\x80", true}, /* a surrogate is none */
	{".", "\xe2\x82", false},
};

static void matches(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = NULL;
		const struct regex *re = regex_compile(a, cases[i].pattern, &why);

		if (!re)
			fail_msg("'%s': %s", cases[i].pattern, why);
		if (regex_match(re, cases[i].text, strlen(cases[i].text)) != cases[i].match)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
	}
	arena_free(&a);
}

static void refuses(void **state)
{
	static const char *const wrong[][2] = {
		{"\\d", "invalid escape sequence: \\d"},
		{"a\\w+", "invalid escape sequence: \\w"},
		{"[\\s]", "invalid escape sequence: \\s"},
		{"\\b", "invalid escape sequence: \\b"},
		{"\\A", "invalid escape sequence: \\A"},
		{"\\pL", "invalid escape sequence: \\p"},
		{"\\1", "invalid escape sequence: \\1"},
		{"\\8", "invalid escape sequence: \\8"},
		{"\\x1", "invalid escape sequence: \\x1"},
		{"\\x{}", "invalid escape sequence: \\x{"},
		{"\\x{110000}", "invalid escape sequence"},
		{"\\", "trailing \\"},
		{"[\\", "trailing \\"},
		{"(", "missing ): ("},
		{"(a|(b)", "missing ): (a|(b)"},
		{")", "unexpected ): )"},
		{"a)b", "unexpected ): a)b"},
		{"[", "missing ]: ["},
		{"[]", "missing ]: []"},
		{"[a", "missing ]: [a"},
		{"[z-a]", "invalid character class range: z-a"},
		{"[a-b-c]", "invalid character class range: -c"},
		{"[[:nosuch:]]", "invalid character class range: [:nosuch:]"},
		{"*", "no argument for repetition operator: *"},
		{"a|+", "no argument for repetition operator: +"},
		{"(?:a)", "no argument for repetition operator: ?"},
		{"{2}", "no argument for repetition operator: {2}"},
		{"a{1001}", "invalid repetition size: {1001}"},
		{"a{3,2}", "invalid repetition size: {3,2}"},
		{"a{1,99999999999999999999}", "invalid repetition size"},
		{"(a{100}){11}", "invalid repetition size: {11}"},
		{"((a{255}){255}){255}", "invalid repetition size"},
		{"([a-z][a-z][a-z][a-z][a-z][a-z][a-z][a-z][a-z][a-z][a-z]){1000}",
		 "pattern too large"},
		{"\xff", "invalid UTF-8"},
		{"[\xff]", "invalid UTF-8"},
	};
	struct arena *a = arena_new();
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *why = NULL;

		if (regex_compile(a, wrong[i][0], &why))
			fail_msg("'%s' was accepted", wrong[i][0]);
		assert_non_null(why);
		if (strncmp(why, wrong[i][1], strlen(wrong[i][1])))
			fail_msg("'%s': %s", wrong[i][0], why);
	}
	arena_free(&a);
}

static char *repeated(const char *what, size_t n)
{
	char *s = malloc(n * strlen(what) + 1);
	size_t i;

	assert_non_null(s);
	for (i = 0; i < n; i++)
		memcpy(s + i * strlen(what), what, strlen(what));
	s[n * strlen(what)] = '\0';
	return s;
}

static void refuses_depth(void **state)
{
	static const char *const parts[] = {"(", "a*(", "("};
	struct arena *a = arena_new();
	const char *why = NULL;
	char *deep;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		deep = repeated(parts[i], 5000);
		assert_null(regex_compile(a, deep, &why));
		assert_non_null(why);
		free(deep);
	}
	deep = repeated("*", 5000);
	deep[0] = 'a';
	assert_null(regex_compile(a, deep, &why));
	assert_string_equal(why, "expression nests too deeply");
	free(deep);
	deep = repeated("a", 20000);
	assert_null(regex_compile(a, deep, &why));
	assert_string_equal(why, "pattern too large");
	free(deep);
	arena_free(&a);
}

/* What a machine that tries one way after the other needs 2^n steps for. */
static void is_linear(void **state)
{
	static const char *const slow[] = {
		"(a*)*b",
		"(a|a)*b",
		"(a|aa)+b",
		"(.*)(.*)(.*)(.*)(.*)x",
		"(a?){1000}a{1000}b",
		"([[:alpha:]]*,?)*!",
	};
	struct arena *a = arena_new();
	char *text = repeated("a", 10000);
	clock_t start = clock();
	size_t i;

	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		const char *why = NULL;
		const struct regex *re = regex_compile(a, slow[i], &why);

		assert_non_null(re);
		assert_false(regex_match(re, text, 10000));
	}
	assert_true(clock() - start < 30 * CLOCKS_PER_SEC);
	free(text);
	arena_free(&a);
}

/* ---- against the C library, where both mean the same ---- */

static unsigned long seed = 1;

static unsigned below(unsigned n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (seed >> 33) % n;
}

static void random_pattern(FILE *to, unsigned depth)
{
	static const char *const atoms[] = {"a", "b", "c", ".", "[ab]", "[^b]", "[a-c]", "\\."};
	static const char *const repeats[] = {"", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}"};
	unsigned i, n = 1 + below(3);

	for (i = 0; i < n; i++) {
		if (depth && !below(3)) {
			fputc('(', to);
			random_pattern(to, depth - 1);
			if (below(2)) {
				fputc('|', to);
				random_pattern(to, depth - 1);
			}
			fputc(')', to);
		} else {
			fputs(atoms[below(sizeof(atoms) / sizeof(atoms[0]))], to);
		}
		fputs(repeats[below(sizeof(repeats) / sizeof(repeats[0]))], to);
	}
}

static char *random_regex(void)
{
	char *pattern = NULL;
	size_t size;
	FILE *to = open_memstream(&pattern, &size);

	assert_non_null(to);
	fputs("^(", to);
	random_pattern(to, 3);
	fputs(")$", to);
	fclose(to);
	return pattern;
}

static void compare_texts(const char *pattern, const struct regex *re, const regex_t *posix)
{
	char text[12];
	unsigned i, k;

	for (k = 0; k < 40; k++) {
		unsigned len = below(sizeof(text));

		for (i = 0; i < len; i++)
			text[i] = "abc."[below(4)];
		text[len] = '\0';
		if (regex_match(re, text, len) != !regexec(posix, text, 0, NULL, 0))
			fail_msg("'%s' and '%s'", pattern, text);
	}
}

static void means_what_the_library_means(void **state)
{
	struct arena *a = arena_new();
	unsigned i, compared = 0;

	for (i = 0; i < 3000; i++) {
		char *pattern = random_regex();
		const char *why = NULL;
		const struct regex *re = regex_compile(a, pattern, &why);
		regex_t posix;

		assert_non_null(re);
		if (strlen(pattern) < 60 && !regcomp(&posix, pattern, REG_EXTENDED | REG_NOSUB)) {
			compare_texts(pattern, re, &posix);
			regfree(&posix);
			compared++;
		}
		free(pattern);
	}
	assert_true(compared > 1000);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_depth),
		cmocka_unit_test(is_linear),
		cmocka_unit_test(means_what_the_library_means),
	};

	return cmocka_run_group_tests_name("gen_regex", tests, NULL, NULL);
}
