/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: three sources, their order, and what is wrong with them. */
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

#include "user/config.h"

static char file[] = "/tmp/tiercel-config-XXXXXX";

static int load(struct config *c, const char *yaml, const char *const *options, size_t n)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(yaml, f);
	fclose(f);
	return config_load(c, file, options, n);
}

/* What was written to stderr while loading, in a static buffer. */
static const char *complaints(const char *yaml, int *err)
{
	static char text[4096];
	int saved = dup(STDERR_FILENO);
	FILE *f = tmpfile();
	struct config c;
	size_t n;

	assert_non_null(f);
	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	*err = load(&c, yaml, NULL, 0);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	if (!*err)
		config_free(&c);
	return text;
}

static void defaults(void **state)
{
	struct config c;

	assert_int_equal(load(&c, "", NULL, 0), 0);
	assert_int_equal(c.rule_matching, MATCHING_ALL);
	assert_int_equal(c.priority, PRIORITY_DEBUG);
	assert_int_equal(c.slack_minimumpriority, PRIORITY_DEBUG);
	assert_int_equal(c.append.n, 1);
	assert_true(c.append.v[0].suggested);
	assert_true(c.stdout_enabled);
	assert_false(c.json_output);
	assert_int_equal(c.rules_files.n, 1);
	assert_string_equal(c.slack_username, "Falcosidekick");
	assert_string_not_equal(c.hostname, "");
	config_free(&c);
}

static void values_of_a_file(void **state)
{
	struct config c;

	assert_int_equal(load(&c,
			      "rules_files: [/a, /b]\njson_output: yes\nrule_matching: first\n"
			      "priority: Warning\nappend_output:\n  - suggested_output: false\n"
			      "slack:\n  webhookurl: http://x/y\n  minimumpriority: error\n"
			      "stdout_output: {enabled: off}\n---\nhostname: h\n",
			      NULL, 0),
			 0);
	assert_int_equal(c.rules_files.n, 2);
	assert_string_equal(c.rules_files.v[1], "/b");
	assert_true(c.json_output);
	assert_int_equal(c.rule_matching, MATCHING_FIRST);
	assert_int_equal(c.priority, PRIORITY_WARNING);
	assert_int_equal(c.append.n, 1);
	assert_false(c.append.v[0].suggested);
	assert_false(c.stdout_enabled);
	assert_string_equal(c.slack_webhookurl, "http://x/y");
	assert_int_equal(c.slack_minimumpriority, PRIORITY_ERROR);
	assert_string_equal(c.hostname, "h");
	config_free(&c);
}

static void later_source_wins(void **state)
{
	const char *const options[] = {"slack.minimumpriority=alert", "rules_files[]=/c",
				       "append_output[0].suggested_output=false"};
	struct config c;

	setenv("SLACK_WEBHOOKURL", "http://env/", 1);
	setenv("SLACK_MINIMUMPRIORITY", "notice", 1);
	setenv("FALCO_HOSTNAME", "env-host", 1);
	assert_int_equal(
		load(&c, "slack: {webhookurl: http://file/, minimumpriority: error}\n", options, 3),
		0);
	assert_string_equal(c.slack_webhookurl, "http://env/");
	assert_int_equal(c.slack_minimumpriority, PRIORITY_ALERT);
	assert_string_equal(c.hostname, "env-host");
	assert_int_equal(c.rules_files.n, 2);
	assert_string_equal(c.rules_files.v[1], "/c");
	assert_int_equal(c.append.n, 1);
	assert_false(c.append.v[0].suggested);
	config_free(&c);
	unsetenv("SLACK_WEBHOOKURL");
	unsetenv("SLACK_MINIMUMPRIORITY");
	unsetenv("FALCO_HOSTNAME");
}

static void variables_are_expanded(void **state)
{
	const char *const options[] = {"slack.channel=${TIERCEL_T}!"};
	struct config c;

	setenv("TIERCEL_T", "value", 1);
	assert_int_equal(
		load(&c,
		     "hostname: a${TIERCEL_T}b${TIERCEL_NONE}c\nslack:\n  footer: $${TIERCEL_T}\n"
		     "  icon: ${TIERCEL_T\n",
		     options, 1),
		0);
	assert_string_equal(c.hostname, "avaluebc");
	assert_string_equal(c.slack_footer, "${TIERCEL_T}");
	assert_string_equal(c.slack_icon, "${TIERCEL_T");
	assert_string_equal(c.slack_channel, "value!");
	config_free(&c);
	unsetenv("TIERCEL_T");
}

