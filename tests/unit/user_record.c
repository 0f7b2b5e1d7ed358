/* SPDX-License-Identifier: Apache-2.0 */
/* Records as events: values, views, and records that lie about their lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/record.h"

#define CONTAINER "0123456789ab"

/* A record under construction. */
static union {
	struct record r;
	char bytes[RECORD_MAX];
} rec;
static struct record_event ev;

static void begin(enum event_id type)
{
	memset(&rec, 0, sizeof(rec));
	rec.r.size = sizeof(rec.r);
	rec.r.type = type;
	rec.r.loginuid = -1;
	strcpy(rec.r.name, "cat");
	strcpy(rec.r.comm, "cat");
	strcpy(rec.r.container, CONTAINER);
}

static void put(enum tail_id t, const void *data, size_t len)
{
	rec.r.tails[t] = (struct tail){.offset = rec.r.size, .len = len};
	memcpy(rec.bytes + rec.r.size, data, len);
	rec.r.size = (rec.r.size + len + 7) & ~7u;
}

#define PUT(t, text)   put(t, text, sizeof(text) - 1)
#define PUT_ARGV(text) put(TAIL_ARGV, text, sizeof(text)) /* with the last NUL */

static const struct record_context context = {.hostname = "node"};

/* Copied, so that ASan sees a byte too far. */
static int open_copy(size_t size)
{
	static void *copy;

	free(copy);
	copy = malloc(size ? size : 1);
	memcpy(copy, &rec, size);
	record_event_free(&ev);
	record_event_init(&ev, &context);
	return record_open(&ev, copy, size, 7);
}

static void finish(void)
{
	assert_int_equal(open_copy(rec.r.size), 0);
}

static void expect(enum field_id f, const char *arg, enum have have, const char *text)
{
	struct value v = {.str = "untouched"};
	enum have got = record_get(&ev.ev, f, arg, &v);

	if (got != have || (text && strcmp(v.str, text)))
		fail_msg("%s[%s] view %u: have %d, '%s'; expected %d, '%s'", fields[f].name,
			 arg ? arg : "", ev.ev.view, got, v.str, have, text ? text : "");
	if (text)
		assert_int_equal(v.len, strlen(text));
	if (have == HAVE_MISSING)
		assert_string_equal(v.str, "untouched");
}

static void expect_number(enum field_id f, int64_t n)
{
	struct value v;

	assert_int_equal(record_get(&ev.ev, f, NULL, &v), HAVE_VALUE);
	assert_true(v.num == n);
}

