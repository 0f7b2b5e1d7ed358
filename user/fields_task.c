/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc says of the process of a record: its ids in namespaces, environment, capabilities,
 * memory, its executed file. The process may be another by now: a value counts only if it still
 * has the command line that the record has, else it is unknown.
 */
#include "user/fields.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/caps.h"
#include "user/buf.h"
#include "user/procfs.h"
#include "user/util.h"

#define NS_PER_S      1000000000LL
#define CAP_OVERRIDES ((1ULL << 1) | (1ULL << 3)) /* DAC_OVERRIDE, FOWNER */

struct procfs *field_task(struct record_event *e)
{
	size_t len = 0;
	const char *argv = record_tail(e, TAIL_ARGV, &len);

	if (!e->now)
		e->now = procfs_open(e->rec->pid, 0);
	if (!e->now || (argv && len && !procfs_has_argv(e->now, argv, len)))
		return NULL;
	return e->now;
}

/* ---- ids ---- */

static enum have of_status(struct record_event *e, const char *key, bool last, struct value *out)
{
	struct procfs *p = field_task(e);
	int64_t n;

	if (!p || !(last ? procfs_status_last(p, key, &n) : procfs_status_first(p, key, &n)))
		return HAVE_UNKNOWN;
	return field_number(out, n);
}

#define STATUS(id, key)                                                                            \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return of_status(e, key, false, out);                                              \
	}
STATUS(PROC_VMSIZE, "VmSize")
STATUS(PROC_VMRSS, "VmRSS")
STATUS(PROC_VMSWAP, "VmSwap")

/* In the record if a rule asked for it. */
#define INFO(id, member, key, last)                                                                \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return e->has_info ? field_number(out, e->info.member)                             \
				   : of_status(e, key, last, out);                                 \
	}
INFO(PROC_VPID, vpid, "NSpid", true)
INFO(PROC_SID, sid, "NSsid", true)
INFO(PROC_VPGID, vpgid, "NSpgid", true)
INFO(PROC_PGID, pgid, "NSpgid", false)
INFO(PROC_NTHREADS, threads, "Threads", false)

GETTER(PROC_NCHILDS)
{
	enum have have = get_PROC_NTHREADS(e, NULL, out);

	out->num -= have == HAVE_VALUE;
	return have;
}

GETTER(THREAD_VTID)
{
	struct procfs *p;
	int64_t n;
	bool good;

	if (e->has_info)
		return field_number(out, e->info.vtid);
	p = procfs_open(e->rec->pid, e->rec->tid);
	good = p && procfs_status_last(p, "NSpid", &n);

	procfs_free(&p);
	return good ? field_number(out, n) : HAVE_UNKNOWN;
}

GETTER(PROC_PVPID)
{
	struct procfs *p;
	int64_t n;
	bool good;

	if (e->has_info && !e->info.parent_start)
		return HAVE_MISSING;
	if (e->has_info)
		return field_number(out, e->info.pvpid);
	p = e->n_ancestors ? field_other(e, e->ancestor_pids[0]) : NULL;
	good = p && procfs_status_last(p, "NSpid", &n);

	procfs_free(&p);
	return good ? field_number(out, n) : HAVE_UNKNOWN;
}

static enum have is_leader(struct record_event *e, const char *key, bool last, struct value *out)
{
	struct procfs *p = field_task(e);
	int64_t id, pid;

	if (!p || !(last ? procfs_status_last(p, key, &id) : procfs_status_first(p, key, &id)) ||
	    !(last ? procfs_status_last(p, "NSpid", &pid) : procfs_status_first(p, "NSpid", &pid)))
		return HAVE_UNKNOWN;
	return field_number(out, id == pid);
}

/* A bool of the record; false if that does not say. */
static bool have_flag(const struct record_event *e, uint32_t flag, struct value *out)
{
	if (!e->has_info || !(e->info.flags & TASK_KNOWN(flag)))
		return false;
	field_number(out, !!(e->info.flags & flag));
	return true;
}

GETTER(TASK_FLAGS)
{
	return e->has_info ? field_number(out, e->info.flags) : HAVE_UNKNOWN;
}

GETTER(PROC_IS_SID_LEADER)
{
	if (have_flag(e, TASK_SID_LEADER, out))
		return HAVE_VALUE;
	return is_leader(e, "NSsid", true, out);
}

GETTER(PROC_IS_VPGID_LEADER)
{
	if (have_flag(e, TASK_PGID_LEADER, out))
		return HAVE_VALUE;
	return is_leader(e, "NSpgid", true, out);
}

