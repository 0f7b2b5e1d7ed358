/* SPDX-License-Identifier: Apache-2.0 */
/* Random events, and what the interpreter is told of them. */
#include "gen/event_args.h"
#include "tests/diff/diff.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/caps.h"
#include "gen/calls.h"
#include "gen/lower.h"
#include "gen/types.h"

uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

unsigned chance_below(struct chance *c, unsigned n)
{
	return chance_next(c) % n;
}

bool chance_once(struct chance *c, unsigned n)
{
	return !chance_below(c, n);
}

/* Few and short, so that random patterns meet random texts. */
static const char *const words[] = {
	"a", "b",  "ab",  "ba",	   "A",	   "/",	  "-c",		 "-l", " ", "x",
	"e", "tc", "etc", "/etc/", "/tmp", "nc",  "bash",	 "sh", "*", "[",
	"]", "?",  "\\",  "aab",   "curl", "pas", "/etc/passwd", "0",  "B", "\xc3\xa9",
};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

void word_make(struct chance *c, char *to, size_t size)
{
	unsigned n = chance_below(c, 5);
	size_t len = 0;

	to[0] = '\0';
	while (n--) {
		const char *w = words[chance_below(c, N_WORDS)];

		if (len + strlen(w) >= size)
			break;
		strcpy(to + len, w);
		len += strlen(w);
	}
}

static void text_make(struct chance *c, struct diff_text *t, bool path)
{
	size_t at = path;

	t->s[0] = '/';
	word_make(c, t->s + at, sizeof(t->s) - at);
	if (path && chance_once(c, 3))
		strcat(t->s, "/passwd");
	if (path && chance_once(c, 8))
		strcpy(t->s, "/etc/passwd");
	t->len = t->seen = strlen(t->s);
	if (t->len && chance_once(c, 12))
		t->seen = chance_below(c, t->len);
}

/* A directory as proc.cwd shows it. The kernel sees all of it or nothing. */
static void cwd_make(struct chance *c, struct diff_text *t)
{
	text_make(c, t, true);
	if (t->s[t->len - 1] != '/')
		strcat(t->s, "/");
	t->len = strlen(t->s);
	t->seen = chance_once(c, 12) ? 0 : t->len;
}

static void argv_make(struct chance *c, struct diff_proc *p)
{
	unsigned n = chance_below(c, 5);

	p->argv_len = 0;
	while (n--) {
		word_make(c, p->argv + p->argv_len, DIFF_TEXT_MAX);
		p->argv_len += strlen(p->argv + p->argv_len) + 1;
	}
	p->argv_seen = p->argv_len;
}

static void env_make(struct chance *c, struct diff_text *t)
{
	unsigned n = chance_below(c, 3);

	t->len = 0;
	while (n--) {
		char word[24];

		word_make(c, word, sizeof(word));
		t->len += sprintf(t->s + t->len, "a=%s", word) + 1;
	}
	t->seen = t->len && chance_once(c, 16) ? chance_below(c, t->len) : t->len;
}

static void proc_make(struct chance *c, struct diff_proc *p)
{
	word_make(c, p->name, sizeof(p->name));
	argv_make(c, p);
}

static void set_num(struct diff_event *e, enum field_id f, int64_t v)
{
	e->num[f] = v;
	e->have |= FIELD_BIT(f);
}

/* A connection; the client of one that only listens is not there. */
static void socket_make(struct chance *c, struct diff_event *e)
{
	static const uint32_t addresses[] = {0x7f000001, 0x0a000005, 0x0a010203, 0xc0a80101};
	static const int64_t protocols[] = {0, 1, 6, 17, 3 << 8};

	set_num(e, FIELD_FD_L4PROTO, protocols[chance_below(c, 5)]);
	set_num(e, FIELD_FD_IS_SERVER, chance_once(c, 2));
	set_num(e, FIELD_FD_CONNECTED, chance_once(c, 2));
	set_num(e, FIELD_FD_NAME_CHANGED, chance_once(c, 2));
	set_num(e, FIELD_FD_SIP, addresses[chance_below(c, 4)]);
	set_num(e, FIELD_FD_SPORT, chance_below(c, 4));
	if (chance_once(c, 4))
		return;
	set_num(e, FIELD_FD_CIP, addresses[chance_below(c, 4)]);
	set_num(e, FIELD_FD_CPORT, chance_below(c, 4));
}

