/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the file descriptor: what was opened, by which name. */
#include "user/fields.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "user/path.h"

/* creat is of neither kind: it has no flags argument. */
static bool has_flags(const struct record_event *e)
{
	return field_is_open(e) && e->rec->type != EVENT_CREAT;
}

GETTER(EVT_IS_OPEN_READ)
{
	unsigned flags = e->rec->open_flags;

	return field_number(out,
			    has_flags(e) && ((flags & O_PATH) || (flags & O_ACCMODE) != O_WRONLY));
}

GETTER(EVT_IS_OPEN_WRITE)
{
	unsigned flags = e->rec->open_flags;

	return field_number(out,
			    has_flags(e) && !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY);
}

/* A mode counts only if the call may create a file. */
GETTER(EVT_IS_OPEN_EXEC)
{
	unsigned create = e->rec->open_flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY));

	return field_number(out, field_is_open(e) && (e->rec->type == EVENT_CREAT || create) &&
					 (e->rec->mode & 0111));
}

GETTER(EVT_IS_OPEN_CREATE)
{
	unsigned flags = e->rec->open_flags, tmpfile = O_TMPFILE & ~O_DIRECTORY;

	if (!has_flags(e) || e->rec->res < 0 || !(flags & (O_CREAT | tmpfile)))
		return field_number(out, false);
	if (flags & (tmpfile | OPENED_CREATED))
		return field_number(out, true);
	return field_is_unknown(e, FIELD_OPEN_FLAGS) ? HAVE_UNKNOWN : field_number(out, false);
}

/* By what the program asked for: Falco does not look at the file either. */
static bool is_directory(const struct record_event *e)
{
	return e->rec->res >= 0 && (e->rec->open_flags & O_DIRECTORY);
}

GETTER(FD_NUM)
{
	if (!field_is_open(e))
		return HAVE_MISSING;
	return field_is_unknown(e, FIELD_FD_NUM) ? HAVE_UNKNOWN : field_number(out, e->rec->fd);
}

GETTER(FD_TYPECHAR)
{
	if (!field_is_open(e))
		return HAVE_MISSING;
	return field_text(out, is_directory(e) ? "d" : "f");
}

GETTER(FD_TYPE)
{
	if (!field_is_open(e) || e->rec->res < 0)
		return HAVE_MISSING;
	return field_text(out, is_directory(e) ? "directory" : "file");
}

GETTER(FD_NAMERAW)
{
	return field_copy_tail(e, FIELD_FD_NAMERAW, TAIL_WRITTEN, out);
}

/* A path that a call was given, made absolute and normal. */
static enum have given_path(struct record_event *e, enum field_id f, bool second, struct value *out)
{
	size_t len, base_len = 0;
	const char *written = record_tail(e, second ? TAIL_WRITTEN2 : TAIL_WRITTEN, &len);
	const char *base = record_tail(e, second ? TAIL_BASE2 : TAIL_BASE, &base_len);
	bool cut = e->rec->flags & (second ? RECORD_SECOND_CUT : RECORD_WRITTEN_CUT);
	char *to;
	ssize_t n;

	if (!written)
		return cut ? HAVE_UNKNOWN : HAVE_MISSING;
	to = field_room(e, f, base_len + len + 2);
	if (!to)
		return HAVE_UNKNOWN;
	n = path_normalize(base, base_len, written, len, to, base_len + len + 3);
	if (n < 0)
		return HAVE_UNKNOWN;
	out->str = to;
	out->len = n;
	return cut ? HAVE_UNKNOWN : HAVE_VALUE;
}

GETTER(FD_NAME_WRITTEN)
{
	return given_path(e, FIELD_FD_NAME_WRITTEN, false, out);
}

GETTER(FD_NAME_RESOLVED)
{
	bool cut = e->rec->flags & RECORD_RESOLVED_CUT;
	enum have have = field_copy_tail(e, FIELD_FD_NAME_RESOLVED, TAIL_RESOLVED, out);

	return cut ? HAVE_UNKNOWN : have;
}