static void assert_complains(const char *yaml, int want_err, const char *place, const char *part)
{
	int err;
	const char *text = complaints(yaml, &err);
	char start[200];

	snprintf(start, sizeof(start), "%s:%s", file, place);
	assert_int_equal(err != 0, want_err);
	if (strncmp(text, start, strlen(start)) || !strstr(text, part))
		fail_msg("'%s' and '%s' are not in: %s", start, part, text);
}

static void unknown_keys_are_warned_of(void **state)
{
	assert_complains("\njson_ouptut: true\n", 0, "2:1: warning: ", "json_output");
	assert_complains("slack:\n  webhokurl: x\n", 0, "2:3: warning: ", "slack.webhookurl");
	assert_complains("grpc: {enabled: true}\n", 0, "1:1: note: ", "no effect");
}

static void bad_values_are_errors(void **state)
{
	assert_complains("json_output: maybe\n", 1, "1:14: error: ", "true or false");
	assert_complains("priority: LOUD\n", 1, "1:11: error: ", "LOUD");
	assert_complains("json_output: [a]\n", 1, "1:14: error: ", "true or false");
	assert_complains("- a\n", 1, "1:1: error: ", "mapping");
	assert_complains("a: [\n", 1, "", "error");
}

static void bad_options_are_errors(void **state)
{
	static const char *const bad[] = {"json_output=maybe", "json_output", "=x",
					  "slack.minimumpriority=loudest"};
	struct config c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!load(&c, "", &bad[i], 1))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_not_equal(config_load(&c, "/no/such/file", NULL, 0), 0);
}

static void selections(void **state)
{
	static const char *const add[] = {"rules[].enable.rule=Two words"};
	static const char *const bad[] = {"rules.disable=x",
					  "rules[].disable.rule=", "rules[].remove.tag=x"};
	struct rule_selection s;
	struct config c;

	assert_int_equal(load(&c, "rules:\n- disable: {rule: 'A*'}\n- enable: {tag: t}\n", add, 1),
			 0);
	assert_int_equal(c.rules.n, 3);
	assert_int_equal(config_selection(c.rules.v[0], &s), 0);
	assert_false(s.enable || s.by_tag);
	assert_string_equal(s.pattern, "A*");
	assert_int_equal(config_selection(c.rules.v[1], &s), 0);
	assert_true(s.enable && s.by_tag);
	assert_string_equal(s.pattern, "t");
	assert_int_equal(config_selection(c.rules.v[2], &s), 0);
	assert_true(s.enable && !s.by_tag);
	assert_string_equal(s.pattern, "Two words");
	config_free(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!load(&c, "", &bad[i], 1))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_complains("rules: x\n", 1, "1:8: error: ", "disable");
	assert_complains("rules:\n- disable: x\n", 1, "2:3: error: ", "disable");
	assert_complains("rules:\n- disable: {rule: a, tag: b}\n", 1, "2:3: error: ", "disable");
}

static void additions_to_outputs(void **state)
{
	static const char yaml[] = "append_output:\n"
				   "- match: {source: syscall, rule: A rule, tags: [t, u]}\n"
				   "  extra_output: on ${TIERCEL_T} %proc.name\n"
				   "  extra_fields:\n"
				   "  - evt.hostname\n"
				   "  - home: ${TIERCEL_T}!\n"
				   "- suggested_output: yes\n";
	struct append_entry *e;
	struct config c;

	setenv("TIERCEL_T", "value", 1);
	assert_int_equal(load(&c, yaml, NULL, 0), 0);
	unsetenv("TIERCEL_T");
	assert_int_equal(c.append.n, 2);
	e = &c.append.v[0];
	assert_string_equal(e->source, "syscall");
	assert_string_equal(e->rule, "A rule");
	assert_int_equal(e->tags.n, 2);
	assert_string_equal(e->tags.v[1], "u");
	assert_string_equal(e->output, "on value %proc.name");
	assert_int_equal(e->n_fields, 2);
	assert_string_equal(e->fields[0].name, "evt.hostname");
	assert_null(e->fields[0].format);
	assert_string_equal(e->fields[1].name, "home");
	assert_string_equal(e->fields[1].format, "value!");
	assert_false(e->suggested);
	assert_true(c.append.v[1].suggested);
	config_free(&c);
}

