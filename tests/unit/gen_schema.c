/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of rule files: what does not fit is told, and never refused. */
#include "tests/harness/ruleset.h"

#include <stdlib.h>

#include "gen/schema.h"

#define GOOD RULE("r", "evt.type = execve")

/* The file's only warning, "" for none. It lives in rs. */
static const char *warning(struct ruleset **rs, const char *yaml)
{
	const struct rule_file *f;
	int err;

	*rs = load_text(yaml, &err);
	f = ruleset_file(*rs, 0);
	assert_non_null(f);
	assert_in_range(f->n_schema_warnings, 0, 1);
	return f->n_schema_warnings ? f->schema_warnings[0] : "";
}

static void test_warnings(void **state)
{
	static const struct {
		const char *yaml, *part;
	} cases[] = {
		{GOOD, ""},
		{"---\n" GOOD "---\n" GOOD, ""},
		{GOOD
		 "  tags: [a, b]\n  enabled: no\n  exceptions: [{name: e, fields: [proc.pid]}]\n",
		 ""},
		{"- required_engine_version: 0.50.0\n- required_engine_version: 10\n" GOOD, ""},
		{GOOD "  prioriti: x\n", "prioriti"},
		{GOOD "  enabled: maybe\n", "enabled"},
		{GOOD "  tags: a\n", "tags"},
		{GOOD "  tags: [[a]]\n", "tags"},
		{GOOD "  capture_duration: soon\n", "capture_duration"},
		{GOOD "  exceptions: [{name: e, fields: [proc.pid], value: [1]}]\n", "value"},
		{GOOD "  exceptions: [a]\n", "exceptions"},
		{GOOD "  desc: again\n", "desc"},
		{"- rule: r\n  condition: evt.type = execve\n  output: o\n  desc: d\n"
		 "  priority: Warning\n",
		 "priority"},
		{GOOD "- rule: r\n  tags: [a]\n  override: {tags: add}\n", "tags"},
		{"- list: l\n  items: {a: b}\n" GOOD, "items"},
		{"a: b\n", ""},
	};
	struct ruleset *rs;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = warning(&rs, cases[i].yaml);

		if (!*cases[i].part != !*got && strcmp(cases[i].yaml, "a: b\n"))
			fail_msg("'%s' of: %s", got, cases[i].yaml);
		if (!strstr(got, cases[i].part))
			fail_msg("no '%s' in '%s'", cases[i].part, got);
		ruleset_free(&rs);
	}
}

/* However much is wrong, what is told is bounded. */
static void test_many(void **state)
{
	char yaml[20000] = GOOD;
	struct ruleset *rs;
	int err;

	for (int i = 0; i < 500; i++)
		snprintf(yaml + strlen(yaml), sizeof(yaml) - strlen(yaml), "  key%d: x\n", i);
	rs = load_text(yaml, &err);
	assert_in_range(ruleset_file(rs, 0)->n_schema_warnings, 50, 100);
	ruleset_free(&rs);
}

static void test_printed(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	schema_print(out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "\"skip-if-unknown-filter\""));
	assert_non_null(strstr(text, "\"INFORMATIONAL\""));
	assert_non_null(strstr(text, "\"replace\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
