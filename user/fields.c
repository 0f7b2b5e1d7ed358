/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way to read a value from a record: get_<ID>() for each row of kern/fields.def. A row
 * without one does not compile. Texts are either in the record or built in the field's own
 * e->text, so that two fields can be looked at side by side.
 */
#include "user/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/path.h"
#include "user/users.h"
#include "user/util.h"

#define NS_PER_S 1000000000LL

/* A getter sets str and len, or num; type and NUL termination are settled by the caller. */
#define GETTER(id)                                                                                \
	static enum have get_##id(struct record_event *e, const char *arg, struct value *out)

/* ---- help for getters ---- */

static enum have number(struct value *out, int64_t n)
{
	out->num = n;
	return HAVE_VALUE;
}

static enum have text(struct value *out, const char *s)
{
	out->str = s;
	out->len = strlen(s);
	return HAVE_VALUE;
}

static bool is_unknown(const struct record_event *e, enum field_id f)
{
	return f < FIELD_KERNEL_COUNT && (e->rec->unknown & FIELD_BIT(f));
}

static bool is_open(const struct record_event *e)
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

static bool is_host(const struct record_event *e)
{
	return !strcmp(e->container, "host");
}

/* Room for a text of len bytes and its NUL; NULL if there is no memory. */
static char *room(struct record_event *e, enum field_id f, size_t len)
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

static bool copy_text(struct record_event *e, enum field_id f, const char *s, size_t len,
		      struct value *out)
{
	char *to = room(e, f, len);

	if (!to)
		return false;
	memcpy(to, s, len);
	out->str = to;
	out->len = len;
	return true;
}

static enum have copy(struct record_event *e, enum field_id f, const char *s, size_t len,
		      struct value *out)
{
	return copy_text(e, f, s, len, out) && !is_unknown(e, f) ? HAVE_VALUE : HAVE_UNKNOWN;
}

static enum have copy_tail(struct record_event *e, enum field_id f, enum tail_id t,
			   struct value *out)
{
	size_t len;
	const char *s = record_tail(e, t, &len);

	if (!s)
		return is_unknown(e, f) ? HAVE_UNKNOWN : HAVE_MISSING;
	return copy(e, f, s, len, out);
}

/* ---- command lines ---- */

/* argv in the current view. */
static const char *view_argv(const struct record_event *e, size_t *len)
{
	if (record_cmd_view(e) == 1 && e->argv_whole) {
		*len = e->argv_len;
		return e->argv;
	}
	return record_tail(e, TAIL_ARGV, len);
}

/* Whether what depends on argv is certain in the current view. What Falco sees of a long command
 * line is certain: that it was cut makes another view, not a doubt. */
static enum have argv_have(const struct record_event *e)
{
	if (e->n_cmds == 1)
		return is_unknown(e, FIELD_PROC_ARGS) ? HAVE_UNKNOWN : HAVE_VALUE;
	return record_cmd_view(e) == 0 || e->argv_whole ? HAVE_VALUE : HAVE_UNKNOWN;
}

/* The first argument is all up to the first NUL. */
static size_t first_len(const char *argv, size_t len)
{
	return argv ? strnlen(argv, len) : 0;
}

/* Writes head, and the arguments after the first, if any, behind a blank. */
static bool join_args(struct record_event *e, enum field_id f, const char *head, size_t head_len,
		      const char *argv, size_t len, struct value *out)
{
	size_t first = first_len(argv, len), blank = head ? 1 : 0;
	const char *args = argv + first + 1;
	char *to;

	if (len <= first + 1)
		return copy_text(e, f, head ? head : "", head_len, out);
	len -= first + 1;
	if (!args[len - 1])
		len--;
	to = room(e, f, head_len + blank + len);
	if (!to)
		return false;
	if (head) {
		memcpy(to, head, head_len);
		to[head_len] = ' ';
	}
	memcpy(to + head_len + blank, args, len);
	for (size_t i = head_len + blank; i < head_len + blank + len; i++)
		if (!to[i])
			to[i] = ' ';
	out->str = to;
	out->len = head_len + blank + len;
	return true;
}

static const char *view_name(const struct record_event *e, size_t *len)
{
	const char *name = record_name_view(e) == 1 ? e->rec->comm : e->rec->name;

	*len = strnlen(name, COMM_SIZE);
	return name;
}

