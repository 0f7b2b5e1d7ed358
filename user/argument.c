/* SPDX-License-Identifier: Apache-2.0 */
#include "user/argument.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "user/calls.h"
#include "user/fields.h"
#include "user/procfs.h"
#include "user/users.h"
#include "user/util.h"

void argument_free(struct argument *a)
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

/* ---- numbers ---- */

/* Of an open that failed they are zero. */
static bool has_file(const struct record_event *e)
{
	return e->rec->res < 0 || (e->rec->flags & RECORD_FILE);
}

/* Of a request of io_uring the number of the call that does the same. */
static int64_t call_of(const struct record_event *e)
{
	int nr = e->rec->flags & RECORD_IO_URING ? call_number(e->rec->type) : -1;

	return nr < 0 ? (int64_t)e->rec->nr : nr;
}

static enum have number_of(struct record_event *e, const struct arg_source *s, int64_t *out)
{
	switch (s->from) {
	case ARG_REGISTER:
	case ARG_SHOWN:
		if (!field_has_registers(e))
			return HAVE_UNKNOWN;
		*out = arg_narrow(s, e->rec->args[s->n]);
		return HAVE_VALUE;
	case ARG_RESULT:
		if (field_is_unknown(e, FIELD_EVT_RAWRES))
			return HAVE_UNKNOWN;
		*out = arg_narrow(s, e->rec->res);
		return HAVE_VALUE;
	case ARG_OPEN_FLAGS:
		*out = e->rec->open_flags;
		return field_is_unknown(e, FIELD_OPEN_FLAGS) ? HAVE_UNKNOWN : HAVE_VALUE;
	case ARG_OPEN_MODE:
		*out = e->rec->mode;
		return HAVE_VALUE;
	case ARG_FILE_DEV:
		*out = e->rec->dev;
		return has_file(e) ? HAVE_VALUE : HAVE_UNKNOWN;
	case ARG_FILE_INO:
		*out = e->rec->ino;
		return has_file(e) ? HAVE_VALUE : HAVE_UNKNOWN;
	case ARG_CALL:
		*out = call_of(e);
		return HAVE_VALUE;
	default:
		return HAVE_MISSING;
	}
}

/* ---- what numbers stand for elsewhere ---- */

/* <f>/path, of the descriptor that the event is about. */
static bool add_own_descriptor(struct record_event *e, struct buf *b)
{
	struct value name = {}, letter = {};
	enum have have = record_get(&e->ev, FIELD_FD_NAME, NULL, &name);

	if (have == HAVE_MISSING || !name.str)
		return false;
	record_get(&e->ev, FIELD_FD_TYPECHAR, NULL, &letter);
	buf_printf(b, "<%s>", letter.str ? letter.str : "");
	buf_add(b, name.str, name.len);
	return have == HAVE_VALUE;
}

/* The directory that a relative path started from. */
static bool add_directory(struct record_event *e, const char *name, struct buf *b)
{
	bool second = !strcmp(name, "newdir") || !strcmp(name, "newdirfd");
	size_t len = 0;
	const char *base = record_tail(e, second ? TAIL_BASE2 : TAIL_BASE, &len);

	if (!strstr(name, "dir") || !base)
		return false;
	buf_str(b, "<d>");
	buf_add(b, base, len);
	return true;
}

static const char *letter_of(const char *type)
{
	static char letter[2];
	size_t n = 0;
	const struct domain_entry *d = field_domain(FIELD_FD_TYPE, &n);

	letter[0] = '\0';
	for (size_t i = 0; type && i < n; i++) {
		if (!strcmp(d[i].text, type))
			letter[0] = d[i].code == 'U' ? 'u' : d[i].code;
	}
	return letter;
}

/* Of any other descriptor, what it is by now. */
static bool add_descriptor(struct record_event *e, int64_t fd, struct buf *b)
{
	struct procfs *p = field_other(e, e->rec->pid);
	const char *type = NULL;
	struct value all = {.type = TYPE_STR};
	char name[PATH_MAX_LEN];
	bool good = p && procfs_fd(p, fd, &type, name, sizeof(name));

	procfs_free(&p);
	if (!good)
		return false;
	buf_printf(b, "<%s>", letter_of(type));
	all.str = name;
	all.len = strlen(name);
	add_value(b, &all);
	return true;
}

static enum have add_fd(struct record_event *e, const char *name, int64_t fd, struct buf *b)
{
	bool own = fd == e->rec->fd;

