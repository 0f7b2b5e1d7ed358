/* SPDX-License-Identifier: Apache-2.0 */
/* Items of rule files: what they define, how they change each other, what is refused. */
#include "tests/harness/ruleset.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define R RULE("r", "proc.name = a")

static void test_rule(void **state)
{
	struct ruleset *rs = load_good("- rule: 'A rule: \"x\"'\n"
				       "  desc: what\n"
				       "  condition: >\n"
				       "    proc.name = a and\n"
				       "    proc.pid = 5\n"
				       "  output: >\n"
				       "    out %proc.name\n"
				       "  priority: warning\n"
				       "  tags: [z, a, z]\n"
				       "  enabled: no\n");
	const struct rule *r = rs->rules[0];

	assert_int_equal(rs->n_rules, 1);
	assert_string_equal(r->name, "A rule: \"x\"");
	assert_string_equal(r->desc, "what");
	assert_string_equal(r->output, "out %proc.name");
	assert_string_equal(r->source, "syscall");
	assert_string_equal(r->condition, "proc.name = a and proc.pid = 5\n");
	assert_int_equal(r->priority, PRIORITY_WARNING);
	assert_false(r->enabled);
	assert_true(r->warn_evttypes);
	assert_false(r->skip_if_unknown);
	assert_int_equal(r->n_tags, 2);
	assert_string_equal(r->tags[0], "a");
	assert_string_equal(r->tags[1], "z");
	assert_int_equal(r->at.line, 1);
	assert_int_equal(r->condition_at.line, 4);
	assert_int_equal(r->condition_at.column, 5);
	assert_non_null(r->tree);
	ruleset_free(&rs);
}

static void test_priorities(void **state)
{
	static const char *const names[] = {"Emergency", "Alert",  "Critical",	    "Error",
					    "Warning",	 "Notice", "Informational", "Debug"};
	enum priority p;
	int i;

	for (i = 0; i < 8; i++) {
		assert_string_equal(priority_name(i), names[i]);
		assert_int_equal(priority_parse(names[i], &p), 0);
		assert_int_equal(p, i);
	}
	assert_int_equal(priority_parse("INFO", &p), 0);
	assert_int_equal(p, PRIORITY_INFORMATIONAL);
	assert_int_equal(priority_parse("high", &p), -22);
}

static void test_file_shape(void **state)
{
	struct ruleset *rs = load_good("---\n---\n- \n- ~\n---\n" R);

	assert_int_equal(rs->n_rules, 1);
	ruleset_free(&rs);
	refuse("text", "LOAD_ERR_YAML_VALIDATE", "Rules content is not yaml");
	refuse("a: b", "LOAD_ERR_YAML_VALIDATE", "Rules content is not yaml array of objects");
	refuse("- a", "LOAD_ERR_YAML_VALIDATE", "Unexpected element type");
	refuse("- [", "LOAD_ERR_YAML_PARSE", "");
	warn("- thing: a\n", "LOAD_UNKNOWN_ITEM", "Unknown top level item");
	warn(R "  prioriti: x\n", "LOAD_UNKNOWN_KEY", "'prioriti'");
	warn(R "  condition: proc.name = b\n", "LINT_DUPLICATE_KEY", "'condition'");
}

static void test_missing_keys(void **state)
{
	refuse("- rule: r\n  condition: a\n", "LOAD_ERR_YAML_VALIDATE",
	       "Item has no mapping for key 'output'");
	refuse("- rule: r\n  output: a\n", "LOAD_ERR_YAML_VALIDATE",
	       "Item has no mapping for key 'condition'");
	refuse("- rule: r\n", "LOAD_ERR_YAML_VALIDATE", "Item has no mapping for key 'enabled'");
	refuse("- rule:\n", "LOAD_ERR_YAML_VALIDATE", "Mapping for key 'rule' is empty");
	refuse("- rule: ''\n", "LOAD_ERR_YAML_VALIDATE", "Value must be non-empty");
	refuse("- rule: [a]\n", "LOAD_ERR_YAML_VALIDATE", "Value is not a scalar value");
	refuse(R "  tags: a\n", "LOAD_ERR_YAML_VALIDATE", "Value is not a sequence");
	refuse(R "  tags: [[a]]\n", "LOAD_ERR_YAML_VALIDATE", "sequence value is not scalar");
	refuse(R "  enabled: maybe\n", "LOAD_ERR_YAML_VALIDATE", "Can't decode YAML scalar value");
	refuse(R "  capture_duration: long\n", "LOAD_ERR_YAML_VALIDATE", "write a number");
	refuse("- list: l\n", "LOAD_ERR_YAML_VALIDATE", "Item has no mapping for key 'items'");
	refuse("- list: l\n  items: [{a: b}]\n", "LOAD_ERR_YAML_VALIDATE", "not scalar");
	refuse("- macro: m\n", "LOAD_ERR_YAML_VALIDATE", "no mapping for key 'condition'");
	refuse("- rule: r\n  desc: d\n  output: o\n  condition: proc.name=a\n  priority: high\n",
	       "LOAD_ERR_YAML_VALIDATE", "Invalid priority 'high'");
}

