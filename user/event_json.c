/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an event: names and types of its members. */
#include "user/event_json.h"

#include <arpa/inet.h>
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

/* ---- types ---- */

static bool is_text(const struct json *j)
{
	return j->kind == JSON_STR && !memchr(j->str, '\0', j->len);
}

static bool is_address(const struct json *j)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return is_text(j) &&
	       (inet_pton(AF_INET, j->str, bytes) == 1 || inet_pton(AF_INET6, j->str, bytes) == 1);
}

static bool is_in(const struct json *j, int64_t low, int64_t high)
{
	return j->kind == JSON_INT && j->num >= low && j->num <= high;
}

static bool is_item_of(enum field_type type, const struct json *j)
{
	switch (type) {
	case TYPE_STR:
		return is_text(j);
	case TYPE_BYTES:
		return j->kind == JSON_STR;
	case TYPE_IPADDR:
	case TYPE_IPNET:
		return is_address(j);
	case TYPE_INT:
		return j->kind == JSON_INT;
	case TYPE_UINT:
		return is_in(j, 0, UINT32_MAX);
	case TYPE_PORT:
		return is_in(j, 0, UINT16_MAX);
	case TYPE_BOOL:
		return j->kind == JSON_BOOL;
	case TYPE_DOUBLE:
		return j->kind == JSON_REAL || j->kind == JSON_INT;
	case TYPE_LIST:
	case TYPE_COUNT:
		break;
	}
	return false;
}

static bool is_list_of(enum field_type type, const struct json *j)
{
	if (j->kind != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < j->n; i++) {
		if (!is_item_of(type, &j->items[i]))
			return false;
	}
	return true;
}

static bool is_value_of(const struct field *f, const char *arg, const struct json *j)
{
	if (f->type == TYPE_LIST)
		return is_list_of(f->item, j);
	if (f->either && is_list_of(f->type, j) && j->n <= 2)
		return true;
	if ((f->id == FIELD_PROC_ENV || f->id == FIELD_PROC_ARGS) && !arg &&
	    is_list_of(TYPE_STR, j))
		return true;
	if (field_is_lineage(f->id) && !arg && is_list_of(f->type, j))
		return true;
	/* Its type is that of the argument. */
	if (f->id == FIELD_EVT_RAWARG && (j->kind == JSON_INT || j->kind == JSON_BOOL))
		return true;
	return is_item_of(f->type, j);
}

static const char *type_text(enum field_type type)
{
	static const char *const texts[TYPE_COUNT] = {
		[TYPE_STR] = "a text without NUL",
		[TYPE_INT] = "a whole number",
		[TYPE_UINT] = "a whole number from 0 to 4294967295",
		[TYPE_PORT] = "a whole number from 0 to 65535",
		[TYPE_DOUBLE] = "a number",
		[TYPE_IPADDR] = "an address, such as \"10.0.0.1\"",
		[TYPE_IPNET] = "an address, such as \"10.0.0.1\"",
		[TYPE_BYTES] = "a text",
		[TYPE_BOOL] = "true or false",
	};

	return texts[type];
}

static int fail_type(const struct field *f, const char *name, char *why, size_t why_size)
{
	if (f->type == TYPE_LIST)
		return fail(why, why_size, "%.60s must be an array, each item of it %s", name,
			    type_text(f->item));
	return fail(why, why_size, "%.60s must be %s%s", name, type_text(f->type),
		    f->either					    ? ", or an array of at most two"
		    : field_is_lineage(f->id) && !strchr(name, '[') ? ", or an array of them"
								    : "");
}

/* ---- names ---- */

static int fail_name(const char *name, char *why, size_t why_size)
{
	const char *near = field_nearest(name), *refused = field_refused(name);

	if (refused)
		return fail(why, why_size, "field %.60s of Falco is not offered: %s", name,
			    refused);
	if (near)
		return fail(why, why_size, "unknown field '%.60s'; did you mean '%s'?", name, near);
	return fail(why, why_size, "unknown field '%.60s'", name);
}

/* The name of a member: a field, perhaps with an argument behind a dot or in brackets. */
static int read_name(struct arena *a, const char *name, const struct field **f, const char **arg,
		     char *why, size_t why_size)
{
	size_t len = strcspn(name, "["), all = strlen(name);
	const char *problem;

	*arg = NULL;
	if (name[len] && name[all - 1] != ']')
		return fail(why, why_size, "'%.60s' has a bracket that does not end", name);
	*f = field_find_dotted(name[len] ? arena_str(a, name, len) : name, arg);
	if (!*f)
		return fail_name(name, why, why_size);
	if (name[len])
		*arg = arena_str(a, name + len + 1, all - len - 2);
	problem = *arg ? field_index_problem(a, *f, *arg) : NULL;
	if (problem)
		return fail(why, why_size, "%s", problem);
	if (*arg && (*f)->index == INDEX_DOT_MUST && !field_arg_known(*f, *arg, why, why_size))
		return -EINVAL;
	return 0;
}

static int add_value(struct json_event *e, const char *name, const struct json *value, char *why,
		     size_t why_size)
{
	const struct field *f = NULL;
	const char *arg = NULL;
	int err = read_name(e->arena, name, &f, &arg, why, why_size);

	if (err)
		return err;
	if (value->kind == JSON_NULL || (value->kind == JSON_ARRAY && !value->n))
		value = NULL;
	else if (!is_value_of(f, arg, value))
		return fail_type(f, name, why, why_size);
	if (!arg)
		e->values[f->id] = value;
	else
		e->members[e->n_members++] = (struct json_member){f->id, arg, value};
	return 0;
}

static bool is_same(const struct json *a, const struct json *b)
{
	return a->len == b->len && !memcmp(a->str, b->str, a->len);
}

int json_event_open(struct json_event *e, struct arena *a, const struct json *object, char *why,
		    size_t why_size)
{
	struct json_event new = {.ev = {.get = json_event_get, .views = 1}, .arena = a};
	const struct json *written, *resolved;

	if (object->kind != JSON_OBJECT)
		return fail(why, why_size, "an event must be an object of field names and values");
	new.members = arena_alloc(a, object->n * sizeof(*new.members));
	for (size_t i = 0; i < object->n; i++) {
		int err = add_value(&new, object->names[i], &object->items[i], why, why_size);

		if (err)
			return err;
	}
	written = new.values[FIELD_FD_NAME];
	resolved = new.values[FIELD_FD_NAME_RESOLVED];
	if (resolved && (!written || !is_same(written, resolved)))
		new.ev.views = 2;
	*e = new;
	return 0;
}

const struct event_type *json_event_type(const struct json_event *e)
{
	const struct json *type = e->values[FIELD_EVT_TYPE];

	return type ? event_type_find(type->str) : NULL;
}
