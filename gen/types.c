/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/types.h"

#include <string.h>

#include "gen/event_args.h"
#include "gen/interp.h"

static const struct {
	const char *name, *family;
} rows[EVENT_COUNT] = {
#define EVENT(id, name_, family_, doc) [EVENT_##id] = {name_, #family_},
#define EVENT_LATER(name, doc)
#define EVENT_IO(name, doc)
#include "kern/events.def"
#undef EVENT
#undef EVENT_LATER
#undef EVENT_IO
};

const char *types_name(unsigned id)
{
	return id < EVENT_COUNT ? rows[id].name : "";
}

const char *types_family(unsigned id)
{
	return id < EVENT_COUNT ? rows[id].family : "";
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

struct event_set types_with_arg(const char *name)
{
	struct event_set s = {};
	unsigned id;

	for (id = 0; id < EVENT_COUNT; id++) {
		if (event_has_arg(types_name(id), name))
			event_set_add(&s, id);
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
	case FIELD_EVT_IS_IO:
	case FIELD_EVT_IS_IO_READ:
	case FIELD_EVT_IS_IO_WRITE:
	case FIELD_EVT_IS_WAIT:
		return true;
	case FIELD_EVT_TYPE_IS:
		return e->key;
	default:
		return false;
	}
}

static int64_t number_of(const struct expr *e, const char *type)
{
	switch (e->field->id) {
	case FIELD_EVT_TYPE_IS:
		return !strcmp(type, e->key);
	case FIELD_EVT_IS_IO:
		return event_reads(type) || event_writes(type);
	case FIELD_EVT_IS_IO_READ:
		return event_reads(type);
	case FIELD_EVT_IS_IO_WRITE:
		return event_writes(type);
	default:
		return event_waits(type);
	}
}

/* The value that an event of the type has for the field. */
static struct value value_of(const struct expr *e, const char *type)
{
	if (e->field->type == TYPE_STR)
		return (struct value){.type = TYPE_STR, .str = type, .len = strlen(type)};
	return (struct value){.type = TYPE_INT, .num = number_of(e, type)};
}

static bool is_text(const struct node *n, const char *text)
{
	struct value v = {.type = TYPE_STR, .str = text, .len = strlen(text)};

	return interp_compare(n, &v) == TRUTH_YES;
}

struct event_set types_of_category(const struct node *n, bool refined)
{
	struct event_set s = {};
	unsigned id;

	for (id = 0; id < EVENT_COUNT; id++) {
		const char *category = event_category(types_name(id));

		if (refined ? !strncmp(category, "io_", 3) : is_text(n, category))
			event_set_add(&s, id);
	}
	return s;
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
