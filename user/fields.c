/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to read a value from a record: the table of getters, and those of the event, of
 * users and of the container. */
#include "user/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/users.h"

#define NS_PER_S 1000000000LL

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

bool field_is_open(const struct record_event *e)
{
	static const char *const family[EVENT_COUNT] = {
#define EVENT(id, name, family_, doc) [EVENT_##id] = #family_,
#define EVENT_LATER(name, doc)
#define EVENT_IO(name, doc)
#include "kern/events.def"
#undef EVENT
#undef EVENT_LATER
#undef EVENT_IO
	};

	return !strcmp(family[e->rec->type], "open");
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

/* ---- the event ---- */

GETTER(EVT_TYPE)
{
	static const char *const names[EVENT_COUNT] = {
#define EVENT(id, name, family, doc) [EVENT_##id] = name,
#define EVENT_LATER(name, doc)
#define EVENT_IO(name, doc)
#include "kern/events.def"
#undef EVENT
#undef EVENT_LATER
#undef EVENT_IO
	};

	return field_text(out, names[e->rec->type]);
}

GETTER(EVT_RES)
{
	uint64_t err = e->rec->res < 0 ? 0 - (uint64_t)e->rec->res : 0;
	const char *name = domain_text(FIELD_EVT_RES, err);
	char *to;

	if (name)
		return field_text(out, name);
	to = field_room(e, FIELD_EVT_RES, 24);
	if (!to)
		return HAVE_UNKNOWN;
	snprintf(to, 24, "%llu", (unsigned long long)err);
	return field_text(out, to);
}

GETTER(EVT_RAWRES)
{
	if (field_is_unknown(e, FIELD_EVT_RAWRES))
		return HAVE_UNKNOWN;
	return field_number(out, e->rec->res);
}

GETTER(EVT_FAILED)
{
	return field_number(out, e->rec->res < 0);
}

GETTER(EVT_NUM)
{
	return field_number(out, e->number);
}

GETTER(EVT_TIME)
{
	return field_number(out, e->time);
}

GETTER(EVT_TIME_ISO8601)
{
	time_t s = e->time / NS_PER_S;
	char *to = field_room(e, FIELD_EVT_TIME_ISO8601, 64);
	struct tm tm;
	size_t len;

	if (!to || !gmtime_r(&s, &tm))
		return HAVE_UNKNOWN;
	len = strftime(to, 64, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(to + len, 64 - len, ".%09lld+0000", (long long)(e->time % NS_PER_S));
	return field_text(out, to);
}

GETTER(EVT_HOSTNAME)
{
	return field_text(out, e->ctx && e->ctx->hostname ? e->ctx->hostname : "");
}

GETTER(EVT_SOURCE)
{
	return field_text(out, "syscall");
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

GETTER(GROUP_NAME)
{
	return of_users(e, FIELD_GROUP_NAME, users_group, e->rec->gid, out);
}

/* ---- the container ---- */

GETTER(CONTAINER_ID)
{
	return field_text(out, e->container);
}

/* On the host the name is "host" and the rest is empty. In a container these come from its
 * runtime: missing as long as that has not been asked. */
static enum have of_container(struct record_event *e, const char *on_host, struct value *out)
{
	return field_is_host(e) ? field_text(out, on_host) : HAVE_MISSING;
}

GETTER(CONTAINER_NAME)
{
	return of_container(e, "host", out);
}

GETTER(CONTAINER_IMAGE)
{
	return of_container(e, "", out);
}

GETTER(CONTAINER_IMAGE_REPOSITORY)
{
	return of_container(e, "", out);
}

GETTER(CONTAINER_IMAGE_TAG)
{
	return of_container(e, "", out);
}

GETTER(K8S_POD_NAME)
{
	return HAVE_MISSING;
}

GETTER(K8S_NS_NAME)
{
	return HAVE_MISSING;
}

/* ---- all of them ---- */

enum have record_get(const struct event *ev, enum field_id field, const char *arg,
		     struct value *out)
{
	static enum have (*const getters[FIELD_COUNT])(struct record_event *, const char *,
						       struct value *) = {
#define FIELD(id, name, type, index, source, presence, doc) [FIELD_##id] = get_##id,
#define FIELD_KERNEL_END
#include "kern/fields.def"
#undef FIELD
#undef FIELD_KERNEL_END
	};
	struct record_event *e = (struct record_event *)ev;
	struct value v = {.type = fields[field].type};
	enum have have = getters[field](e, arg, &v);

	if (have != HAVE_MISSING)
		*out = v;
	return have;
}
