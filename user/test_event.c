/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "user/event_json.h"

#define CODE	    "TEST_EVENT"
#define MEMBERS_MAX 1000 /* more than there are fields */

/* ---- one value ---- */

static struct json text_value(const struct ynode *n)
{
	return (struct json){.kind = JSON_STR, .str = n->text, .len = n->len};
}

static bool read_number(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return end != text && !*end && !errno;
}

/* A text where the field is one. Else, and where the field is not known by this name alone, what
 * it looks like: quotes make a text. */
static struct json scalar_value(const struct field *f, const struct ynode *n)
{
	int64_t number;

	if (n->kind == YNODE_NULL)
		return (struct json){.kind = JSON_NULL};
	if (n->style != YSTYLE_PLAIN || (f && (f->type == TYPE_STR || f->type == TYPE_LIST)))
		return text_value(n);
	if (!strcmp(n->text, "true") || !strcmp(n->text, "false"))
		return (struct json){.kind = JSON_BOOL, .num = *n->text == 't'};
	if (read_number(n->text, &number))
		return (struct json){.kind = JSON_INT, .num = number};
	return text_value(n);
}

static int list_value(struct diags *d, const struct field *f, const struct ynode *n, size_t *left,
		      struct json *out)
{
	*out = (struct json){.kind = JSON_ARRAY};
	if (n->n > *left)
		return diag_add(d, SEVERITY_ERROR, n->at, CODE, "split the file",
				"more than %d values in the events of one file", TEST_VALUES_MAX);
	*left -= n->n;
	out->items = arena_alloc(d->arena, n->n * sizeof(*out->items));
	for (; out->n < n->n; out->n++) {
		const struct ynode *item = n->items[out->n];

		if (item->kind != YNODE_SCALAR)
			return diag_add(d, SEVERITY_ERROR, item->at, CODE, NULL,
					"a list of single values is expected");
		out->items[out->n] = scalar_value(f, item);
	}
	return 0;
}

/* What eval would say of an event with this member alone. */
static int check_member(struct diags *d, const struct ynode *key, const struct ynode *value,
			struct json *member)
{
	const struct json alone = {
		.kind = JSON_OBJECT, .items = member, .names = (const char **)&key->text, .n = 1};
	struct json_event *event = arena_alloc(d->arena, sizeof(*event));
	struct place at = field_find(key->text) ? value->at : key->at;
	char why[200];

	if (!json_event_open(event, d->arena, &alone, why, sizeof(why)))
		return 0;
	return diag_add(d, SEVERITY_ERROR, at, CODE, NULL, "%s", why);
}

static int check_type(struct diags *d, const struct ynode *key, const struct ynode *value)
{
	const char *near;

	if (strcmp(key->text, "evt.type") || value->kind != YNODE_SCALAR ||
	    event_type_find(value->text))
		return 0;
	near = event_type_nearest(value->text);
	return diag_add(d, SEVERITY_ERROR, value->at, CODE,
			near ? arena_printf(d->arena, "did you mean '%s'?", near) : NULL,
			"unknown event type %s", value->text);
}

static int read_member(struct diags *d, const struct ynode *key, const struct ynode *value,
		       size_t *left, struct json *out)
{
	const struct field *f;
	int err = 0;

	if (key->kind != YNODE_SCALAR)
		return diag_add(d, SEVERITY_ERROR, key->at, CODE, NULL,
				"the name of a field is expected");
	f = field_find(key->text);
	if (value->kind == YNODE_MAPPING)
		return diag_add(d, SEVERITY_ERROR, value->at, CODE, NULL,
				"a value or a list of values is expected");
	if (value->kind == YNODE_SEQUENCE)
		err = list_value(d, f, value, left, out);
	else
		*out = scalar_value(f, value);
	if (!err)
		err = check_member(d, key, value, out);
	return err ? err : check_type(d, key, value);
}

/* ---- an event ---- */

static bool has_name(const struct json *object, const char *name)
{
	for (size_t i = 0; i < object->n; i++)
		if (!strcmp(object->names[i], name))
			return true;
	return false;
}

static void push(struct diags *d, struct json *object, const char *name, const struct json *value)
{
	object->items = arena_push(d->arena, object->items, object->n, sizeof(*object->items));
	object->names = arena_push(d->arena, object->names, object->n, sizeof(*object->names));
	object->items[object->n] = *value;
	object->names[object->n++] = name;
}

struct json *test_defaults_read(struct diags *d, struct ynode *map, size_t *left)
{
	struct json *object = arena_alloc(d->arena, sizeof(*object));

	object->kind = JSON_OBJECT;
	if (map->kind != YNODE_MAPPING) {
		diag_add(d, SEVERITY_ERROR, map->at, CODE, NULL,
			 "an event must be a mapping of field names and values");
		return NULL;
	}
	if (map->n / 2 > MEMBERS_MAX || map->n / 2 >= *left) {
		diag_add(d, SEVERITY_ERROR, map->at, CODE, "split the file",
			 "an event can have %d values, the events of one file %d", MEMBERS_MAX,
			 TEST_VALUES_MAX);
		return NULL;
	}
	*left -= map->n / 2 + 1;
	for (size_t i = 0; i + 1 < map->n; i += 2) {
		const struct ynode *key = map->items[i];
		struct json value;

		if (read_member(d, key, map->items[i + 1], left, &value))
			return NULL;
		if (has_name(object, key->text)) {
			diag_add(d, SEVERITY_ERROR, key->at, CODE, NULL, "'%s' is given twice",
				 key->text);
			return NULL;
		}
		push(d, object, key->text, &value);
	}
	return object;
}

struct json *test_event_read(struct diags *d, struct ynode *map, const struct json *defaults,
			     size_t *left)
{
	struct json *object = test_defaults_read(d, map, left);

	if (!object)
		return NULL;
	for (size_t i = 0; defaults && i < defaults->n; i++)
		if (!has_name(object, defaults->names[i]))
			push(d, object, defaults->names[i], &defaults->items[i]);
	*left -= defaults && defaults->n < *left ? defaults->n : 0;
	if (has_name(object, "evt.type"))
		return object;
	diag_add(d, SEVERITY_ERROR, map->at, CODE, NULL,
		 "an event needs evt.type, in itself or in defaults");
	return NULL;
}
