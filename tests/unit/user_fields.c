/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of records that /proc answers: of this very process, and of one that is another now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen/caps.h"
#include "user/procfs.h"
#include "user/record.h"
#include "user/util.h"

static union {
	struct record r;
	char bytes[RECORD_MAX];
} rec;
static struct record_event ev;
static const struct record_context context = {.hostname = "node"};

static void put(enum tail_id t, const void *data, size_t len)
{
	rec.r.tails[t] = (struct tail){.offset = rec.r.size, .len = len};
	memcpy(rec.bytes + rec.r.size, data, len);
	rec.r.size = (rec.r.size + len + 7) & ~7u;
}

static uint64_t boot_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* A record of this process, as if it had opened a file now. */
static void begin(void)
{
	struct ancestor parent = {.pid = getppid(), .name = "parent"};
	_cleanup_free_ char *argv = NULL;
	size_t len;

	memset(&rec, 0, sizeof(rec));
	rec.r.size = sizeof(rec.r);
	rec.r.type = EVENT_OPENAT;
	rec.r.time = boot_now();
	rec.r.pid = rec.r.tid = getpid();
	rec.r.ppid = getppid();
	rec.r.uid = geteuid();
	rec.r.res = -2;
	rec.r.open_flags = O_WRONLY | O_CREAT | O_CLOEXEC;
	rec.r.mode = 0755;
	strcpy(rec.r.name, "self");
	strcpy(rec.r.comm, "self");
	strcpy(rec.r.container, "host");
	assert_int_equal(read_file("/proc/self/cmdline", ARGS_MAX, &argv, &len), 0);
	put(TAIL_ARGV, argv, len);
	put(TAIL_ANCESTORS, &parent, sizeof(parent));
	put(TAIL_WRITTEN, "a/../b", 6);
	put(TAIL_BASE, "/t", 2);
}

static void finish(void)
{
	record_event_free(&ev);
	record_event_init(&ev, &context);
	assert_int_equal(record_open(&ev, &rec, rec.r.size, 1), 0);
}

static struct value want(enum field_id f, const char *arg, enum have have)
{
	struct value v = {};
	enum have got = record_get(&ev.ev, f, arg, &v);

	if (got != have)
		fail_msg("%s[%s]: have %d, not %d", fields[f].name, arg ? arg : "", got, have);
	return v;
}

static void want_text(enum field_id f, const char *arg, const char *expected)
{
	assert_string_equal(want(f, arg, HAVE_VALUE).str, expected);
}

static void of_this_process(void **state)
{
	struct stat st;
	char path[64], exe[4096];

	setenv("LATER", "not in the environment that the kernel shows", 1);
	begin();
	finish();
	assert_int_equal(want(FIELD_PROC_SID, NULL, HAVE_VALUE).num, getsid(0));
	assert_int_equal(want(FIELD_PROC_VPID, NULL, HAVE_VALUE).num, getpid());
	assert_int_equal(want(FIELD_PROC_VPGID, NULL, HAVE_VALUE).num, getpgrp());
	assert_int_equal(want(FIELD_PROC_NTHREADS, NULL, HAVE_VALUE).num, 1);
	assert_int_equal(want(FIELD_PROC_NCHILDS, NULL, HAVE_VALUE).num, 0);
	assert_true(want(FIELD_THREAD_ISMAIN, NULL, HAVE_VALUE).num);
	assert_true(want(FIELD_PROC_VMRSS, NULL, HAVE_VALUE).num > 0);
	want_text(FIELD_PROC_ENV, "LATER", "");
	assert_int_equal(stat("/proc/self/exe", &st), 0);
	assert_int_equal(want(FIELD_PROC_EXE_INO, NULL, HAVE_VALUE).num, st.st_ino);
	assert_false(want(FIELD_PROC_IS_EXE_FROM_MEMFD, NULL, HAVE_VALUE).num);
	assert_true(want(FIELD_PROC_DURATION, NULL, HAVE_VALUE).num >= 0);
	assert_true(want(FIELD_PROC_FDLIMIT, NULL, HAVE_VALUE).num > 0);
	assert_int_equal(want(FIELD_PROC_APID, "1", HAVE_VALUE).num, getppid());
	snprintf(path, sizeof(path), "/proc/%d/exe", getppid());
	if (readlink(path, exe, sizeof(exe)) > 0)
		want(FIELD_PROC_PEXEPATH, NULL, HAVE_VALUE);
	want(FIELD_PROC_AEXE, "2", HAVE_MISSING);
	want(FIELD_THREAD_CAP_EFFECTIVE, NULL, HAVE_VALUE);
}

