/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to nodes: kinds, places, bounds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"
#include "gen/yaml.h"

struct world {
	struct arena *arena;
	struct diags diags;
	struct ynode **documents;
	size_t n;
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

static int read_bytes(struct world *w, const char *text, size_t len)
{
	diag_source_add(&w->diags, "f", arena_str(w->arena, text, len), len);
	return yaml_read(&w->diags, w->diags.sources, &w->documents, &w->n);
}

static struct ynode *read_one(struct world *w, const char *text)
{
	assert_int_equal(read_bytes(w, text, strlen(text)), 0);
	assert_int_equal(w->n, 1);
	return w->documents[0];
}

static void refuse(struct world *w, const char *text, const char *part)
{
	size_t had = w->diags.n;

	assert_int_equal(read_bytes(w, text, strlen(text)), -22);
	assert_int_equal(w->diags.n, had + 1);
	assert_non_null(strstr(w->diags.list[had].message, part));
	assert_string_equal(w->diags.list[had].code, "LOAD_ERR_YAML_PARSE");
}

static void test_kinds(void **state)
{
	struct ynode *n = read_one(*state, "a: [x, 1, ~, null, '', \"~\"]\nb: {c: text}\n");
	struct ynode *a = ynode_get(n, "a");

	assert_int_equal(n->kind, YNODE_MAPPING);
	assert_int_equal(n->n, 4);
	assert_int_equal(a->kind, YNODE_SEQUENCE);
	assert_int_equal(a->n, 6);
	assert_string_equal(a->items[1]->text, "1");
	assert_int_equal(a->items[2]->kind, YNODE_NULL);
	assert_int_equal(a->items[3]->kind, YNODE_NULL);
	assert_int_equal(a->items[4]->kind, YNODE_SCALAR);
	assert_int_equal(a->items[5]->kind, YNODE_SCALAR);
	assert_null(ynode_get(n, "c"));
}

static void test_documents(void **state)
{
	static const char text[] = "a\n---\nb\n---\n";
	struct world *w = *state;

	assert_int_equal(read_bytes(w, text, strlen(text)), 0);
	assert_int_equal(w->n, 3);
	assert_string_equal(w->documents[1]->text, "b");
	assert_int_equal(w->documents[2]->kind, YNODE_NULL);
	assert_int_equal(read_bytes(w, "", 0), 0);
	assert_int_equal(w->n, 0);
}

static void test_first_key_wins(void **state)
{
	struct ynode *n = read_one(*state, "a: 1\na: 2\n");

	assert_string_equal(ynode_get(n, "a")->text, "1");
}

static void test_alias_is_the_node(void **state)
{
	struct ynode *n = read_one(*state, "a: &x [1]\nb: *x\nc: &x 2\nd: *x\n");

	assert_ptr_equal(ynode_get(n, "a"), ynode_get(n, "b"));
	assert_string_equal(ynode_get(n, "d")->text, "2");
}

/* The letter Z of each text stands at line:column in the file. */
static const struct {
	const char *yaml;
	uint32_t line, column;
} places[] = {
	{"k: aZ", 1, 5},
	{"k: 'aZ'", 1, 6},
	{"k: 'a''''Z'", 1, 10},
	{"k: \"aZ\"", 1, 6},
	{"k: \"\\x41\\u00e9\\n\\t\\\"Z\"", 1, 21},
	{"k: \"a\\\n  Z\"", 2, 3},
	{"k: a\n   b\n     Z", 3, 6},
	{"k: >\n  a b\n  cZ\n", 3, 4},
	{"k: >\n\n\n   Z\n", 4, 4},
	{"k: >-\n  a\n\n  b\n    indented Z\n", 5, 14},
	{"k: |2\n    a\n  Z\n", 3, 3},
	{"k: | # why\n  a\n  Z\n", 3, 3},
	{"k: &n !!str aZ", 1, 14},
	{"k: &n\n  'aZ'", 2, 5},
	{"k: \"\xc3\xa9\xe2\x82\xac Z\"", 1, 8},
	{"\xc3\xa9: x\nk: \xc3\xa9Z", 2, 5},
	{"k: a\r\n   Z\r\n", 2, 4},
};

static void test_places(void **state)
{
	struct world *w = *state;
	struct place at;
	struct ynode *n;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		n = ynode_get(read_one(w, places[i].yaml), "k");
		assert_non_null(strchr(n->text, 'Z'));
		at = ynode_place(w->arena, n, (size_t)(strchr(n->text, 'Z') - n->text));
		if (at.line != places[i].line || at.column != places[i].column)
			fail_msg("%s: Z at %u:%u, not %u:%u", places[i].yaml, at.line, at.column,
				 places[i].line, places[i].column);
	}
}

static void test_place_of_nodes(void **state)
{
	struct ynode *n = read_one(*state, "- a\n- b: c\n");

	assert_int_equal(n->items[1]->at.line, 2);
	assert_int_equal(n->items[1]->at.column, 3);
	assert_int_equal(n->items[1]->items[1]->at.column, 6);
	assert_string_equal(n->at.file, "f");
}

static void test_refused(void **state)
{
	struct world *w = *state;

	refuse(w, "a: [", "flow");
	refuse(w, "a: 'x", "quoted scalar");
	refuse(w, "a: b: c", "mapping values are not allowed");
	refuse(w, "- *x", "alias names no anchor");
	refuse(w, "&x [*x]", "a part of");
	refuse(w, "a: \"\\0\"", "NUL");
	refuse(w, "a: \xff", "UTF-8");
	refuse(w, "a: \xc0\xaf", "UTF-8");
	refuse(w, "a: \xed\xa0\x80", "UTF-8");
	refuse(w, "a: \xf4\x90\x80\x80", "UTF-8");
	refuse(w, "a: \xe2\x82", "UTF-8");
}

static void test_nul_byte(void **state)
{
	struct world *w = *state;

	assert_int_equal(read_bytes(w, "a: b\nc: \0", 9), -22);
	assert_non_null(strstr(w->diags.list[0].message, "NUL"));
	assert_int_equal(w->diags.list[0].at.line, 2);
	assert_int_equal(w->diags.list[0].at.column, 4);
}

static char *repeat(struct arena *a, const char *s, size_t n)
{
	char *text = arena_alloc(a, n * strlen(s) + 1);
	size_t i;

	for (i = 0; i < n; i++)
		memcpy(text + i * strlen(s), s, strlen(s));
	return text;
}

static void test_bounds(void **state)
{
	struct world *w = *state;

	refuse(w, repeat(w->arena, "[", 100000), "nested too deeply");
	refuse(w, repeat(w->arena, "- &a x\n", YAML_ANCHORS_MAX + 1), "too many anchors");
	refuse(w, repeat(w->arena, "- a\n", YAML_NODES_MAX + 1), "too many YAML nodes");
}

/* Nine to the power of thirty nodes, if aliases were copied. */
static void test_alias_bomb(void **state)
{
	struct world *w = *state;
	struct arena *a = w->arena;
	const char *text = "- &a0 [x]\n";
	int i;

	for (i = 1; i <= 30; i++)
		text = arena_printf(
			a, "%s- &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", text, i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_int_equal(read_one(w, text)->n, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_key_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alias_is_the_node, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_of_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nul_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alias_bomb, setup, teardown),
	};

	return cmocka_run_group_tests_name("gen_yaml", tests, NULL, NULL);
}
