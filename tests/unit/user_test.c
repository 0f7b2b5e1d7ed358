/* SPDX-License-Identifier: Apache-2.0 */
/* Files of tests for rules: what they are read as, and that none of them does harm. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen/arena.h"
#include "gen/ruleset.h"
#include "user/test_file.h"
#include "user/test_xml.h"

static const char sample[] =
	"rules: [a.yaml, /b/c.yaml]\n"
	"defaults: {container.id: '0123456789ab', proc.name: sh, fd.num: 3}\n"
	"tests:\n"
	"  - name: first\n"
	"    desc: what it is about\n"
	"    event: {evt.type: openat, proc.name: 7, fd.num: null}\n"
	"    alerts: [A, {rule: B, priority: info, count: 2, contains: [x, y]}]\n"
	"    no_alerts: C\n"
	"  - name: second\n"
	"    events:\n"
	"      - &one {evt.type: execve, evt.failed: true}\n"
	"      - *one\n"
	"    alerts: [{rule: A, output: o, fields: {proc.name: sh, fd.name: null}}]\n"
	"    exact: true\n"
	"  - {name: third, event: *one, alerts: []}\n";

/* Reads a text as a file of that name would be; the ruleset owns what out holds. */
static int read_text(struct ruleset *rs, const char *text, size_t len, struct test_file *out)
{
	char path[] = "/tmp/tiercel-unit.XXXXXX";
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	err = test_file_read(&rs->diags, path, out);
	unlink(path);
	return err;
}

static const struct json *member(const struct test_case *c, size_t event, const char *name)
{
	return json_get(c->events[event], name);
}

static void fields_of_a_file(void **state)
{
	struct ruleset *rs = ruleset_new();
	struct test_file f;
	const struct test_case *c;

	assert_int_equal(read_text(rs, sample, strlen(sample), &f), 0);
	assert_int_equal(f.n_rules, 2);
	assert_string_equal(f.rules[0].text, "/tmp/a.yaml");
	assert_string_equal(f.rules[1].text, "/b/c.yaml");
	assert_int_equal(f.n_cases, 3);
	c = &f.cases[0];
	assert_string_equal(c->name, "first");
	assert_int_equal(c->at.line, 4);
	/* a field that is a text is one, whatever it looks like; null takes a default away */
	assert_int_equal(member(c, 0, "proc.name")->kind, JSON_STR);
	assert_string_equal(member(c, 0, "proc.name")->str, "7");
	assert_int_equal(member(c, 0, "fd.num")->kind, JSON_NULL);
	assert_string_equal(member(c, 0, "container.id")->str, "0123456789ab");
	assert_int_equal(c->n_alerts, 2);
	assert_false(c->alerts[0].has_priority);
	assert_int_equal(c->alerts[1].priority, PRIORITY_INFORMATIONAL);
	assert_int_equal(c->alerts[1].count, 2);
	assert_int_equal(c->alerts[1].n_contains, 2);
	assert_int_equal(c->n_no_alerts, 1);
	assert_false(c->exact);
	c = &f.cases[1];
	assert_int_equal(c->n_events, 2);
	assert_int_equal(member(c, 1, "evt.failed")->kind, JSON_BOOL);
	assert_int_equal(member(c, 1, "fd.num")->num, 3);
	assert_string_equal(c->alerts[0].output, "o");
	assert_null(c->alerts[0].fields[1].text);
	assert_true(c->exact);
	assert_true(f.cases[2].exact);
	ruleset_free(&rs);
}

/* What is short on disk must not become endless by aliases. */
static void aliases_multiply(void **state)
{
	struct ruleset *rs = ruleset_new();
	char *text = calloc(1, 1 << 16), *to = text;
	struct test_file f;

	to += sprintf(to, "tests:\n  - name: a\n    alerts: []\n    events: &e [");
	for (int i = 0; i < 1000; i++)
		to += sprintf(to, "{evt.type: open},");
	to += sprintf(to, "]\n");
	for (int i = 0; i < 1000; i++)
		to += sprintf(to, "  - {name: b, alerts: [], events: *e}\n");
	assert_int_equal(read_text(rs, text, to - text, &f), -EINVAL);
	assert_non_null(strstr(rs->diags.list[0].message, "200000"));
	free(text);
	ruleset_free(&rs);
}

/* Anything at all is either read or refused with a reason. */
static void random_changes(void **state)
{
	static const char *const pieces[] = {"[",    "]",  "{",	 "}",  "*one", "&one ",
					     "null", "- ", "\n", "  ", ": ",   "\xff",
					     "\"",   "'",  "99", "|\n"};
	char text[sizeof(sample) + 256];

	srand(1);
	for (int i = 0; i < 3000; i++) {
		struct ruleset *rs = ruleset_new();
		size_t len = strlen(sample);
		struct test_file f;
		int err;

		memcpy(text, sample, len);
		for (int k = rand() % 8; k >= 0; k--) {
			const char *piece = pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))];
			size_t n = strlen(piece), at = rand() % len, cut = rand() % 3 * n;

			cut = at + cut > len ? len - at : cut;
			memmove(text + at + n, text + at + cut, len - at - cut);
			memcpy(text + at, piece, n);
			len += n - cut;
		}
		err = read_text(rs, text, len, &f);
		assert_true(!err == !rs->diags.errors);
		ruleset_free(&rs);
	}
}

static void xml_holds_any_text(void **state)
{
	static const struct {
		const char *text, *xml;
	} rows[] = {
		{"plain", "plain"},
		{"<a b=\"c\">&", "&lt;a b=&quot;c&quot;&gt;&amp;"},
		{"a\nb\tc", "a&#10;b&#9;c"},
		{"\x01\x1b", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		/* cut, overlong, half of a pair, no character */
		{"\xc3", "\xef\xbf\xbd"},
		{"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = {};

		xml_text(&b, rows[i].text, strlen(rows[i].text));
		assert_string_equal(buf_text(&b), rows[i].xml);
		buf_free(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_a_file),
		cmocka_unit_test(aliases_multiply),
		cmocka_unit_test(random_changes),
		cmocka_unit_test(xml_holds_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