static void command_line(void **state)
{
	static const struct {
		const char *argv;
		size_t len;
		const char *exe, *args, *cmdline, *exeline;
	} cases[] = {
		{"/bin/cat\0a\0b c\0", 15, "/bin/cat", "a b c", "cat a b c", "/bin/cat a b c"},
		{"x\0", 2, "x", "", "cat", "x"},
		{"\0", 1, "", "", "cat", ""},
		{"", 0, "", "", "cat", ""},
		{"x\0\0\0", 4, "x", " ", "cat  ", "x  "},
		{"x\0\0", 3, "x", "", "cat ", "x "},
		{"x\0y", 3, "x", "y", "cat y", "x y"},
		{"x", 1, "x", "", "cat", "x"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(EVENT_EXECVE);
		put(TAIL_ARGV, cases[i].argv, cases[i].len);
		finish();
		expect(FIELD_PROC_EXE, NULL, HAVE_VALUE, cases[i].exe);
		expect(FIELD_PROC_ARGS, NULL, HAVE_VALUE, cases[i].args);
		expect(FIELD_PROC_CMDLINE, NULL, HAVE_VALUE, cases[i].cmdline);
		expect(FIELD_PROC_EXELINE, NULL, HAVE_VALUE, cases[i].exeline);
	}
}

static void names(void **state)
{
	begin(EVENT_EXECVE);
	memset(rec.r.name, 'n', COMM_SIZE);
	memset(rec.r.container, 'c', SHORT_SIZE);
	finish();
	expect(FIELD_PROC_NAME, NULL, HAVE_VALUE, "nnnnnnnnnnnnnnnn");
	expect(FIELD_CONTAINER_ID, NULL, HAVE_VALUE, "cccccccccccccccc");
}

static void renamed(void **state)
{
	begin(EVENT_OPENAT);
	rec.r.flags = PROC_RENAMED;
	rec.r.unknown = FIELD_BIT(FIELD_PROC_NAME) | FIELD_BIT(FIELD_PROC_CMDLINE);
	strcpy(rec.r.comm, "sshd");
	PUT_ARGV("cat\0f");
	finish();
	assert_int_equal(ev.ev.views, 2);
	expect(FIELD_PROC_NAME, NULL, HAVE_VALUE, "cat");
	expect(FIELD_PROC_CMDLINE, NULL, HAVE_VALUE, "cat f");
	ev.ev.view = 1;
	expect(FIELD_PROC_NAME, NULL, HAVE_VALUE, "sshd");
	expect(FIELD_PROC_CMDLINE, NULL, HAVE_VALUE, "sshd f");
}

/* The kernel's copy of argv was cut. */
static void truncated(void **state)
{
	char argv[ARGS_MAX], args[ARGS_MAX];

	memset(argv, 'a', sizeof(argv));
	memcpy(argv, "x\0", 2);
	memcpy(args, argv + 2, sizeof(args) - 2);
	args[sizeof(args) - 2] = '\0';
	begin(EVENT_EXECVE);
	rec.r.flags = PROC_TRUNCATED;
	rec.r.unknown = FIELD_BIT(FIELD_PROC_ARGS) | FIELD_BIT(FIELD_PROC_CMDLINE) |
			FIELD_BIT(FIELD_PROC_EXE);
	rec.r.pid = 0; /* nobody */
	put(TAIL_ARGV, argv, sizeof(argv));
	finish();
	assert_int_equal(ev.ev.views, 2);
	expect(FIELD_PROC_ARGS, NULL, HAVE_VALUE, args);
	expect(FIELD_PROC_EXE, NULL, HAVE_VALUE, "x");
	ev.ev.view = 1; /* the whole of it is not known */
	expect(FIELD_PROC_ARGS, NULL, HAVE_UNKNOWN, args);
	expect(FIELD_PROC_EXE, NULL, HAVE_VALUE, "x");
}

/* /proc still has what the record's copy lacks: a program started with a long argument. */
static void truncated_but_known(void **state)
{
	static char argument[3 * ARGS_MAX + 1];
	char argv[ARGS_MAX];
	struct value v;
	int in[2], out[2];
	char c;
	pid_t pid;

	memset(argument, 'z', sizeof(argument) - 1);
	assert_false(pipe(in) || pipe(out));
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		execlp("sh", "sh", "-c", "echo; read x", argument, NULL);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(read(out[0], &c, 1), 1);
	memset(argv, 'z', sizeof(argv));
	memcpy(argv, "sh\0-c\0echo; read x\0", 19);
	begin(EVENT_EXECVE);
	rec.r.flags = PROC_TRUNCATED;
	rec.r.pid = pid;
	put(TAIL_ARGV, argv, sizeof(argv));
	finish();
	close(in[1]);
	close(out[0]);
	assert_int_equal(ev.ev.views, 2);
	assert_int_equal(record_get(&ev.ev, FIELD_PROC_ARGS, NULL, &v), HAVE_VALUE);
	assert_int_equal(v.len, sizeof(argv) - 3);
	ev.ev.view = 1;
	assert_int_equal(record_get(&ev.ev, FIELD_PROC_ARGS, NULL, &v), HAVE_VALUE);
	assert_int_equal(v.len, sizeof(argument) - 1 + 16);
}

static void unreadable_argv(void **state)
{
	begin(EVENT_EXECVE);
	rec.r.unknown = FIELD_BIT(FIELD_PROC_ARGS) | FIELD_BIT(FIELD_PROC_CMDLINE);
	finish();
	assert_int_equal(ev.ev.views, 1);
	expect(FIELD_PROC_CMDLINE, NULL, HAVE_UNKNOWN, "cat");
	expect(FIELD_PROC_NAME, NULL, HAVE_VALUE, "cat");
}

static void numbers(void **state)
{
	begin(EVENT_OPENAT);
	rec.r.pid = 10;
	rec.r.ppid = 9;
	rec.r.tid = 11;
	rec.r.uid = 1000;
	rec.r.gid = 4294967294u;
	rec.r.tty = 34816;
	rec.r.res = -ENOENT;
	rec.r.fd = -1;
	rec.r.open_flags = O_RDWR;
	finish();
	expect_number(FIELD_PROC_PID, 10);
	expect_number(FIELD_PROC_PPID, 9);
	expect_number(FIELD_THREAD_TID, 11);
	expect_number(FIELD_USER_UID, 1000);
	expect_number(FIELD_GROUP_GID, 4294967294);
	expect_number(FIELD_USER_LOGINUID, -1);
	expect_number(FIELD_PROC_TTY, 34816);
	expect_number(FIELD_EVT_NUM, 7);
	expect_number(FIELD_EVT_RAWRES, -ENOENT);
	expect_number(FIELD_EVT_FAILED, 1);
	expect_number(FIELD_FD_NUM, -1);
	expect_number(FIELD_EVT_IS_OPEN_READ, 1);
	expect_number(FIELD_EVT_IS_OPEN_WRITE, 1);
	expect(FIELD_EVT_RES, NULL, HAVE_VALUE, "ENOENT");
	expect(FIELD_EVT_TYPE, NULL, HAVE_VALUE, "openat");
	expect(FIELD_EVT_HOSTNAME, NULL, HAVE_VALUE, "node");
	expect(FIELD_EVT_SOURCE, NULL, HAVE_VALUE, "syscall");
	expect(FIELD_USER_LOGINNAME, NULL, HAVE_VALUE, "<NA>");
	begin(EVENT_OPENAT);
	rec.r.res = INT64_MIN;
	finish();
	expect(FIELD_EVT_RES, NULL, HAVE_VALUE, "9223372036854775808");
}

static void access_modes(void **state)
{
	static const struct {
		enum event_id type;
		unsigned flags;
		bool read, write;
	} cases[] = {
		{EVENT_OPEN, O_RDONLY, true, false},
		{EVENT_OPENAT, O_WRONLY | O_CREAT, false, true},
		{EVENT_OPENAT2, O_RDWR, true, true},
		{EVENT_OPENAT, O_PATH, true, false},
		{EVENT_OPENAT, O_PATH | O_WRONLY, true, false},
		{EVENT_CREAT, O_WRONLY | O_CREAT | O_TRUNC, false, false},
		{EVENT_EXECVE, O_RDONLY, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].type);
		rec.r.open_flags = cases[i].flags;
		finish();
		expect_number(FIELD_EVT_IS_OPEN_READ, cases[i].read);
		expect_number(FIELD_EVT_IS_OPEN_WRITE, cases[i].write);
	}
}

