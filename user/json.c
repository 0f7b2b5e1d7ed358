/* SPDX-License-Identifier: Apache-2.0 */
#include "user/json.h"

#include <string.h>

/* Bytes of the valid character at s, 0 if there is none: no overlong forms, no surrogates, no
 * number beyond U+10FFFF. */
static size_t utf8_len(const unsigned char *s, size_t len)
{
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* How many bytes of a broken character one U+FFFD stands for: those that could begin one. */
static size_t broken_len(const unsigned char *s, size_t len)
{
	size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	size_t i;

	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 1;
	if (len > 1 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
			(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)))
		return 1;
	for (i = 1; i < n && i < len && (s[i] & 0xc0) == 0x80; i++)
		;
	return i;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void escape_ascii(struct buf *out, unsigned char c)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	const char *p;

	for (p = letters; *p; p += 2) {
		if ((unsigned char)*p == c) {
			buf_char(out, '\\');
			buf_char(out, p[1]);
			return;
		}
	}
	buf_printf(out, "\\u%04x", c);
}

void json_escape(struct buf *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + len;

	while (s < end) {
		const unsigned char *p = s;
		size_t n;

		while (p < end && is_plain(*p))
			p++;
		buf_add(out, s, p - s);
		s = p;
		if (s == end)
			break;
		n = utf8_len(s, end - s);
		if (!n) {
			buf_str(out, "\xef\xbf\xbd");
			s += broken_len(s, end - s);
			continue;
		}
		if (n == 1)
			escape_ascii(out, *s);
		else
			buf_add(out, s, n);
		s += n;
	}
}

void json_str(struct buf *out, const char *s, size_t len)
{
	buf_char(out, '"');
	json_escape(out, s, len);
	buf_char(out, '"');
}

void json_name(struct buf *out, bool *first, const char *name)
{
	if (!*first)
		buf_char(out, ',');
	*first = false;
	json_str(out, name, strlen(name));
	buf_char(out, ':');
}

void json_texts(struct buf *b, bool *first, const char *name, const char *const *v, size_t n)
{
	json_name(b, first, name);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_str(b, v[i], strlen(v[i]));
	}
	buf_char(b, ']');
}