/* The command line is another one: nothing that /proc says is of the event's program. */
static void of_another_program(void **state)
{
	static const enum field_id asked[] = {
		FIELD_PROC_ENV,
		FIELD_PROC_SID,
		FIELD_PROC_VMRSS,
		FIELD_PROC_EXE_INO,
		FIELD_THREAD_CAP_EFFECTIVE,
		FIELD_PROC_IS_EXE_WRITABLE,
		FIELD_PROC_IS_EXE_UPPER_LAYER,
		FIELD_PROC_STDIN_NAME,
		FIELD_FD_TYPES,
	};

	begin();
	put(TAIL_ARGV, "other\0program", 14);
	finish();
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		want(asked[i], NULL, HAVE_UNKNOWN);
	begin();
	rec.r.pid = rec.r.tid = 1u << 30; /* no process has it */
	finish();
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		want(asked[i], NULL, HAVE_UNKNOWN);
}

static void arguments_of_events(void **state)
{
	begin();
	finish();
	want_text(FIELD_EVT_ARG, "flags", "O_CREAT|O_WRONLY|O_CLOEXEC");
	want_text(FIELD_EVT_RAWARG, "flags", "4102");
	want_text(FIELD_EVT_ARG, "mode", "0755");
	want_text(FIELD_EVT_ARG, "name", "/t/b");
	want_text(FIELD_EVT_ARG, "2", "/t/b");
	want_text(FIELD_EVT_RAWARG, "name", "a/../b");
	want_text(FIELD_EVT_ARG, "fd", "ENOENT");
	want(FIELD_EVT_ARG, "newpath", HAVE_MISSING);
	want(FIELD_EVT_ARG, "dirfd", HAVE_UNKNOWN);
	assert_string_equal(want(FIELD_EVT_ARGS, NULL, HAVE_UNKNOWN).str, "fd=-2(ENOENT) dirfd=");
	/* What came of an open stands last. */
	rec.r.res = 3;
	rec.r.unknown = FIELD_BIT(FIELD_OPEN_FLAGS);
	finish();
	assert_string_equal(want(FIELD_EVT_ARG, "flags", HAVE_UNKNOWN).str,
			    "O_CREAT|O_WRONLY|O_CLOEXEC");
	want(FIELD_EVT_IS_OPEN_CREATE, NULL, HAVE_UNKNOWN);
	rec.r.unknown = 0;
	finish();
	assert_false(want(FIELD_EVT_IS_OPEN_CREATE, NULL, HAVE_VALUE).num);
	rec.r.open_flags |= OPENED_CREATED | OPENED_UPPER;
	finish();
	want_text(FIELD_EVT_ARG, "flags", "O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED|FD_UPPER_LAYER");
	assert_true(want(FIELD_EVT_IS_OPEN_CREATE, NULL, HAVE_VALUE).num);
	assert_true(want(FIELD_EVT_IS_OPEN_EXEC, NULL, HAVE_VALUE).num);
}

static void kinds_of_events(void **state)
{
	begin();
	finish();
	assert_int_equal(want(FIELD_EVT_TYPE_IS, "openat", HAVE_VALUE).num, 1);
	assert_int_equal(want(FIELD_EVT_TYPE_IS, "open", HAVE_VALUE).num, 0);
	want_text(FIELD_EVT_CATEGORY, NULL, "file");
	want_text(FIELD_SYSCALL_TYPE, NULL, "openat");
	assert_int_equal(want(FIELD_EVT_COUNT_ERROR_FILE, NULL, HAVE_VALUE).num, 1);
	want(FIELD_EVT_COUNT_ERROR_OTHER, NULL, HAVE_MISSING);
	want(FIELD_FD_SIP, NULL, HAVE_MISSING);
	want(FIELD_EVT_CPU, NULL, HAVE_UNKNOWN);
	want(FIELD_K8S_RC_NAME, NULL, HAVE_MISSING);
}

static void one_argument(void **state)
{
	begin();
	put(TAIL_ARGV, "prog\0one\0\0three", 16);
	finish();
	want_text(FIELD_PROC_ARGS, "0", "one");
	want_text(FIELD_PROC_ARGS, "1", "");
	want_text(FIELD_PROC_ARGS, "2", "three");
	want_text(FIELD_PROC_ARGS, "9", "");
	assert_int_equal(want(FIELD_PROC_CMDNARGS, NULL, HAVE_VALUE).num, 3);
	assert_int_equal(want(FIELD_PROC_CMDLENARGS, NULL, HAVE_VALUE).num, 8);
}

