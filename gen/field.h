/* SPDX-License-Identifier: Apache-2.0 */
/* kern/fields.def and kern/events.def as searchable tables. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"

struct arena;

/* What a value of each type is for who supplies one: gen/event.h. */
enum field_type {
	TYPE_STR,
	TYPE_INT,
	TYPE_UINT, /* of 32 bits: a negative literal wraps */
	TYPE_BOOL,
	TYPE_DOUBLE,
	TYPE_PORT,
	TYPE_IPADDR,
	TYPE_IPNET,
	TYPE_BYTES,
	TYPE_LIST,
	TYPE_COUNT
};

/* The type of a field or of a transformed one. */
struct value_type {
	enum field_type type;
	enum field_type item; /* LIST: the type of its items */
	bool either;	      /* up to two values, of either end of a connection */
};

/* The argument between [ and ]. */
enum field_index {
	INDEX_NONE,
	INDEX_NUMBER,	   /* may be a number */
	INDEX_NUMBER_MUST, /* must be there */
	INDEX_NAME,	   /* may be a text */
	INDEX_NAME_MUST,
	INDEX_DOT_MUST /* a text, and it may be written behind a dot: evt.arg.res, evt.arg[0] */
};
enum field_source {
	SOURCE_TYPE,
	SOURCE_NUM,
	SOURCE_ENUM,
	SOURCE_CAPS,
	SOURCE_ADDR,
	SOURCE_SHORT,
	SOURCE_PROC,
	SOURCE_PATH,
	SOURCE_PARENT,
	SOURCE_ANCESTOR,
	SOURCE_CONTAINER,
	SOURCE_NAMES,
	SOURCE_USER
};
enum field_presence {
	PRESENCE_ALWAYS,
	PRESENCE_SOME,
	PRESENCE_NET,
	PRESENCE_IO,
	PRESENCE_TWO,
	PRESENCE_NEVER,
	PRESENCE_LATER
};

struct field {
	enum field_id id;
	const char *name;
	enum field_type type;
	enum field_type item;
	bool either;
	enum field_index index;
	enum field_source source;
	enum field_presence presence;
	enum field_id base; /* PARENT and ANCESTOR: the field of the other process */
	const char *doc;
};

/* All rows in order of id. */
extern const struct field fields[FIELD_COUNT];

static inline struct value_type field_value_type(const struct field *f)
{
	return (struct value_type){f->type, f->item, f->either};
}

/* A number of events that rules cannot name. */
bool field_is_inner(enum field_id id);
/* NULL if there is none of that name. */
const struct field *field_find(const char *name);
const struct field *field_find_part(const char *name, size_t len);
/* The same, also for the argument of an INDEX_DOT field behind a dot: then *arg is set to where
 * it begins in name, else left alone. */
const struct field *field_find_dotted(const char *name, const char **arg);
/* NULL if arg (NULL: there is none) is right for the field, else what is wrong, in the arena. */
const char *field_index_problem(struct arena *a, const struct field *f, const char *arg);
/* "text", "numeric", ...: how Falco's messages call them. */
const char *field_type_name(enum field_type type);
/* The known name that is nearest in edits, NULL if none is near. */
const char *field_nearest(const char *name);

/* ---- gen/field_names.c ---- */

/* TASK_* of a bool that is a part of FIELD_TASK_FLAGS, 0 for other fields; and the other way
 * round, FIELD_COUNT for none. */
uint32_t field_task_flag(enum field_id id);
enum field_id field_of_task_flag(uint32_t flag);

/* Without an index it means any ancestor; [0] is the process itself, [1] its parent. */
bool field_is_lineage(enum field_id id);
/* None of the events that are seen live has it: a condition finds it missing. */
bool field_is_absent_live(enum field_id id);
/* Why Falco's field of that name is not offered, a clause; NULL if nothing is known of it. */
const char *field_refused(const char *name);
/* Falco takes it, with a warning. */
bool field_is_deprecated(enum field_id id);
/* What is wrong with the name of an argument or event type (evt.arg.NAME, evt.type.is.NAME), a
 * sentence in why; true if nothing is. */
bool field_arg_known(const struct field *f, const char *arg, char *why, size_t why_size);

/* The longest field, with its argument, that s begins with, as an output means it. */
struct field_token {
	const struct field *field; /* NULL: s begins with none */
	const char *arg;	   /* in s, without brackets, dot and quotes; NULL for none */
	size_t arg_len;
	size_t len; /* of it all */
};
struct field_token field_token(const char *s);

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