static void time_of_event(void **state)
{
	struct timespec boot, real;
	struct value v;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	begin(EVENT_EXECVE);
	rec.r.time = boot.tv_sec * 1000000000ULL + boot.tv_nsec;
	finish();
	record_get(&ev.ev, FIELD_EVT_TIME, NULL, &v);
	assert_true(llabs(v.num - real.tv_sec * 1000000000LL - real.tv_nsec) < 1000000000);
	ev.time = 1700000000000000042;
	expect(FIELD_EVT_TIME_ISO8601, NULL, HAVE_VALUE, "2023-11-14T22:13:20.000000042+0000");
}

static void ancestors(void **state)
{
	struct ancestor a[3] = {{.pid = 3, .name = "sh"}, {.pid = 2, .name = "runc"}, {.pid = 1}};

	memset(a[2].name, 'i', COMM_SIZE);
	begin(EVENT_EXECVE);
	put(TAIL_ANCESTORS, a, sizeof(a));
	put(TAIL_PARGV, "sh\0-c\0true", 11);
	finish();
	expect(FIELD_PROC_PNAME, NULL, HAVE_VALUE, "sh");
	expect(FIELD_PROC_PCMDLINE, NULL, HAVE_VALUE, "sh -c true");
	expect(FIELD_PROC_ANAME, "0", HAVE_VALUE, "cat");
	expect(FIELD_PROC_ANAME, "1", HAVE_VALUE, "sh");
	expect(FIELD_PROC_ANAME, "3", HAVE_VALUE, "iiiiiiiiiiiiiiii");
	expect(FIELD_PROC_ANAME, "4", HAVE_MISSING, NULL);
	expect(FIELD_PROC_ANAME, "-1", HAVE_MISSING, NULL);
	expect(FIELD_PROC_ANAME, "99999999999999999999", HAVE_MISSING, NULL);
	expect(FIELD_PROC_ANAME, "x", HAVE_MISSING, NULL);
	expect(FIELD_PROC_ANAME, NULL, HAVE_VALUE, "sh runc iiiiiiiiiiiiiiii");
	begin(EVENT_EXECVE);
	finish();
	expect(FIELD_PROC_PNAME, NULL, HAVE_MISSING, NULL);
	expect(FIELD_PROC_PCMDLINE, NULL, HAVE_MISSING, NULL);
	expect(FIELD_PROC_ANAME, NULL, HAVE_MISSING, NULL);
}

