/* SPDX-License-Identifier: Apache-2.0 */
/* kern/fields.def and kern/events.def as searchable tables. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"

enum field_type { TYPE_STR, TYPE_INT, TYPE_BOOL, TYPE_LIST };
enum field_source {
	SOURCE_TYPE,
	SOURCE_NUM,
	SOURCE_ENUM,
	SOURCE_SHORT,
	SOURCE_PROC,
	SOURCE_PATH,
	SOURCE_PARENT,
	SOURCE_ANCESTOR,
	SOURCE_USER
};
enum field_presence { PRESENCE_ALWAYS, PRESENCE_OPEN, PRESENCE_SOME };

struct field {
	enum field_id id;
	const char *name;
	enum field_type type;
	enum field_source source;
	enum field_presence presence;
	enum field_id base; /* PARENT and ANCESTOR: the field of the other process */
	bool has_index;	    /* [N] is legal */
	const char *doc;
};

/* All rows in order of id. */
extern const struct field fields[FIELD_COUNT];

/* NULL if there is none of that name. */
const struct field *field_find(const char *name);
/* The known name that is nearest in edits, NULL if none is near. */
const char *field_nearest(const char *name);

enum event_kind { EVENT_SEEN, EVENT_LATER, EVENT_IO };
struct event_type {
	const char *name;
	enum event_kind kind;
	enum event_id id; /* only if kind is EVENT_SEEN */
	const char *family;
	const char *doc;
};
extern const struct event_type event_types[];
extern const size_t n_event_types;
const struct event_type *event_type_find(const char *name);
const char *event_type_nearest(const char *name);

/* The texts that an ENUM field can have and the numbers that stand for them in the kernel:
 * gen/domain.c. NULL for other fields. */
struct domain_entry {
	const char *text;
	int64_t code;
};
const struct domain_entry *field_domain(enum field_id id, size_t *n);
/* Text of a code, NULL if the code has none. */
const char *domain_text(enum field_id id, int64_t code);