static void fd_make(struct chance *c, struct diff_event *e)
{
	static const char letters[] = "fd46upelmU";

	set_num(e, FIELD_FD_NUM, chance_below(c, 6));
	if (chance_once(c, 6))
		return; /* there is no such descriptor */
	if (chance_once(c, 2))
		socket_make(c, e);
	set_num(e, FIELD_FD_TYPECHAR, letters[chance_below(c, 9)]);
	set_num(e, FIELD_FD_TYPE, e->num[FIELD_FD_TYPECHAR]);
}

static void numbers_make(struct chance *c, struct diff_event *e, bool open)
{
	int64_t res = chance_once(c, 3) ? -(int64_t)(1 + chance_below(c, 40)) : chance_below(c, 6);

	if (chance_once(c, 20))
		res = -133 - (int64_t)chance_below(c, 3);
	set_num(e, FIELD_EVT_RES, res < 0 ? -res : 0);
	set_num(e, FIELD_EVT_RAWRES, res);
	set_num(e, FIELD_EVT_FAILED, res < 0);
	set_num(e, FIELD_EVT_IS_OPEN_READ, open && chance_once(c, 2));
	set_num(e, FIELD_EVT_IS_OPEN_WRITE, open && chance_once(c, 2));
	set_num(e, FIELD_PROC_PID, 1 + chance_below(c, 5));
	set_num(e, FIELD_PROC_PPID, chance_below(c, 5));
	set_num(e, FIELD_PROC_TTY, chance_below(c, 2) * 34816);
	set_num(e, FIELD_USER_UID, chance_once(c, 4) ? 4294967295 : chance_below(c, 4));
	set_num(e, FIELD_USER_LOGINUID, (int64_t)chance_below(c, 4) - 1);
	set_num(e, FIELD_GROUP_GID, chance_below(c, 4));
	set_num(e, FIELD_PROC_VPID, 1 + chance_below(c, 4));
	set_num(e, FIELD_PROC_DURATION, chance_below(c, 3) * 1000000000LL);
	if (e->num[FIELD_PROC_PPID]) {
		set_num(e, FIELD_PROC_PVPID, chance_below(c, 4));
		set_num(e, FIELD_PROC_PPID_DURATION, chance_below(c, 3) * 1000000000LL);
	}
	set_num(e, FIELD_THREAD_CAP_PERMITTED, chance_next(c) & CAPS_NAMED);
	set_num(e, FIELD_THREAD_CAP_EFFECTIVE, chance_below(c, 8) << 20);
	set_num(e, FIELD_THREAD_CAP_INHERITABLE, chance_once(c, 2));
	set_num(e, FIELD_TASK_FLAGS, chance_next(c) & (TASK_ALL_KNOWN | TASK_ALL_KNOWN >> 16));
	if (!open && event_has_fd(e->type))
		fd_make(c, e);
	if (!open)
		return;
	set_num(e, FIELD_FD_NUM, res < 0 ? -1 : res);
	set_num(e, FIELD_FD_TYPECHAR, res >= 0 && chance_once(c, 4) ? 'd' : 'f');
	if (res >= 0)
		set_num(e, FIELD_FD_TYPE, e->num[FIELD_FD_TYPECHAR]);
}

/* ---- what the interpreter asks for ---- */

static enum have give(struct value *out, const char *s, size_t len, bool whole)
{
	static char copy[2][DIFF_ARGV_MAX + COMM_SIZE + 1];
	static unsigned turn;
	char *to = copy[turn++ % 2];

	memcpy(to, s, len);
	to[len] = '\0';
	*out = (struct value){.type = TYPE_STR, .str = to, .len = len};
	return whole ? HAVE_VALUE : HAVE_UNKNOWN;
}

static enum have give_text(struct value *out, const struct diff_text *t, bool whole)
{
	size_t len = whole ? t->len : t->seen;

	return give(out, t->s, len, len == t->len);
}