GETTER(PROC_IS_PGID_LEADER)
{
	if (have_flag(e, TASK_PGID_LEADER, out))
		return HAVE_VALUE;
	return is_leader(e, "NSpgid", false, out);
}

GETTER(THREAD_ISMAIN)
{
	return field_number(out, e->rec->tid == e->rec->pid);
}

GETTER(THREAD_NAMETID)
{
	char *to = field_room(e, FIELD_THREAD_NAMETID, COMM_SIZE + 16);

	if (!to)
		return HAVE_UNKNOWN;
	out->len = sprintf(to, "%.*s:%u", COMM_SIZE, e->rec->name, e->rec->tid);
	out->str = to;
	return HAVE_VALUE;
}

/* ---- memory ---- */

static enum have of_stat(struct record_event *e, enum procfs_stat what, struct value *out)
{
	struct procfs *p = procfs_open(e->rec->pid, e->rec->tid);
	int64_t n;
	bool good = p && procfs_stat(p, what, &n);

	procfs_free(&p);
	return good ? field_number(out, n) : HAVE_UNKNOWN;
}

GETTER(THREAD_PFMAJOR)
{
	return of_stat(e, PROCFS_MAJFLT, out);
}

GETTER(THREAD_PFMINOR)
{
	return of_stat(e, PROCFS_MINFLT, out);
}

GETTER(THREAD_VMSIZE)
{
	return e->rec->tid == e->rec->pid ? get_PROC_VMSIZE(e, NULL, out) : field_number(out, 0);
}

GETTER(THREAD_VMRSS)
{
	return e->rec->tid == e->rec->pid ? get_PROC_VMRSS(e, NULL, out) : field_number(out, 0);
}

/* ---- environment and capabilities ---- */

static enum have whole_environment(struct record_event *e, const char *text, size_t len,
				   struct value *out)
{
	char *to;

	while (len && !text[len - 1])
		len--;
	to = field_room(e, FIELD_PROC_ENV, len);
	if (!to)
		return HAVE_UNKNOWN;
	for (size_t i = 0; i < len; i++)
		to[i] = text[i] ? text[i] : ' ';
	out->str = to;
	out->len = len;
	return HAVE_VALUE;
}

/* A variable that is not set is empty. */
GETTER(PROC_ENV)
{
	struct procfs *p = field_task(e);
	size_t len, n = arg ? strlen(arg) : 0;
	const char *text = p ? procfs_file(p, "environ", &len) : NULL;

	if (!text)
		return HAVE_UNKNOWN;
	if (!arg)
		return whole_environment(e, text, len, out);
	for (size_t i = 0; i < len; i += strnlen(text + i, len - i) + 1) {
		if (len - i > n && !memcmp(text + i, arg, n) && text[i + n] == '=')
			return field_text(out, text + i + n + 1);
	}
	return field_text(out, "");
}

static enum have caps(struct record_event *e, enum field_id f, unsigned which, const char *key,
		      struct value *out)
{
	struct procfs *p = e->has_info ? NULL : field_task(e);
	size_t len;
	const char *hex = p ? procfs_status(p, key, &len) : NULL;
	char *to = field_room(e, f, 1024);

	if (!to || (!hex && !e->has_info))
		return HAVE_UNKNOWN;
	out->len = caps_text(e->has_info ? e->info.caps[which] : strtoull(hex, NULL, 16), to, 1024);
	out->str = to;
	return HAVE_VALUE;
}

#define CAPS(name, key)                                                                            \
	GETTER(THREAD_CAP_##name)                                                                  \
	{                                                                                          \
		return caps(e, FIELD_THREAD_CAP_##name, CAPS_##name, key, out);                    \
	}
CAPS(EFFECTIVE, "CapEff")
CAPS(PERMITTED, "CapPrm")
CAPS(INHERITABLE, "CapInh")

/* ---- cgroups ---- */

/* The line of a subsystem, "N:a,b:path"; the unified hierarchy's has none and stands for all. */
static bool is_of_subsystem(const char *subsystems, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (!len)
		return true;
	for (size_t i = 0; i + n <= len; i++) {
		if (!memcmp(subsystems + i, name, n) && (!i || subsystems[i - 1] == ',') &&
		    (i + n == len || subsystems[i + n] == ','))
			return true;
	}
	return false;
}

static bool find_cgroup(const char *text, const char *name, const char **path, size_t *len)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n'), line += !!line) {
		const char *first = strchr(line, ':'), *second;

		second = first ? strchr(first + 1, ':') : NULL;
		if (!second)
			break;
		if (!is_of_subsystem(first + 1, second - first - 1, name))
			continue;
		*path = second + 1;
		*len = strcspn(*path, "\n");
		return true;
	}
	return false;
}