/* Never unknown: that a process was renamed makes another view. */
GETTER(PROC_NAME)
{
	size_t len;
	const char *name = view_name(e, &len);

	return copy_text(e, FIELD_PROC_NAME, name, len, out) ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(PROC_CMDLINE)
{
	size_t len = 0, name_len;
	const char *name = view_name(e, &name_len);
	const char *argv = view_argv(e, &len);

	if (!join_args(e, FIELD_PROC_CMDLINE, name, name_len, argv, len, out))
		return HAVE_UNKNOWN;
	return argv_have(e);
}

GETTER(PROC_ARGS)
{
	size_t len = 0;
	const char *argv = view_argv(e, &len);

	if (!join_args(e, FIELD_PROC_ARGS, NULL, 0, argv, len, out))
		return HAVE_UNKNOWN;
	return argv_have(e);
}

/* Certain if its end was seen. */
GETTER(PROC_EXE)
{
	size_t len = 0;
	const char *argv = view_argv(e, &len);
	size_t exe_len = first_len(argv, len);

	if (!copy_text(e, FIELD_PROC_EXE, argv ? argv : "", exe_len, out))
		return HAVE_UNKNOWN;
	return exe_len < len ? HAVE_VALUE : argv_have(e);
}

GETTER(PROC_EXELINE)
{
	size_t len = 0;
	const char *argv = view_argv(e, &len);

	if (!join_args(e, FIELD_PROC_EXELINE, argv ? argv : "", first_len(argv, len), argv, len,
		       out))
		return HAVE_UNKNOWN;
	return argv_have(e);
}

GETTER(PROC_EXEPATH)
{
	return copy_tail(e, FIELD_PROC_EXEPATH, TAIL_EXEPATH, out);
}

/* ---- other processes ---- */

GETTER(PROC_PNAME)
{
	if (!e->n_ancestors)
		return is_unknown(e, FIELD_PROC_PNAME) ? HAVE_UNKNOWN : HAVE_MISSING;
	return text(out, e->ancestors[0]);
}

/* The kernel keeps the command lines of processes that a rule can match. Of others, what /proc
 * has of them now: their texts do not change with their names. */
static const char *parent_argv(struct record_event *e, size_t *len)
{
	const char *argv = record_tail(e, TAIL_PARGV, len);
	char path[64];

	if (argv || !e->n_ancestors)
		return argv;
	if (!e->parent_argv) {
		snprintf(path, sizeof(path), "/proc/%u/cmdline", e->parent);
		if (read_file(path, ARGS_MAX, &e->parent_argv, &e->parent_argv_len))
			return NULL;
	}
	*len = e->parent_argv_len;
	return e->parent_argv;
}

GETTER(PROC_PCMDLINE)
{
	size_t len = 0;
	const char *argv = parent_argv(e, &len);

	if (!e->n_ancestors)
		return is_unknown(e, FIELD_PROC_PCMDLINE) ? HAVE_UNKNOWN : HAVE_MISSING;
	if (!join_args(e, FIELD_PROC_PCMDLINE, e->ancestors[0], strlen(e->ancestors[0]), argv, len,
		       out))
		return HAVE_UNKNOWN;
	return is_unknown(e, FIELD_PROC_PCMDLINE) ? HAVE_UNKNOWN : HAVE_VALUE;
}

/* Number in an index, or -1. */
static long parse_index(const char *arg)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	return errno || *end || end == arg || n < 0 ? -1 : n;
}

static enum have all_ancestors(struct record_event *e, struct value *out)
{
	char *to = room(e, FIELD_PROC_ANAME, ANCESTORS_MAX * (COMM_SIZE + 1));
	size_t len = 0;

	if (!to)
		return HAVE_UNKNOWN;
	for (unsigned i = 0; i < e->n_ancestors; i++)
		len += sprintf(to + len, "%s%s", i ? " " : "", e->ancestors[i]);
	to[len] = '\0';
	out->str = to;
	out->len = len;
	return is_unknown(e, FIELD_PROC_ANAME) ? HAVE_UNKNOWN : HAVE_VALUE;
}