/* The part of argv behind the first argument, blanks between arguments. */
static size_t args_of(const struct diff_proc *p, size_t len, char *to)
{
	size_t exe = strnlen(p->argv, len) + 1, n, i;

	if (len <= exe)
		return 0;
	/* The last NUL is no blank, unless what is behind it was cut off. */
	n = len - exe - (len == p->argv_len);
	for (i = 0; i < n; i++)
		to[i] = p->argv[exe + i] ? p->argv[exe + i] : ' ';
	return n;
}

static enum have give_command(struct value *out, const struct diff_proc *p, enum field_id f,
			      bool whole)
{
	size_t len = whole ? p->argv_len : p->argv_seen, n = 0;
	size_t exe = strnlen(p->argv, len) + 1;
	char s[DIFF_ARGV_MAX + COMM_SIZE];

	if (f == FIELD_PROC_EXE)
		/* known from its NUL on, whatever of the rest was cut */
		return give(out, p->argv, len ? strnlen(p->argv, len) : 0,
			    len == p->argv_len || exe <= len);
	if (f == FIELD_PROC_CMDLINE) {
		n = strlen(p->name);
		memcpy(s, p->name, n);
		if (len > exe)
			s[n++] = ' ';
	}
	n += args_of(p, len, s + n);
	return give(out, s, n, len == p->argv_len);
}

static enum have give_number(const struct diff_event *e, enum field_id f, struct value *out)
{
	const char *text;
	char number[24], caps[2048];

	if (!(e->have & FIELD_BIT(f)))
		return HAVE_MISSING;
	if ((e->unsure & FIELD_BIT(f)) && !e->whole)
		return HAVE_UNKNOWN;
	if (fields[f].source == SOURCE_CAPS)
		return give(out, caps, caps_text(e->num[f], caps, sizeof(caps)), true);
	if (fields[f].source == SOURCE_ADDR) {
		struct in_addr a = {.s_addr = htonl(e->num[f])};

		inet_ntop(AF_INET, &a, number, sizeof(number));
		return give(out, number, strlen(number), true);
	}
	if (fields[f].source != SOURCE_ENUM) {
		*out = (struct value){.type = fields[f].type, .num = e->num[f]};
		return HAVE_VALUE;
	}
	text = domain_text(f, e->num[f]);
	snprintf(number, sizeof(number), "%" PRId64, e->num[f]);
	text = text ? text : number;
	return give(out, text, strlen(text), true);
}

static enum have give_flag(const struct diff_event *e, uint32_t flag, struct value *out)
{
	if ((e->unsure & FIELD_BIT(FIELD_TASK_FLAGS)) && !e->whole)
		return HAVE_UNKNOWN;
	if (!(e->num[FIELD_TASK_FLAGS] & TASK_KNOWN(flag)))
		return HAVE_MISSING;
	*out = (struct value){.type = TYPE_BOOL, .num = !!(e->num[FIELD_TASK_FLAGS] & flag)};
	return HAVE_VALUE;
}

static enum have give_ancestor(const struct diff_event *e, const char *arg, struct value *out)
{
	unsigned n = arg ? strtoul(arg, NULL, 10) : 1;

	if (!n)
		return give(out, e->self.name, strlen(e->self.name), true);
	if (n > e->n_parents)
		return HAVE_MISSING;
	return give(out, e->parents[n - 1].name, strlen(e->parents[n - 1].name), true);
}

/* Of a path, the directory or the last component. */
static enum have give_part(const struct diff_event *e, enum field_id f, struct value *out)
{
	bool failed = event_is_open(e->type) && e->num[FIELD_EVT_FAILED];
	bool dir = e->num[FIELD_FD_TYPECHAR] == 'd', file = e->num[FIELD_FD_TYPECHAR] == 'f';
	struct diff_text t;
	const char *slash;
	size_t len;

	if (!e->n_paths || (!dir && !file) || (f == FIELD_FD_FILENAME && (failed || dir)))
		return HAVE_MISSING;
	t = e->paths[e->ev.view];
	len = e->whole ? t.len : t.seen;
	t.s[len] = '\0';
	slash = strrchr(t.s, '/');
	if (f == FIELD_FD_FILENAME && len < t.len)
		return HAVE_UNKNOWN;
	if (f == FIELD_FD_FILENAME)
		return give(out, slash ? slash + 1 : t.s, strlen(slash ? slash + 1 : t.s), true);
	if (!dir)
		len = !slash ? 0 : slash == t.s ? 1 : (size_t)(slash - t.s);
	return give(out, t.s, len, e->whole || t.seen == t.len);
}

