/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/types.h"
#include "user/path.h"

#define TERMINAL 0x8800 /* the first one of a container of its own */
#define FIRST_FD 3	/* standard input, output and error are open, everything else is closed */

static enum have text(struct value *out, const char *s)
{
	*out = (struct value){.type = TYPE_STR, .str = s, .len = strlen(s)};
	return HAVE_VALUE;
}

static enum have number(struct value *out, int64_t n)
{
	*out = (struct value){.type = TYPE_INT, .num = n};
	return HAVE_VALUE;
}

static enum have truth(struct value *out, bool b)
{
	*out = (struct value){.type = TYPE_BOOL, .num = b};
	return HAVE_VALUE;
}

static enum have unknown(struct value *out)
{
	*out = (struct value){.type = TYPE_STR};
	return HAVE_UNKNOWN;
}

static enum have get_event(const struct try_event *e, enum field_id field, struct value *out)
{
	const struct try_plan *p = e->plan;
	bool flags = try_is_open(p->type) && p->type != EVENT_CREAT;

	switch (field) {
	case FIELD_EVT_TYPE:
		return text(out, types_name(p->type));
	case FIELD_EVT_SOURCE:
		return text(out, "syscall");
	case FIELD_EVT_RES:
		return text(out, p->fails ? "ENOENT" : "SUCCESS");
	case FIELD_EVT_RAWRES:
		return number(out, p->fails ? -ENOENT : try_is_open(p->type) ? FIRST_FD : 0);
	case FIELD_EVT_FAILED:
		return truth(out, p->fails);
	case FIELD_EVT_IS_OPEN_READ:
		return truth(out, flags && (p->flags & O_ACCMODE) != O_WRONLY);
	case FIELD_EVT_IS_OPEN_WRITE:
		return truth(out, flags && (p->flags & O_ACCMODE) != O_RDONLY);
	default:
		return unknown(out);
	}
}

/* Index 0 is the process itself. A parent that was asked for, and who holds the other end of a
 * terminal, come between it and the process that starts things. */
static enum have get_ancestor(const struct try_event *e, const char *arg, struct value *out)
{
	long n = arg ? strtol(arg, NULL, 10) : 1, own = e->plan->terminal ? 2 : 1;

	if (!n)
		return text(out, e->plan->name);
	if (e->plan->parent && n == 1)
		return text(out, e->plan->parent);
	n -= e->plan->parent ? 1 : 0;
	if (n <= own)
		return text(out, e->where->parent);
	if (!e->where->ancestors)
		return unknown(out);
	for (long i = 0; e->where->ancestors[i]; i++)
		if (i == n - own - 1)
			return text(out, e->where->ancestors[i]);
	return HAVE_MISSING;
}

static enum have get_process(struct try_event *e, enum field_id field, const char *arg,
			     struct value *out)
{
	const struct try_plan *p = e->plan;

	switch (field) {
	case FIELD_PROC_NAME:
		return text(out, p->name);
	case FIELD_PROC_CMDLINE:
		return text(out, p->cmdline);
	case FIELD_PROC_ARGS:
		return text(out, p->args_text);
	case FIELD_PROC_EXE:
		return text(out, p->exe);
	case FIELD_PROC_EXEPATH:
		return text(out, p->exepath);
	case FIELD_PROC_PNAME:
		return text(out, p->parent ? p->parent : e->where->parent);
	case FIELD_PROC_PCMDLINE:
		return p->parent ? text(out, p->parent_cmdline) : unknown(out);
	case FIELD_PROC_ANAME:
		return get_ancestor(e, arg, out);
	case FIELD_PROC_CWD:
		return text(out, "/");
	case FIELD_PROC_TTY:
		return number(out, p->terminal ? TERMINAL : 0);
	case FIELD_USER_UID:
	case FIELD_GROUP_GID:
		return number(out, 0);
	case FIELD_USER_NAME:
	case FIELD_GROUP_NAME:
		return text(out, "root");
	case FIELD_CONTAINER_ID:
		return text(out, e->where->container);
	default:
		return unknown(out);
	}
}

static enum have get_directory(struct try_event *e, struct value *out)
{
	const char *path = e->plan->path;
	size_t len = strlen(path);

	if (!e->plan->directory)
		len = path_directory_len(path, len);
	snprintf(e->text, sizeof(e->text), "%.*s", (int)len, path);
	return text(out, e->text);
}

static enum have get_file(struct try_event *e, enum field_id field, struct value *out)
{
	const struct try_plan *p = e->plan;

	if (!try_is_open(p->type))
		return HAVE_MISSING;
	switch (field) {
	case FIELD_FD_NUM:
		return number(out, p->fails ? -1 : FIRST_FD);
	case FIELD_FD_NAME:
	case FIELD_FD_NAMERAW:
	case FIELD_FD_NAME_WRITTEN:
		return text(out, p->path);
	case FIELD_FD_NAME_RESOLVED:
		return p->fails ? HAVE_MISSING : text(out, p->path);
	case FIELD_FD_TYPECHAR:
		return text(out, p->directory ? "d" : "f");
	case FIELD_FD_TYPE:
		return p->fails ? HAVE_MISSING : text(out, p->directory ? "directory" : "file");
	case FIELD_FD_DIRECTORY:
		return get_directory(e, out);
	case FIELD_FD_FILENAME:
		if (p->fails || p->directory)
			return HAVE_MISSING;
		return text(out, strrchr(p->path, '/') + 1);
	default:
		return unknown(out);
	}
}

/* The container has no runtime that could tell its name or image. */
static enum have get_container(const struct try_event *e, enum field_id field, struct value *out)
{
	if (strcmp(e->where->container, "host"))
		return HAVE_MISSING;
	return field == FIELD_CONTAINER_NAME ? text(out, "host") : text(out, "");
}

static enum have get(const struct event *ev, enum field_id field, const char *arg,
		     struct value *out)
{
	struct try_event *e = (struct try_event *)ev;

	switch (field) {
	case FIELD_EVT_TYPE ... FIELD_EVT_IS_OPEN_WRITE:
	case FIELD_EVT_SOURCE:
		return get_event(e, field, out);
	case FIELD_FD_NUM ... FIELD_FD_TYPE:
	case FIELD_FD_NAMERAW:
	case FIELD_FD_NAME_WRITTEN:
	case FIELD_FD_NAME_RESOLVED:
		return get_file(e, field, out);
	case FIELD_CONTAINER_NAME ... FIELD_K8S_NS_NAME:
		return get_container(e, field, out);
	default:
		return get_process(e, field, arg, out);
	}
}

void try_event_init(struct try_event *e, const struct try_plan *p, const struct try_place *where)
{
	e->ev = (struct event){.get = get, .views = 1};
	e->plan = p;
	e->where = where;
}
