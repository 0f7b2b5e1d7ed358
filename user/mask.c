/* SPDX-License-Identifier: Apache-2.0 */
#include "user/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "user/util.h"

#define MASK "***"

/* What a name of a key has in it if its value is one. */
static const char *const words[] = {"webhookurl",    "apikey", "api-key", "api_key",
				    "password",	     "passwd", "token",	  "secret",
				    "authorization", "cookie", "x-scope", "address"};
#define BLOCK "customheaders" /* names in it are anybody's */

static bool has_word(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (!strncasecmp(s + i, word, n))
			return true;
	return false;
}

static bool is_secret(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_word(name, len, words[i]))
			return true;
	return has_word(name, len, BLOCK);
}

/* Name and password of an address are between // and @. */
static void add_address(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t n = i;

		if (i < 2 || s[i - 1] != '/' || s[i - 2] != '/')
			goto plain;
		while (n < len && !isspace((unsigned char)s[n]) && !strchr("/@\"'", s[n]))
			n++;
		if (n < len && s[n] == '@') {
			buf_str(out, MASK);
			i = n;
		}
	plain:
		buf_char(out, s[i]);
	}
}

static size_t indent_of(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (s[n] == ' ' || s[n] == '-' || s[n] == '\t'))
		n++;
	return n;
}

/* A line "key: value" or "key=value", or several of them in braces: from a secret one on nothing
 * is shown. */
static bool add_line(struct buf *out, const char *s, size_t len)
{
	size_t begin = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == ',' || s[i] == '{' || s[i] == '#')
			begin = i;
		if (s[i] != '=' &&
		    !(s[i] == ':' && (i + 1 == len || isspace((unsigned char)s[i + 1]))))
			continue;
		if (!is_secret(s + begin, i - begin))
			continue;
		add_address(out, s, i + 1);
		if (len > i + 1)
			buf_str(out, s[i] == ':' ? " " MASK : MASK);
		return true;
	}
	add_address(out, s, len);
	return false;
}

void mask_secrets(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;
	size_t block = 0; /* lines that are further in than this go on with a secret; 0: none */
	bool in_block = false;

	while (text < end) {
		const char *eol = memchr(text, '\n', end - text);
		size_t n = (eol ? eol : end) - text, indent = indent_of(text, n);

		if (in_block && n > indent && indent <= block)
			in_block = false;
		if (in_block && n > indent) {
			buf_add(out, text, indent);
			buf_str(out, MASK);
		} else if (add_line(out, text, n)) {
			in_block = true;
			block = indent;
		}
		if (eol)
			buf_char(out, '\n');
		text = eol ? eol + 1 : end;
	}
}
