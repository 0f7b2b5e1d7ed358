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
#include "gen/output_call.h"
#include "gen/text.h"

#define CODE	   "LOAD_ERR_COMPILE_OUTPUT"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

const char *output_argument_problem(struct arena *a, const struct field_token *t)
{
	const char *arg = t->arg ? arena_str(a, t->arg, t->arg_len) : NULL;
	const char *problem = field_index_problem(a, t->field, arg);
	char why[200];

	if (problem || !arg || t->field->index != INDEX_DOT_MUST ||
	    field_arg_known(t->field, arg, why, sizeof(why)))
		return problem;
	return arena_printf(a, "%s", why);
}

/* False, with the reason in d, if the argument is wrong. */
static bool check_argument(struct diags *d, struct place at, const struct field_token *t)
{
	const char *problem = output_argument_problem(d->arena, t);

	if (problem)
		diag_add(d, SEVERITY_ERROR, at, CODE, NULL, "invalid formatting token: %s",
			 problem);
	else if (field_is_deprecated(t->field->id))
		diag_add(d, SEVERITY_WARNING, at, "LOAD_DEPRECATED_ITEM", NULL,
			 "field '%s' is deprecated: events are the ends of calls", t->field->name);
	return !problem;
}

static void report_unknown(struct diags *d, struct place at, const char *s, size_t len)
{
	const char *name = arena_str(d->arena, s, len), *near = field_nearest(name);
	const char *refused = field_refused(name);

	if (refused) {
		diag_add(d, SEVERITY_ERROR, at, CODE,
			 "'tiercel list fields' shows those that exist",
			 "unknown filter: %s: field %s of Falco is not offered: %s", name, name,
			 refused);
		return;
	}
	diag_add(d, SEVERITY_ERROR, at, CODE,
		 near ? arena_printf(d->arena, "did you mean '%%%s'?", near)
		      : "'tiercel list fields' shows those that exist",
		 "unknown filter: %s", name);
}

static void report_nothing(struct diags *d, struct place at, const char *s)
{
	diag_add(d, SEVERITY_ERROR, at, CODE,
		 "a '%' must be followed by a field; there is no escape for it", "%s",
		 *s ? "invalid formatting token after '%'" : "formatting cannot end with a %");
}

static bool check_call(struct diags *d, const struct text *output, const char *s, size_t len)
{
	struct text call = {.arena = d->arena};

	text_add_part(&call, output, s - output->s, len);
	return output_call(d, &call);
}

/* What stands behind a % and the width; at is where the % stands. */
static bool check_token(struct diags *d, const struct text *output, struct place at, const char *s)
{
	static const char info[] = "container.info";
	size_t len = strspn(s, NAME_CHARS), call = output_call_len(s);
	struct field_token t;

	if (call)
		return check_call(d, output, s, call);
	t = field_token(s);
	if (t.field)
		return check_argument(d, at, &t);
	if (!strncmp(s, info, strlen(info))) {
		diag_add(d, SEVERITY_WARNING, at, "LOAD_DEPRECATED_ITEM",
			 "name the container fields that you want to see",
			 "%%container.info is deprecated and prints nothing");
		return true;
	}
	if (len)
		report_unknown(d, at, s, len);
	else
		report_nothing(d, at, s);
	return false;
}

/* Moves *s behind the digits of a width. */
static bool check_width(struct diags *d, struct place at, const char **s)
{
	unsigned width = 0;

	for (; **s >= '0' && **s <= '9'; ++*s)
		width = width > OUTPUT_WIDTH_MAX ? width : width * 10 + (**s - '0');
	if (width <= OUTPUT_WIDTH_MAX)
		return true;
	diag_add(d, SEVERITY_ERROR, at, CODE, NULL,
		 "invalid formatting token: the width must be at most %d", OUTPUT_WIDTH_MAX);
	return false;
}

int check_output(struct diags *d, const struct text *output)
{
	const char *s = output->s;
	bool good = true;

	while ((s = strchr(s, '%'))) {
		struct place at = text_place(output, s - output->s);

		s++;
		good &= check_width(d, at, &s);
		good &= check_token(d, output, at, s);
		s += *s == '%';
	}
	return good ? 0 : -ENOENT;
}