static void test_names(void **state)
{
	warn("- list: a b\n  items: []\n", "LOAD_INVALID_LIST_NAME", "List has an invalid name");
	warn("- macro: 1m\n  condition: proc.name=a\n", "LOAD_INVALID_MACRO_NAME",
	     "Macro has an invalid name");
	no_warning("- list: a-b.c\n  items: []\n", "LOAD_INVALID_LIST_NAME");
}

static void test_versions(void **state)
{
	struct ruleset *rs = load_good("- required_engine_version: 0.57.0\n"
				       "- required_engine_version: 63\n"
				       "- required_plugin_versions:\n"
				       "  - name: container\n"
				       "    version: 0.4.0\n"
				       "  - name: other\n"
				       "    version: 1.0.0\n"
				       "    alternatives: [{name: container, version: 0.7.0}]\n");

	assert_int_equal(rs->diags.n, 0);
	ruleset_free(&rs);
	refuse("- required_engine_version: 0.64.0\n", "LOAD_ERR_VALIDATE",
	       "Rules require engine version 0.64.0, but engine version is 0.63.0");
	refuse("- required_engine_version: 1.0.0\n", "LOAD_ERR_VALIDATE", "Rules require");
	refuse("- required_engine_version: new\n", "LOAD_ERR_YAML_VALIDATE", "semver");
	refuse("- required_engine_version: 1.2\n", "LOAD_ERR_YAML_VALIDATE", "semver");
	refuse("- required_plugin_versions:\n  - name: k8saudit\n    version: 0.1.0\n",
	       "LOAD_ERR_VALIDATE",
	       "Plugin requirement not satisfied, must load one of: k8saudit (>= 0.1.0)");
	refuse("- required_plugin_versions:\n  - name: container\n    version: 9.0.0\n",
	       "LOAD_ERR_VALIDATE",
	       "Plugin 'container' version '0.7.0' is not compatible with required plugin version "
	       "'9.0.0'");
	refuse("- required_plugin_versions: container\n", "LOAD_ERR_YAML_VALIDATE", "sequence");
}

static void test_redefine(void **state)
{
	struct ruleset *rs = load_good(RULE("r", "proc.name=a") RULE("s", "proc.name=b")
					       RULE("r", "proc.name=c"));

	assert_int_equal(rs->n_rules, 2);
	assert_string_equal(rs->rules[0]->name, "r");
	assert_int_equal(rs->rules[0]->index, 0);
	assert_string_equal(condition_of(rs, "r"), "proc.name = c");
	ruleset_free(&rs);
	refuse(R R "  source: k8s_audit\n", "LOAD_ERR_VALIDATE",
	       "Rule has been re-defined with a different source");
}

#define APPEND(keys) "- rule: r\n  append: true\n" keys

