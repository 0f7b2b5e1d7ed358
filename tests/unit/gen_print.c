/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions of real rule files are read as they are printed. */
#include "tests/harness/ruleset.h"

#include <dirent.h>
#include <stdlib.h>

#include "gen/parse.h"

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	char *text;

	if (!f)
		return NULL;
	text = calloc(1, 4 << 20);
	assert_non_null(text);
	*size = fread(text, 1, (4 << 20) - 1, f);
	fclose(f);
	return text;
}

static size_t check_trees(const struct ruleset *rs)
{
	const struct place at = {"printed", 1, 1};
	struct diags d = {.arena = rs->arena};
	size_t i, n = 0;

	for (i = 0; i < rs->n_rules; i++) {
		const struct node *tree = rs->rules[i]->tree;
		const char *text = tree ? ast_print(rs->arena, tree) : NULL;
		struct node *again = text ? condition_parse(rs->arena, &d, at, text, false) : NULL;

		if (!tree)
			continue;
		if (!again || !ast_equal(tree, again))
			fail_msg("%s: not read as it was printed: %s", rs->rules[i]->name, text);
		assert_string_equal(ast_print(rs->arena, again), text);
		n++;
	}
	return n;
}

static bool load_file(struct ruleset *rs, const char *path)
{
	size_t size;
	char *text = read_file(path, &size);
	bool good = text && !ruleset_load_text(rs, path, text, size);

	free(text);
	return good;
}

static void own_rules(void **state)
{
	struct ruleset *rs = ruleset_new();

	assert_non_null(rs);
	assert_true(load_file(rs, "rules/base.yaml"));
	assert_true(load_file(rs, "rules/tiercel.yaml"));
	if (ruleset_finish(rs, false))
		diag_print(&rs->diags, stderr, false);
	assert_true(check_trees(rs) > 10);
	ruleset_free(&rs);
}

/* Number of conditions; a file of which not all is known has none. */
static size_t check_file(const char *path)
{
	struct ruleset *rs = ruleset_new();
	size_t n = 0;

	assert_non_null(rs);
	if (load_file(rs, path) && !ruleset_finish(rs, false))
		n = check_trees(rs);
	ruleset_free(&rs);
	return n;
}

static void public_rules(void **state)
{
	const char *name = getenv("FALCO_RULES_DIR");
	DIR *dir = name ? opendir(name) : NULL;
	struct dirent *e;
	char path[4096];
	size_t n = 0;

	if (!dir)
		skip();
	while ((e = readdir(dir))) {
		if (!strstr(e->d_name, ".yaml"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, e->d_name);
		n += check_file(path);
	}
	closedir(dir);
	print_message("%zu conditions\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_rules),
		cmocka_unit_test(public_rules),
	};

	return cmocka_run_group_tests_name("gen_print", tests, NULL, NULL);
}