GETTER(FD_NAME)
{
	if (record_path_view(e) == 0 && e->has_written)
		return get_FD_NAME_WRITTEN(e, NULL, out);
	return get_FD_NAME_RESOLVED(e, NULL, out);
}

enum have field_path(struct record_event *e, unsigned n, struct value *out)
{
	return n == 1 && field_is_open(e) ? get_FD_NAME(e, NULL, out)
					  : given_path(e, FIELD_EVT_ABSPATH, n == 2, out);
}

/* Of a directory: the path itself. */
GETTER(FD_DIRECTORY)
{
	enum have have = get_FD_NAME(e, NULL, out);

	if (have == HAVE_MISSING || !out->str || is_directory(e))
		return have;
	field_copy(e, FIELD_FD_DIRECTORY, out->str, path_directory_len(out->str, out->len), out);
	return have;
}

GETTER(FD_FILENAME)
{
	enum have have;
	size_t dir;

	if (e->rec->res < 0 || is_directory(e))
		return HAVE_MISSING;
	have = get_FD_NAME(e, NULL, out);
	if (have == HAVE_UNKNOWN) /* a path that goes on may end with any */
		out->str = NULL;
	if (have == HAVE_MISSING || !out->str)
		return have;
	dir = path_directory_len(out->str, out->len);
	if (dir < out->len && out->str[dir] == '/')
		dir++;
	out->str += dir;
	out->len -= dir;
	return have;
}

/* ---- texts made of others ---- */

GETTER(FD_UID)
{
	char *to = field_room(e, FIELD_FD_UID, 32);

	if (!field_is_open(e))
		return HAVE_MISSING;
	if (!to || field_is_unknown(e, FIELD_FD_NUM))
		return HAVE_UNKNOWN;
	out->len = sprintf(to, "%u%d", e->rec->tid, e->rec->fd);
	out->str = to;
	return HAVE_VALUE;
}

static enum have behind_container(struct record_event *e, enum field_id f, enum have have,
				  struct value *out)
{
	size_t len = strlen(e->container);
	char *to;

	if (have == HAVE_MISSING || !out->str)
		return have;
	to = field_room(e, f, len + 1 + out->len);
	if (!to)
		return HAVE_UNKNOWN;
	memcpy(to, e->container, len);
	to[len] = ':';
	memcpy(to + len + 1, out->str, out->len);
	out->str = to;
	out->len += len + 1;
	return have;
}

GETTER(FD_CONTAINERNAME)
{
	return behind_container(e, FIELD_FD_CONTAINERNAME, get_FD_NAME(e, NULL, out), out);
}

GETTER(FD_CONTAINERDIRECTORY)
{
	return behind_container(e, FIELD_FD_CONTAINERDIRECTORY, get_FD_DIRECTORY(e, NULL, out),
				out);
}

/* ---- of sockets: only that files are none ---- */

static enum have of_open_file(struct record_event *e, struct value *out)
{
	return field_is_open(e) && e->rec->res >= 0 ? field_number(out, false) : HAVE_MISSING;
}

GETTER(FD_L4PROTO)
{
	return of_open_file(e, out) == HAVE_VALUE ? field_text(out, "<NA>") : HAVE_MISSING;
}

GETTER(FD_IS_SERVER)
{
	return of_open_file(e, out);
}

GETTER(FD_CONNECTED)
{
	return of_open_file(e, out);
}

GETTER(FD_NAME_CHANGED)
{
	return of_open_file(e, out);
}

/* ---- paths of the call: not of creat, as in Falco ---- */

GETTER(FS_PATH_NAME)
{
	return has_flags(e) ? get_FD_NAME(e, NULL, out) : HAVE_MISSING;
}

GETTER(FS_PATH_NAMERAW)
{
	return has_flags(e) ? get_FD_NAMERAW(e, NULL, out) : HAVE_MISSING;
}

GETTER(EVT_ABSPATH)
{
	bool has_dirfd = e->rec->type == EVENT_OPENAT || e->rec->type == EVENT_OPENAT2;

	return has_dirfd ? get_FD_NAME_WRITTEN(e, NULL, out) : HAVE_MISSING;
}