static enum have give_env(const struct diff_event *e, struct value *out)
{
	size_t len = e->whole ? e->env.len : e->env.seen, i;
	bool whole = len == e->env.len;
	char s[DIFF_TEXT_MAX];

	if (whole && len)
		len--;
	for (i = 0; i < len; i++)
		s[i] = e->env.s[i] ? e->env.s[i] : ' ';
	return give(out, s, len, whole);
}

/* All processes of an event are made from one file. */
static enum have give_kin(const struct diff_event *e, enum field_id f, const char *arg,
			  struct value *out)
{
	unsigned n = arg ? strtoul(arg, NULL, 10) : 1;
	enum field_id base = fields[f].base;

	if (n > e->n_parents)
		return HAVE_MISSING;
	if (base != FIELD_PROC_EXEPATH)
		return give_command(out, n ? &e->parents[n - 1] : &e->self, base,
				    !n ? e->whole : true);
	return e->exepath.seen < e->exepath.len && !e->whole ? HAVE_UNKNOWN
							     : give_text(out, &e->exepath, true);
}

/* Of two fields those that are there; not known is one that the kernel could not read. */
static enum have give_either(const struct diff_event *e, enum field_id client, enum field_id server,
			     struct value *out)
{
	static char texts[2][24];
	static const char *list[2];
	const enum field_id ends[] = {client, server};
	bool unknown = false;
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		struct value v = {};
		enum have have = give_number(e, ends[i], &v);

		unknown |= have == HAVE_UNKNOWN;
		if (have != HAVE_VALUE)
			continue;
		if (fields[ends[i]].source == SOURCE_ADDR)
			snprintf(texts[n], sizeof(texts[n]), "%s", v.str);
		else
			snprintf(texts[n], sizeof(texts[n]), "%" PRId64, v.num);
		list[n] = texts[n];
		n++;
	}
	if (unknown)
		return HAVE_UNKNOWN;
	*out = (struct value){.type = TYPE_LIST, .list = list, .n_list = n};
	return n ? HAVE_VALUE : HAVE_MISSING;
}

/* An address, with the type of the field that is asked for. */
static enum have give_typed(const struct diff_event *e, enum field_id f, enum field_id asked,
			    struct value *out)
{
	enum have have = give_number(e, f, out);

	out->type = fields[asked].type;
	return have;
}

enum have given_give(const struct diff_event *e, size_t i, struct value *out)
{
	return i < e->n_given ? give_text(out, &e->given[i], e->whole) : HAVE_UNKNOWN;
}

static enum have give_given(const struct diff_event *e, enum field_id f, struct value *out)
{
	enum call_path which = call_path_of(e->type, f);
	size_t i = which == CALL_PATH_SECOND;

	if (which == CALL_PATH_NONE || e->num[FIELD_EVT_FAILED] || i >= e->n_given)
		return HAVE_MISSING;
	return give_text(out, &e->given[i], e->whole);
}

static enum have give_category(struct value *out, const struct diff_event *e)
{
	bool has = e->have & FIELD_BIT(FIELD_FD_TYPECHAR);
	const char *s = event_category_of(types_name(e->type),
					  has ? (char)e->num[FIELD_FD_TYPECHAR] : '\0');

	return give(out, s, strlen(s), true);
}

/* What is known of the container, all of it or nothing. */
static enum have give_fact(const struct diff_event *e, enum field_id f, struct value *out)
{
	if (!e->image.seen && !e->whole)
		return HAVE_UNKNOWN;
	if (!e->has_image)
		return HAVE_MISSING;
	if (f == FIELD_CONTAINER_PRIVILEGED) {
		*out = (struct value){.type = TYPE_BOOL, .num = e->privileged};
		return HAVE_VALUE;
	}
	return give(out, e->image.s, e->image.len, true);
}

static enum have event_get(const struct event *ev, enum field_id f, const char *arg,
			   struct value *out)
{
	const struct diff_event *e = (const struct diff_event *)ev;