GETTER(THREAD_CGROUP)
{
	struct procfs *p = field_task(e);
	size_t len;
	const char *path, *text = p ? procfs_file(p, "cgroup", &len) : NULL;

	if (!text)
		return HAVE_UNKNOWN;
	if (!arg || !find_cgroup(text, arg, &path, &len))
		return HAVE_MISSING;
	return field_copy_text(e, FIELD_THREAD_CGROUP, path, len, out) ? HAVE_VALUE : HAVE_UNKNOWN;
}

static enum have take_buf(struct record_event *e, enum field_id f, struct buf *b, struct value *out)
{
	bool good = !b->failed && field_copy_text(e, f, buf_text(b), b->len, out);

	buf_free(b);
	return good ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(THREAD_CGROUPS)
{
	static const char *const names[] = {"cpuset", "cpu", "cpuacct", "io", "memory"};
	struct procfs *p = field_task(e);
	size_t len;
	const char *path, *text = p ? procfs_file(p, "cgroup", &len) : NULL;
	struct buf b = {};

	if (!text)
		return HAVE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (find_cgroup(text, names[i], &path, &len))
			buf_printf(&b, "%s%s=%.*s", b.len ? " " : "", names[i], (int)len, path);
	}
	return take_buf(e, FIELD_THREAD_CGROUPS, &b, out);
}

/* ---- times ---- */

static bool start_of(struct record_event *e, uint32_t pid, int64_t *out)
{
	struct procfs *p = field_other(e, pid);
	bool good = p && procfs_start(p, out);

	procfs_free(&p);
	return good;
}

/* A time of the record's clock; 0: none. */
static bool real_time(const struct record_event *e, uint64_t boot_time, int64_t *out)
{
	if (!e->has_info || !boot_time)
		return false;
	*out = (int64_t)((uint64_t)e->time - (e->rec->time - boot_time));
	return true;
}

