/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of the event as texts: what gen/args.def names, so far as a record has it. Falco
 * writes two forms: the argument as it is, and what it stands for, (O_RDONLY for 1); evt.args has
 * both, evt.arg.NAME the second where there is one.
 */
#include "user/fields.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/event_args.h"
#include "user/buf.h"
#include "user/util.h"

/* Both forms; meaning is empty if there is no second one. */
struct argument {
	struct buf plain, meaning;
};

static void argument_free(struct argument *a)
{
	buf_free(&a->plain);
	buf_free(&a->meaning);
}

static void add_value(struct buf *b, const struct value *v)
{
	switch (v->type) {
	case TYPE_STR:
	case TYPE_BYTES:
	case TYPE_IPADDR:
	case TYPE_IPNET:
		buf_add(b, v->str, v->len);
		break;
	case TYPE_DOUBLE:
		buf_printf(b, "%g", v->real);
		break;
	case TYPE_BOOL:
		buf_str(b, v->num ? "true" : "false");
		break;
	default:
		buf_printf(b, "%lld", (long long)v->num);
	}
}

/* ---- flags ---- */

struct flag {
	const char *name;
	unsigned bits, code; /* the kernel's, and the number that Falco has for it */
};

#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
static const struct flag open_flags[] = {
	{"O_DIRECTORY", O_DIRECTORY, 1 << 10}, {"O_DIRECT", O_DIRECT, 1 << 9},
	{"O_TRUNC", O_TRUNC, 1 << 8},	       {"O_SYNC", O_SYNC & ~O_DSYNC, 1 << 7},
	{"O_NONBLOCK", O_NONBLOCK, 1 << 6},    {"O_EXCL", O_EXCL, 1 << 5},
	{"O_DSYNC", O_DSYNC, 1 << 4},	       {"O_APPEND", O_APPEND, 1 << 3},
	{"O_CREAT", O_CREAT, 1 << 2},
};
static const struct flag late_flags[] = {
	{"O_CLOEXEC", O_CLOEXEC, 1 << 12},
	{"O_TMPFILE", TMPFILE_BIT, 1 << 13},
};

static void add_flags(struct buf *b, unsigned *code, unsigned flags, const struct flag *table,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(flags & table[i].bits))
			continue;
		buf_printf(b, "%s%s", b->len ? "|" : "", table[i].name);
		*code |= table[i].code;
	}
}

/* In Falco's order. Whether the file was created, and its layer, come last and are not known. */
static enum have open_flags_of(struct record_event *e, struct argument *a)
{
	static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", NULL};
	unsigned flags = e->rec->open_flags, code = 0, mode = flags & O_ACCMODE;

	add_flags(&a->meaning, &code, flags, open_flags, ARRAY_LEN(open_flags));
	if (mode < 3 && access[mode]) {
		buf_printf(&a->meaning, "%s%s", a->meaning.len ? "|" : "", access[mode]);
		code |= mode + 1;
	}
	add_flags(&a->meaning, &code, flags, late_flags, ARRAY_LEN(late_flags));
	buf_printf(&a->plain, "%u", code);
	return e->rec->res < 0 ? HAVE_VALUE : HAVE_UNKNOWN;
}

static enum have exec_flags_of(struct record_event *e, struct argument *a)
{
	static const struct {
		enum field_id field;
		const char *name;
		unsigned code;
	} flags[] = {
		{FIELD_PROC_IS_EXE_WRITABLE, "EXE_WRITABLE", 1},
		{FIELD_PROC_IS_EXE_UPPER_LAYER, "EXE_UPPER_LAYER", 2},
		{FIELD_PROC_IS_EXE_FROM_MEMFD, "EXE_FROM_MEMFD", 4},
		{FIELD_PROC_IS_EXE_LOWER_LAYER, "EXE_LOWER_LAYER", 8},
	};
	unsigned code = 0;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct value v = {};

		if (record_get(&e->ev, flags[i].field, NULL, &v) != HAVE_VALUE)
			return HAVE_UNKNOWN;
		if (!v.num)
			continue;
		buf_printf(&a->meaning, "%s%s", a->meaning.len ? "|" : "", flags[i].name);
		code |= flags[i].code;
	}
	buf_printf(&a->plain, "%u", code);
	return HAVE_VALUE;
}

/* ---- single arguments ---- */

static enum have descriptor(struct record_event *e, struct argument *a)
{
	struct value v = {}, letter = {};
	const char *error = domain_text(FIELD_EVT_RES, -e->rec->res);

	buf_printf(&a->plain, "%lld", (long long)e->rec->res);
	if (e->rec->res < 0) {
		buf_str(&a->meaning, error ? error : "");
		return HAVE_VALUE;
	}
	if (get_FD_NAME_WRITTEN(e, NULL, &v) == HAVE_MISSING || !v.str)
		return HAVE_UNKNOWN;
	buf_str(&a->meaning, "<");
	buf_str(&a->meaning, get_FD_TYPECHAR(e, NULL, &letter) == HAVE_VALUE ? letter.str : "");
	buf_str(&a->meaning, ">");
	buf_add(&a->meaning, v.str, v.len);
	return HAVE_VALUE;
}