	if (fd < 0 || b->len)
		return HAVE_VALUE;
	if (own && (field_is_open(e) || e->rec->fd_type))
		return add_own_descriptor(e, b) ? HAVE_VALUE : HAVE_UNKNOWN;
	if (add_directory(e, name, b) || add_descriptor(e, fd, b))
		return HAVE_VALUE;
	return HAVE_UNKNOWN;
}

static void add_user(struct record_event *e, bool group, uint32_t id, struct buf *b)
{
	struct users *users = e->ctx ? e->ctx->users : NULL;
	const char *container = field_is_host(e) ? NULL : e->container, *name;

	if (b->len)
		return;
	name = group ? users_group(users, id, e->rec->pid, container)
		     : users_name(users, id, e->rec->pid, container);
	buf_str(b, name ? name : "<NA>");
}

/* Ids in the pid namespace of a container are not those of the host. */
static void add_process(struct record_event *e, int64_t pid, struct buf *b)
{
	struct procfs *p;
	const char *comm;

	if (pid == e->rec->pid) {
		buf_str(b, e->rec->name);
		return;
	}
	p = pid > 0 && field_is_host(e) ? field_other(e, pid) : NULL;
	comm = p ? procfs_comm(p) : NULL;
	if (comm)
		buf_str(b, comm);
	procfs_free(&p);
}

/* The options of sockets: only those of one level have names. */
static bool is_of_socket_level(const struct record_event *e)
{
	return (uint32_t)e->rec->args[1] == SOL_SOCKET;
}

static enum have add_number(struct record_event *e, const struct arg_source *s, const char *name,
			    int64_t n, struct argument *a)
{
	char text[ARG_TEXT_MAX];

	if (s->from == ARG_SHOWN && !is_of_socket_level(e)) {
		buf_str(&a->plain, "0");
		buf_str(&a->meaning, s->domain->otherwise);
		return HAVE_VALUE;
	}
	arg_plain(s, n, text);
	buf_str(&a->plain, text);
	arg_meaning(s, n, text);
	buf_str(&a->meaning, text);
	switch (s->form) {
	case AS_FD:
		return add_fd(e, name, n, &a->meaning);
	case AS_UID:
	case AS_GID:
		add_user(e, s->form == AS_GID, n, &a->meaning);
		break;
	case AS_PID:
		add_process(e, n, &a->meaning);
		break;
	default:
		break;
	}
	return HAVE_VALUE;
}

/* ---- texts ---- */

/* As it was written, and absolute if that differs. */
static enum have path(struct record_event *e, unsigned n, bool absolute, struct argument *a)
{
	size_t len = 0;
	const char *raw = record_tail(e, n == 2 ? TAIL_WRITTEN2 : TAIL_WRITTEN, &len);
	bool cut = e->rec->flags & (n == 2 ? RECORD_SECOND_CUT : RECORD_WRITTEN_CUT);
	enum have have = cut ? HAVE_UNKNOWN : HAVE_VALUE;
	struct value v = {};

	if (!raw)
		return HAVE_UNKNOWN;
	buf_add(&a->plain, raw, len);
	if (!absolute)
		return have;
	have = field_path(e, n, &v);
	if (have == HAVE_MISSING || !v.str)
		return HAVE_UNKNOWN;
	if (v.len != len || memcmp(v.str, raw, len))
		buf_add(&a->meaning, v.str, v.len);
	return have;
}

static enum have other_text(struct record_event *e, struct argument *a)
{
	size_t len = 0;
	const char *text = record_tail(e, TAIL_TEXT, &len);

	if (!text)
		return HAVE_UNKNOWN;
	buf_add(&a->plain, text, len);
	return e->rec->flags & RECORD_TEXT_CUT ? HAVE_UNKNOWN : HAVE_VALUE;
}

static const struct socket_info *socket_of(struct record_event *e)
{
	size_t len = 0;

	return (const void *)record_tail(e, TAIL_SOCKET, &len);
}

/* The name of a socket is its two ends. */
static enum have tuple(struct record_event *e, struct argument *a)
{
	struct value v = {};
	enum have have;

	if (!socket_of(e))
		return e->rec->res < 0 ? HAVE_VALUE : HAVE_UNKNOWN;
	have = record_get(&e->ev, FIELD_FD_NAME, NULL, &v);
	if (have == HAVE_MISSING || !v.str)
		return HAVE_UNKNOWN;
	buf_add(&a->plain, v.str, v.len);
	return have;
}

static enum have address(struct record_event *e, struct argument *a)
{
	const struct socket_info *s = socket_of(e);
	bool local = !strcmp(field_event_type(e), "bind");
	char text[INET6_ADDRSTRLEN];
	size_t len = 0;
	const char *sun = record_tail(e, TAIL_SUN, &len);

