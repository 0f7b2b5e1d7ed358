/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/types.h"

#include <string.h>

#include "gen/event_args.h"
#include "gen/interp.h"

const char *types_name(unsigned id)
{
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN && event_types[i].id == id)
			return event_types[i].name;
	}
	return "";
}

struct event_set types_all(void)
{
	struct event_set s = {};
	unsigned id;

	for (id = 0; id < EVENT_COUNT; id++)
		event_set_add(&s, id);
	return s;
}

struct event_set types_of_family(const char *family)
{
	struct event_set s = {};
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN && !strcmp(event_types[i].family, family))
			event_set_add(&s, event_types[i].id);
	}
	return s;
}

bool types_is_compared(const struct node *n)
{
	const struct expr *e = n->left;

	if (!e->field || e->transform || n->right)
		return false;
	switch (e->field->id) {
	case FIELD_EVT_TYPE:
	case FIELD_SYSCALL_TYPE:
	case FIELD_EVT_CATEGORY:
		return true;
	case FIELD_EVT_TYPE_IS:
		return e->key;
	default:
		return false;
	}
}

/* The value that an event of the type has for the field. */
static struct value value_of(const struct expr *e, const char *type)
{
	struct value v = {.type = TYPE_STR, .str = type};

	if (e->field->id == FIELD_EVT_TYPE_IS)
		return (struct value){.type = TYPE_INT, .num = !strcmp(type, e->key)};
	if (e->field->id == FIELD_EVT_CATEGORY)
		v.str = event_category(type);
	v.len = strlen(v.str);
	return v;
}

struct event_set types_compare(const struct node *n)
{
	struct event_set s = {};
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		struct value v;

		if (event_types[i].kind != EVENT_SEEN)
			continue;
		v = value_of(n->left, event_types[i].name);
		if (interp_compare(n, &v) == TRUTH_YES)
			event_set_add(&s, event_types[i].id);
	}
	return s;
}
