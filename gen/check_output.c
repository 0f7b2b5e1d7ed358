/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields that an output names: after each %, an optional width and then the longest name
 * that is known. user/format.c prints by the same rule.
 */
#include "gen/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"

#define CODE "LOAD_ERR_COMPILE_OUTPUT"

static size_t name_len(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
}

static const struct field *longest_field(const char *s, size_t len)
{
	const struct field *best = NULL;
	size_t i, n;

	for (i = 0; i < FIELD_COUNT; i++) {
		n = strlen(fields[i].name);
		if (n <= len && !memcmp(fields[i].name, s, n) && (!best || n > strlen(best->name)))
			best = &fields[i];
	}
	return best;
}

/* What stands behind the name of a field as its argument; NULL for none. Without an index a
 * bracket is text. */
static const char *argument(struct arena *a, const struct field *f, const char *s)
{
	const char *end = strchr(s, ']');

	if (*s == '[' && f->index)
		return arena_str(a, s + 1, end ? (size_t)(end - s - 1) : 0);
	if (*s == '.' && f->index == INDEX_DOT_MUST)
		return arena_str(a, s + 1, name_len(s + 1));
	return NULL;
}

/* False, with the reason in d, if the argument is wrong. */
static bool check_argument(struct diags *d, struct place at, const struct field *f, const char *s)
{
	const char *problem = field_index_problem(d->arena, f, argument(d->arena, f, s));

	if (problem)
		diag_add(d, SEVERITY_ERROR, at, CODE, NULL, "invalid formatting token: %s",
			 problem);
	return !problem;
}

static void report_unknown(struct diags *d, struct place at, const char *s, size_t len)
{
	const char *name = arena_str(d->arena, s, len), *near = field_nearest(name);

	diag_add(d, SEVERITY_ERROR, at, CODE,
		 near ? arena_printf(d->arena, "did you mean '%%%s'?", near)
		      : "'tiercel list fields' shows those that exist",
		 "unknown filter: %s", name);
}

static bool check_token(struct diags *d, struct place at, const char *s)
{
	static const char info[] = "container.info";
	size_t len = name_len(s);
	const struct field *f = longest_field(s, len);

	if (f)
		return check_argument(d, at, f, s + strlen(f->name));
	if (!strncmp(s, info, strlen(info))) {
		diag_add(d, SEVERITY_WARNING, at, "LOAD_DEPRECATED_ITEM",
			 "name the container fields that you want to see",
			 "%%container.info is deprecated and prints nothing");
		return true;
	}
	if (len)
		report_unknown(d, at, s, len);
	else
		diag_add(d, SEVERITY_ERROR, at, CODE,
			 "a '%' must be followed by a field; there is no escape for it", "%s",
			 *s ? "invalid formatting token after '%'"
			    : "formatting cannot end with a %");
	return false;
}

int check_output(struct diags *d, struct place at, const char *output)
{
	bool good = true;

	for (output = strchr(output, '%'); output; output = strchr(output, '%')) {
		output++;
		output += strspn(output, "0123456789");
		good &= check_token(d, at, output);
		output += *output == '%';
	}
	return good ? 0 : -ENOENT;
}
