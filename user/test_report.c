/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_report.h"

#include <errno.h>
#include <string.h>

#include "user/json.h"
#include "user/test_xml.h"
#include "user/util.h"

/* ---- lines to read ---- */

/* Names, outputs and values come from files: control characters are not for a terminal. */
static void print_text(const char *prefix, const char *text)
{
	struct buf b = {};

	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		buf_clear(&b);
		json_escape(&b, text, end - text);
		printf("%s%s\n", prefix, buf_text(&b));
	}
	buf_free(&b);
}

static void print_name(const struct test_report *r, const char *word, const struct test_case *c)
{
	struct buf b = {};

	json_escape(&b, c->name, strlen(c->name));
	printf("%-6s  %s:%u: %s\n", word, r->file, c->at.line, buf_text(&b));
	buf_free(&b);
}

static void print_case(const struct test_report *r, const struct test_result *res)
{
	bool failed = res->failures.n;

	if (!failed && !r->verbose)
		return;
	print_name(r, failed ? "FAILED" : "ok", res->test);
	for (size_t i = 0; i < res->failures.n; i++)
		print_text("        ", res->failures.v[i]);
	for (size_t i = 0; r->verbose && i < res->n_raised; i++) {
		const struct alert *a = &res->raised[i].alert;
		struct buf b = {};

		buf_printf(&b, "%s: %s: %s", priority_name(a->priority), a->rule, a->message);
		print_text("        raised: ", buf_text(&b));
		buf_free(&b);
	}
}

/* ---- JSON ---- */

static void text_member(struct buf *b, bool *first, const char *name, const char *text)
{
	json_name(b, first, name);
	json_str(b, text, strlen(text));
}

static void add_raised(struct buf *b, const struct test_raised *x)
{
	bool first = true;

	buf_char(b, '{');
	json_name(b, &first, "event");
	buf_printf(b, "%zu", x->event + 1);
	text_member(b, &first, "rule", x->alert.rule);
	text_member(b, &first, "priority", priority_name(x->alert.priority));
	text_member(b, &first, "output", x->alert.message);
	buf_char(b, '}');
}

static void begin_json(struct buf *b, bool *first, const struct test_report *r, const char *result)
{
	buf_char(b, '{');
	text_member(b, first, "file", r->file);
	text_member(b, first, "result", result);
}

static void case_json(const struct test_report *r, const struct test_result *res)
{
	struct buf b = {};
	bool first = true;

	begin_json(&b, &first, r, res->failures.n ? "failed" : "passed");
	json_name(&b, &first, "line");
	buf_printf(&b, "%u", res->test->at.line);
	text_member(&b, &first, "name", res->test->name);
	json_name(&b, &first, "failures");
	for (size_t i = 0; i < res->failures.n; i++) {
		buf_char(&b, i ? ',' : '[');
		json_str(&b, res->failures.v[i], strlen(res->failures.v[i]));
	}
	buf_str(&b, res->failures.n ? "]" : "[]");
	json_name(&b, &first, "alerts");
	buf_char(&b, '[');
	for (size_t i = 0; i < res->n_raised; i++) {
		if (i)
			buf_char(&b, ',');
		add_raised(&b, &res->raised[i]);
	}
	buf_str(&b, "]}\n");
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

static void broken_json(const struct test_report *r, const char *text)
{
	struct buf b = {};
	bool first = true;

	begin_json(&b, &first, r, "error");
	text_member(&b, &first, "error", text);
	buf_str(&b, "}\n");
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

/* ---- as it goes ---- */

void test_report_file(struct test_report *r, const char *path)
{
	r->file = path;
	r->passed = r->failed = 0;
	r->seconds = 0;
	r->broken = false;
	buf_clear(&r->suite);
}

void test_report_case(struct test_report *r, const struct test_result *res)
{
	if (res->failures.n)
		r->failed++;
	else
		r->passed++;
	r->seconds += res->seconds;
	if (r->junit)
		xml_case(&r->suite, r->file, res);
	if (r->json)
		case_json(r, res);
	else
		print_case(r, res);
}

void test_report_broken(struct test_report *r, const char *text)
{
	r->errors++;
	r->broken = true;
	if (r->junit)
		xml_broken(&r->suite, r->file, text);
	if (r->json)
		broken_json(r, text);
	else
		fputs(text, stderr);
}

void test_report_file_end(struct test_report *r)
{
	if (r->junit)
		xml_suite(r->junit, r->file, &r->suite, r->passed + r->failed, r->failed, r->broken,
			  r->seconds);
	if (!r->json && (r->passed || r->failed))
		printf("%s: %zu passed, %zu failed\n", r->file, r->passed, r->failed);
	r->all_passed += r->passed;
	r->all_failed += r->failed;
	r->all_seconds += r->seconds;
	r->no_memory |= r->suite.failed;
}

void test_report_end(struct test_report *r)
{
	if (r->json)
		return;
	printf("%zu passed, %zu failed", r->all_passed, r->all_failed);
	if (r->errors)
		printf(", %zu files could not be used", r->errors);
	putchar('\n');
}

int test_report_junit(const struct test_report *r, const char *suites, size_t len, const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	xml_head(f, r->all_passed + r->all_failed + r->errors, r->all_failed, r->errors,
		 r->all_seconds);
	fwrite(suites, 1, len, f);
	xml_tail(f);
	return fflush(f) || ferror(f) ? -EIO : 0;
}
