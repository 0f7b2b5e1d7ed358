/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kern/fields.def, kern/events.def and gen/names.def as tables. A new row there is all that is
 * needed, unless the field looks at another process (BASE_OF).
 */
#include "gen/field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/nearest.h"

#define IS_KIN(id, part) ((id) == FIELD_PROC_P##part || (id) == FIELD_PROC_A##part)
#define BASE_OF(id)                                                                                \
	(IS_KIN(id, NAME)      ? FIELD_PROC_NAME                                                   \
	 : IS_KIN(id, CMDLINE) ? FIELD_PROC_CMDLINE                                                \
	 : IS_KIN(id, EXE)     ? FIELD_PROC_EXE                                                    \
	 : IS_KIN(id, EXEPATH) ? FIELD_PROC_EXEPATH                                                \
			       : (id))

/* The words of the TYPE column: the type, that of the items of a list, either end. */
#define ONE_OF(type, item, either) ((type) | (item) << 8 | (either) << 16)
#define ONE(name)		   COLUMN_##name = ONE_OF(TYPE_##name, TYPE_##name, 0)
#define LIST(name)		   COLUMN_LIST_##name = ONE_OF(TYPE_LIST, TYPE_##name, 0)
#define EITHER(name)		   COLUMN_EITHER_##name = ONE_OF(TYPE_##name, TYPE_##name, 1)
enum {
	ONE(STR),
	ONE(INT),
	ONE(UINT),
	ONE(BOOL),
	ONE(DOUBLE),
	ONE(PORT),
	ONE(IPADDR),
	ONE(IPNET),
	ONE(BYTES),
	COLUMN_LIST = ONE_OF(TYPE_LIST, TYPE_STR, 0),
	LIST(INT),
	LIST(UINT),
	LIST(BOOL),
	LIST(PORT),
	LIST(IPADDR),
	LIST(IPNET),
	EITHER(PORT),
	EITHER(IPADDR),
	EITHER(IPNET),
};

