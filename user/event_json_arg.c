/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of an event written as JSON. One fact has several names: evt.arg.flags,
 * evt.rawarg.flags and the number that the kernel compares; what is written under one is read under
 * the others.
 */
#include <inttypes.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/arg.h"
#include "gen/event_args.h"
#include "user/event_json.h"

static const char *type_of(const struct json_event *e)
{
	const struct json *type = e->values[FIELD_EVT_TYPE];

	return type && type->kind == JSON_STR ? type->str : NULL;
}

static const struct json *member(const struct json_event *e, enum field_id id, const char *name)
{
	const struct json_member *m = event_json_member(e, id, name);

	return m ? m->value : NULL;
}

static const char *text_of(const struct json_event *e, const struct json *j)
{
	if (j->kind == JSON_STR)
		return j->str;
	return arena_printf(e->arena, "%" PRId64, j->num);
}

/* The number behind an argument; HAVE_UNKNOWN if what is written leads to none. */
static enum have number_of(const struct json_event *e, const struct arg_source *s, const char *name,
			   int64_t *out)
{
	const struct json *raw = member(e, FIELD_EVT_RAWARG, name),
			  *shown = member(e, FIELD_EVT_ARG, name);

	if (raw && raw->kind == JSON_INT && arg_read_code(s, raw->num, out))
		return HAVE_VALUE;
	if (shown && arg_read(s, text_of(e, shown), out))
		return HAVE_VALUE;
	return raw || shown ? HAVE_UNKNOWN : HAVE_MISSING;
}

enum have event_json_number(const struct json_event *e, enum arg_from from, unsigned n,
			    struct value *out)
{
	const char *type = type_of(e), *name;
	enum have have = HAVE_MISSING;
	size_t len, i;

	for (i = 0; type && have == HAVE_MISSING && (name = event_arg_at(type, i, &len)); i++) {
		const char *copy = arena_str(e->arena, name, len);
		const struct arg_source *s = arg_source(type, copy);

		if (s->from == from && s->n == n)
			have = number_of(e, s, copy, &out->num);
	}
	return have;
}

static bool is_open(const char *type)
{
	const struct event_type *t = event_type_find(type);

	return t && t->family && !strcmp(t->family, "open");
}

enum have event_json_path(const struct json_event *e, struct value *out)
{
	const char *type = type_of(e), *name = NULL;
	const struct arg_source *s;
	const struct json *j;
	size_t len, i;

	for (i = 0; type && is_open(type) && (name = event_arg_at(type, i, &len)); i++) {
		name = arena_str(e->arena, name, len);
		s = arg_source(type, name);
		if (s->from == ARG_PATH)
			break;
	}
	j = name ? member(e, FIELD_EVT_ARG, name) : NULL;
	if (!j)
		return HAVE_MISSING;
	out->str = text_of(e, j);
	out->len = strlen(out->str);
	return HAVE_VALUE;
}

static enum have shown(const struct json_event *e, const struct arg_source *s, int64_t number,
		       bool raw, struct value *out)
{
	char *text = arena_alloc(e->arena, ARG_TEXT_MAX);

	if (!raw && !arg_is_number(s) && s->form != AS_FD)
		return HAVE_MISSING;
	if (raw)
		text = (char *)arena_printf(e->arena, "%" PRId64, arg_code(s, number));
	else
		arg_show(s, number, text);
	out->str = text;
	out->len = strlen(text);
	return HAVE_VALUE;
}

/* A field that says the same. */
static enum field_id field_of(const struct arg_source *s, const char *type, bool raw)
{
	if (s->from == ARG_PATH && s->n == 1 && is_open(type) && !raw)
		return FIELD_FD_NAME;
	if (s->from == ARG_FIELD && (raw || s->meaning == s->field))
		return s->field;
	return FIELD_COUNT;
}

enum have event_json_arg(const struct json_event *e, enum field_id id, const char *name,
			 struct value *out)
{
	const char *type = type_of(e);
	const struct arg_source *s = type ? arg_source(type, name) : NULL;
	const struct json *result = e->values[FIELD_EVT_RAWRES];
	bool raw = id == FIELD_EVT_RAWARG;
	struct value v = {};
	int64_t number;

	if (!s)
		return HAVE_MISSING;
	if (number_of(e, s, name, &number) == HAVE_VALUE)
		return shown(e, s, number, raw, out);
	if (s->from == ARG_RESULT && result && !(s->form == AS_FD && result->num >= 0 && !raw))
		return shown(e, s, result->num, raw, out);
	if (field_of(s, type, raw) == FIELD_COUNT ||
	    e->ev.get(&e->ev, field_of(s, type, raw), NULL, &v) != HAVE_VALUE)
		return HAVE_MISSING;
	if (v.type != TYPE_STR)
		return shown(e, s, v.num, raw, out);
	out->str = v.str;
	out->len = v.len;
	return HAVE_VALUE;
}
