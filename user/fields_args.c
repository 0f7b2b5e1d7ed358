/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the event's arguments. What an argument is, user/argument.c says. */
#include "user/fields.h"

#include <stdio.h>
#include <string.h>

#include "gen/event_args.h"
#include "user/argument.h"

static bool name_of_number(const char *type, long n, char name[64])
{
	size_t len;
	const char *s = n < 0 ? NULL : event_arg_at(type, n, &len);

	if (!s || len >= 64)
		return false;
	memcpy(name, s, len);
	name[len] = '\0';
	return true;
}

static enum have of_argument(struct record_event *e, enum field_id f, const char *name, bool raw,
			     struct value *out)
{
	struct argument a = {};
	enum have have = argument_get(e, name, &a);
	struct buf *b = raw || !a.meaning.len ? &a.plain : &a.meaning;

	if (b->failed || !field_copy_text(e, f, buf_text(b), b->len, out))
		have = HAVE_UNKNOWN;
	/* Of an unknown one, what there is is the beginning; nothing is none. */
	if (have == HAVE_UNKNOWN && !b->len)
		out->str = NULL;
	argument_free(&a);
	return have;
}

GETTER(EVT_ARG)
{
	const char *type = field_event_type(e);
	char name[64];

	if (!arg)
		return HAVE_MISSING;
	if (name_of_number(type, field_parse_index(arg), name))
		arg = name;
	return event_has_arg(type, arg) ? of_argument(e, FIELD_EVT_ARG, arg, false, out)
					: HAVE_MISSING;
}

/* A number in decimal, if the argument is one. */
GETTER(EVT_RAWARG)
{
	int64_t number;
	char text[24];

	if (!arg || !event_has_arg(field_event_type(e), arg))
		return HAVE_MISSING;
	if (event_arg_type(arg) == TYPE_STR)
		return of_argument(e, FIELD_EVT_RAWARG, arg, true, out);
	if (argument_number(e, arg, &number) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	return field_copy_text(e, FIELD_EVT_RAWARG, text, strlen(text), out) ? HAVE_VALUE
									     : HAVE_UNKNOWN;
}

/* ---- numbers that rules cannot name ---- */

bool field_has_registers(const struct record_event *e)
{
	return (!field_is_open(e) && !field_is_exec(e)) || (e->rec->flags & RECORD_REGISTERS);
}

#define REGISTER(n)                                                                                \
	GETTER(REGISTER_##n)                                                                       \
	{                                                                                          \
		return field_has_registers(e) ? field_number(out, e->rec->args[n]) : HAVE_MISSING; \
	}
REGISTER(0)
REGISTER(1)
REGISTER(2)
REGISTER(3)
REGISTER(4)
REGISTER(5)

GETTER(OPEN_FLAGS)
{
	if (!field_is_open(e))
		return HAVE_MISSING;
	return field_is_unknown(e, FIELD_OPEN_FLAGS) ? HAVE_UNKNOWN
						     : field_number(out, e->rec->open_flags);
}

GETTER(OPEN_MODE)
{
	return field_is_open(e) ? field_number(out, e->rec->mode) : HAVE_MISSING;
}

/* ---- all at once ---- */

/* name=plain(meaning); false if it is not known to its end. */
static bool add_argument(struct record_event *e, const char *name, struct buf *b)
{
	struct argument a = {};
	enum have have = argument_get(e, name, &a);

	buf_printf(b, "%s%s=", b->len ? " " : "", name);
	buf_add(b, buf_text(&a.plain), a.plain.len);
	if (a.meaning.len)
		buf_printf(b, "(%s", buf_text(&a.meaning));
	if (a.meaning.len && have == HAVE_VALUE)
		buf_char(b, ')');
	argument_free(&a);
	return have == HAVE_VALUE;
}

/* All, or those up to the first that is not known. */
static enum have all_arguments(struct record_event *e, enum field_id f, struct value *out)
{
	const char *type = field_event_type(e);
	struct buf b = {};
	bool whole = true, good;
	char name[64];

	for (long i = 0; whole && name_of_number(type, i, name); i++)
		whole = add_argument(e, name, &b);
	good = !b.failed && field_copy_text(e, f, buf_text(&b), b.len, out);
	buf_free(&b);
	return good && whole ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(EVT_ARGS)
{
	return all_arguments(e, FIELD_EVT_ARGS, out);
}

GETTER(EVT_INFO)
{
	return all_arguments(e, FIELD_EVT_INFO, out);
}
