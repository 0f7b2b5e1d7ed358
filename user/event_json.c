/* SPDX-License-Identifier: Apache-2.0 */
#include "user/event_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"

__attribute__((format(printf, 3, 4))) static int fail(char *why, size_t why_size,
						      const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, why_size, format, ap);
	va_end(ap);
	return -EINVAL;
}

static bool is_text(const struct json *j)
{
	return j->kind == JSON_STR && !memchr(j->str, '\0', j->len);
}

static bool is_texts(const struct json *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (!is_text(&j->items[i]))
			return false;
	}
	return j->kind == JSON_ARRAY;
}

static bool is_value_of(const struct field *f, const struct json *j)
{
	switch (f->type) {
	case TYPE_STR:
		return is_text(j) || (f->source == SOURCE_ANCESTOR && is_texts(j));
	case TYPE_BYTES:
	case TYPE_IPADDR:
	case TYPE_IPNET:
		return is_text(j) || (f->either && is_texts(j));
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_PORT:
		return j->kind == JSON_INT;
	case TYPE_BOOL:
		return j->kind == JSON_BOOL;
	case TYPE_LIST:
		return is_texts(j);
	case TYPE_DOUBLE:
	case TYPE_COUNT:
		break;
	}
	return false;
}

static const char *type_text(enum field_type type)
{
	static const char *const texts[] = {
		[TYPE_STR] = "a text without NUL", [TYPE_INT] = "a whole number",
		[TYPE_UINT] = "a whole number",	   [TYPE_PORT] = "a whole number",
		[TYPE_DOUBLE] = "a number",	   [TYPE_IPADDR] = "an address",
		[TYPE_IPNET] = "an address",	   [TYPE_BYTES] = "a text",
		[TYPE_BOOL] = "true or false",	   [TYPE_LIST] = "a list of texts",
	};

	return texts[type];
}

static int add_value(struct json_event *e, const char *name, const struct json *value, char *why,
		     size_t why_size)
{
	const struct field *f = field_find(name);
	const char *near = f ? NULL : field_nearest(name);

	if (!f && near)
		return fail(why, why_size, "unknown field '%.60s'; did you mean '%s'?", name, near);
	if (!f)
		return fail(why, why_size, "unknown field '%.60s'", name);
	if (value->kind == JSON_NULL || (value->kind == JSON_ARRAY && !value->n)) {
		e->values[f->id] = NULL;
		return 0;
	}
	if (!is_value_of(f, value))
		return fail(why, why_size, "%s must be %s", name, type_text(f->type));
	e->values[f->id] = value;
	return 0;
}

static bool is_same(const struct json *a, const struct json *b)
{
	return a->len == b->len && !memcmp(a->str, b->str, a->len);
}

/* What %proc.aname prints: the names, the parent first. */
static const char *join_ancestors(struct arena *a, const struct json *list)
{
	const char *text = "";

	for (size_t i = 0; i < list->n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " " : "", list->items[i].str);
	return text;
}

/* Of proc.aname[N]; the process itself is its ancestor 0. */
static const struct json *ancestor(const struct json_event *e, const char *arg)
{
	const struct json *list = e->values[FIELD_PROC_ANAME];
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (end == arg || *end)
		return NULL;
	if (!n)
		return e->values[FIELD_PROC_NAME];
	if (!list)
		return NULL;
	if (list->kind == JSON_STR)
		return n == 1 ? list : NULL;
	return n <= list->n ? &list->items[n - 1] : NULL;
}

static const struct json *find(const struct json_event *e, enum field_id id, const char *arg)
{
	if (id == FIELD_PROC_ANAME && arg)
		return ancestor(e, arg);
	if (id == FIELD_FD_NAME && e->ev.view)
		return e->values[FIELD_FD_NAME_RESOLVED];
	return e->values[id];
}

static enum have get(const struct event *ev, enum field_id id, const char *arg, struct value *out)
{
	const struct json_event *e = (const struct json_event *)ev;
	const struct json *j = find(e, id, arg);

	if (!j)
		return HAVE_MISSING;
	*out = (struct value){.type = fields[id].type};
	switch (j->kind) {
	case JSON_STR:
		out->str = j->str;
		out->len = j->len;
		break;
	case JSON_ARRAY:
		out->str = e->ancestors;
		out->len = strlen(e->ancestors);
		break;
	default:
		out->num = j->num;
	}
	return HAVE_VALUE;
}

int json_event_open(struct json_event *e, struct arena *a, const struct json *object, char *why,
		    size_t why_size)
{
	struct json_event new = {.ev = {.get = get, .views = 1}, .ancestors = ""};
	const struct json *written, *resolved, *ancestors;

	if (object->kind != JSON_OBJECT)
		return fail(why, why_size, "an event must be an object of field names and values");
	for (size_t i = 0; i < object->n; i++) {
		int err = add_value(&new, object->names[i], &object->items[i], why, why_size);

		if (err)
			return err;
	}
	written = new.values[FIELD_FD_NAME];
	resolved = new.values[FIELD_FD_NAME_RESOLVED];
	if (resolved && (!written || !is_same(written, resolved)))
		new.ev.views = 2;
	ancestors = new.values[FIELD_PROC_ANAME];
	if (ancestors && ancestors->kind == JSON_ARRAY)
		new.ancestors = join_ancestors(a, ancestors);
	*e = new;
	return 0;
}

const struct event_type *json_event_type(const struct json_event *e)
{
	const struct json *type = e->values[FIELD_EVT_TYPE];

	return type ? event_type_find(type->str) : NULL;
}
