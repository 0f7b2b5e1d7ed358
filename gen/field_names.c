/* SPDX-License-Identifier: Apache-2.0 */
/* Names of fields in conditions and outputs: with arguments, deprecated, not offered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/event_args.h"
#include "gen/field.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static const struct {
	enum field_id id;
	uint32_t flag;
} task_flags[] = {
	{FIELD_PROC_IS_SID_LEADER, TASK_SID_LEADER},
	{FIELD_PROC_IS_PGID_LEADER, TASK_PGID_LEADER},
	{FIELD_PROC_IS_VPGID_LEADER, TASK_PGID_LEADER}, /* the same process in any namespace */
	{FIELD_PROC_IS_EXE_UPPER_LAYER, TASK_EXE_UPPER},
	{FIELD_PROC_IS_EXE_LOWER_LAYER, TASK_EXE_LOWER},
	{FIELD_PROC_IS_EXE_FROM_MEMFD, TASK_EXE_MEMFD},
};
#define N_TASK_FLAGS (sizeof(task_flags) / sizeof(task_flags[0]))

uint32_t field_task_flag(enum field_id id)
{
	for (size_t i = 0; i < N_TASK_FLAGS; i++) {
		if (task_flags[i].id == id)
			return task_flags[i].flag;
	}
	return 0;
}

enum field_id field_of_task_flag(uint32_t flag)
{
	for (size_t i = 0; i < N_TASK_FLAGS; i++) {
		if (task_flags[i].flag == flag)
			return task_flags[i].id;
	}
	return FIELD_COUNT;
}

bool field_is_lineage(enum field_id id)
{
	switch (id) {
	case FIELD_PROC_ANAME:
	case FIELD_PROC_AEXE:
	case FIELD_PROC_AEXEPATH:
	case FIELD_PROC_ACMDLINE:
	case FIELD_PROC_APID:
	case FIELD_PROC_AENV:
		return true;
	default:
		return false;
	}
}

bool field_is_absent_live(enum field_id id)
{
	switch (fields[id].presence) {
	case PRESENCE_IO:
	case PRESENCE_NEVER:
		return true;
	default:
		return false;
	}
}

const char *field_refused(const char *name)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
#define REFUSED(name, why) {name, why},
#include "gen/refused.def"
#undef REFUSED
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].name);
		bool all = rows[i].name[len - 1] == '.';

		if (all ? !strncmp(rows[i].name, name, len) : !strcmp(rows[i].name, name))
			return rows[i].why;
	}
	return NULL;
}

bool field_is_deprecated(enum field_id id)
{
	switch (id) {
	case FIELD_EVT_DIR:
	case FIELD_EVT_LATENCY:
	case FIELD_EVT_LATENCY_S:
	case FIELD_EVT_LATENCY_NS:
	case FIELD_EVT_LATENCY_HUMAN:
	case FIELD_EVT_WAIT_LATENCY:
		return true;
	default:
		return false;
	}
}

/* ---- arguments by name ---- */

static bool is_number(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

static bool is_known(enum field_id id, const char *arg)
{
	switch (id) {
	case FIELD_EVT_TYPE_IS:
		return event_type_find(arg);
	case FIELD_EVT_ARG:
		return is_number(arg) || event_arg_exists(arg);
	case FIELD_EVT_RAWARG:
		return event_arg_exists(arg);
	default:
		return true;
	}
}

bool field_arg_known(const struct field *f, const char *arg, char *why, size_t size)
{
	bool type = f->id == FIELD_EVT_TYPE_IS;
	const char *near;

	if (is_known(f->id, arg))
		return true;
	near = type ? event_type_nearest(arg) : event_arg_nearest(arg);
	snprintf(why, size, "unknown event %s %.60s%s%.60s%s", type ? "type" : "argument", arg,
		 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return false;
}

/* ---- in an output ---- */

static const struct field *longest_field(const char *s)
{
	const struct field *f = NULL;
	size_t len;

	for (len = strspn(s, LETTERS "."); len && !f; len--)
		f = field_find_part(s, len);
	return f;
}

/* The longest name behind the dot that means something; all of it if none does. */
static size_t name_len(const struct field *f, const char *s)
{
	size_t all = strspn(s, LETTERS);
	char name[64];

	for (size_t n = all < sizeof(name) ? all : sizeof(name) - 1; n; n--) {
		memcpy(name, s, n);
		name[n] = '\0';
		if (is_known(f->id, name))
			return n;
	}
	return all;
}

static void take_brackets(struct field_token *t, const char *s)
{
	const char *end = strchr(s, ']');

	t->arg = s + 1;
	if (!end) {
		t->len++;
		return;
	}
	t->arg_len = end - s - 1;
	t->len += t->arg_len + 2;
	if (t->arg_len >= 2 && strchr("'\"", *t->arg) && *t->arg == end[-1]) {
		t->arg++;
		t->arg_len -= 2;
	}
}

struct field_token field_token(const char *s)
{
	struct field_token t = {.field = longest_field(s)};

	if (!t.field)
		return t;
	t.len = strlen(t.field->name);
	s += t.len;
	if (*s == '[' && t.field->index != INDEX_NONE) {
		take_brackets(&t, s);
	} else if (*s == '.' && t.field->index == INDEX_DOT_MUST) {
		size_t n = name_len(t.field, s + 1);

		if (n) {
			t.arg = s + 1;
			t.arg_len = n;
			t.len += n + 1;
		}
	}
	return t;
}