GETTER(PROC_ANAME)
{
	long n;

	if (!arg)
		return e->n_ancestors ? all_ancestors(e, out) : HAVE_MISSING;
	n = parse_index(arg);
	if (n == 0)
		return get_PROC_NAME(e, NULL, out);
	if (n > (long)e->n_ancestors && e->n_ancestors == ANCESTORS_MAX)
		return HAVE_UNKNOWN; /* the record ends there, the chain may not */
	if (n < 0 || n > (long)e->n_ancestors)
		return is_unknown(e, FIELD_PROC_ANAME) ? HAVE_UNKNOWN : HAVE_MISSING;
	return text(out, e->ancestors[n - 1]);
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

	return text(out, names[e->rec->type]);
}

GETTER(EVT_RES)
{
	const char *name = domain_text(FIELD_EVT_RES, e->rec->res < 0 ? -e->rec->res : 0);
	char *to;

	if (name)
		return text(out, name);
	to = room(e, FIELD_EVT_RES, 24);
	if (!to)
		return HAVE_UNKNOWN;
	snprintf(to, 24, "%lld", (long long)-e->rec->res);
	return text(out, to);
}

GETTER(EVT_RAWRES)
{
	return number(out, e->rec->res);
}

GETTER(EVT_FAILED)
{
	return number(out, e->rec->res < 0);
}

/* creat is of neither kind: it has no flags argument. */
static bool has_flags(const struct record_event *e)
{
	return is_open(e) && e->rec->type != EVENT_CREAT;
}

GETTER(EVT_IS_OPEN_READ)
{
	unsigned flags = e->rec->open_flags;

	return number(out, has_flags(e) && ((flags & O_PATH) || (flags & O_ACCMODE) != O_WRONLY));
}

GETTER(EVT_IS_OPEN_WRITE)
{
	unsigned flags = e->rec->open_flags;

	return number(out, has_flags(e) && !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY);
}

GETTER(EVT_NUM)
{
	return number(out, e->number);
}

GETTER(EVT_TIME)
{
	return number(out, e->time);
}

