/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_xml.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the UTF-8 character at s, 0 if there is none that XML may hold. */
static size_t char_len(const unsigned char *s, size_t left)
{
	size_t n = *s < 0x80		     ? 1
		   : *s >= 0xc2 && *s < 0xe0 ? 2
		   : *s >= 0xe0 && *s < 0xf0 ? 3
		   : *s >= 0xf0 && *s < 0xf5 ? 4
					     : 0;
	unsigned long code;

	if (!n || n > left)
		return 0;
	if (n == 1)
		return *s >= 0x20 || *s == '\t' || *s == '\n' ? 1 : 0;
	code = *s & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	return (code >= 0xd800 && code <= 0xdfff) || code == 0xfffe || code == 0xffff ? 0 : n;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return NULL;
	}
}

void xml_text(struct buf *out, const char *s, size_t len)
{
	while (len) {
		size_t n = char_len((const unsigned char *)s, len);
		const char *e = entity(*s);

		if (e)
			buf_str(out, e);
		else if (n)
			buf_add(out, s, n);
		else
			buf_str(out, REPLACEMENT);
		s += n ? n : 1;
		len -= n ? n : 1;
	}
}

static void attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	xml_text(out, value, strlen(value));
	buf_char(out, '"');
}

static void begin_case(struct buf *out, const char *file, const char *name, double seconds)
{
	buf_str(out, "    <testcase");
	attribute(out, "classname", file);
	attribute(out, "name", name);
	buf_printf(out, " time=\"%.6f\"", seconds);
}

static void add_output(struct buf *out, const struct test_result *res)
{
	struct buf line = {};

	if (!res->n_raised)
		return;
	buf_str(out, "      <system-out>");
	for (size_t i = 0; i < res->n_raised; i++) {
		const struct alert *a = &res->raised[i].alert;

		buf_clear(&line);
		buf_printf(&line, "%s: %s: %s\n", priority_name(a->priority), a->rule, a->message);
		xml_text(out, buf_text(&line), line.len);
	}
	buf_str(out, "</system-out>\n");
	buf_free(&line);
}

void xml_case(struct buf *out, const char *file, const struct test_result *res)
{
	begin_case(out, file, res->test->name, res->seconds);
	buf_str(out, ">\n");
	for (size_t i = 0; i < res->failures.n; i++) {
		buf_str(out, "      <failure");
		attribute(out, "message", res->failures.v[i]);
		buf_printf(out, ">line %u</failure>\n", res->test->at.line);
	}
	add_output(out, res);
	buf_str(out, "    </testcase>\n");
}

void xml_broken(struct buf *out, const char *file, const char *why)
{
	begin_case(out, file, "the file can be used", 0);
	buf_str(out, ">\n      <error");
	attribute(out, "message", why);
	buf_str(out, "/>\n    </testcase>\n");
}

void xml_suite(FILE *out, const char *file, const struct buf *cases, size_t n, size_t failed,
	       bool broken, double seconds)
{
	struct buf name = {};

	attribute(&name, "name", file);
	fprintf(out, "  <testsuite%s tests=\"%zu\" failures=\"%zu\" errors=\"%d\" time=\"%.6f\">\n",
		buf_text(&name), n + broken, failed, broken, seconds);
	fputs(buf_text(cases), out);
	fputs("  </testsuite>\n", out);
	buf_free(&name);
}

void xml_head(FILE *out, size_t n, size_t failed, size_t errors, double seconds)
{
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tiercel test\" "
		"tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.6f\">\n",
		n, failed, errors, seconds);
}

void xml_tail(FILE *out)
{
	fputs("</testsuites>\n", out);
}