static void test_append(void **state)
{
	struct ruleset *rs;

	resolves_to(R APPEND("  condition: and proc.pid=5\n"), "(proc.name = a and proc.pid = 5)");
	/* Precedence is that of the joined text. */
	resolves_to(RULE("r", "proc.name=a or proc.name=b") APPEND("  condition: and proc.pid=5\n"),
		    "(proc.name = a or (proc.name = b and proc.pid = 5))");
	rs = load_good(
		R APPEND("  condition: or proc.pid=5\n  enabled: false\n  priority: DEBUG\n"));
	assert_true(rs->rules[0]->enabled);
	assert_int_equal(rs->rules[0]->priority, PRIORITY_INFORMATIONAL);
	want_diag(rs, "LINT_APPEND_IGNORES", "condition and exceptions only");
	want_diag(rs, "LOAD_DEPRECATED_ITEM", "append: true");
	ruleset_free(&rs);
	refuse(R APPEND("  output: o\n"), "LOAD_ERR_VALIDATE",
	       "Appended rule must have exceptions or condition property");
	refuse(APPEND("  condition: and a.b=c\n"), "LOAD_ERR_VALIDATE",
	       "no rule by that name already exists");
	refuse("- list: l\n  items: [a]\n  append: true\n", "LOAD_ERR_VALIDATE",
	       "no list by that name already exists");
	refuse("- macro: m\n  condition: or a\n  append: true\n", "LOAD_ERR_VALIDATE",
	       "no macro by that name already exists");
}

#define OVERRIDE(keys, how) "- rule: r\n" keys "  override: {" how "}\n"

static void test_override(void **state)
{
	struct ruleset *rs;
	const struct rule *r;

	rs = load_good(RULE("r", "proc.name=a") "  tags: [b]\n" OVERRIDE(
		"  condition: or proc.name=b\n  output: more\n  desc: e\n  tags: [a]\n"
		"  priority: ERROR\n  enabled: false\n  warn_evttypes: false\n"
		"  skip-if-unknown-filter: true\n  capture: false\n  capture_duration: 5\n",
		"condition: append, output: append, desc: append, tags: append, priority: replace, "
		"enabled: replace, warn_evttypes: replace, skip-if-unknown-filter: replace, "
		"capture: replace, capture_duration: replace"));
	r = rs->rules[0];
	assert_string_equal(condition_of(rs, "r"), "(proc.name = a or proc.name = b)");
	assert_string_equal(r->output, "o more");
	assert_string_equal(r->desc, "d e");
	assert_int_equal(r->n_tags, 2);
	assert_string_equal(r->tags[0], "a");
	assert_int_equal(r->priority, PRIORITY_ERROR);
	assert_false(r->enabled);
	assert_false(r->warn_evttypes);
	assert_true(r->skip_if_unknown);
	ruleset_free(&rs);

	rs = load_good(RULE("r", "proc.name=a") "  tags: [b]\n" OVERRIDE(
		"  condition: proc.name=b\n  output: ' new '\n  desc: e\n  tags: [a]\n",
		"condition: replace, output: replace, desc: replace, tags: replace"));
	r = rs->rules[0];
	assert_string_equal(condition_of(rs, "r"), "proc.name = b");
	assert_string_equal(r->output, " new ");
	assert_string_equal(r->desc, "e");
	assert_int_equal(r->n_tags, 1);
	ruleset_free(&rs);
}

static void test_override_of_others(void **state)
{
	resolves_to("- list: l\n  items: [a]\n"
		    "- list: l\n  items: [b]\n  override: {items: append}\n" RULE(
			    "r", "proc.name in (l)"),
		    "proc.name in (a, b)");
	resolves_to("- list: l\n  items: [b]\n  override: {items: replace}\n" RULE(
			    "r", "proc.name in (l)"),
		    "proc.name in (b)");
	refuse("- list: l\n  items: [b]\n  override: {items: append}\n", "LOAD_ERR_VALIDATE",
	       "no list by that name already exists");
	refuse("- macro: m\n  condition: a\n  override: {condition: append}\n", "LOAD_ERR_VALIDATE",
	       "no macro by that name already exists");
}