static void container(void **state)
{
	begin(EVENT_EXECVE);
	finish();
	expect(FIELD_CONTAINER_ID, NULL, HAVE_VALUE, CONTAINER);
	expect(FIELD_CONTAINER_NAME, NULL, HAVE_UNKNOWN, NULL);
	expect(FIELD_CONTAINER_IMAGE_REPOSITORY, NULL, HAVE_UNKNOWN, NULL);
	begin(EVENT_EXECVE);
	memset(rec.r.container, 0, SHORT_SIZE);
	strcpy(rec.r.container, "host");
	finish();
	expect(FIELD_CONTAINER_ID, NULL, HAVE_VALUE, "host");
	expect(FIELD_CONTAINER_NAME, NULL, HAVE_VALUE, "host");
	expect(FIELD_CONTAINER_IMAGE, NULL, HAVE_VALUE, "");
	expect(FIELD_CONTAINER_IMAGE_TAG, NULL, HAVE_VALUE, "");
	expect(FIELD_K8S_POD_NAME, NULL, HAVE_MISSING, NULL);
}

static void path_views(void **state)
{
	const struct hit written = {}, resolved = {.flags = HIT_RESOLVED};

	begin(EVENT_OPENAT);
	PUT(TAIL_WRITTEN, "../x//passwd");
	PUT(TAIL_BASE, "/etc/y");
	PUT(TAIL_RESOLVED, "/etc/passwd");
	finish();
	assert_int_equal(ev.ev.views, 2);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/etc/x/passwd");
	expect(FIELD_FD_DIRECTORY, NULL, HAVE_VALUE, "/etc/x");
	record_select_view(&ev, &resolved);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/etc/passwd");
	expect(FIELD_FD_DIRECTORY, NULL, HAVE_VALUE, "/etc");
	expect(FIELD_FD_FILENAME, NULL, HAVE_VALUE, "passwd");
	expect(FIELD_FD_NAME_WRITTEN, NULL, HAVE_VALUE, "/etc/x/passwd");
	expect(FIELD_FD_NAME_RESOLVED, NULL, HAVE_VALUE, "/etc/passwd");
	expect(FIELD_FD_NAMERAW, NULL, HAVE_VALUE, "../x//passwd");
	record_select_view(&ev, &written);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/etc/x/passwd");
}