static void capabilities(void **state)
{
	char text[1024];

	assert_int_equal(caps_text(0, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	caps_text(1ULL << 21 | 1ULL << 39 | 1, text, sizeof(text));
	assert_string_equal(text, "CAP_CHOWN CAP_SYS_ADMIN CAP_BPF");
	assert_int_equal(caps_text(UINT64_MAX, text, 10), 9);
	assert_string_equal(text, "CAP_CHOWN");
}

static void capabilities_are_read_as_written(void **state)
{
	static const char *const wrong[] = {
		" ",	       "CAP_CHOWN ",	   " CAP_CHOWN",	 "CAP_SYS_ADMIN CAP_CHOWN",
		"CAP_SYSLOGS", "CAP_BPF CAP_NONE", "CAP_BPF  CAP_CHOWN", "cap_bpf",
	};
	static const uint64_t masks[] = {0, 1, 1ULL << 40, 1ULL << 21 | 1ULL << 39, CAPS_NAMED};
	char text[1024];
	uint64_t mask;
	size_t i;

	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		assert_true(caps_parse(text, caps_text(masks[i], text, sizeof(text)), &mask));
		assert_int_equal(mask, masks[i]);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(caps_parse(wrong[i], strlen(wrong[i]), &mask));
}

/* What the kernel said of the process counts, whatever /proc says by now. */
static void what_the_kernel_knew(void **state)
{
	struct task_info info = {
		.start = 5000000000,
		.caps = {[CAPS_PERMITTED] = 1ULL << 21},
		.exe_ino = 77,
		.exe_mtime = 1600000000000000001,
		.vpid = 1,
		.vtid = 9,
		.threads = 3,
		.flags = TASK_SID_LEADER | TASK_EXE_UPPER | TASK_ALL_KNOWN,
	};

	begin();
	put(TAIL_TASK, &info, sizeof(info));
	finish();
	assert_int_equal(want(FIELD_PROC_VPID, NULL, HAVE_VALUE).num, 1);
	assert_int_equal(want(FIELD_THREAD_VTID, NULL, HAVE_VALUE).num, 9);
	assert_int_equal(want(FIELD_PROC_NCHILDS, NULL, HAVE_VALUE).num, 2);
	want(FIELD_PROC_PVPID, NULL, HAVE_MISSING);
	want(FIELD_PROC_PPID_DURATION, NULL, HAVE_MISSING);
	assert_int_equal(want(FIELD_PROC_DURATION, NULL, HAVE_VALUE).num,
			 (int64_t)(ev.rec->time - info.start));
	want_text(FIELD_THREAD_CAP_PERMITTED, NULL, "CAP_SYS_ADMIN");
	want_text(FIELD_THREAD_CAP_EFFECTIVE, NULL, "");
	assert_int_equal(want(FIELD_PROC_EXE_INO, NULL, HAVE_VALUE).num, 77);
	assert_int_equal(want(FIELD_PROC_EXE_INO_MTIME, NULL, HAVE_VALUE).num, info.exe_mtime);
	assert_int_equal(want(FIELD_PROC_IS_SID_LEADER, NULL, HAVE_VALUE).num, true);
	assert_int_equal(want(FIELD_PROC_IS_VPGID_LEADER, NULL, HAVE_VALUE).num, false);
	assert_int_equal(want(FIELD_PROC_IS_EXE_UPPER_LAYER, NULL, HAVE_VALUE).num, true);
	assert_int_equal(want(FIELD_PROC_IS_EXE_FROM_MEMFD, NULL, HAVE_VALUE).num, false);
}

static void descriptors(void **state)
{
	struct procfs *p = procfs_open(getpid(), 0);
	const char *type;
	char name[4096];
	int ends[2], null = open("/dev/null", O_RDONLY), dir = open("/", O_RDONLY | O_DIRECTORY);

	assert_int_equal(pipe(ends), 0);
	assert_true(procfs_fd(p, ends[0], &type, name, sizeof(name)));
	assert_string_equal(type, "pipe");
	assert_true(procfs_fd(p, null, &type, name, sizeof(name)));
	assert_string_equal(type, "file");
	assert_string_equal(name, "/dev/null");
	assert_true(procfs_fd(p, dir, &type, name, sizeof(name)));
	assert_string_equal(type, "directory");
	assert_false(procfs_fd(p, 1000000, &type, name, sizeof(name)));
	close(ends[0]);
	close(ends[1]);
	close(null);
	close(dir);
	procfs_free(&p);
}

static int leave(void **state)
{
	record_event_free(&ev);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_this_process),
		cmocka_unit_test(of_another_program),
		cmocka_unit_test(arguments_of_events),
		cmocka_unit_test(kinds_of_events),
		cmocka_unit_test(one_argument),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(what_the_kernel_knew),
		cmocka_unit_test(capabilities_are_read_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, leave);
}