static void test_override_wrong(void **state)
{
	refuse(R OVERRIDE("  condition: a\n", "condition: add"), "LOAD_ERR_YAML_VALIDATE",
	       "Invalid override operation for key 'condition': 'add'");
	refuse(R OVERRIDE("  enabled: false\n", "enabled: append"), "LOAD_ERR_YAML_VALIDATE",
	       "Key 'enabled' cannot be appended to, use 'replace' instead");
	refuse(R OVERRIDE("  source: a\n", "source: replace"), "LOAD_ERR_YAML_VALIDATE",
	       "Key 'source' cannot be replaced");
	refuse(R OVERRIDE("  desc: a\n", "desc: append, output: append"), "LOAD_ERR_YAML_VALIDATE",
	       "An append override for 'output' was specified but 'output' is not defined");
	refuse(R OVERRIDE("  desc: a\n", "output: replace"), "LOAD_ERR_YAML_VALIDATE",
	       "A replace override for 'output' was specified but 'output' is not defined");
	refuse(R OVERRIDE("  desc: a\n  output: b\n", "desc: append"), "LOAD_ERR_YAML_VALIDATE",
	       "Unexpected key 'output': no corresponding entry under 'override' is defined.");
	refuse(R OVERRIDE("  desc: a\n  append: true\n", "desc: append"), "LOAD_ERR_YAML_VALIDATE",
	       "Keys 'override' and 'append: true' cannot be used together");
	refuse(R "  override: x\n", "LOAD_ERR_YAML_VALIDATE", "'override' must map");
	refuse(OVERRIDE("  desc: a\n", "desc: append"), "LOAD_ERR_VALIDATE",
	       "no rule by that name already exists");
}

static void test_enabled(void **state)
{
	struct ruleset *rs = load_good(R "- rule: r\n  enabled: false\n");

	assert_false(rs->rules[0]->enabled);
	assert_non_null(rs->rules[0]->tree);
	want_diag(rs, "LOAD_DEPRECATED_ITEM", "enabled");
	ruleset_free(&rs);
	refuse("- rule: r\n  enabled: false\n", "LOAD_ERR_VALIDATE",
	       "Rule has 'enabled' key but no rule by that name already exists");
	/* A rule that is off is compiled all the same. */
	refuse(RULE("r", "no.such = a") "  enabled: false\n", "LOAD_ERR_COMPILE_CONDITION",
	       "nonexistent field");
}

static void test_source(void **state)
{
	struct ruleset *rs = load_good(RULE("r", "ka.verb = get") "  source: k8s_audit\n");

	assert_int_equal(rs->n_rules, 1);
	assert_null(rs->rules[0]->tree);
	want_diag(rs, "LOAD_UNKNOWN_SOURCE", "Unknown source k8s_audit, skipping");
	ruleset_free(&rs);
}

static void test_skip_if_unknown(void **state)
{
	struct ruleset *rs = load_good(RULE("r", "no.such = a") "  skip-if-unknown-filter: yes\n");

	assert_null(rs->rules[0]->tree);
	want_diag(rs, "LOAD_UNKNOWN_FILTER", "skipped");
	ruleset_free(&rs);
	warn(RULE("r", "evt.type = nosuch") "  skip-if-unknown-filter: true\n",
	     "LOAD_UNKNOWN_FILTER", "skipped");
	warn("- rule: r\n  desc: d\n  output: '%no.such'\n  priority: INFO\n"
	     "  condition: proc.name = a\n  skip-if-unknown-filter: true\n",
	     "LOAD_UNKNOWN_FILTER", "skipped");
	refuse(RULE("r", "proc.pid = a") "  skip-if-unknown-filter: true\n",
	       "LOAD_ERR_COMPILE_CONDITION", "not a valid number");
	refuse(RULE("r", "proc.pid = a and no.such = b") "  skip-if-unknown-filter: true\n",
	       "LOAD_ERR_COMPILE_CONDITION", "not a valid number");
}

static void test_capture(void **state)
{
	struct ruleset *rs = load_good(R "  capture: true\n  capture_duration: 5000\n" RULE(
		"s", "proc.name = b") "  capture: true\n");

	/* A note, once. */
	assert_int_equal(want_diag(rs, "LINT_NO_CAPTURE", "capture")->severity, SEVERITY_NOTE);
	assert_int_equal(rs->diags.n - rs->diags.warnings, 1);
	ruleset_free(&rs);
	no_warning(R "  capture: false\n", "LINT_NO_CAPTURE");
}

/* ---- exceptions ---- */

#define EXCEPT(list) R "  exceptions:\n" list