	if (event_lacks(e->type, f))
		return HAVE_MISSING;
	switch (f) {
	case FIELD_EVT_TYPE:
		return give(out, types_name(e->type), strlen(types_name(e->type)), true);
	case FIELD_PROC_NAME:
		return give(out, e->self.name, strlen(e->self.name), true);
	case FIELD_CONTAINER_ID:
		return give(out, e->container, strlen(e->container), true);
	case FIELD_CONTAINER_IMAGE_REPOSITORY:
	case FIELD_CONTAINER_NAME:
	case FIELD_CONTAINER_PRIVILEGED:
		return give_fact(e, f, out);
	case FIELD_PROC_CMDLINE:
	case FIELD_PROC_ARGS:
	case FIELD_PROC_EXE:
		return give_command(out, &e->self, f, e->whole);
	case FIELD_PROC_EXEPATH:
		return e->exepath.seen < e->exepath.len && !e->whole
			       ? HAVE_UNKNOWN
			       : give_text(out, &e->exepath, true);
	case FIELD_PROC_PNAME:
	case FIELD_PROC_ANAME:
		return give_ancestor(e, arg, out);
	case FIELD_PROC_PCMDLINE:
		return e->n_parents ? give_command(out, &e->parents[0], FIELD_PROC_CMDLINE, true)
				    : HAVE_MISSING;
	case FIELD_PROC_PEXE:
	case FIELD_PROC_AEXE:
	case FIELD_PROC_ACMDLINE:
	case FIELD_PROC_PEXEPATH:
	case FIELD_PROC_AEXEPATH:
		return give_kin(e, f, arg, out);
	case FIELD_PROC_ENV:
		return arg ? HAVE_MISSING : give_env(e, out);
	case FIELD_PROC_CWD:
		return give_text(out, &e->cwd, e->whole);
	case FIELD_FD_NAMERAW:
		return e->n_paths ? give_text(out, &e->paths[0], e->whole) : HAVE_MISSING;
	case FIELD_FD_NAME:
		return e->n_paths ? give_text(out, &e->paths[ev->view], e->whole) : HAVE_MISSING;
	case FIELD_FD_DIRECTORY:
	case FIELD_FD_FILENAME:
		return give_part(e, f, out);
	case FIELD_FS_PATH_NAME:
		if (event_is_open(e->type))
			return event_get(ev, FIELD_FD_NAME, NULL, out);
		return give_given(e, f, out);
	case FIELD_FS_PATH_SOURCE:
	case FIELD_FS_PATH_TARGET:
		return give_given(e, f, out);
	case FIELD_FD_IP:
	case FIELD_FD_NET:
		return give_either(e, FIELD_FD_CIP, FIELD_FD_SIP, out);
	case FIELD_FD_PORT:
		return give_either(e, FIELD_FD_CPORT, FIELD_FD_SPORT, out);
	case FIELD_FD_CNET:
		return give_typed(e, FIELD_FD_CIP, f, out);
	case FIELD_FD_SNET:
		return give_typed(e, FIELD_FD_SIP, f, out);
	case FIELD_FD_CIP:
	case FIELD_FD_SIP:
		return give_typed(e, f, f, out);
	case FIELD_FD_SOCKFAMILY:
		if (!(e->have & FIELD_BIT(FIELD_FD_TYPECHAR)))
			return HAVE_MISSING;
		if ((e->unsure & FIELD_BIT(FIELD_FD_TYPECHAR)) && !e->whole)
			return HAVE_UNKNOWN;
		if (e->num[FIELD_FD_TYPECHAR] == 'u')
			return give(out, "unix", 4, true);
		if (e->num[FIELD_FD_TYPECHAR] == '4' || e->num[FIELD_FD_TYPECHAR] == '6')
			return give(out, "ip", 2, true);
		return HAVE_MISSING;
	case FIELD_EVT_CATEGORY:
		if ((e->unsure & FIELD_BIT(FIELD_FD_TYPECHAR)) && !e->whole)
			return HAVE_UNKNOWN;
		return give_category(out, e);
	case FIELD_EVT_IS_IO_READ:
		*out = (struct value){.type = TYPE_BOOL, .num = event_reads(types_name(e->type))};
		return HAVE_VALUE;
	case FIELD_EVT_IS_WAIT:
		*out = (struct value){.type = TYPE_BOOL, .num = event_waits(types_name(e->type))};
		return HAVE_VALUE;
	case FIELD_EVT_ARG:
	case FIELD_EVT_RAWARG:
		return arg_give(e, arg, f == FIELD_EVT_RAWARG, out);
	case FIELD_USER_NAME:
	case FIELD_GROUP_NAME:
		return e->user.seen || e->whole ? give(out, e->user.s, e->user.len, true)
						: HAVE_UNKNOWN;
	case FIELD_EVT_NUM:
		*out = (struct value){.type = TYPE_INT, .num = 7};
		return HAVE_VALUE;
	case FIELD_EVT_SOURCE:
		return give(out, "syscall", 7, true);
	default:
		if (field_task_flag(f))
			return give_flag(e, field_task_flag(f), out);
		return f < FIELD_KERNEL_COUNT ? give_number(e, f, out) : HAVE_MISSING;
	}
}