static enum have result(struct record_event *e, struct argument *a)
{
	const char *error = e->rec->res < 0 ? domain_text(FIELD_EVT_RES, -e->rec->res) : NULL;

	buf_printf(&a->plain, "%lld", (long long)e->rec->res);
	buf_str(&a->meaning, error ? error : "");
	return HAVE_VALUE;
}

/* As written, and absolute if that differs. */
static enum have path_name(struct record_event *e, struct argument *a)
{
	size_t len = 0;
	const char *raw = record_tail(e, TAIL_WRITTEN, &len);
	struct value v = {};
	enum have have = get_FD_NAME_WRITTEN(e, NULL, &v);

	if (!raw || have != HAVE_VALUE)
		return HAVE_UNKNOWN;
	buf_add(&a->plain, raw, len);
	if (v.len != len || memcmp(v.str, raw, len))
		buf_add(&a->meaning, v.str, v.len);
	return HAVE_VALUE;
}

static enum have octal_mode(struct record_event *e, struct argument *a)
{
	buf_printf(&a->plain, "%#o", e->rec->mode);
	return HAVE_VALUE;
}

/* Each argument after the first, with a dot for its end. */
static enum have arguments(struct record_event *e, struct argument *a)
{
	size_t len = 0, first;
	const char *argv = record_tail(e, TAIL_ARGV, &len);

	if (!argv || field_is_unknown(e, FIELD_PROC_ARGS))
		return HAVE_UNKNOWN;
	first = strnlen(argv, len) + 1;
	for (size_t i = first; i < len; i++)
		buf_char(&a->plain, argv[i] ? argv[i] : '.');
	return HAVE_VALUE;
}

/* A number, and a name of it. */
static enum have named(struct record_event *e, enum field_id number, enum field_id name,
		       struct argument *a)
{
	struct value n = {}, s = {};

	if (record_get(&e->ev, number, NULL, &n) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	add_value(&a->plain, &n);
	if (record_get(&e->ev, name, NULL, &s) == HAVE_VALUE)
		add_value(&a->meaning, &s);
	return HAVE_VALUE;
}

/* Arguments that are the same as a field. */
static const struct {
	const char *name;
	enum field_id field, meaning; /* meaning the same as field: there is no second form */
} same[] = {
	{"exe", FIELD_PROC_EXE, FIELD_PROC_EXE},
	{"comm", FIELD_PROC_NAME, FIELD_PROC_NAME},
	{"tid", FIELD_THREAD_TID, FIELD_PROC_NAME},
	{"pid", FIELD_PROC_PID, FIELD_PROC_NAME},
	{"ptid", FIELD_PROC_PPID, FIELD_PROC_PNAME},
	{"fdlimit", FIELD_PROC_FDLIMIT, FIELD_PROC_FDLIMIT},
	{"pgft_maj", FIELD_THREAD_PFMAJOR, FIELD_THREAD_PFMAJOR},
	{"pgft_min", FIELD_THREAD_PFMINOR, FIELD_THREAD_PFMINOR},
	{"vm_size", FIELD_PROC_VMSIZE, FIELD_PROC_VMSIZE},
	{"vm_rss", FIELD_PROC_VMRSS, FIELD_PROC_VMRSS},
	{"vm_swap", FIELD_PROC_VMSWAP, FIELD_PROC_VMSWAP},
	{"cgroups", FIELD_THREAD_CGROUPS, FIELD_THREAD_CGROUPS},
	{"env", FIELD_PROC_ENV, FIELD_PROC_ENV},
	{"tty", FIELD_PROC_TTY, FIELD_PROC_TTY},
	{"vpgid", FIELD_PROC_VPGID, FIELD_PROC_VPGID},
	{"pgid", FIELD_PROC_PGID, FIELD_PROC_PGID},
	{"loginuid", FIELD_USER_LOGINUID, FIELD_USER_LOGINNAME},
	{"uid", FIELD_USER_UID, FIELD_USER_NAME},
	{"gid", FIELD_GROUP_GID, FIELD_GROUP_NAME},
	{"cap_inheritable", FIELD_THREAD_CAP_INHERITABLE, FIELD_THREAD_CAP_INHERITABLE},
	{"cap_permitted", FIELD_THREAD_CAP_PERMITTED, FIELD_THREAD_CAP_PERMITTED},
	{"cap_effective", FIELD_THREAD_CAP_EFFECTIVE, FIELD_THREAD_CAP_EFFECTIVE},
	{"exe_ino", FIELD_PROC_EXE_INO, FIELD_PROC_EXE_INO},
	{"exe_ino_ctime", FIELD_PROC_EXE_INO_CTIME, FIELD_PROC_EXE_INO_CTIME},
	{"exe_ino_mtime", FIELD_PROC_EXE_INO_MTIME, FIELD_PROC_EXE_INO_MTIME},
	{"trusted_exepath", FIELD_PROC_EXEPATH, FIELD_PROC_EXEPATH},
};

static enum have same_as_field(struct record_event *e, const char *name, struct argument *a)
{
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct value v = {};
		enum have have;

