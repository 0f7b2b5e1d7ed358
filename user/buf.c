/* SPDX-License-Identifier: Apache-2.0 */
#include "user/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for len more bytes and a NUL. */
static bool has_room(struct buf *b, size_t len)
{
	size_t want = b->cap ? b->cap : 128;
	char *more;

	if (b->failed)
		return false;
	if (b->s && b->cap - b->len > len)
		return true;
	while (want - b->len <= len)
		want *= 2;
	more = realloc(b->s, want);
	if (!more) {
		b->failed = true;
		return false;
	}
	b->s = more;
	b->cap = want;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!has_room(b, len))
		return;
	if (len)
		memcpy(b->s + b->len, data, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_va(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0 || !has_room(b, n)) {
		b->failed = true;
		return;
	}
	vsnprintf(b->s + b->len, n + 1, format, ap);
	b->len += n;
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_va(b, format, ap);
	va_end(ap);
}

void buf_base64(struct buf *b, const void *data, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = data;

	for (; len; p += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t bits = (uint32_t)p[0] << 16 | (n > 1 ? p[1] << 8 : 0) | (n > 2 ? p[2] : 0);

		for (size_t i = 0; i < 4; i++)
			buf_char(b, i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=');
		len -= n;
	}
}

void buf_yaml(struct buf *b, const char *text)
{
	buf_char(b, '"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_printf(b, "\\%c", *p);
		else if (*p < ' ' || *p == 127)
			buf_printf(b, "\\x%02x", *p);
		else
			buf_char(b, *p);
	}
	buf_char(b, '"');
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->s)
		b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){};
}

const char *buf_text(const struct buf *b)
{
	return b->s ? b->s : "";
}

char *buf_take(struct buf *b)
{
	char *s;

	buf_add(b, "", 0);
	if (b->failed) {
		buf_free(b);
		return NULL;
	}
	s = b->s;
	*b = (struct buf){};
	return s;
}
