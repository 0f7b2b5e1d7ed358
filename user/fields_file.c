/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the file descriptor: what was opened, by which name. */
#include "user/fields.h"

#include <fcntl.h>
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
	to = field_room(e, FIELD_FD_NAME_WRITTEN, base_len + len + 2);
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
	enum have have = field_copy_tail(e, FIELD_FD_NAME_RESOLVED, TAIL_RESOLVED, out);

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
	if (have == HAVE_MISSING || !out->str)
		return have;
	dir = path_directory_len(out->str, out->len);
	if (dir < out->len && out->str[dir] == '/')
		dir++;
	out->str += dir;
	out->len -= dir;
	return have;
}