static void one_path_view(void **state)
{
	const struct hit resolved = {.flags = HIT_RESOLVED};

	begin(EVENT_OPENAT);
	PUT(TAIL_WRITTEN, "/etc/./passwd");
	PUT(TAIL_RESOLVED, "/etc/passwd");
	finish();
	assert_int_equal(ev.ev.views, 1);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/etc/passwd");
	begin(EVENT_OPENAT);
	PUT(TAIL_RESOLVED, "/etc/passwd");
	finish();
	assert_int_equal(ev.ev.views, 1);
	record_select_view(&ev, &resolved);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/etc/passwd");
	expect(FIELD_FD_NAME_WRITTEN, NULL, HAVE_MISSING, NULL);
	begin(EVENT_OPENAT);
	finish();
	expect(FIELD_FD_NAME, NULL, HAVE_MISSING, NULL);
}

static void unknown_paths(void **state)
{
	begin(EVENT_OPENAT);
	PUT(TAIL_WRITTEN, "relative");
	rec.r.flags = RECORD_WRITTEN_CUT;
	finish();
	expect(FIELD_FD_NAME, NULL, HAVE_UNKNOWN, NULL);
	begin(EVENT_OPENAT);
	PUT(TAIL_WRITTEN, "/tmp/a");
	PUT(TAIL_RESOLVED, "/deep/a");
	rec.r.flags = RECORD_RESOLVED_CUT;
	finish();
	assert_int_equal(ev.ev.views, 2);
	expect(FIELD_FD_NAME, NULL, HAVE_VALUE, "/tmp/a");
	ev.ev.view = 1;
	expect(FIELD_FD_NAME, NULL, HAVE_UNKNOWN, "/deep/a");
}

static void failed_open_and_directory(void **state)
{
	begin(EVENT_OPENAT);
	rec.r.res = -ENOENT;
	PUT(TAIL_WRITTEN, "/etc/nothing");
	finish();
	expect(FIELD_FD_TYPECHAR, NULL, HAVE_VALUE, "f");
	expect(FIELD_FD_TYPE, NULL, HAVE_MISSING, NULL);
	expect(FIELD_FD_DIRECTORY, NULL, HAVE_VALUE, "/etc");
	expect(FIELD_FD_FILENAME, NULL, HAVE_MISSING, NULL);
	begin(EVENT_OPENAT);
	rec.r.res = 3;
	rec.r.open_flags = O_DIRECTORY;
	PUT(TAIL_WRITTEN, "/etc/");
	finish();
	expect(FIELD_FD_TYPECHAR, NULL, HAVE_VALUE, "d");
	expect(FIELD_FD_TYPE, NULL, HAVE_VALUE, "directory");
	expect(FIELD_FD_DIRECTORY, NULL, HAVE_VALUE, "/etc");
	expect(FIELD_FD_FILENAME, NULL, HAVE_MISSING, NULL);
	begin(EVENT_EXECVE);
	finish();
	expect(FIELD_FD_NUM, NULL, HAVE_MISSING, NULL);
	expect(FIELD_FD_TYPECHAR, NULL, HAVE_MISSING, NULL);
}

static void working_directory(void **state)
{
	begin(EVENT_EXECVE);
	PUT(TAIL_CWD, "/tmp");
	finish();
	expect(FIELD_PROC_CWD, NULL, HAVE_VALUE, "/tmp/");
	begin(EVENT_EXECVE);
	PUT(TAIL_CWD, "/");
	finish();
	expect(FIELD_PROC_CWD, NULL, HAVE_VALUE, "/");
}

static void rejected(size_t size)
{
	assert_int_equal(open_copy(size), -EBADMSG);
}

