/* SPDX-License-Identifier: Apache-2.0 */
#include "user/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/vec.h"

struct reader {
	struct arena *arena;
	const char *text, *p, *end; /* text is NUL-terminated */
	unsigned depth;
	struct json_error *err;
};

static bool read_value(struct reader *r, struct json *out);

static bool fail(struct reader *r, const char *why)
{
	r->err->position = r->p - r->text;
	r->err->why = why;
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) && *r->p)
		r->p++;
}

static bool is_next(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->p >= r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool read_word(struct reader *r, const char *word, struct json *out, enum json_kind kind,
		      int64_t num)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len))
		return fail(r, "not a JSON value");
	r->p += len;
	out->kind = kind;
	out->num = num;
	return true;
}

static bool read_digits(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > start || fail(r, "a digit is missing");
}

static bool read_number(struct reader *r, struct json *out)
{
	const char *start = r->p;
	bool whole = true;

	if (*r->p == '-')
		r->p++;
	if (r->end - r->p > 1 && r->p[0] == '0' && r->p[1] >= '0' && r->p[1] <= '9')
		return fail(r, "a number must not begin with 0");
	if (!read_digits(r))
		return false;
	if (r->p < r->end && *r->p == '.') {
		whole = false;
		r->p++;
		if (!read_digits(r))
			return false;
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		whole = false;
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		if (!read_digits(r))
			return false;
	}
	errno = 0;
	out->kind = JSON_INT;
	out->num = whole ? strtoll(start, NULL, 10) : 0;
	if (!whole || errno) {
		out->kind = JSON_REAL;
		out->real = strtod(start, NULL);
	}
	return true;
}

static bool read_hex(struct reader *r, unsigned *out)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++, r->p++) {
		char c = r->p < r->end ? *r->p : 0;

		if (c >= '0' && c <= '9')
			n = n * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			n = n * 16 + ((c | 0x20) - 'a' + 10);
		else
			return fail(r, "\\u needs four hex digits");
	}
	*out = n;
	return true;
}

static size_t put_utf8(char *to, unsigned c)
{
	if (c < 0x80) {
		to[0] = c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = 0xc0 | c >> 6;
		to[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		to[0] = 0xe0 | c >> 12;
		to[1] = 0x80 | (c >> 6 & 0x3f);
		to[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	to[0] = 0xf0 | c >> 18;
	to[1] = 0x80 | (c >> 12 & 0x3f);
	to[2] = 0x80 | (c >> 6 & 0x3f);
	to[3] = 0x80 | (c & 0x3f);
	return 4;
}

/* After \u. A surrogate without its other half becomes U+FFFD. */
static bool read_unicode(struct reader *r, char *to, size_t *n)
{
	unsigned c, low;

	if (!read_hex(r, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->p >= 6 && r->p[0] == '\\' && r->p[1] == 'u') {
		r->p += 2;
		if (!read_hex(r, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			r->p -= 6;
	}
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	*n += put_utf8(to + *n, c);
	return true;
}

static bool read_escape(struct reader *r, char *to, size_t *n)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	char c;

	if (r->p >= r->end)
		return fail(r, "the text does not end");
	c = *r->p++;
	if (c == 'u')
		return read_unicode(r, to, n);
	for (const char *l = letters; *l; l += 2) {
		if (*l == c) {
			to[(*n)++] = l[1];
			return true;
		}
	}
	r->p--;
	return fail(r, "there is no such escape");
}

/* After the quote. A text is never longer than it was written. */
static bool read_text(struct reader *r, const char **out, size_t *len)
{
	const char *end = r->p;
	char *to;
	size_t n = 0;

	while (end < r->end && *end != '"')
		end += *end == '\\' && end + 1 < r->end ? 2 : 1;
	to = arena_alloc(r->arena, end - r->p + 2);
	while (r->p < r->end && *r->p != '"') {
		if ((unsigned char)*r->p < 0x20)
			return fail(r, "a control character must be written as an escape");
		if (*r->p != '\\') {
			to[n++] = *r->p++;
			continue;
		}
		r->p++;
		if (!read_escape(r, to, &n))
			return false;
	}
	if (r->p >= r->end)
		return fail(r, "the text does not end");
	r->p++;
	*out = to;
	*len = n;
	return true;
}

static bool read_array(struct reader *r, struct json *out)
{
	VEC(struct json) items = {};

	out->kind = JSON_ARRAY;
	if (is_next(r, ']'))
		return true;
	do {
		struct json item = {};

		if (!read_value(r, &item))
			return false;
		*vec_add(r->arena, &items) = item;
	} while (is_next(r, ','));
	out->items = items.v;
	out->n = items.n;
	return is_next(r, ']') || fail(r, "expected , or ]");
}

static bool read_object(struct reader *r, struct json *out)
{
	VEC(struct json) items = {};
	VEC(const char *) names = {};

	out->kind = JSON_OBJECT;
	if (is_next(r, '}'))
		return true;
	do {
		struct json item = {};
		const char *name;
		size_t len;

		if (!is_next(r, '"'))
			return fail(r, "expected a name in quotes");
		if (!read_text(r, &name, &len))
			return false;
		if (!is_next(r, ':'))
			return fail(r, "expected :");
		if (!read_value(r, &item))
			return false;
		*vec_add(r->arena, &items) = item;
		*vec_add(r->arena, &names) = name;
	} while (is_next(r, ','));
	out->items = items.v;
	out->names = names.v;
	out->n = items.n;
	return is_next(r, '}') || fail(r, "expected , or }");
}

static bool read_nested(struct reader *r, struct json *out)
{
	bool ok;

	if (r->depth == JSON_DEPTH_MAX)
		return fail(r, "nested too deeply");
	r->depth++;
	ok = *r->p++ == '[' ? read_array(r, out) : read_object(r, out);
	r->depth--;
	return ok;
}

static bool read_value(struct reader *r, struct json *out)
{
	skip_blanks(r);
	switch (r->p < r->end ? *r->p : 0) {
	case '{':
	case '[':
		return read_nested(r, out);
	case '"':
		r->p++;
		out->kind = JSON_STR;
		return read_text(r, &out->str, &out->len);
	case 't':
		return read_word(r, "true", out, JSON_BOOL, 1);
	case 'f':
		return read_word(r, "false", out, JSON_BOOL, 0);
	case 'n':
		return read_word(r, "null", out, JSON_NULL, 0);
	case '-':
	case '0' ... '9':
		return read_number(r, out);
	default:
		return fail(r, r->p < r->end ? "not a JSON value" : "the text ends too early");
	}
}

struct json *json_read(struct arena *a, const char *text, size_t len, struct json_error *err)
{
	struct reader r = {.arena = a, .err = err};
	struct json *out = arena_alloc(a, sizeof(*out));

	/* A copy with NUL at its end: numbers are read by strtoll. */
	r.text = r.p = arena_str(a, text, len);
	r.end = r.text + len;
	if (!read_value(&r, out))
		return NULL;
	skip_blanks(&r);
	if (r.p < r.end) {
		fail(&r, "more text after the value");
		return NULL;
	}
	return out;
}

const struct json *json_get(const struct json *object, const char *name)
{
	for (size_t i = object->kind == JSON_OBJECT ? object->n : 0; i > 0; i--) {
		if (!strcmp(object->names[i - 1], name))
			return &object->items[i - 1];
	}
	return NULL;
}