	if (!s)
		return HAVE_UNKNOWN;
	if (s->family == AF_UNIX && sun)
		buf_add(&a->plain, sun, len);
	if (s->family != AF_INET && s->family != AF_INET6)
		return s->family == AF_UNIX && sun ? HAVE_VALUE : HAVE_UNKNOWN;
	if (!inet_ntop(s->family, local ? s->laddr : s->raddr, text, sizeof(text)))
		return HAVE_UNKNOWN;
	buf_printf(&a->plain, "%s:%u", text, local ? s->lport : s->rport);
	return HAVE_VALUE;
}

/* A dot stands for the end of each argument. */
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

static enum have exec_flags(struct record_event *e, const struct arg_source *s, int64_t *out)
{
	static const enum field_id flags[] = {
		FIELD_PROC_IS_EXE_WRITABLE,
		FIELD_PROC_IS_EXE_UPPER_LAYER,
		FIELD_PROC_IS_EXE_FROM_MEMFD,
		FIELD_PROC_IS_EXE_LOWER_LAYER,
	};

	*out = 0;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct value v = {};

		if (record_get(&e->ev, flags[i], NULL, &v) != HAVE_VALUE)
			return HAVE_UNKNOWN;
		if (v.num)
			*out |= s->domain->members[i].value;
	}
	return HAVE_VALUE;
}

/* A field, and one that says what it stands for. */
static enum have of_field(struct record_event *e, const struct arg_source *s, struct argument *a)
{
	struct value v = {}, meaning = {};

	if (record_get(&e->ev, s->field, NULL, &v) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	add_value(&a->plain, &v);
	if (s->meaning != s->field && record_get(&e->ev, s->meaning, NULL, &meaning) == HAVE_VALUE)
		add_value(&a->meaning, &meaning);
	return HAVE_VALUE;
}

static enum have call(struct record_event *e, const struct arg_source *s, struct argument *a)
{
	buf_printf(&a->plain, "%" PRIi64, call_of(e));
	if (s->form == AS_TEXT)
		buf_str(&a->meaning, field_event_type(e));
	return HAVE_VALUE;
}

enum have argument_get(struct record_event *e, const char *name, struct argument *a)
{
	const struct arg_source *s = arg_source(field_event_type(e), name);
	enum have have;
	int64_t n = 0;

	switch (s ? s->from : ARG_LATER) {
	case ARG_REGISTER:
	case ARG_SHOWN:
	case ARG_RESULT:
	case ARG_OPEN_MODE:
	case ARG_FILE_DEV:
	case ARG_FILE_INO:
		have = number_of(e, s, &n);
		return have == HAVE_VALUE ? add_number(e, s, name, n, a) : have;
	case ARG_OPEN_FLAGS:
		/* what came of the open stands behind the flags that were given */
		add_number(e, s, name, e->rec->open_flags, a);
		return field_is_unknown(e, FIELD_OPEN_FLAGS) ? HAVE_UNKNOWN : HAVE_VALUE;
	case ARG_EXEC:
		have = exec_flags(e, s, &n);
		return have == HAVE_VALUE ? add_number(e, s, name, n, a) : have;
	case ARG_PATH:
		return path(e, s->n, true, a);
	case ARG_RAW:
		return path(e, s->n, false, a);
	case ARG_TEXT:
		return other_text(e, a);
	case ARG_TUPLE:
		return tuple(e, a);
	case ARG_ADDR:
		return address(e, a);
	case ARG_ARGS:
		return arguments(e, a);
	case ARG_FIELD:
		return of_field(e, s, a);
	case ARG_CALL:
		return call(e, s, a);
	case ARG_EMPTY:
		return HAVE_VALUE;
	case ARG_LATER:
		break;
	}
	return HAVE_UNKNOWN;
}

enum have argument_number(struct record_event *e, const char *name, int64_t *out)
{
	const struct arg_source *s = arg_source(field_event_type(e), name);
	struct value v = {};
	enum have have;

	if (!s || s->from == ARG_LATER)
		return HAVE_UNKNOWN;
	if (s->from == ARG_FIELD) {
		have = record_get(&e->ev, s->field, NULL, &v);
		*out = v.num;
		return have == HAVE_VALUE ? have : HAVE_UNKNOWN;
	}
	have = s->from == ARG_EXEC ? exec_flags(e, s, out) : number_of(e, s, out);
	if (have == HAVE_VALUE)
		*out = arg_code(s, *out);
	return have;
}