GETTER(PROC_PID_TS)
{
	if (real_time(e, e->info.start, &out->num))
		return HAVE_VALUE;
	return start_of(e, e->rec->pid, &out->num) ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(PROC_DURATION)
{
	enum have have = get_PROC_PID_TS(e, NULL, out);

	out->num = field_since(e, out->num);
	return have;
}

GETTER(PROC_PPID_TS)
{
	if (e->has_info && !e->info.parent_start)
		return HAVE_MISSING;
	if (real_time(e, e->info.parent_start, &out->num))
		return HAVE_VALUE;
	return start_of(e, e->rec->ppid, &out->num) ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(PROC_PPID_DURATION)
{
	enum have have = get_PROC_PPID_TS(e, NULL, out);

	out->num = field_since(e, out->num);
	return have;
}

/* Process 1 of the namespace: of the detector's own that is process 1, else an ancestor, or the
 * process itself, whose innermost id is 1. */
static bool start_of_namespace(struct record_event *e, int64_t *out)
{
	struct procfs *p = field_task(e);
	char own[64], its[64];
	int64_t id;

	if (real_time(e, e->info.ns_start, out))
		return true;
	if (!p || procfs_link(p, "ns/pid", its, sizeof(its)) < 0 ||
	    readlink("/proc/self/ns/pid", own, sizeof(own)) < 0)
		return false;
	if (!strncmp(own, its, strlen(its)))
		return start_of(e, 1, out);
	if (procfs_status_last(p, "NSpid", &id) && id == 1)
		return procfs_start(p, out);
	for (unsigned i = 0; i < e->n_ancestors; i++) {
		struct procfs *a = field_other(e, e->ancestor_pids[i]);
		bool found = a && procfs_status_last(a, "NSpid", &id) && id == 1 &&
			     procfs_link(a, "ns/pid", own, sizeof(own)) > 0 && !strcmp(own, its) &&
			     procfs_start(a, out);

		procfs_free(&a);
		if (found)
			return true;
	}
	return false;
}

GETTER(PROC_PIDNS_INIT_START_TS)
{
	return start_of_namespace(e, &out->num) ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(CONTAINER_START_TS)
{
	return field_is_host(e) ? HAVE_MISSING : get_PROC_PIDNS_INIT_START_TS(e, NULL, out);
}

GETTER(CONTAINER_DURATION)
{
	enum have have = get_CONTAINER_START_TS(e, NULL, out);

	out->num = field_since(e, out->num);
	return have;
}

/* ---- the executed file ---- */

static bool stat_exe(struct record_event *e, struct stat *st)
{
	struct procfs *p = field_task(e);

	return p && !procfs_stat_file(p, "exe", st);
}

static bool has_exe(const struct record_event *e)
{
	return e->has_info && e->info.exe_ino;
}

GETTER(PROC_EXE_INO)
{
	struct stat st;

	if (has_exe(e))
		return field_number(out, e->info.exe_ino);
	return stat_exe(e, &st) ? field_number(out, st.st_ino) : HAVE_UNKNOWN;
}

GETTER(PROC_EXE_INO_CTIME)
{
	struct stat st;

	if (has_exe(e))
		return field_number(out, e->info.exe_ctime);
	if (!stat_exe(e, &st))
		return HAVE_UNKNOWN;
	return field_number(out, st.st_ctim.tv_sec * NS_PER_S + st.st_ctim.tv_nsec);
}

GETTER(PROC_EXE_INO_MTIME)
{
	struct stat st;

	if (has_exe(e))
		return field_number(out, e->info.exe_mtime);
	if (!stat_exe(e, &st))
		return HAVE_UNKNOWN;
	return field_number(out, st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec);
}

GETTER(PROC_EXE_INO_CTIME_PROC)
{
	struct value changed = {};
	enum have have = get_PROC_EXE_INO_CTIME(e, NULL, &changed);

	if (have != HAVE_VALUE || get_PROC_PID_TS(e, NULL, out) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	return field_number(out, out->num - changed.num);
}

GETTER(PROC_EXE_INO_CTIME_PIDNS)
{
	struct value start = {};
	enum have have = get_PROC_PIDNS_INIT_START_TS(e, NULL, &start);

	if (have != HAVE_VALUE || get_PROC_EXE_INO_CTIME(e, NULL, out) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	if (out->num < start.num)
		return HAVE_MISSING;
	return field_number(out, out->num - start.num);
}

static bool is_in_group(struct procfs *p, gid_t gid)
{
	size_t len;
	const char *s = procfs_status(p, "Groups", &len), *end = s ? s + len : NULL;
	int64_t own;
	char *next;

	if (procfs_status_first(p, "Gid", &own) && own == gid)
		return true;
	for (; s && s < end; s = next) {
		if (strtoul(s, &next, 10) == gid && next != s)
			return true;
		if (next == s)
			break;
	}
	return false;
}

GETTER(PROC_IS_EXE_WRITABLE)
{
	struct procfs *p = field_task(e);
	size_t len;
	const char *caps_text = p ? procfs_status(p, "CapEff", &len) : NULL;
	struct stat st;

	if (!caps_text || !stat_exe(e, &st))
		return HAVE_UNKNOWN;
	if (strtoull(caps_text, NULL, 16) & CAP_OVERRIDES)
		return field_number(out, true);
	if (st.st_uid == e->rec->uid)
		return field_number(out, !!(st.st_mode & S_IWUSR));
	if (is_in_group(p, st.st_gid))
		return field_number(out, !!(st.st_mode & S_IWGRP));
	return field_number(out, !!(st.st_mode & S_IWOTH));
}

static enum have in_layer(struct record_event *e, enum procfs_layer wanted, struct value *out)
{
	struct procfs *p = field_task(e);
	enum procfs_layer layer = p ? procfs_exe_layer(p) : LAYER_UNKNOWN;

	return layer == LAYER_UNKNOWN ? HAVE_UNKNOWN : field_number(out, layer == wanted);
}

GETTER(PROC_IS_EXE_UPPER_LAYER)
{
	if (have_flag(e, TASK_EXE_UPPER, out))
		return HAVE_VALUE;
	return in_layer(e, LAYER_UPPER, out);
}

GETTER(PROC_IS_EXE_LOWER_LAYER)
{
	if (have_flag(e, TASK_EXE_LOWER, out))
		return HAVE_VALUE;
	return in_layer(e, LAYER_LOWER, out);
}

/* The kernel's path of a memfd is its name, "/memfd:NAME", in the record and in /proc. */
GETTER(PROC_IS_EXE_FROM_MEMFD)
{
	struct value path = {};
	char exe[PATH_MAX];
	struct procfs *p;

	if (have_flag(e, TASK_EXE_MEMFD, out))
		return HAVE_VALUE;
	p = field_task(e);
	if (p && procfs_exe(p, exe, sizeof(exe)) >= 0)
		return field_number(out, !strncmp(exe, "memfd:", 6));
	if (get_PROC_EXEPATH(e, NULL, &path) != HAVE_VALUE || !path.len)
		return HAVE_UNKNOWN;
	return field_number(out, !strncmp(path.str + (*path.str == '/'), "memfd:", 6));
}
