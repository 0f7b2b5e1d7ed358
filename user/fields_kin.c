/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of other processes: parents, ancestors, leaders of sessions and groups. Who they are is
 * in the record; what they are, beyond their names, is read from /proc now. A process that is
 * gone, or that began after the event, leaves the value unknown.
 */
#include "user/fields.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/buf.h"
#include "user/procfs.h"
#include "user/util.h"

struct procfs *field_other(const struct record_event *e, uint32_t pid)
{
	struct procfs *p = procfs_open(pid, 0);
	int64_t start;

	if (p && (!procfs_start(p, &start) || start > e->time))
		procfs_free(&p);
	return p;
}

/* What is printed of one process. */
enum part { PART_EXE, PART_EXEPATH, PART_CMDLINE, PART_PID, PART_ENV };

static const char *first_argument(struct procfs *p)
{
	size_t len;

	return procfs_file(p, "cmdline", &len);
}

/* The environment with blanks for the ends of its texts. */
static bool add_environment(struct procfs *p, struct buf *b)
{
	size_t len;
	const char *text = procfs_file(p, "environ", &len);

	if (!text)
		return false;
	while (len && !text[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		buf_char(b, text[i] ? text[i] : ' ');
	return true;
}

/* Name and the arguments after the first. */
static bool add_command(struct procfs *p, const char *name, struct buf *b)
{
	size_t len, first;
	const char *argv = procfs_file(p, "cmdline", &len);

	if (!argv)
		return false;
	first = strnlen(argv, len) + 1;
	buf_str(b, name);
	while (len > first && !argv[len - 1])
		len--;
	if (len > first)
		buf_char(b, ' ');
	for (size_t i = first; i < len; i++)
		buf_char(b, argv[i] ? argv[i] : ' ');
	return true;
}

static bool add_part(struct procfs *p, enum part part, const char *name, struct buf *b)
{
	char path[PATH_MAX];
	const char *exe;

	switch (part) {
	case PART_EXE:
		exe = first_argument(p);
		buf_str(b, exe ? exe : "");
		return exe;
	case PART_EXEPATH:
		if (procfs_exe(p, path, sizeof(path)) < 0)
			return false;
		buf_str(b, path);
		return true;
	case PART_CMDLINE:
		return add_command(p, name, b);
	case PART_ENV:
		return add_environment(p, b);
	case PART_PID:
		break;
	}
	return false;
}

static enum have take_buf(struct record_event *e, enum field_id f, struct buf *b, struct value *out)
{
	bool good = !b->failed && field_copy_text(e, f, buf_text(b), b->len, out);

	buf_free(b);
	return good ? HAVE_VALUE : HAVE_UNKNOWN;
}

/* ---- ancestors ---- */

/* Of the nth ancestor, n at least 1: whether there is one. */
static enum have have_ancestor(const struct record_event *e, long n)
{
	if (n >= 1 && n <= (long)e->n_ancestors)
		return HAVE_VALUE;
	if (n > (long)e->n_ancestors && e->n_ancestors == ANCESTORS_MAX)
		return HAVE_UNKNOWN; /* the record ends there, the chain may not */
	return field_is_unknown(e, FIELD_PROC_ANAME) ? HAVE_UNKNOWN : HAVE_MISSING;
}

static bool add_ancestor(const struct record_event *e, long n, enum part part, struct buf *b)
{
	struct procfs *p;
	bool good;

	if (part == PART_PID) {
		buf_printf(b, "%u", e->ancestor_pids[n - 1]);
		return true;
	}
	p = field_other(e, e->ancestor_pids[n - 1]);
	good = p && add_part(p, part, e->ancestors[n - 1], b);
	procfs_free(&p);
	return good;
}

/* All of them, what is gone left out. */
static enum have all_of(struct record_event *e, enum field_id f, enum part part, struct value *out)
{
	bool whole = !field_is_unknown(e, FIELD_PROC_ANAME) && e->n_ancestors < ANCESTORS_MAX;
	struct buf b = {};

	for (unsigned i = 1; i <= e->n_ancestors; i++) {
		if (b.len)
			buf_char(&b, ' ');
		whole &= add_ancestor(e, i, part, &b);
	}
	if (!e->n_ancestors)
		return whole ? HAVE_MISSING : HAVE_UNKNOWN;
	return take_buf(e, f, &b, out) == HAVE_VALUE && whole ? HAVE_VALUE : HAVE_UNKNOWN;
}

static enum have of_ancestor(struct record_event *e, enum field_id f, long n, enum part part,
			     struct value *out)
{
	enum have have = have_ancestor(e, n);
	struct buf b = {};

	if (have != HAVE_VALUE)
		return have;
	if (!add_ancestor(e, n, part, &b)) {
		buf_free(&b);
		return HAVE_UNKNOWN;
	}
	return take_buf(e, f, &b, out);
}

GETTER(PROC_PEXE)
{
	return of_ancestor(e, FIELD_PROC_PEXE, 1, PART_EXE, out);
}

GETTER(PROC_PEXEPATH)
{
	return of_ancestor(e, FIELD_PROC_PEXEPATH, 1, PART_EXEPATH, out);
}

GETTER(PROC_AEXE)
{
	long n = arg ? field_parse_index(arg) : 0;

	if (!arg)
		return all_of(e, FIELD_PROC_AEXE, PART_EXE, out);
	return n ? of_ancestor(e, FIELD_PROC_AEXE, n, PART_EXE, out) : get_PROC_EXE(e, NULL, out);
}

GETTER(PROC_AEXEPATH)
{
	long n = arg ? field_parse_index(arg) : 0;

	if (!arg)
		return all_of(e, FIELD_PROC_AEXEPATH, PART_EXEPATH, out);
	return n ? of_ancestor(e, FIELD_PROC_AEXEPATH, n, PART_EXEPATH, out)
		 : get_PROC_EXEPATH(e, NULL, out);
}

GETTER(PROC_ACMDLINE)
{
	long n = arg ? field_parse_index(arg) : 0;

	if (!arg)
		return all_of(e, FIELD_PROC_ACMDLINE, PART_CMDLINE, out);
	if (n == 1)
		return get_PROC_PCMDLINE(e, NULL, out);
	return n ? of_ancestor(e, FIELD_PROC_ACMDLINE, n, PART_CMDLINE, out)
		 : get_PROC_CMDLINE(e, NULL, out);
}

/* Without an argument only outputs ask for it: it prints the nearest. */
GETTER(PROC_APID)
{
	long n = arg ? field_parse_index(arg) : 1;
	enum have have = have_ancestor(e, n);

	if (!n)
		return get_PROC_PID(e, NULL, out);
	return have == HAVE_VALUE ? field_number(out, e->ancestor_pids[n - 1]) : have;
}

/* One variable of a process; empty if it is not set. */
static bool find_variable(struct procfs *p, const char *name, const char **value, size_t *len)
{
	size_t all, n = strlen(name);
	const char *s = procfs_file(p, "environ", &all);

	*value = "";
	*len = 0;
	for (size_t i = 0; s && i < all; i += strnlen(s + i, all - i) + 1) {
		if (all - i <= n || memcmp(s + i, name, n) || s[i + n] != '=')
			continue;
		*value = s + i + n + 1;
		*len = strnlen(*value, all - i - n - 1);
		break;
	}
	return s;
}

static enum have variable_of_ancestors(struct record_event *e, const char *name, struct value *out)
{
	for (unsigned i = 0; i < e->n_ancestors; i++) {
		struct procfs *p = field_other(e, e->ancestor_pids[i]);
		const char *value;
		size_t len;
		bool good = p && find_variable(p, name, &value, &len);

		if (good && len)
			good = field_copy_text(e, FIELD_PROC_AENV, value, len, out);
		procfs_free(&p);
		if (!good)
			return HAVE_UNKNOWN;
		if (len)
			return HAVE_VALUE;
	}
	return have_ancestor(e, (long)e->n_ancestors + 1);
}

GETTER(PROC_AENV)
{
	long n = arg ? field_parse_index(arg) : 0;

	if (!arg)
		return all_of(e, FIELD_PROC_AENV, PART_ENV, out);
	if (n < 0)
		return variable_of_ancestors(e, arg, out);
	return n ? of_ancestor(e, FIELD_PROC_AENV, n, PART_ENV, out) : get_PROC_ENV(e, NULL, out);
}

/* ---- leaders of sessions and groups ---- */

/* The process whose id the group or session has; else the oldest ancestor in it, the process
 * itself if no ancestor is. NULL if that cannot be told. */
static struct procfs *leader_of(struct record_event *e, enum procfs_stat what)
{
	struct procfs *self = field_other(e, e->rec->pid), *leader = NULL;
	int64_t id, other;

	if (!self || !procfs_stat(self, what, &id)) {
		procfs_free(&self);
		return NULL;
	}
	if (id > 0 && (leader = field_other(e, id)) && procfs_stat(leader, what, &other) &&
	    other == id) {
		procfs_free(&self);
		return leader;
	}
	procfs_free(&leader);
	for (unsigned i = 0; i < e->n_ancestors; i++) {
		struct procfs *p = field_other(e, e->ancestor_pids[i]);

		if (!p || !procfs_stat(p, what, &other) || other != id) {
			procfs_free(&p);
			break;
		}
		procfs_free(&self);
		self = p;
	}
	return self;
}

enum face { FACE_NAME, FACE_EXE, FACE_EXEPATH };

static enum have of_leader(struct record_event *e, enum field_id f, enum procfs_stat what,
			   enum face face, struct value *out)
{
	struct procfs *p = leader_of(e, what);
	struct buf b = {};
	bool good = p;

	if (p && face == FACE_NAME) {
		const char *name = procfs_comm(p);

		good = name;
		buf_str(&b, name ? name : "");
	} else if (p) {
		good = add_part(p, face == FACE_EXE ? PART_EXE : PART_EXEPATH, NULL, &b);
	}
	procfs_free(&p);
	if (good)
		return take_buf(e, f, &b, out);
	buf_free(&b);
	return HAVE_UNKNOWN;
}

#define LEADER(id, what, face)                                                                     \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return of_leader(e, FIELD_##id, what, face, out);                                  \
	}
LEADER(PROC_SNAME, PROCFS_SESSION, FACE_NAME)
LEADER(PROC_SID_EXE, PROCFS_SESSION, FACE_EXE)
LEADER(PROC_SID_EXEPATH, PROCFS_SESSION, FACE_EXEPATH)
LEADER(PROC_SEXE, PROCFS_SESSION, FACE_EXE)
LEADER(PROC_SEXEPATH, PROCFS_SESSION, FACE_EXEPATH)
LEADER(PROC_PGID_NAME, PROCFS_PGRP, FACE_NAME)
LEADER(PROC_PGID_EXE, PROCFS_PGRP, FACE_EXE)
LEADER(PROC_PGID_EXEPATH, PROCFS_PGRP, FACE_EXEPATH)
LEADER(PROC_VPGID_NAME, PROCFS_PGRP, FACE_NAME)
LEADER(PROC_VPGID_EXE, PROCFS_PGRP, FACE_EXE)
LEADER(PROC_VPGID_EXEPATH, PROCFS_PGRP, FACE_EXEPATH)
