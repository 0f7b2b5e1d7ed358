/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to read a value from a record: the table of getters, and those of ids, users and
 * the container. */
#include "user/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/types.h"
#include "user/users.h"

/* ---- help for getters ---- */

enum have field_number(struct value *out, int64_t n)
{
	out->num = n;
	return HAVE_VALUE;
}

enum have field_text(struct value *out, const char *s)
{
	out->str = s;
	out->len = strlen(s);
	return HAVE_VALUE;
}

bool field_is_unknown(const struct record_event *e, enum field_id f)
{
	return f < FIELD_KERNEL_COUNT && (e->rec->unknown & FIELD_BIT(f));
}

static bool is_of_family(const struct record_event *e, const char *name)
{
	return !strcmp(types_family(e->rec->type), name);
}

bool field_is_open(const struct record_event *e)
{
	return is_of_family(e, "open");
}

bool field_is_exec(const struct record_event *e)
{
	return is_of_family(e, "exec");
}

int64_t field_since(const struct record_event *e, int64_t then)
{
	return (int64_t)((uint64_t)e->time - (uint64_t)then);
}

bool field_is_host(const struct record_event *e)
{
	return !strcmp(e->container, "host");
}

char *field_room(struct record_event *e, enum field_id f, size_t len)
{
	struct record_text *t = &e->text[f];

	if (t->size <= len) {
		char *more = realloc(t->data, len + 1);

		if (!more)
			return NULL;
		t->data = more;
		t->size = len + 1;
	}
	t->data[len] = '\0';
	return t->data;
}

bool field_copy_text(struct record_event *e, enum field_id f, const char *s, size_t len,
		     struct value *out)
{
	char *to = field_room(e, f, len);

	if (!to)
		return false;
	memcpy(to, s, len);
	out->str = to;
	out->len = len;
	return true;
}

enum have field_copy(struct record_event *e, enum field_id f, const char *s, size_t len,
		     struct value *out)
{
	return field_copy_text(e, f, s, len, out) && !field_is_unknown(e, f) ? HAVE_VALUE
									     : HAVE_UNKNOWN;
}

enum have field_copy_tail(struct record_event *e, enum field_id f, enum tail_id t,
			  struct value *out)
{
	size_t len;
	const char *s = record_tail(e, t, &len);

	if (!s)
		return field_is_unknown(e, f) ? HAVE_UNKNOWN : HAVE_MISSING;
	return field_copy(e, f, s, len, out);
}

/* ---- the process ---- */

GETTER(PROC_PID)
{
	return field_number(out, e->rec->pid);
}

GETTER(PROC_PPID)
{
	return field_number(out, e->rec->ppid);
}

GETTER(PROC_TTY)
{
	return field_number(out, e->rec->tty);
}

GETTER(THREAD_TID)
{
	return field_number(out, e->rec->tid);
}

GETTER(USER_UID)
{
	return field_number(out, e->rec->uid);
}

GETTER(USER_LOGINUID)
{
	return field_number(out, (int32_t)e->rec->loginuid);
}

GETTER(GROUP_GID)
{
	return field_number(out, e->rec->gid);
}

/* A name is valid only until the next one is asked for. */
static enum have of_users(struct record_event *e, enum field_id f,
			  const char *(*name)(struct users *, uint32_t, uint32_t, const char *),
			  uint32_t id, struct value *out)
{
	const char *s = name(e->ctx ? e->ctx->users : NULL, id, e->rec->pid,
			     field_is_host(e) ? NULL : e->container);

	if (!s)
		return HAVE_UNKNOWN;
	return field_copy(e, f, s, strlen(s), out);
}

GETTER(USER_NAME)
{
	return of_users(e, FIELD_USER_NAME, users_name, e->rec->uid, out);
}

GETTER(USER_LOGINNAME)
{
	if ((int32_t)e->rec->loginuid == -1)
		return field_text(out, "<NA>");
	return of_users(e, FIELD_USER_LOGINNAME, users_name, e->rec->loginuid, out);
}

GETTER(USER_HOMEDIR)
{
	return of_users(e, FIELD_USER_HOMEDIR, users_home, e->rec->uid, out);
}

GETTER(USER_SHELL)
{
	return of_users(e, FIELD_USER_SHELL, users_shell, e->rec->uid, out);
}

GETTER(GROUP_NAME)
{
	return of_users(e, FIELD_GROUP_NAME, users_group, e->rec->gid, out);
}

/* ---- the container ---- */

GETTER(CONTAINER_ID)
{
	return field_text(out, e->container);
}

/* ---- all of them ---- */

enum have record_get(const struct event *ev, enum field_id field, const char *arg,
		     struct value *out)
{
	static enum have (*const getters[FIELD_COUNT])(struct record_event *, const char *,
						       struct value *) = {
#define GET_ALWAYS(id)					    get_##id
#define GET_SOME(id)					    get_##id
#define GET_NET(id)					    get_##id
#define GET_IO(id)					    NULL
#define GET_TWO(id)					    get_##id
#define GET_NEVER(id)					    NULL
#define GET_LATER(id)					    NULL
#define FIELD(id, name, type, index, source, presence, doc) [FIELD_##id] = GET_##presence(id),
#define FIELD_KERNEL_END
#include "kern/fields.def"
#undef FIELD
#undef FIELD_KERNEL_END
	};
	struct record_event *e = (struct record_event *)ev;
	struct value v = {.type = fields[field].either ? TYPE_LIST : fields[field].type};
	enum have have = HAVE_MISSING;

	if (getters[field])
		have = getters[field](e, arg, &v);
	else if (fields[field].presence == PRESENCE_LATER)
		have = HAVE_UNKNOWN;
	if (have != HAVE_MISSING)
		*out = v;
	return have;
}