static void wrong_additions(void **state)
{
	static const char *const bad[] = {
		"append_output[].extra_output=%nosuch.field",
		"append_output[].extra_fields[]=nosuch.field",
		"append_output[].extra_fields[]=proc.name proc.pid",
		"append_output[2].extra_output=x",
		"append_output[x].extra_output=x",
		"append_output[0]=x",
		"append_output[0].match=x",
		"append_output[0].match.rule={a: b}",
		"append_output=[",
		"append_output=x",
		"append_output.suggested_output=maybe",
		"append_output[].extra_output[0]=x",
	};
	struct config c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!load(&c, "", &bad[i], 1))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_complains("append_output:\n- extra_output: >\n    a\n    b %nosuch.field\n", 1,
			 "4:7: error: ", "unknown filter: nosuch.field");
	assert_complains("append_output:\n- extra_fields: [proc.name, x y]\n", 1,
			 "2:29: error: ", "unknown filter: x");
	assert_complains("append_output:\n- extra_fields: [proc.name, proc.name x]\n", 1,
			 "2:29: error: ", "one field");
	assert_complains("append_output:\n- extra_fields: [name: '%proc.nmae']\n", 1,
			 "2:25: error: ", "proc.nmae");
	assert_complains("append_output: [extra_output]\n", 1, "1:17: error: ", "a mapping");
	assert_complains("append_output: {match: [a]}\n", 1, "1:24: error: ", "source");
	assert_complains("append_output:\n- extra_outptu: x\n", 0,
			 "2:3: warning: ", "'extra_outptu'");
	assert_complains("append_output:\n- match: {tag: x}\n", 0, "2:11: warning: ", "'tags'");
}

/* Writes further files into a directory of their own; removes them with texts NULL. */
static void more_files(const char *dir, const char *const *names, const char *const *texts)
{
	char path[300];

	if (texts)
		assert_int_equal(mkdir(dir, 0700), 0);
	for (size_t i = 0; names[i]; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (!texts) {
			unlink(path);
			continue;
		}
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
	}
	if (!texts)
		assert_int_equal(rmdir(dir), 0);
}

static void further_files(void **state)
{
	static const char *const names[] = {"1.yaml", "2.yml", "3.txt", NULL};
	static const char *const texts[] = {
		"rules_files: [/b]\nhostname: one\nslack: {channel: c}\n",
		"hostname: two\njson_output: true\n", "hostname: three\n"};
	static const struct {
		const char *strategy, *host, *channel, *username;
		size_t n_files;
		bool json;
	} rows[] = {
		{"append", "two", "c", "Falcosidekick", 2, true},
		{"override", "two", "c", "Falcosidekick", 1, true},
		{"add-only", "main", "", "u", 1, true},
	};
	char dir[sizeof(file) + 2], yaml[600];
	struct config c;

	snprintf(dir, sizeof(dir), "%s.d", file);
	more_files(dir, names, texts);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(yaml, sizeof(yaml),
			 "config_files:\n- {path: %s, strategy: %s}\n- /no/such/file\n"
			 "rules_files: [/a]\nhostname: main\nslack: {username: u}\n",
			 dir, rows[i].strategy);
		assert_int_equal(load(&c, yaml, NULL, 0), 0);
		assert_string_equal(c.hostname, rows[i].host);
		assert_string_equal(c.slack_channel, rows[i].channel);
		assert_string_equal(c.slack_username, rows[i].username);
		assert_int_equal(c.rules_files.n, rows[i].n_files);
		assert_int_equal(c.json_output, rows[i].json);
		assert_int_equal(c.config_files.n, 2);
		assert_string_equal(c.config_files.v[0], dir);
		config_free(&c);
	}
	/* named by -o, and a plain path appends */
	snprintf(yaml, sizeof(yaml), "config_files[]=%s/1.yaml", dir);
	{
		const char *const options[] = {yaml, "hostname=option"};

		assert_int_equal(load(&c, "rules_files: [/a]\n", options, 2), 0);
		assert_string_equal(c.hostname, "option");
		assert_int_equal(c.rules_files.n, 2);
		config_free(&c);
	}
	more_files(dir, names, NULL);
}

static void wrong_further_files(void **state)
{
	static const char *const names[] = {"1.yaml", NULL};
	static const char *const texts[] = {"config_files: [/x]\n"};
	char dir[sizeof(file) + 2], yaml[300];

	assert_complains("config_files: [{strategy: append}]\n", 1, "1:16: error: ", "a path");
	assert_complains("config_files: [{path: /x, strategy: merge}]\n", 1,
			 "1:37: error: ", "add-only");
	snprintf(yaml, sizeof(yaml), "config_files: [%s]\n", file);
	assert_complains(yaml, 1, "1:16: error: ", "stands in");
	snprintf(dir, sizeof(dir), "%s.d", file);
	more_files(dir, names, texts);
	snprintf(yaml, sizeof(yaml), "config_files: [%s]\n", dir);
	{
		int err;

		assert_non_null(strstr(complaints(yaml, &err), "1.yaml:1:15: error: "));
		assert_int_not_equal(err, 0);
	}
	more_files(dir, names, NULL);
}

