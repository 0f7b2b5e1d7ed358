/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/calls.h"

#include <string.h>

#include "gen/field.h"
#include "gen/types.h"

#define RES	 CALL_RES
#define NO	 CALL_NO
#define CWD	 CALL_CWD
#define RAW	 CALL_RAW
#define MSG(arg) (CALL_MSG | (arg))
#define TEXT	 CALL_TEXT
static const struct call_shape shapes[EVENT_COUNT] = {
#define CALL(id, ...) [EVENT_##id] = {1, __VA_ARGS__},
#define CALL_NAME(id, name)
#define CALL_SYMBOL(name, symbol)
#define CALL_OLD(symbol, old)
#define CALL_NUMBER(name, nr)
#include "kern/calls.def"
};
#undef CALL
#undef RES
#undef NO
#undef CWD
#undef RAW
#undef MSG
#undef TEXT

struct call_shape call_shape(enum event_id type)
{
	return shapes[type];
}

bool event_is_open(enum event_id type)
{
	return !strcmp(types_family(type), "open");
}

bool event_has_fd(enum event_id type)
{
	return event_is_open(type) || (shapes[type].known && shapes[type].fd != CALL_NO);
}

bool event_has_socket(enum event_id type)
{
	return !event_is_open(type) && event_has_fd(type);
}

static bool is_link(enum event_id type)
{
	return type == EVENT_LINK || type == EVENT_LINKAT;
}

static bool is_symlink(enum event_id type)
{
	return type == EVENT_SYMLINK || type == EVENT_SYMLINKAT;
}

/* Falco has source and target the other way round than their names say for links; for symbolic
 * links and mounts the second text of our table is where it comes from. */
static enum call_path of_two(enum event_id type, bool source)
{
	bool second = is_link(type) || type == EVENT_MOUNT ? source : !source;

	return second ? CALL_PATH_SECOND : CALL_PATH_FIRST;
}

/* A second text that is no path is the name of an attribute, but for these. */
static bool has_two(enum event_id type)
{
	struct call_shape s = shapes[type];

	return s.path2 != CALL_NO &&
	       (s.dir2 != CALL_RAW || is_symlink(type) || type == EVENT_MOUNT);
}

enum call_path call_path_of(enum event_id type, enum field_id field)
{
	struct call_shape s = shapes[type];

	if (!s.known || s.path1 == CALL_NO || s.dir1 == CALL_RAW)
		return CALL_PATH_NONE;
	switch (field) {
	case FIELD_FS_PATH_NAME:
	case FIELD_FS_PATH_NAMERAW:
	case FIELD_EVT_ABSPATH:
		return has_two(type) ? CALL_PATH_NONE : CALL_PATH_FIRST;
	case FIELD_FS_PATH_SOURCE:
	case FIELD_FS_PATH_SOURCERAW:
		return has_two(type) ? of_two(type, true) : CALL_PATH_NONE;
	case FIELD_FS_PATH_TARGET:
	case FIELD_FS_PATH_TARGETRAW:
		return has_two(type) ? of_two(type, false) : CALL_PATH_NONE;
	default:
		return CALL_PATH_NONE;
	}
}

/* What a type must have so that its events can have a value for the field. */
enum carried { CARRIES_NOTHING, CARRIES_FD, CARRIES_SOCKET, CARRIES_PATH };

static enum carried carried_by(enum field_id f)
{
	if (fields[f].presence == PRESENCE_NET)
		return CARRIES_SOCKET;
	if (!strncmp(fields[f].name, "fd.", strlen("fd.")))
		return CARRIES_FD;
	if (!strncmp(fields[f].name, "fs.path.", strlen("fs.path.")))
		return CARRIES_PATH;
	return CARRIES_NOTHING;
}

static bool lacks(enum event_id type, enum field_id f, enum carried c)
{
	switch (c) {
	case CARRIES_NOTHING:
		return false;
	case CARRIES_FD:
		return !event_has_fd(type);
	case CARRIES_SOCKET:
		return !event_has_socket(type);
	case CARRIES_PATH:
		/* creat has none, as in Falco */
		if (event_is_open(type))
			return type == EVENT_CREAT ||
			       (f != FIELD_FS_PATH_NAME && f != FIELD_FS_PATH_NAMERAW);
		return call_path_of(type, f) == CALL_PATH_NONE;
	}
	return false;
}

bool event_lacks(enum event_id type, enum field_id f)
{
	return field_is_absent_live(f) || lacks(type, f, carried_by(f));
}

struct event_set types_lacking(enum field_id f)
{
	enum carried c = carried_by(f);
	struct event_set s = {};
	int t;

	for (t = 0; t < EVENT_COUNT && c != CARRIES_NOTHING; t++) {
		if (lacks(t, f, c))
			event_set_add(&s, t);
	}
	return s;
}

struct event_set types_with_path(enum field_id f, enum call_path which)
{
	struct event_set s = {};
	int t;

	for (t = 0; t < EVENT_COUNT; t++) {
		if (call_path_of(t, f) == which)
			event_set_add(&s, t);
	}
	return s;
}
