/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operators on texts, written for clarity and not for speed. A new operator is a row in
 * gen/op.def and a case here.
 */
#include "gen/match.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "gen/regex.h"

static bool is_equal(const char *text, size_t len, const struct literal *v)
{
	return len == v->len && !memcmp(text, v->text, len);
}

static bool has_prefix(const char *text, size_t len, const struct literal *v)
{
	return len >= v->len && !memcmp(text, v->text, v->len);
}

static bool has_suffix(const char *text, size_t len, const struct literal *v)
{
	return len >= v->len && !memcmp(text + len - v->len, v->text, v->len);
}

/* A text or value that long is no path; it only has to be handled. */
static char *copy(const char *text, size_t len)
{
	char *c = malloc(len + 1);

	if (!c)
		abort();
	memcpy(c, text, len);
	c[len] = '\0';
	return c;
}

/* strcasestr() would follow the locale. */
static char *lower_case(const char *text, size_t len)
{
	char *c = copy(text, len);
	size_t i;

	for (i = 0; i < len; i++)
		c[i] = c[i] >= 'A' && c[i] <= 'Z' ? c[i] - 'A' + 'a' : c[i];
	return c;
}

static bool has_part_nocase(const char *text, size_t len, const struct literal *v)
{
	char *t = lower_case(text, len), *part = lower_case(v->text, v->len);
	bool found = memmem(t, len, part, v->len);

	free(t);
	free(part);
	return found;
}

/* Takes the next component off *path: its length, 0 at the end. */
static size_t component(const char **path)
{
	*path += strspn(*path, "/");
	return strcspn(*path, "/");
}

static bool is_component(const char *name, size_t name_len, const char *pattern, size_t len)
{
	char *n = copy(name, name_len), *p = copy(pattern, len);
	bool found = strpbrk(p, "*?[") ? !fnmatch(p, n, 0) : !strcmp(p, n);

	free(n);
	free(p);
	return found;
}

static bool is_path_prefix(const char *text, const struct literal *v)
{
	const char *pattern = v->text;
	size_t len, n;

	while ((n = component(&pattern))) {
		len = component(&text);
		if (!len || !is_component(text, len, pattern, n))
			return false;
		text += len;
		pattern += n;
	}
	return true;
}

bool match_text(enum op op, const char *text, size_t len, const struct literal *v)
{
	switch (op) {
	case OP_EQ:
	case OP_EQ2:
	case OP_IN:
	case OP_INTERSECTS:
		return is_equal(text, len, v);
	case OP_NE:
		return !is_equal(text, len, v);
	case OP_LT:
		return strcmp(text, v->text) < 0;
	case OP_LE:
		return strcmp(text, v->text) <= 0;
	case OP_GT:
		return strcmp(text, v->text) > 0;
	case OP_GE:
		return strcmp(text, v->text) >= 0;
	case OP_CONTAINS:
		return memmem(text, len, v->text, v->len);
	case OP_ICONTAINS:
		return has_part_nocase(text, len, v);
	case OP_STARTSWITH:
		return has_prefix(text, len, v);
	case OP_ENDSWITH:
		return has_suffix(text, len, v);
	case OP_GLOB:
		return !fnmatch(v->text, text, 0);
	case OP_IGLOB:
		return !fnmatch(v->text, text, FNM_CASEFOLD);
	case OP_REGEX:
		return v->regex && regex_match(v->regex, text, len);
	case OP_PMATCH:
		return is_path_prefix(text, v);
	case OP_EXISTS:
	case OP_BCONTAINS:
	case OP_BSTARTSWITH:
	case OP_COUNT:
		break;
	}
	return false;
}
