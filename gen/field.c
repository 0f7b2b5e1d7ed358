/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kern/fields.def, kern/events.def and gen/names.def as tables. A new row there is all that is
 * needed, unless the field looks at another process (BASE_OF) or takes an index (HAS_INDEX).
 */
#include "gen/field.h"

#include <string.h>

#include "gen/nearest.h"

#define BASE_OF(id)                                                                                \
	((id) == FIELD_PROC_PNAME || (id) == FIELD_PROC_ANAME ? FIELD_PROC_NAME                    \
	 : (id) == FIELD_PROC_PCMDLINE			      ? FIELD_PROC_CMDLINE                 \
							      : (id))
#define HAS_INDEX(id) ((id) == FIELD_PROC_ANAME)

const struct field fields[FIELD_COUNT] = {
#define FIELD(name_, text, type_, source_, presence_, doc_)                                        \
	{.id = FIELD_##name_,                                                                      \
	 .name = text,                                                                             \
	 .type = TYPE_##type_,                                                                     \
	 .source = SOURCE_##source_,                                                               \
	 .presence = PRESENCE_##presence_,                                                         \
	 .base = BASE_OF(FIELD_##name_),                                                           \
	 .has_index = HAS_INDEX(FIELD_##name_),                                                    \
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

const struct field *field_find(const char *name)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

const char *field_nearest(const char *name)
{
	struct nearest n = {.wanted = name};
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		nearest_offer(&n, fields[i].name);
	return n.best;
}

const struct event_type *event_type_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (!strcmp(event_types[i].name, name))
			return &event_types[i];
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
