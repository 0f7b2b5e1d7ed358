/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the process and its ancestors: names, command lines, paths. */
#include "user/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/util.h"

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
		return field_is_unknown(e, FIELD_PROC_ARGS) ? HAVE_UNKNOWN : HAVE_VALUE;
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
		return field_copy_text(e, f, head ? head : "", head_len, out);
	len -= first + 1;
	if (!args[len - 1])
		len--;
	to = field_room(e, f, head_len + blank + len);
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

	return field_copy_text(e, FIELD_PROC_NAME, name, len, out) ? HAVE_VALUE : HAVE_UNKNOWN;
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

/* One argument after the first, from 0; empty if there are fewer. */
static enum have one_argument(struct record_event *e, const char *argv, size_t len, long n,
			      struct value *out)
{
	size_t at = first_len(argv, len) + 1;
	enum have have;

	for (; n > 0 && at < len; n--)
		at += strnlen(argv + at, len - at) + 1;
	if (at >= len) {
		have = field_copy_text(e, FIELD_PROC_ARGS, "", 0, out) ? argv_have(e)
								       : HAVE_UNKNOWN;
		/* What the cut left out may be there. */
		if (have == HAVE_UNKNOWN)
			out->str = NULL;
		return have;
	}
	n = strnlen(argv + at, len - at);
	if (!field_copy_text(e, FIELD_PROC_ARGS, argv + at, n, out))
		return HAVE_UNKNOWN;
	return at + n < len ? HAVE_VALUE : argv_have(e);
}

GETTER(PROC_ARGS)
{
	size_t len = 0;
	const char *argv = view_argv(e, &len);

	if (arg)
		return one_argument(e, argv, len, field_parse_index(arg), out);
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

	if (!field_copy_text(e, FIELD_PROC_EXE, argv ? argv : "", exe_len, out))
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
	return field_copy_tail(e, FIELD_PROC_EXEPATH, TAIL_EXEPATH, out);
}

GETTER(PROC_CMDNARGS)
{
	size_t len = 0, n = 0;
	const char *argv = view_argv(e, &len);

	for (size_t at = first_len(argv, len) + 1; at < len; at += strnlen(argv + at, len - at) + 1)
		n++;
	out->num = n;
	return argv_have(e);
}

GETTER(PROC_CMDLENARGS)
{
	size_t len = 0, n = 0;
	const char *argv = view_argv(e, &len);

	for (size_t at = first_len(argv, len) + 1; at < len; at++)
		n += argv[at] != '\0';
	out->num = n;
	return argv_have(e);
}

/* ---- other processes ---- */

GETTER(PROC_PNAME)
{
	if (!e->n_ancestors)
		return field_is_unknown(e, FIELD_PROC_PNAME) ? HAVE_UNKNOWN : HAVE_MISSING;
	return field_text(out, e->ancestors[0]);
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
		return field_is_unknown(e, FIELD_PROC_PCMDLINE) ? HAVE_UNKNOWN : HAVE_MISSING;
	if (!join_args(e, FIELD_PROC_PCMDLINE, e->ancestors[0], strlen(e->ancestors[0]), argv, len,
		       out))
		return HAVE_UNKNOWN;
	return field_is_unknown(e, FIELD_PROC_PCMDLINE) ? HAVE_UNKNOWN : HAVE_VALUE;
}

/* Number in an index, or -1. */
long field_parse_index(const char *arg)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	return errno || *end || end == arg || n < 0 ? -1 : n;
}

static enum have all_ancestors(struct record_event *e, struct value *out)
{
	char *to = field_room(e, FIELD_PROC_ANAME, ANCESTORS_MAX * (COMM_SIZE + 1));
	size_t len = 0;

	if (!to)
		return HAVE_UNKNOWN;
	for (unsigned i = 0; i < e->n_ancestors; i++)
		len += sprintf(to + len, "%s%s", i ? " " : "", e->ancestors[i]);
	to[len] = '\0';
	out->str = to;
	out->len = len;
	return field_is_unknown(e, FIELD_PROC_ANAME) ? HAVE_UNKNOWN : HAVE_VALUE;
}

GETTER(PROC_ANAME)
{
	long n;

	if (!arg)
		return e->n_ancestors ? all_ancestors(e, out) : HAVE_MISSING;
	n = field_parse_index(arg);
	if (n == 0)
		return get_PROC_NAME(e, NULL, out);
	if (n > (long)e->n_ancestors && e->n_ancestors == ANCESTORS_MAX)
		return HAVE_UNKNOWN; /* the record ends there, the chain may not */
	if (n < 0 || n > (long)e->n_ancestors)
		return field_is_unknown(e, FIELD_PROC_ANAME) ? HAVE_UNKNOWN : HAVE_MISSING;
	return field_text(out, e->ancestors[n - 1]);
}

GETTER(PROC_CWD)
{
	enum have have = field_copy_tail(e, FIELD_PROC_CWD, TAIL_CWD, out);
	char *to;

	if (have == HAVE_MISSING || !out->str || (out->len && out->str[out->len - 1] == '/'))
		return have;
	to = field_room(e, FIELD_PROC_CWD, out->len + 1);
	if (!to)
		return HAVE_UNKNOWN;
	to[out->len++] = '/';
	out->str = to;
	return have;
}