GETTER(EVT_TIME_ISO8601)
{
	time_t s = e->time / NS_PER_S;
	char *to = room(e, FIELD_EVT_TIME_ISO8601, 64);
	struct tm tm;
	size_t len;

	if (!to || !gmtime_r(&s, &tm))
		return HAVE_UNKNOWN;
	len = strftime(to, 64, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(to + len, 64 - len, ".%09lld+0000", (long long)(e->time % NS_PER_S));
	return text(out, to);
}

GETTER(EVT_HOSTNAME)
{
	return text(out, e->ctx && e->ctx->hostname ? e->ctx->hostname : "");
}

GETTER(EVT_SOURCE)
{
	return text(out, "syscall");
}

/* ---- the process ---- */

GETTER(PROC_CWD)
{
	enum have have = copy_tail(e, FIELD_PROC_CWD, TAIL_CWD, out);
	char *to;

	if (have == HAVE_MISSING || !out->str || (out->len && out->str[out->len - 1] == '/'))
		return have;
	to = room(e, FIELD_PROC_CWD, out->len + 1);
	if (!to)
		return HAVE_UNKNOWN;
	to[out->len++] = '/';
	out->str = to;
	return have;
}

GETTER(PROC_PID)
{
	return number(out, e->rec->pid);
}

GETTER(PROC_PPID)
{
	return number(out, e->rec->ppid);
}

GETTER(PROC_TTY)
{
	return number(out, e->rec->tty);
}

GETTER(THREAD_TID)
{
	return number(out, e->rec->tid);
}

GETTER(USER_UID)
{
	return number(out, e->rec->uid);
}

GETTER(USER_LOGINUID)
{
	return number(out, (int32_t)e->rec->loginuid);
}

GETTER(GROUP_GID)
{
	return number(out, e->rec->gid);
}

/* A name is valid only until the next one is asked for. */
static enum have of_users(struct record_event *e, enum field_id f,
			  const char *(*name)(struct users *, uint32_t, uint32_t, const char *),
			  uint32_t id, struct value *out)
{
	const char *s = name(e->ctx ? e->ctx->users : NULL, id, e->rec->pid,
			     is_host(e) ? NULL : e->container);

	return copy(e, f, s, strlen(s), out);
}

GETTER(USER_NAME)
{
	return of_users(e, FIELD_USER_NAME, users_name, e->rec->uid, out);
}

GETTER(USER_LOGINNAME)
{
	if ((int32_t)e->rec->loginuid == -1)
		return text(out, "<NA>");
	return of_users(e, FIELD_USER_LOGINNAME, users_name, e->rec->loginuid, out);
}

GETTER(GROUP_NAME)
{
	return of_users(e, FIELD_GROUP_NAME, users_group, e->rec->gid, out);
}

/* ---- the container ---- */

GETTER(CONTAINER_ID)
{
	return text(out, e->container);
}

/* On the host the name is "host" and the rest is empty. In a container these come from its
 * runtime: missing as long as that has not been asked. */
static enum have of_container(struct record_event *e, const char *on_host, struct value *out)
{
	return is_host(e) ? text(out, on_host) : HAVE_MISSING;
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

/* ---- the file ---- */

/* By what the program asked for: Falco does not look at the file either. */
static bool is_directory(const struct record_event *e)
{
	return e->rec->res >= 0 && (e->rec->open_flags & O_DIRECTORY);
}

GETTER(FD_NUM)
{
	return is_open(e) ? number(out, e->rec->fd) : HAVE_MISSING;
}

GETTER(FD_TYPECHAR)
{
	if (!is_open(e))
		return HAVE_MISSING;
	return text(out, is_directory(e) ? "d" : "f");
}

GETTER(FD_TYPE)
{
	if (!is_open(e) || e->rec->res < 0)
		return HAVE_MISSING;
	return text(out, is_directory(e) ? "directory" : "file");
}

GETTER(FD_NAMERAW)
{
	return copy_tail(e, FIELD_FD_NAMERAW, TAIL_WRITTEN, out);
}

GETTER(FD_NAME_WRITTEN)
{
	size_t len, base_len = 0;
	const char *written = record_tail(e, TAIL_WRITTEN, &len);
	const char *base = record_tail(e, TAIL_BASE, &base_len);
	bool cut = e->rec->flags & RECORD_WRITTEN_CUT;
	char *to;
	ssize_t n;

	if (!written)
		return cut ? HAVE_UNKNOWN : HAVE_MISSING;
	to = room(e, FIELD_FD_NAME_WRITTEN, base_len + len + 2);
	if (!to)
		return HAVE_UNKNOWN;
	n = path_normalize(base, base_len, written, len, to, base_len + len + 3);
	if (n < 0)
		return HAVE_UNKNOWN;
	out->str = to;
	out->len = n;
	return cut ? HAVE_UNKNOWN : HAVE_VALUE;
}

GETTER(FD_NAME_RESOLVED)
{
	bool cut = e->rec->flags & RECORD_RESOLVED_CUT;
	enum have have = copy_tail(e, FIELD_FD_NAME_RESOLVED, TAIL_RESOLVED, out);

	return cut ? HAVE_UNKNOWN : have;
}

GETTER(FD_NAME)
{
	if (record_path_view(e) == 0 && e->has_written)
		return get_FD_NAME_WRITTEN(e, NULL, out);
	return get_FD_NAME_RESOLVED(e, NULL, out);
}

/* Of a directory: the path itself. */
GETTER(FD_DIRECTORY)
{
	enum have have = get_FD_NAME(e, NULL, out);

	if (have == HAVE_MISSING || !out->str || is_directory(e))
		return have;
	copy(e, FIELD_FD_DIRECTORY, out->str, path_directory_len(out->str, out->len), out);
	return have;
}

GETTER(FD_FILENAME)
{
	enum have have;
	size_t dir;

	if (e->rec->res < 0 || is_directory(e))
		return HAVE_MISSING;
	have = get_FD_NAME(e, NULL, out);
	if (have == HAVE_MISSING || !out->str)
		return have;
	dir = path_directory_len(out->str, out->len);
	if (dir < out->len && out->str[dir] == '/')
		dir++;
	out->str += dir;
	out->len -= dir;
	return have;
}

/* ---- all of them ---- */

enum have record_get(const struct event *ev, enum field_id field, const char *arg,
		     struct value *out)
{
	static enum have (*const getters[FIELD_COUNT])(struct record_event *, const char *,
						       struct value *) = {
#define FIELD(id, name, type, source, presence, doc) [FIELD_##id] = get_##id,
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
