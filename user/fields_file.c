/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the file descriptor: what was opened, by which name. */
#include "user/fields.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "gen/calls.h"
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

/* Of an open by what the program asked for: Falco does not look at the file either. */
static bool is_directory(const struct record_event *e)
{
	if (field_is_open(e))
		return e->rec->res >= 0 && (e->rec->open_flags & O_DIRECTORY);
	return e->rec->fd_type == 'd';
}

GETTER(FD_NUM)
{
	if (!event_has_fd(e->rec->type))
		return HAVE_MISSING;
	return field_is_unknown(e, FIELD_FD_NUM) ? HAVE_UNKNOWN : field_number(out, e->rec->fd);
}

GETTER(FD_TYPECHAR)
{
	char *to = field_room(e, FIELD_FD_TYPECHAR, 1);

	if (field_is_open(e))
		return field_text(out, is_directory(e) ? "d" : "f");
	if (!e->rec->fd_type)
		return field_is_unknown(e, FIELD_FD_TYPECHAR) ? HAVE_UNKNOWN : HAVE_MISSING;
	if (!to)
		return HAVE_UNKNOWN;
	*to = e->rec->fd_type;
	return field_text(out, to);
}

/* Two kinds share a letter; only one of them is a socket. */
static int64_t type_code(const struct record_event *e)
{
	return e->rec->fd_type == 'u' && !e->rec->tails[TAIL_SOCKET].offset ? 'U' : e->rec->fd_type;
}

GETTER(FD_TYPE)
{
	const char *name;

	if (field_is_open(e))
		return e->rec->res < 0 ? HAVE_MISSING
				       : field_text(out, is_directory(e) ? "directory" : "file");
	name = domain_text(FIELD_FD_TYPE, type_code(e));
	if (name)
		return field_text(out, name);
	return field_is_unknown(e, FIELD_FD_TYPE) ? HAVE_UNKNOWN : HAVE_MISSING;
}

GETTER(FD_NAMERAW)
{
	enum have have = field_copy_tail(e, FIELD_FD_NAMERAW, TAIL_WRITTEN, out);

	if (!field_is_open(e))
		return HAVE_MISSING;
	return have == HAVE_MISSING && (e->rec->flags & RECORD_WRITTEN_CUT) ? HAVE_UNKNOWN : have;
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
	return field_is_open(e) ? given_path(e, FIELD_FD_NAME_WRITTEN, false, out) : HAVE_MISSING;
}

GETTER(FD_NAME_RESOLVED)
{
	bool cut = e->rec->flags & RECORD_RESOLVED_CUT;
	enum have have = field_copy_tail(e, FIELD_FD_NAME_RESOLVED, TAIL_RESOLVED, out);

	return cut ? HAVE_UNKNOWN : have;
}

GETTER(FD_NAME)
{
	enum have have;

	if (record_path_view(e) == 0 && e->has_written)
		return get_FD_NAME_WRITTEN(e, NULL, out);
	if (field_socket_name(e, out, &have))
		return have;
	/* a directory that is given as "the working directory" has an empty name */
	if (!field_is_open(e) && event_has_fd(e->rec->type) && e->rec->fd == AT_FDCWD)
		return field_text(out, "");
	if (!field_is_open(e) && e->rec->fd_type && !e->rec->tails[TAIL_RESOLVED].offset)
		return HAVE_UNKNOWN;
	return get_FD_NAME_RESOLVED(e, NULL, out);
}

enum have field_path(struct record_event *e, unsigned n, struct value *out)
{
	return n == 1 && field_is_open(e) ? get_FD_NAME(e, NULL, out)
					  : given_path(e, FIELD_EVT_ABSPATH, n == 2, out);
}

/* Sockets and pipes have names, but no directory. */
static bool is_of_file(const struct record_event *e)
{
	return field_is_open(e) || e->rec->fd_type == 'f' || e->rec->fd_type == 'd';
}

/* Of a directory: the path itself. */
GETTER(FD_DIRECTORY)
{
	enum have have = is_of_file(e) ? get_FD_NAME(e, NULL, out) : HAVE_MISSING;

	if (have == HAVE_MISSING || !out->str || is_directory(e))
		return have;
	field_copy(e, FIELD_FD_DIRECTORY, out->str, path_directory_len(out->str, out->len), out);
	return have;
}

