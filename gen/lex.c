/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a condition: the longest at a place. Knows no grammar. */
#include "gen/lex.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"

bool lex_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool take(struct lex *x, size_t end, struct span *out)
{
	if (end == x->pos)
		return false;
	*out = x->last = (struct span){x->s + x->pos, end - x->pos};
	x->pos = end;
	return true;
}

bool lex_blank(struct lex *x)
{
	size_t start = x->pos;

	while (lex_is_blank(x->s[x->pos]))
		x->pos++;
	return x->pos > start;
}

bool lex_text(struct lex *x, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(x->s + x->pos, text, len))
		return false;
	x->last = (struct span){x->s + x->pos, len};
	x->pos += len;
	return true;
}

bool lex_word(struct lex *x, const char *text)
{
	struct lex start = *x;
	char next;

	if (!lex_text(x, text))
		return false;
	next = x->s[x->pos];
	if (lex_is_blank(next) || next == '(' || !next)
		return true;
	*x = start;
	return false;
}

/* End of the name part that begins at i; i if none does. */
static size_t name_end(const char *s, size_t i)
{
	if (!is_letter(s[i]))
		return i;
	while (is_letter(s[i]) || is_digit(s[i]) || s[i] == '_')
		i++;
	return i;
}

bool lex_identifier(struct lex *x, struct span *out)
{
	return take(x, name_end(x->s, x->pos), out);
}

bool lex_field(struct lex *x, struct span *out)
{
	size_t end = name_end(x->s, x->pos), next, parts = 0;

	while (end > x->pos && x->s[end] == '.') {
		next = name_end(x->s, end + 1);
		if (next == end + 1)
			break;
		end = next;
		parts++;
	}
	return parts && take(x, end, out);
}

static size_t digits_end(const char *s, size_t i)
{
	while (is_digit(s[i]))
		i++;
	return i;
}

static size_t number_end(const char *s, size_t start)
{
	size_t i = start, end, exponent;

	if (s[i] == '0' && (s[i + 1] == 'x' || s[i + 1] == 'X') && hex_value(s[i + 2]) >= 0) {
		for (i += 2; hex_value(s[i]) >= 0; i++)
			;
		return i;
	}
	if (s[i] == '+' || s[i] == '-')
		i++;
	end = digits_end(s, i);
	if (end == i)
		return start;
	if (s[end] == '.' && is_digit(s[end + 1]))
		end = digits_end(s, end + 1);
	if (s[end] != 'e' && s[end] != 'E')
		return end;
	exponent = end + 1 + (s[end + 1] == '+' || s[end + 1] == '-');
	return is_digit(s[exponent]) ? digits_end(s, exponent) : end;
}

bool lex_number(struct lex *x, struct span *out)
{
	return take(x, number_end(x->s, x->pos), out);
}

static size_t run_end(const char *s, size_t i, const char *without)
{
	while (s[i] && !lex_is_blank(s[i]) && !strchr(without, s[i]))
		i++;
	return i;
}

bool lex_bare(struct lex *x, struct span *out)
{
	return take(x, run_end(x->s, x->pos, "()\"'=,"), out);
}

bool lex_argument(struct lex *x, struct span *out)
{
	return take(x, run_end(x->s, x->pos, "[]\"'"), out);
}

/* Undoes the escape behind a backslash at i. Returns the number of bytes after the backslash
 * that belong to it, 0 if it is none. */
static size_t unescape(const char *s, size_t i, char quote, char *out)
{
	static const char from[] = "bfnrt\\/", to[] = "\b\f\n\r\t\\/";
	const char *known = s[i] ? strchr(from, s[i]) : NULL;
	int high, low;

	if (known) {
		*out = to[known - from];
		return 1;
	}
	if (s[i] == quote) {
		*out = quote;
		return 1;
	}
	if (s[i] == ' ') { /* old rules have it in regular expressions of grep */
		*out = '\\';
		return 1;
	}
	high = s[i] == 'x' ? hex_value(s[i + 1]) : -1;
	low = high >= 0 ? hex_value(s[i + 2]) : -1;
	if (low < 0)
		return 0;
	*out = (char)(high << 4 | low);
	return 3;
}

static const char *escape_problem(char c, char quote)
{
	if (c == '"' && quote == '\'')
		return "invalid \\\" escape in '-quoted string";
	if (c == '\'' && quote == '"')
		return "invalid \\' escape in \"-quoted string";
	return "unsupported string escape sequence; known are \\b \\f \\n \\r \\t \\\\ \\/ \\xHH "
	       "and "
	       "the quote itself";
}

/* The quote that ends the text beginning at i, or the end of all. */
static size_t quoted_end(const char *s, size_t i)
{
	const char quote = s[i];

	for (i++; s[i] && s[i] != quote; i++) {
		if (s[i] == '\\' && s[i + 1])
			i++;
	}
	return i;
}

int lex_quoted(struct lex *x, struct arena *a, struct span *out, const char **problem)
{
	size_t i = x->pos, n = 0, end, used;
	const char quote = x->s[i];
	char *text;

	if (quote != '"' && quote != '\'')
		return 0;
	end = quoted_end(x->s, i);
	if (!x->s[end]) {
		*problem = "unterminated quoted string";
		return -EINVAL;
	}
	text = arena_alloc(a, end - i);
	for (i++; i < end; i++, n++) {
		text[n] = x->s[i];
		if (x->s[i] != '\\')
			continue;
		used = unescape(x->s, i + 1, quote, &text[n]);
		if (!used || !text[n]) {
			*problem = used ? "filter value cannot contain a NUL byte (\\x00)"
					: escape_problem(x->s[i + 1], quote);
			x->pos = i;
			return -EINVAL;
		}
		i += used;
	}
	*out = (struct span){text, n};
	x->last = (struct span){x->s + x->pos, end + 1 - x->pos};
	x->pos = end + 1;
	return 1;
}

bool lex_is_bare(const char *s)
{
	return *s && !s[run_end(s, 0, "()\"'=,")];
}

bool lex_is_argument(const char *s)
{
	return *s && !s[run_end(s, 0, "[]\"'")];
}

bool lex_is_number(const char *s)
{
	return *s && !s[number_end(s, 0)];
}