static void paths_of_options(void **state)
{
	const char *const options[] = {"rules_files[0]=/x",	  "rules_files[2]=/z",
				       "rules_files[]=/n",	  "rules=[{disable: {rule: a}}]",
				       "rules[0].disable.rule=b", "rules[].enable.tag=t",
				       "customfields.one=1",	  "customfields={two: 2}",
				       "customtags[]=t"};
	static const char *const bad[] = {
		"rules_files[9]=/x",
		"rules_files[x]=/x",
		"rules_files[0=/x",
		"hostname.x=y",
		"rules_files.x=y",
		"[0]=x",
		".a=x",
		"slack..channel=x",
		"slack.channel[]=x",
		"rules_files=[}]",
		"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=x",
		"customfields[0]=x",
	};
	struct rule_selection s;
	struct config c;

	assert_int_equal(load(&c, "rules_files: [/a, /b]\n", options, 9), 0);
	assert_int_equal(c.rules_files.n, 4);
	assert_string_equal(c.rules_files.v[0], "/x");
	assert_string_equal(c.rules_files.v[1], "/b");
	assert_string_equal(c.rules_files.v[2], "/z");
	assert_string_equal(c.rules_files.v[3], "/n");
	assert_int_equal(c.rules.n, 2);
	assert_int_equal(config_selection(c.rules.v[0], &s), 0);
	assert_string_equal(s.pattern, "b");
	assert_int_equal(c.customfields.n, 2);
	assert_string_equal(c.customfields.v[0], "two");
	assert_string_equal(c.customtags.v[0], "t");
	config_free(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!load(&c, "", &bad[i], 1))
			fail_msg("accepted: %s", bad[i]);
	}
}

/* An alias is another name of a list, not the same list. */
static void options_leave_aliases_alone(void **state)
{
	const char *const options[] = {"customtags[]=x"};
	struct config c;

	assert_int_equal(load(&c, "rules_files: &a [/a]\ncustomtags: *a\n", options, 1), 0);
	assert_int_equal(c.rules_files.n, 1);
	assert_int_equal(c.customtags.n, 2);
	config_free(&c);
}

static void environment_of_falcosidekick(void **state)
{
	FILE *f;
	struct config c;
	char secret[sizeof(file) + 8];

	snprintf(secret, sizeof(secret), "%s.secret", file);
	f = fopen(secret, "w");
	assert_non_null(f);
	fputs("https://secret/\n", f);
	fclose(f);
	setenv("CUSTOMFIELDS", "a:1,b:x:y,,c", 1);
	setenv("CUSTOMTAGS", "t,u", 1);
	setenv("SLACK_WEBHOOKURL_FILE", secret, 1);
	assert_int_equal(load(&c, "customfields: {z: 0}\nslack: {webhookurl: x}\n", NULL, 0), 0);
	assert_int_equal(c.customfields.n, 4);
	assert_string_equal(c.customfields.v[1], "1");
	assert_string_equal(c.customfields.v[3], "x:y");
	assert_int_equal(c.customtags.n, 2);
	assert_string_equal(c.slack_webhookurl, "https://secret/");
	assert_int_equal(c.append.n, 2);
	assert_int_equal(c.append.v[1].n_fields, 2);
	assert_true(c.append.v[1].fields[0].literal);
	config_free(&c);
	/* the variable itself counts more, and a file that is not there is an error */
	setenv("SLACK_WEBHOOKURL", "http://plain/", 1);
	assert_int_equal(load(&c, "", NULL, 0), 0);
	assert_string_equal(c.slack_webhookurl, "http://plain/");
	config_free(&c);
	unsetenv("SLACK_WEBHOOKURL");
	unlink(secret);
	assert_int_not_equal(load(&c, "", NULL, 0), 0);
	unsetenv("SLACK_WEBHOOKURL_FILE");
	unsetenv("CUSTOMFIELDS");
	unsetenv("CUSTOMTAGS");
	assert_complains("customfields: [a]\n", 1, "1:15: error: ", "a mapping");
	assert_complains("customfields: {a: [b]}\n", 1, "1:19: error: ", "a mapping");
}

static int make_file(void **state)
{
	int fd = mkstemp(file);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(values_of_a_file),
		cmocka_unit_test(later_source_wins),
		cmocka_unit_test(variables_are_expanded),
		cmocka_unit_test(unknown_keys_are_warned_of),
		cmocka_unit_test(bad_values_are_errors),
		cmocka_unit_test(bad_options_are_errors),
		cmocka_unit_test(selections),
		cmocka_unit_test(additions_to_outputs),
		cmocka_unit_test(wrong_additions),
		cmocka_unit_test(further_files),
		cmocka_unit_test(wrong_further_files),
		cmocka_unit_test(paths_of_options),
		cmocka_unit_test(options_leave_aliases_alone),
		cmocka_unit_test(environment_of_falcosidekick),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
