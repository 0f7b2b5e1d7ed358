/* SPDX-License-Identifier: Apache-2.0 */
/* How diagnostics look, and the arena they live in. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"
#include "gen/diag.h"

struct world {
	struct arena *arena;
	struct diags diags;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->arena = arena_new();
	w->diags.arena = w->arena;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	arena_free(&w->arena);
	free(w);
	return 0;
}

static void source(struct world *w, const char *text)
{
	diag_source_add(&w->diags, "f.yaml", text, strlen(text));
}

static int add(struct world *w, uint32_t line, uint32_t column, const char *hint)
{
	struct place at = {"f.yaml", line, column};

	return diag_add(&w->diags, SEVERITY_ERROR, at, "LOAD_X", hint, "bad %s", "thing");
}

static void looks(struct world *w, bool color, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	diag_print(&w->diags, out, color);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

static void test_text(void **state)
{
	struct world *w = *state;

	source(w, "one\n\ttwo \xc3\xa9 three\nend");
	assert_int_equal(add(w, 2, 8, "mend it"), -22);
	looks(w, false,
	      "f.yaml:2:8: error: bad thing [LOAD_X]\n"
	      "    \ttwo \xc3\xa9 three\n"
	      "    \t      ^\n"
	      "    hint: mend it\n");
}

static void test_last_line(void **state)
{
	struct world *w = *state;

	source(w, "one\nend");
	add(w, 2, 1, NULL);
	looks(w, false, "f.yaml:2:1: error: bad thing [LOAD_X]\n    end\n    ^\n");
}

static void test_without_place(void **state)
{
	struct world *w = *state;

	source(w, "one");
	add(w, 0, 0, NULL);
	add(w, 7, 1, NULL);
	diag_add(&w->diags, SEVERITY_NOTE, (struct place){0}, "LINT_Y", NULL, "so");
	looks(w, false,
	      "f.yaml: error: bad thing [LOAD_X]\n"
	      "f.yaml:7:1: error: bad thing [LOAD_X]\n"
	      "note: so [LINT_Y]\n");
	assert_int_equal(w->diags.errors, 2);
	assert_int_equal(w->diags.warnings, 0);
}

static void test_context_and_color(void **state)
{
	struct world *w = *state;

	w->diags.context = "rule 'r'";
	diag_add(&w->diags, SEVERITY_WARNING, (struct place){"f.yaml", 1, 2}, "LINT_Y", NULL, "so");
	assert_int_equal(w->diags.warnings, 1);
	looks(w, true, "f.yaml:1:2: \033[1;35mwarning:\033[0m rule 'r': so [LINT_Y]\n");
}

/* Nothing of a rule file can drive the terminal. */
static void test_control_characters(void **state)
{
	struct world *w = *state;

	source(w, "a\033[31mb\x7f\r\n");
	w->diags.context = "rule '\033]0;x\a'";
	add(w, 1, 3, "\033[2J");
	looks(w, false,
	      "f.yaml:1:3: error: rule '?]0;x?': bad thing [LOAD_X]\n"
	      "    a?[31mb? \n"
	      "      ^\n"
	      "    hint: ?[2J\n");
}

static void test_long_line(void **state)
{
	struct world *w = *state;
	char line[1001], want[512];

	memset(line, 'a', 1000);
	line[1000] = '\0';
	line[499] = 'X';
	source(w, line);
	add(w, 1, 500, NULL);
	snprintf(want, sizeof(want),
		 "f.yaml:1:500: error: bad thing [LOAD_X]\n    ...%.60sX%.59s\n    %*s^\n", line,
		 line, 63, "");
	looks(w, false, want);
}

/* Codes that gen/code.def knows are shown with their short text. */
static void test_short_text(void **state)
{
	struct world *w = *state;

	diag_add(&w->diags, SEVERITY_ERROR, (struct place){0}, "LOAD_ERR_YAML_PARSE", NULL, "so");
	looks(w, false, "error: so [LOAD_ERR_YAML_PARSE (YAML parse error)]\n");
}

static void test_offset(void **state)
{
	struct world *w = *state;

	source(w, "one\n\xc3\xa9x");
	assert_int_equal(diag_offset(&w->diags, (struct place){"f.yaml", 1, 1}), 0);
	assert_int_equal(diag_offset(&w->diags, (struct place){"f.yaml", 2, 2}), 6);
	assert_int_equal(diag_offset(&w->diags, (struct place){"f.yaml", 2, 99}), 7);
	assert_int_equal(diag_offset(&w->diags, (struct place){"f.yaml", 9, 1}), 0);
	assert_int_equal(diag_offset(&w->diags, (struct place){"g.yaml", 1, 2}), 0);
	assert_int_equal(diag_offset(&w->diags, (struct place){0}), 0);
}

static void test_merge(void **state)
{
	struct world *w = *state;
	struct diags more = {.arena = w->arena};
	int i;

	add(w, 1, 1, NULL);
	diag_add(&more, SEVERITY_ERROR, w->diags.list[0].at, "LOAD_X", NULL, "bad thing");
	diag_add(&more, SEVERITY_WARNING, w->diags.list[0].at, "LINT_Y", NULL, "other");
	for (i = 0; i < 3; i++)
		diag_merge(&w->diags, &more);
	assert_int_equal(w->diags.n, 2);
	assert_int_equal(w->diags.errors, 1);
	assert_int_equal(w->diags.warnings, 1);
}

static void test_many(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 1000; i++)
		diag_add(&w->diags, SEVERITY_WARNING, (struct place){0}, "X", NULL, "%d", i);
	assert_int_equal(w->diags.n, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(atoi(w->diags.list[i].message), i);
}

static void test_arena(void **state)
{
	struct world *w = *state;
	struct arena *a = w->arena;
	unsigned char *big = arena_alloc(a, 1 << 20), *small = arena_alloc(a, 0);
	int *numbers = NULL;
	char *text;
	size_t i;

	assert_true((uintptr_t)small % sizeof(max_align_t) == 0 || (uintptr_t)small % 16 == 0);
	for (i = 0; i < 1 << 20; i++)
		assert_int_equal(big[i], 0);
	for (i = 0; i < 100000; i++) {
		numbers = arena_push(a, numbers, i, sizeof(*numbers));
		assert_int_equal(numbers[i], 0);
		numbers[i] = (int)i;
		if (!(i % 1000))
			memset(arena_alloc(a, 100), 0xff, 100);
	}
	for (i = 0; i < 100000; i++)
		assert_int_equal(numbers[i], i);
	text = arena_str(a, "abcdef", 3);
	assert_string_equal(text, "abc");
	assert_string_equal(arena_printf(a, "%s-%d", text, 5), "abc-5");
	text = arena_grow(a, text, 4, 8);
	assert_string_equal(text, "abc");
	assert_memory_equal(text + 3, "\0\0\0\0", 4);
	assert_memory_equal(arena_copy(a, "xyz", 4), "xyz", 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_text),
		TEST(test_last_line),
		TEST(test_without_place),
		TEST(test_context_and_color),
		TEST(test_control_characters),
		TEST(test_long_line),
		TEST(test_short_text),
		TEST(test_offset),
		TEST(test_merge),
		TEST(test_many),
		TEST(test_arena),
	};

	return cmocka_run_group_tests_name("gen_diag", tests, NULL, NULL);
}