const struct field fields[FIELD_COUNT] = {
#define FIELD(name_, text, type_, index_, source_, presence_, doc_)                                \
	{.id = FIELD_##name_,                                                                      \
	 .name = text,                                                                             \
	 .type = COLUMN_##type_ & 0xff,                                                            \
	 .item = COLUMN_##type_ >> 8 & 0xff,                                                       \
	 .either = COLUMN_##type_ >> 16,                                                           \
	 .index = INDEX_##index_,                                                                  \
	 .source = SOURCE_##source_,                                                               \
	 .presence = PRESENCE_##presence_,                                                         \
	 .base = BASE_OF(FIELD_##name_),                                                           \
	 .doc = doc_},
#define FIELD_KERNEL_END
#include "kern/fields.def"
#undef FIELD
#undef FIELD_KERNEL_END
};

const struct event_type event_types[] = {
#define EVENT(id_, text, family_, doc_) {text, EVENT_SEEN, EVENT_##id_, #family_, doc_},
#define EVENT_LATER(text, doc_)		{text, EVENT_LATER, 0, NULL, doc_},
#define EVENT_IO(text, doc_)		{text, EVENT_IO, 0, NULL, doc_},
#include "kern/events.def"
#undef EVENT
#undef EVENT_LATER
#undef EVENT_IO
#define NAME(text) {text, EVENT_LATER, 0, NULL, "known by name"},
#include "gen/names.def"
#undef NAME
};
const size_t n_event_types = sizeof(event_types) / sizeof(event_types[0]);

bool field_is_inner(enum field_id id)
{
	return strchr(fields[id].name, ' ');
}

/* ---- by name ---- */

/* Hash tables with linear probing: the number of a row plus one, 0 for none. Every text that a
 * rule compares with is looked up, for it may be the name of a field. */
#define NAMES_SIZE 2048
static uint16_t field_numbers[NAMES_SIZE], event_numbers[NAMES_SIZE];

static size_t name_hash(const char *s, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h ^ h >> 15;
}

static void name_put(uint16_t *numbers, const char *name, size_t number)
{
	size_t at = name_hash(name, strlen(name));

	while (numbers[at % NAMES_SIZE])
		at++;
	numbers[at % NAMES_SIZE] = number + 1;
}

/* Before main(), so that no thread is early. */
__attribute__((constructor)) static void number_names(void)
{
	size_t i;

	_Static_assert(FIELD_COUNT < NAMES_SIZE / 2 &&
			       sizeof(event_types) / sizeof(event_types[0]) < NAMES_SIZE / 2,
		       "the tables of names are at most half full");
	for (i = 0; i < FIELD_COUNT; i++) {
		if (!field_is_inner(i))
			name_put(field_numbers, fields[i].name, i);
	}
	for (i = 0; i < n_event_types; i++)
		name_put(event_numbers, event_types[i].name, i);
}

const struct field *field_find_part(const char *s, size_t len)
{
	size_t at = name_hash(s, len), n;

	while ((n = field_numbers[at % NAMES_SIZE])) {
		const struct field *f = &fields[n - 1];

		if (!strncmp(f->name, s, len) && !f->name[len])
			return f;
		at++;
	}
	return NULL;
}

const struct field *field_find(const char *name)
{
	return field_find_part(name, strlen(name));
}

const struct field *field_find_dotted(const char *name, const char **arg)
{
	const struct field *f = field_find(name), *part;
	const char *dot;

	for (dot = strchr(name, '.'); dot && !f; dot = strchr(dot + 1, '.')) {
		part = field_find_part(name, dot - name);
		if (!part || part->index != INDEX_DOT_MUST)
			continue;
		f = part;
		*arg = dot + 1;
	}
	return f;
}

static bool is_index_number(const char *arg, unsigned long max)
{
	char *end;

	errno = 0;
	return *arg >= '0' && *arg <= '9' && strtoul(arg, &end, 10) <= max && !*end && !errno;
}

static const char *number_problem(struct arena *a, const struct field *f, const char *arg)
{
	if (!field_is_lineage(f->id))
		return is_index_number(arg, INT32_MAX)
			       ? NULL
			       : arena_printf(a, "the argument of '%s' must be a number, not '%s'",
					      f->name, arg);
	if (is_index_number(arg, ANCESTORS_MAX))
		return NULL;
	return arena_printf(a, "the argument of '%s' must be a number from 0 to %d, not '%s'",
			    f->name, ANCESTORS_MAX, arg);
}

const char *field_index_problem(struct arena *a, const struct field *f, const char *arg)
{
	if (!arg) {
		if (f->index == INDEX_NONE || f->index == INDEX_NUMBER || f->index == INDEX_NAME)
			return NULL;
		return arena_printf(a, "filter field '%s' requires an argument", f->name);
	}
	switch (f->index) {
	case INDEX_NONE:
		return arena_printf(a, "filter field '%s' takes no argument", f->name);
	case INDEX_NUMBER:
	case INDEX_NUMBER_MUST:
		return number_problem(a, f, arg);
	case INDEX_NAME:
	case INDEX_NAME_MUST:
	case INDEX_DOT_MUST:
		break;
	}
	return *arg ? NULL : arena_printf(a, "the argument of '%s' must not be empty", f->name);
}

const char *field_type_name(enum field_type type)
{
	static const char *const names[TYPE_COUNT] = {
		[TYPE_STR] = "text",	      [TYPE_INT] = "numeric",
		[TYPE_UINT] = "numeric",      [TYPE_BOOL] = "boolean",
		[TYPE_DOUBLE] = "numeric",    [TYPE_PORT] = "numeric",
		[TYPE_IPADDR] = "ip address", [TYPE_IPNET] = "ip network",
		[TYPE_BYTES] = "byte buffer", [TYPE_LIST] = "list",
	};

	return names[type];
}

const char *field_nearest(const char *name)
{
	struct nearest n = {.wanted = name};
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		if (!field_is_inner(i))
			nearest_offer(&n, fields[i].name);
	}
	return n.best;
}

const struct event_type *event_type_find(const char *name)
{
	size_t at = name_hash(name, strlen(name)), n;

	while ((n = event_numbers[at % NAMES_SIZE])) {
		if (!strcmp(event_types[n - 1].name, name))
			return &event_types[n - 1];
		at++;
	}
	return NULL;
}

const char *event_type_nearest(const char *name)
{
	struct nearest n = {.wanted = name};
	size_t i;

	for (i = 0; i < n_event_types; i++)
		nearest_offer(&n, event_types[i].name);
	return n.best;
}