		if (strcmp(same[i].name, name))
			continue;
		if (same[i].field != same[i].meaning)
			return named(e, same[i].field, same[i].meaning, a);
		have = record_get(&e->ev, same[i].field, NULL, &v);
		if (have == HAVE_VALUE)
			add_value(&a->plain, &v);
		return have == HAVE_VALUE ? have : HAVE_UNKNOWN;
	}
	return HAVE_UNKNOWN;
}

/* Of an argument that the event type has. */
static enum have get_argument(struct record_event *e, const char *name, struct argument *a)
{
	bool open = field_is_open(e);

	if (!strcmp(name, "res"))
		return result(e, a);
	if (open && !strcmp(name, "fd"))
		return descriptor(e, a);
	if (open && !strcmp(name, "name"))
		return path_name(e, a);
	if (!strcmp(name, "flags"))
		return open ? open_flags_of(e, a) : exec_flags_of(e, a);
	if (open && !strcmp(name, "mode"))
		return octal_mode(e, a);
	if (open)
		return HAVE_UNKNOWN;
	if (!strcmp(name, "args"))
		return arguments(e, a);
	if (!strcmp(name, "cwd"))
		return HAVE_VALUE; /* as in Falco: empty */
	return same_as_field(e, name, a);
}

/* ---- the fields ---- */

static bool name_of_number(const char *type, long n, char name[64])
{
	size_t len;
	const char *s = n < 0 ? NULL : event_arg_at(type, n, &len);

	if (!s || len >= 64)
		return false;
	memcpy(name, s, len);
	name[len] = '\0';
	return true;
}

static enum have of_argument(struct record_event *e, enum field_id f, const char *arg, bool raw,
			     struct value *out)
{
	const char *type = field_event_type(e);
	struct argument a = {};
	struct buf *b;
	char name[64];
	enum have have;

	if (!arg)
		return HAVE_MISSING;
	if (field_parse_index(arg) >= 0 && name_of_number(type, field_parse_index(arg), name))
		arg = name;
	if (!event_has_arg(type, arg))
		return HAVE_MISSING;
	have = get_argument(e, arg, &a);
	b = raw || !a.meaning.len ? &a.plain : &a.meaning;
	if (b->failed || !field_copy_text(e, f, buf_text(b), b->len, out))
		have = HAVE_UNKNOWN;
	/* Of an unknown one, what there is is the beginning; nothing is none. */
	if (have == HAVE_UNKNOWN && !b->len)
		out->str = NULL;
	argument_free(&a);
	return have;
}

GETTER(EVT_ARG)
{
	return of_argument(e, FIELD_EVT_ARG, arg, false, out);
}

GETTER(EVT_RAWARG)
{
	return of_argument(e, FIELD_EVT_RAWARG, arg, true, out);
}

/* name=plain(meaning); false if it is not known to its end. */
static bool add_argument(struct record_event *e, const char *name, struct buf *b)
{
	struct argument a = {};
	enum have have = get_argument(e, name, &a);

	buf_printf(b, "%s%s=", b->len ? " " : "", name);
	buf_add(b, buf_text(&a.plain), a.plain.len);
	if (a.meaning.len)
		buf_printf(b, "(%s", buf_text(&a.meaning));
	if (a.meaning.len && have == HAVE_VALUE)
		buf_char(b, ')');
	argument_free(&a);
	return have == HAVE_VALUE;
}

/* All, or those up to the first that is not known. */
static enum have all_arguments(struct record_event *e, enum field_id f, struct value *out)
{
	const char *type = field_event_type(e);
	struct buf b = {};
	bool whole = true, good;
	char name[64];

	for (long i = 0; whole && name_of_number(type, i, name); i++)
		whole = add_argument(e, name, &b);
	good = !b.failed && field_copy_text(e, f, buf_text(&b), b.len, out);
	buf_free(&b);
	return good && whole ? HAVE_VALUE : HAVE_UNKNOWN;
}

/* ---- numbers that rules cannot name ---- */

#define REGISTER(n)                                                                                \
	GETTER(REGISTER_##n)                                                                       \
	{                                                                                          \
		return field_number(out, e->rec->args[n]);                                         \
	}
REGISTER(0)
REGISTER(1)
REGISTER(2)
REGISTER(3)
REGISTER(4)
REGISTER(5)

GETTER(OPEN_FLAGS)
{
	return field_is_open(e) ? field_number(out, e->rec->open_flags) : HAVE_MISSING;
}

GETTER(OPEN_MODE)
{
	return field_is_open(e) ? field_number(out, e->rec->mode) : HAVE_MISSING;
}

/* ---- all at once ---- */

GETTER(EVT_ARGS)
{
	return all_arguments(e, FIELD_EVT_ARGS, out);
}

GETTER(EVT_INFO)
{
	return all_arguments(e, FIELD_EVT_INFO, out);
}
