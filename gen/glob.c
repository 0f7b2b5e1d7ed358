/* SPDX-License-Identifier: Apache-2.0 */
/* See glob.h. */
#include "gen/glob.h"

#include <fnmatch.h>
#include <string.h>

#define PART_MAX 256 /* bytes of a bracket expression */

/* Length of the bracket expression that begins here, 0 if it does not end: then the bracket
 * stands for itself. -1: it has names of collating elements, which locales give meaning, or a range
 * that does not end. */
static long bracket_length(const char *p, const char *end)
{
	const char *s = p + 1;

	if (s < end && (*s == '!' || *s == '^'))
		s++;
	if (s < end && *s == ']')
		s++;
	for (; s < end && *s != ']'; s++) {
		if (*s == '\\') {
			if (++s == end)
				return 0;
		} else if (*s == '[' && s + 1 < end && (s[1] == '.' || s[1] == '=')) {
			return -1;
		} else if (*s == '[' && s + 1 < end && s[1] == ':') {
			const char *close = memmem(s + 2, end - s - 2, ":]", 2);

			if (close)
				s = close + 1;
		}
	}
	if (s < end)
		return s - p + 1;
	/* A range without an end makes the whole pattern match nothing. */
	return memchr(p, '-', end - p) ? -1 : 0;
}

static bool ask_fnmatch(const char *part, size_t len, bool nocase, struct glob_part *out)
{
	char pattern[PART_MAX], text[2] = {};
	int c;

	if (len >= sizeof(pattern))
		return false;
	memcpy(pattern, part, len);
	pattern[len] = '\0';
	for (c = 1; c < 256; c++) {
		text[0] = c;
		out->bytes[c] = !fnmatch(pattern, text, nocase ? FNM_CASEFOLD : 0);
	}
	return true;
}

bool glob_next(const char **pattern, const char *end, bool nocase, struct glob_part *out)
{
	const char *p = *pattern;
	long len = 1;

	memset(out, 0, sizeof(*out));
	if (*p == '*') {
		out->star = true;
	} else if (*p == '[') {
		len = bracket_length(p, end);
		if (len < 0)
			return false;
		if (!len) {
			out->bytes['['] = true;
			len = 1;
		} else if (!ask_fnmatch(p, len, nocase, out)) {
			return false;
		}
	} else {
		/* A backslash at the end quotes nothing: the pattern matches no text. */
		len = *p == '\\' ? 2 : 1;
		if (len > end - p)
			return false;
		if (!ask_fnmatch(p, len, nocase, out))
			return false;
	}
	*pattern = p + len;
	return true;
}