GETTER(FD_FILENAME)
{
	enum have have;
	size_t dir;

	if ((field_is_open(e) && e->rec->res < 0) || !is_of_file(e) || is_directory(e))
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

	if (!event_has_fd(e->rec->type))
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

/* ---- paths of the call: not of creat, as in Falco; of all but opens only if they succeeded ----
 */

static enum have call_path(struct record_event *e, enum field_id f, bool raw, struct value *out)
{
	enum call_path which = call_path_of(e->rec->type, f);
	bool second = which == CALL_PATH_SECOND;

	if (which == CALL_PATH_NONE || e->rec->res < 0)
		return HAVE_MISSING;
	if (raw || (second && call_shape(e->rec->type).dir2 == CALL_RAW))
		return field_copy_tail(e, f, second ? TAIL_WRITTEN2 : TAIL_WRITTEN, out);
	return given_path(e, f, second, out);
}

/* Not for rules: what the kernel compares of them. */
static enum have inner_path(struct record_event *e, enum field_id f, bool second, struct value *out)
{
	struct call_shape s = call_shape(e->rec->type);
	__s8 column = second ? s.path2 : s.path1;

	if (!s.known || column == CALL_NO)
		return HAVE_MISSING;
	if ((second ? s.dir2 : s.dir1) == CALL_RAW)
		return field_copy_tail(e, f, second ? TAIL_WRITTEN2 : TAIL_WRITTEN, out);
	return given_path(e, f, second, out);
}

GETTER(PATH1)
{
	return inner_path(e, FIELD_PATH1, false, out);
}

GETTER(PATH2)
{
	return inner_path(e, FIELD_PATH2, true, out);
}

GETTER(FS_PATH_NAME)
{
	if (field_is_open(e))
		return has_flags(e) ? get_FD_NAME(e, NULL, out) : HAVE_MISSING;
	return call_path(e, FIELD_FS_PATH_NAME, false, out);
}

GETTER(FS_PATH_NAMERAW)
{
	if (field_is_open(e))
		return has_flags(e) ? get_FD_NAMERAW(e, NULL, out) : HAVE_MISSING;
	return call_path(e, FIELD_FS_PATH_NAMERAW, true, out);
}

GETTER(FS_PATH_SOURCE)
{
	return call_path(e, FIELD_FS_PATH_SOURCE, false, out);
}

GETTER(FS_PATH_SOURCERAW)
{
	return call_path(e, FIELD_FS_PATH_SOURCERAW, true, out);
}

GETTER(FS_PATH_TARGET)
{
	return call_path(e, FIELD_FS_PATH_TARGET, false, out);
}

GETTER(FS_PATH_TARGETRAW)
{
	return call_path(e, FIELD_FS_PATH_TARGETRAW, true, out);
}

GETTER(EVT_ABSPATH)
{
	struct call_shape s = call_shape(e->rec->type);

	if (e->rec->type == EVENT_OPENAT || e->rec->type == EVENT_OPENAT2)
		return get_FD_NAME_WRITTEN(e, NULL, out);
	return s.known && s.path1 != CALL_NO && s.dir1 >= 0
		       ? given_path(e, FIELD_EVT_ABSPATH, false, out)
		       : HAVE_MISSING;
}

/* Of calls with two paths and two directories: from, and to. */
static enum have abspath_of(struct record_event *e, enum field_id f, bool second, struct value *out)
{
	struct call_shape s = call_shape(e->rec->type);

	if (!s.known || s.path1 == CALL_NO || s.path2 == CALL_NO || s.dir1 < 0 || s.dir2 < 0)
		return HAVE_MISSING;
	return given_path(e, f, second, out);
}

GETTER(EVT_ABSPATH_SRC)
{
	return abspath_of(e, FIELD_EVT_ABSPATH_SRC, false, out);
}

GETTER(EVT_ABSPATH_DST)
{
	return abspath_of(e, FIELD_EVT_ABSPATH_DST, true, out);
}