static void test_exceptions(void **state)
{
	resolves_to(EXCEPT("  - name: e\n    fields: [proc.name, proc.pid]\n"
			   "    values: [[a, 1], ['b c', 2]]\n"),
		    "(proc.name = a and not ((proc.name = a and proc.pid = 1) or "
		    "(proc.name = \"b c\" and proc.pid = 2)))");
	resolves_to(EXCEPT("  - name: e\n    fields: [proc.name, fd.name]\n"
			   "    comps: [in, startswith]\n    values: [[[x, y], /z], [k, /w]]\n"),
		    "(proc.name = a and not ((proc.name in (x, y) and fd.name startswith /z) or "
		    "(proc.name in (k) and fd.name startswith /w)))");
	resolves_to(EXCEPT("  - name: e\n    fields: proc.name\n    values: [x, y z]\n"),
		    "(proc.name = a and not proc.name in (x, \"y z\"))");
	resolves_to(EXCEPT("  - name: e\n    fields: fd.name\n    comps: pmatch\n"
			   "    values: [/a, /b]\n"),
		    "(proc.name = a and not fd.name pmatch (/a, /b))");
	resolves_to(EXCEPT("  - name: e\n    fields: fd.name\n    comps: startswith anyof\n"
			   "    values: [/a, /b]\n"),
		    "(proc.name = a and not (fd.name startswith /a or fd.name startswith /b))");
	/* A list's name is a value like any other. */
	resolves_to("- list: l\n  items: [x, y]\n" EXCEPT(
			    "  - name: e\n    fields: proc.name\n    values: [l]\n"),
		    "(proc.name = a and not proc.name in (x, y))");
	/* Without values nothing is added; the condition is in parentheses all the same. */
	resolves_to(RULE("r", "proc.name = a or proc.name = b") "  exceptions: [{name: e, "
								"fields: [proc.pid]}]\n",
		    "(proc.name = a or proc.name = b)");
	resolves_to(RULE("r", "proc.name = a or proc.name = b") "  exceptions: [{name: e, "
								"fields: [proc.pid], values: "
								"[[1]]}]\n",
		    "((proc.name = a or proc.name = b) and not proc.pid = 1)");
	resolves_to(R "  exceptions:\n", "proc.name = a");
}

static void test_exceptions_append(void **state)
{
	static const char base[] =
		EXCEPT("  - name: e\n    fields: [proc.pid]\n    values: [[1]]\n");
	char text[2048];

	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: e, values: [[2]]}, {name: f, fields: proc.pid, "
		 "values: [3]}]\n  override: {exceptions: append}\n");
	resolves_to(text, "(proc.name = a and not (proc.pid = 1 or proc.pid = 2) and "
			  "not proc.pid in (3))");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: e, values: [[2]]}]\n  append: true\n");
	resolves_to(text, "(proc.name = a and not (proc.pid = 1 or proc.pid = 2))");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: f, fields: [proc.pid], values: [[2]]}]\n"
		 "  override: {exceptions: replace}\n");
	resolves_to(text, "(proc.name = a and not proc.pid = 2)");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: e, fields: [proc.pid], values: [[2]]}]\n"
		 "  append: true\n");
	refuse(text, "LOAD_ERR_VALIDATE",
	       "Can not append exception fields to existing exception, only values");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: e, comps: [in], values: [[2]]}]\n"
		 "  append: true\n");
	refuse(text, "LOAD_ERR_VALIDATE", "Can not append exception comps");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: f, fields: [proc.pid]}]\n  append: true\n");
	refuse(text, "LOAD_ERR_VALIDATE", "must have values property");
	snprintf(text, sizeof(text), "%s%s", base,
		 "- rule: r\n  exceptions: [{name: e}]\n  append: true\n");
	warn(text, "LOAD_APPEND_NO_VALUES", "no values");
}

