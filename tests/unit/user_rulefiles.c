/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule files are loaded, and when the built-in macros are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "user/rulefiles.h"

static char dir[] = "/tmp/tiercel-rules-XXXXXX";
static struct config cfg;

#define RULE(condition)                                                                            \
	"- rule: Sample\n  desc: d\n  condition: " condition "\n  output: o\n  priority: ERROR\n"

static char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The sample's condition with its macros replaced, NULL if loading failed. */
static char *condition_of(const char *path, size_t *warnings)
{
	struct ruleset *rs = ruleset_new();
	char *text = NULL;

	if (!rulefiles_load(rs, &path, path != NULL, &cfg)) {
		assert_int_equal(rs->n_rules, 1);
		text = strdup(ast_print(rs->arena, rs->rules[0]->tree));
	}
	if (warnings)
		*warnings = rs->diags.warnings;
	assert_true(text || rs->diags.errors);
	ruleset_free(&rs);
	return text;
}

static void assert_condition(const char *path, const char *expected)
{
	char *text = condition_of(path, NULL);

	assert_non_null(text);
	if (!strstr(text, expected))
		fail_msg("'%s' is not in '%s'", expected, text);
	free(text);
}

static void built_in_macros(void **state)
{
	size_t warnings;

	put("a.yaml", RULE("spawned_process and container"));
	assert_condition(path_of("a.yaml"), "container.id");
	/* Those that nobody uses are no reason for a warning. */
	free(condition_of(path_of("a.yaml"), &warnings));
	assert_int_equal(warnings, 0);
}

static void own_macro_wins(void **state)
{
	put("a.yaml", "- macro: container\n  condition: proc.name = mine\n" RULE(
			      "spawned_process and container"));
	assert_condition(path_of("a.yaml"), "proc.name = mine");
}

/* A later file of a directory sees the definition of an earlier one. */
static void own_base_replaces(void **state)
{
	put("b.yaml", "- macro: container\n  condition: proc.name = mine\n");
	put("a.yaml", RULE("spawned_process and container"));
	assert_condition(path_of("a.yaml"), "container.id");
	unlink(path_of("a.yaml"));
	put("c.yaml", RULE("spawned_process and container"));
	assert_condition(dir, "proc.name = mine");
	unlink(path_of("b.yaml"));
	unlink(path_of("c.yaml"));
}

static void configured_files(void **state)
{
	const char *options[3] = {"rules_files=/no/such/place"};
	char add[160];

	put("a.yaml", RULE("evt.type = creat"));
	snprintf(add, sizeof(add), "rules_files[]=%s", dir);
	options[1] = add;
	config_free(&cfg);
	assert_int_equal(config_load(&cfg, "/dev/null", options, 2), 0);
	/* The one that does not exist is passed over, but not if it is named. */
	assert_condition(NULL, "evt.type = creat");
	assert_null(condition_of("/no/such/place", NULL));
}

static int begin(void **state)
{
	return !mkdtemp(dir) || config_load(&cfg, "/dev/null", NULL, 0);
}

static int end(void **state)
{
	config_free(&cfg);
	unlink(path_of("a.yaml"));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_macros),
		cmocka_unit_test(own_macro_wins),
		cmocka_unit_test(own_base_replaces),
		cmocka_unit_test(configured_files),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