static void hostile_lengths(void **state)
{
	static const struct tail bad[] = {
		{1, 0},
		{sizeof(struct record) - 1, 1},
		{sizeof(struct record), 1},
		{sizeof(struct record) + 1, 0},
		{0xffffffff, 1},
		{sizeof(struct record), 0xffffffff},
		{0xfffffff0, 0x20},
	};

	begin(EVENT_EXECVE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int t = 0; t < TAIL_COUNT; t++) {
			begin(EVENT_EXECVE);
			rec.r.tails[t] = bad[i];
			rejected(rec.r.size);
		}
	}
	begin(EVENT_EXECVE);
	for (size_t size = 0; size < rec.r.size; size++)
		rejected(size);
	rec.r.size--;
	rejected(sizeof(rec.r));
	begin(EVENT_EXECVE);
	rec.r.type = EVENT_COUNT;
	rejected(rec.r.size);
	begin(EVENT_EXECVE);
	put(TAIL_ANCESTORS, "123", 3); /* part of an element */
	rejected(rec.r.size);
	begin(EVENT_EXECVE);
	put(TAIL_HITS, "12345678", 8);
	rec.r.tails[TAIL_HITS].offset += 2;
	rec.r.tails[TAIL_HITS].len = 4; /* where no structure may stand */
	rejected(rec.r.size);
}

/* Whatever a record that is let through holds, every field can be asked for in every view. */
static void ask_all(void)
{
	static const char *const args[] = {NULL, "0", "1", "31", "32", "x"};

	for (ev.ev.view = 0; ev.ev.view < ev.ev.views; ev.ev.view++)
		for (int f = 0; f < FIELD_COUNT; f++)
			for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
				struct value v = {};

				if (record_get(&ev.ev, f, args[i], &v) == HAVE_VALUE && v.str)
					assert_int_equal(strnlen(v.str, v.len + 1) <= v.len, 1);
			}
}

static void random_records(void **state)
{
	unsigned seed = time(NULL);

	printf("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 2000; i++) {
		begin(rand() % EVENT_COUNT);
		for (size_t b = offsetof(struct record, time); b < sizeof(rec.r); b++)
			rec.bytes[b] = rand() % 4 ? rand() : 0;
		rec.r.size += rand() % 512;
		for (size_t b = sizeof(rec.r); b < rec.r.size; b++)
			rec.bytes[b] = rand() % 3 ? 'a' + rand() % 26 : "\0/."[rand() % 3];
		for (int t = 0; t < TAIL_COUNT; t++) {
			unsigned room = rec.r.size - sizeof(rec.r);

			rec.r.tails[t].offset = room ? sizeof(rec.r) + (rand() % room & ~3u) : 0;
			rec.r.tails[t].len = rand() % (rec.r.size - rec.r.tails[t].offset + 2);
			if (t == TAIL_ANCESTORS)
				rec.r.tails[t].len -= rec.r.tails[t].len % sizeof(struct ancestor);
			if (t == TAIL_HITS)
				rec.r.tails[t].len &= ~3u;
		}
		rec.r.pid |= 1u << 30; /* no process of this machine */
		if (!open_copy(rec.r.size))
			ask_all();
	}
}

static int leave(void **state)
{
	record_event_free(&ev);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_line),
		cmocka_unit_test(names),
		cmocka_unit_test(renamed),
		cmocka_unit_test(truncated),
		cmocka_unit_test(truncated_but_known),
		cmocka_unit_test(unreadable_argv),
		cmocka_unit_test(numbers),
		cmocka_unit_test(access_modes),
		cmocka_unit_test(time_of_event),
		cmocka_unit_test(ancestors),
		cmocka_unit_test(container),
		cmocka_unit_test(path_views),
		cmocka_unit_test(one_path_view),
		cmocka_unit_test(unknown_paths),
		cmocka_unit_test(failed_open_and_directory),
		cmocka_unit_test(working_directory),
		cmocka_unit_test(hostile_lengths),
		cmocka_unit_test(random_records),
	};

	return cmocka_run_group_tests(tests, NULL, leave);
}