static void test_exceptions_wrong(void **state)
{
	refuse(EXCEPT("  - name: e\n    fields: [proc.name]\n    comps: [in, in]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Fields and comps lists must have equal length");
	refuse(EXCEPT("  - name: e\n    fields: [proc.name]\n    values: [[a, b]]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Fields and values lists must have equal length");
	refuse(EXCEPT("  - name: e\n    fields: [proc.name]\n    values: [a]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Fields and values lists must have equal length");
	refuse(EXCEPT("  - name: e\n    fields: proc.name\n    comps: [in]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Fields and comps must both be strings");
	refuse(EXCEPT("  - name: e\n    fields: proc.name\n    comps: contains\n"),
	       "LOAD_ERR_YAML_VALIDATE", "comps must be one of (in, pmatch, intersects)");
	refuse(EXCEPT("  - name: e\n    fields: proc.name\n    values: [[a]]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Expected values array to contain a list of strings");
	refuse(EXCEPT("  - name: e\n    fields: [proc.name]\n    comps: [is]\n"),
	       "LOAD_ERR_YAML_VALIDATE", "'is' is not a supported comparison operator");
	refuse(EXCEPT("  - name: e\n    fields: [no.such]\n"), "LOAD_ERR_YAML_VALIDATE",
	       "'no.such' is not a supported filter field");
	refuse(EXCEPT("  - name: e\n    fields: ['proc.name = a or']\n"), "LOAD_ERR_YAML_VALIDATE",
	       "is not a supported filter field");
	refuse(EXCEPT("  - name: e\n"), "LOAD_ERR_YAML_VALIDATE",
	       "must have fields property with a list of fields");
	refuse(EXCEPT("  - fields: [proc.name]\n"), "LOAD_ERR_YAML_VALIDATE",
	       "Item has no mapping for key 'name'");
	refuse(EXCEPT("  - name: e\n    fields: [proc.name]\n    values: x\n"),
	       "LOAD_ERR_YAML_VALIDATE", "Rule exception values must be a sequence");
	refuse(R "  exceptions: x\n", "LOAD_ERR_YAML_VALIDATE",
	       "Rule exceptions must be a sequence");
	refuse(R "  exceptions: [x]\n", "LOAD_ERR_YAML_VALIDATE",
	       "Rule exception must be a mapping");
	warn(EXCEPT("  - {name: e, fields: proc.name}\n  - {name: e, fields: proc.name}\n"),
	     "LOAD_EXCEPTION_NAME_NOT_UNIQUE", "'e'");
	/* A value can break the condition, as it can in Falco. */
	refuse(EXCEPT("  - name: e\n    fields: proc.name\n    values: ['a)']\n"),
	       "LOAD_ERR_COMPILE_CONDITION", "unexpected token after");
}

/* ---- files ---- */

static void put(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void drop(const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	remove(path);
}

static void test_directory(void **state)
{
	char dir[] = "/tmp/gen_ruleset.XXXXXX";
	struct ruleset *rs = ruleset_new();

	assert_non_null(mkdtemp(dir));
	put(dir, "b.yaml", RULE("two", "m"));
	put(dir, "a.yml", "- macro: m\n  condition: proc.name=a\n" RULE("one", "m"));
	put(dir, "c.txt", "[");
	assert_int_equal(ruleset_load(rs, dir), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	assert_int_equal(rs->n_rules, 2);
	assert_string_equal(rs->rules[0]->name, "one");
	drop(dir, "a.yml");
	drop(dir, "b.yaml");
	drop(dir, "c.txt");
	assert_int_equal(rmdir(dir), 0);
	ruleset_free(&rs);
}

static void test_unreadable(void **state)
{
	struct ruleset *rs = ruleset_new();
	int i;

	assert_int_equal(ruleset_load(rs, "/nonexistent/rules.yaml"), -22);
	want_diag(rs, "LOAD_ERR_FILE_READ", "Could not open file /nonexistent/rules.yaml");
	assert_int_equal(ruleset_load(rs, "/dev/zero"), -22);
	want_diag(rs, "LOAD_ERR_FILE_READ", "larger than 16 MiB");
	ruleset_free(&rs);
	/* Twice free is one free. */
	ruleset_free(&rs);
	for (i = 0; i < 3; i++) {
		rs = ruleset_new();
		ruleset_free(&rs);
		assert_null(rs);
	}
}

/* The first error of a file ends it; what was loaded before stays. */
static void test_first_error(void **state)
{
	static const char text[] = R "- rule: s\n" RULE("t", "proc.name=a");
	struct ruleset *rs = ruleset_new();

	assert_int_equal(ruleset_load_text(rs, "f", text, strlen(text)), -22);
	assert_int_equal(rs->diags.errors, 1);
	assert_int_equal(rs->n_rules, 1);
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_priorities),
		cmocka_unit_test(test_file_shape),
		cmocka_unit_test(test_missing_keys),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_redefine),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_override_of_others),
		cmocka_unit_test(test_override_wrong),
		cmocka_unit_test(test_enabled),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_skip_if_unknown),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_exceptions),
		cmocka_unit_test(test_exceptions_append),
		cmocka_unit_test(test_exceptions_wrong),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_first_error),
	};

	return cmocka_run_group_tests_name("gen_ruleset", tests, NULL, NULL);
}