/* Mostly starts of programs and opens, which most rules are about. */
static enum event_id type_make(struct chance *c)
{
	static const enum event_id calls[] = {EVENT_CONNECT,  EVENT_ACCEPT, EVENT_SENDTO,
					      EVENT_RENAMEAT, EVENT_LINK,   EVENT_UNLINKAT,
					      EVENT_FCHMOD,   EVENT_MKDIR};

	if (chance_once(c, 8))
		return chance_below(c, EVENT_COUNT);
	if (chance_once(c, 3))
		return calls[chance_below(c, 8)];
	return chance_below(c, EVENT_CREAT + 1);
}

static void given_make(struct chance *c, struct diff_event *e)
{
	struct call_shape s = call_shape(e->type);

	e->n_given = !s.known || s.path1 == CALL_NO ? 0 : s.path2 == CALL_NO ? 1 : 2;
	for (unsigned i = 0; i < e->n_given; i++)
		text_make(c, &e->given[i], true);
}

void event_make(struct diff_event *e, struct chance *c)
{
	static const char *const containers[] = {"host", "0123456789ab", "abc", ""};
	bool open;
	unsigned i;

	*e = (struct diff_event){.ev = {.get = event_get, .views = 1}};
	e->type = type_make(c);
	open = event_is_open(e->type);
	proc_make(c, &e->self);
	if (e->self.argv_len && chance_once(c, 8))
		e->self.argv_seen = chance_below(c, e->self.argv_len);
	strcpy(e->container, containers[chance_below(c, 4)]);
	text_make(c, &e->image, true);
	e->image.seen = chance_once(c, 8) ? 0 : e->image.len;
	e->has_image = !chance_once(c, 6);
	text_make(c, &e->user, true);
	e->user.seen = chance_once(c, 8) ? 0 : e->user.len;
	e->privileged = chance_once(c, 2);
	text_make(c, &e->exepath, true);
	cwd_make(c, &e->cwd);
	env_make(c, &e->env);
	e->n_parents = chance_below(c, DIFF_PARENTS + 1);
	for (i = 0; i < e->n_parents; i++)
		proc_make(c, &e->parents[i]);
	numbers_make(c, e, open);
	args_make(e, c);
	if (chance_once(c, 16))
		e->unsure = e->have & FIELD_BIT(chance_below(c, FIELD_KERNEL_COUNT));
	e->n_paths = open ? 1 + chance_below(c, 2) : 0;
	for (i = 0; i < e->n_paths; i++)
		text_make(c, &e->paths[i], true);
	if (!open && event_has_fd(e->type) && !chance_once(c, 4)) {
		e->n_paths = 1;
		text_make(c, &e->paths[0], true);
	}
	if (e->n_paths)
		e->ev.views = e->n_paths;
	given_make(c, e);
}

bool event_is_cut(const struct diff_event *e)
{
	unsigned i;

	for (i = 0; i < e->n_paths; i++) {
		if (e->paths[i].seen < e->paths[i].len)
			return true;
	}
	for (i = 0; i < e->n_given; i++) {
		if (e->given[i].seen < e->given[i].len)
			return true;
	}
	return e->unsure || !e->image.seen || !e->cwd.seen || !e->user.seen ||
	       e->env.seen < e->env.len || e->self.argv_seen < e->self.argv_len ||
	       e->exepath.seen < e->exepath.len;
}
