/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on disk: order, limits, and what is left after a crash or damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/spool.h"

#define ROOM (1u << 20)

static char dir[64];

static int make_dir(void **state)
{
	strcpy(dir, "/tmp/tiercel-spool.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static struct spool *reopen(struct spool *s, uint64_t max)
{
	spool_close(&s);
	assert_int_equal(spool_open(&s, dir, max), 0);
	return s;
}

static void put(struct spool *s, int from, int to)
{
	for (int i = from; i < to; i++) {
		char text[32];

		snprintf(text, sizeof(text), "message %d", i);
		assert_int_equal(spool_append(s, text, strlen(text)), 0);
	}
}

static uint64_t damaged;

/* The number of the first message, -1 if there is none. */
static int first(struct spool *s)
{
	char *text;
	size_t len;
	int n = -1, err = spool_first(s, (void **)&text, &len, &damaged);

	if (err) {
		assert_int_equal(err, -ENOENT);
		return -1;
	}
	assert_int_equal(sscanf(text, "message %d", &n), 1);
	assert_int_equal(strlen(text), len);
	free(text);
	return n;
}

static void take(struct spool *s, int from, int to)
{
	for (int i = from; i < to; i++) {
		assert_int_equal(first(s), i);
		assert_int_equal(spool_done(s), 0);
	}
}

static void order_and_restart(void **state)
{
	struct spool *s = reopen(NULL, ROOM);

	assert_int_equal(first(s), -1);
	put(s, 0, 5);
	assert_int_equal(spool_waiting(s), 5);
	take(s, 0, 2);
	assert_int_equal(first(s), 2); /* looked at, but not done */
	s = reopen(s, ROOM);
	assert_int_equal(spool_waiting(s), 3);
	put(s, 5, 7);
	take(s, 2, 7);
	assert_int_equal(first(s), -1);
	assert_int_equal(spool_waiting(s), 0);
	s = reopen(s, ROOM);
	assert_int_equal(first(s), -1);
	put(s, 7, 8);
	take(s, 7, 8);
	spool_close(&s);
}

/* Many segments come and go; the disk is given back. */
static void segments(void **state)
{
	struct spool *s = reopen(NULL, ROOM);
	int n = 0;

	for (int round = 0; round < 3; round++) {
		put(s, n, n + 20000);
		assert_true(spool_bytes(s) > 400000);
		if (round == 1)
			s = reopen(s, ROOM);
		take(s, n, n + 20000);
		n += 20000;
		assert_true(spool_bytes(s) < 140000);
	}
	spool_close(&s);
}

/* Also those that a former program has written, as soon as they are read. */
static void former_segments(void **state)
{
	struct spool *s = reopen(NULL, ROOM);

	put(s, 0, 15000);
	s = reopen(s, ROOM);
	put(s, 15000, 15001);
	take(s, 0, 15000);
	assert_in_range(spool_bytes(s), 1, 200);
	take(s, 15000, 15001);
	spool_close(&s);
}

static void limit(void **state)
{
	struct spool *s = reopen(NULL, 10000);
	int n = 0, err;

	while (!(err = spool_append(s, "message 1", 9)))
		n++;
	assert_int_equal(err, -ENOSPC);
	assert_true(spool_bytes(s) <= 10000 && n > 300);
	while (first(s) == 1) {
		assert_int_equal(spool_done(s), 0);
		n--;
	}
	assert_int_equal(n, 0);
	spool_close(&s);
}

static void only_one(void **state)
{
	struct spool *s = reopen(NULL, ROOM), *other = NULL;

	assert_int_equal(spool_open(&other, dir, ROOM), -EWOULDBLOCK);
	assert_null(other);
	spool_close(&s);
}

static void killed(void **state)
{
	struct spool *s;
	int status;
	pid_t pid = fork();

	if (!pid) {
		s = reopen(NULL, ROOM);
		put(s, 0, 3000);
		take(s, 0, 1234);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	s = reopen(NULL, ROOM);
	assert_int_equal(spool_waiting(s), 3000 - 1234);
	take(s, 1234, 3000);
	assert_int_equal(first(s), -1);
	spool_close(&s);
}

/* The segment with that number in the order of names; NULL-terminated path. */
static const char *segment(int i)
{
	static char path[128];
	char pattern[128];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/*.log", dir);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	assert_true(i < (int)g.gl_pathc);
	snprintf(path, sizeof(path), "%s", g.gl_pathv[i]);
	globfree(&g);
	return path;
}

static void torn_tail(void **state)
{
	struct spool *s = reopen(NULL, ROOM);
	struct stat st;

	put(s, 0, 10);
	spool_close(&s);
	assert_int_equal(stat(segment(0), &st), 0);
	assert_int_equal(truncate(segment(0), st.st_size - 3), 0);
	damaged = 0;
	s = reopen(NULL, ROOM);
	put(s, 20, 22);
	assert_int_equal(spool_waiting(s), 11);
	take(s, 0, 9);
	take(s, 20, 22);
	assert_int_equal(damaged, 1);
	spool_close(&s);
}

/* One byte of the disk has changed, or a page of it is zeros: the others are still there. */
static void damage(void **state)
{
	struct spool *s = reopen(NULL, ROOM);
	char zeros[4096] = "";
	int fd, n, last = -1, seen = 0;

	put(s, 0, 1000);
	spool_close(&s);
	fd = open(segment(0), O_RDWR);
	assert_int_equal(pwrite(fd, "X", 1, 16 + 3), 1);
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 8192), sizeof(zeros));
	close(fd);
	damaged = 0;
	s = reopen(NULL, ROOM);
	while ((n = first(s)) >= 0) {
		assert_true(n > last);
		last = n;
		seen++;
		assert_int_equal(spool_done(s), 0);
	}
	assert_int_equal(last, 999);
	assert_in_range(seen, 820, 850); /* 4096 bytes are about 160 messages */
	assert_int_equal(damaged, 2);
	spool_close(&s);
}

/* Without a cursor that can be read all comes again: never less. */
static void no_cursor(void **state)
{
	struct spool *s = reopen(NULL, ROOM);
	char path[128];

	put(s, 0, 10);
	take(s, 0, 4);
	spool_close(&s);
	snprintf(path, sizeof(path), "%s/cursor", dir);
	assert_int_equal(truncate(path, 5), 0);
	s = reopen(NULL, ROOM);
	take(s, 0, 10);
	spool_close(&s);
}

/* Any bytes as files: no crash, no endless loop, and it can be used. */
static void garbage(void **state)
{
	unsigned seed = 1;

	for (int round = 0; round < 50; round++) {
		struct spool *s = NULL;
		char path[128], bytes[3000];
		int fd;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = rand_r(&seed);
		if (round & 1)
			memcpy(bytes + 100, "\x19\x7e\x3a\x5c\xff\xff\xff\xff", 8);
		snprintf(path, sizeof(path), "%s/%s", dir,
			 round & 2 ? "cursor" : "0000000000000001.log");
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
		close(fd);
		s = reopen(NULL, ROOM);
		put(s, round, round + 1);
		/* Without a cursor those of former rounds come again. */
		while (first(s) < round)
			assert_int_equal(spool_done(s), 0);
		take(s, round, round + 1);
		assert_int_equal(first(s), -1);
		spool_close(&s);
	}
}

/* A real one, if we may mount it. */
static void full_disk(void **state)
{
	struct spool *s;
	int n = 0, err;

	if (mount("tmpfs", dir, "tmpfs", 0, "size=200k"))
		skip();
	s = reopen(NULL, ROOM);
	while (!(err = spool_append(s, "message 1, with some more bytes than the others have", 52)))
		n++;
	assert_int_equal(err, -ENOSPC);
	assert_true(n > 1000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(spool_append(s, "message 1", 9), -ENOSPC);
	while (first(s) == 1) {
		assert_int_equal(spool_done(s), 0);
		n--;
	}
	assert_int_equal(n, 0);
	put(s, 5, 10);
	take(s, 5, 10);
	spool_close(&s);
	assert_int_equal(umount(dir), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		TEST(order_and_restart), TEST(segments), TEST(limit),	  TEST(former_segments),
		TEST(only_one),		 TEST(killed),	 TEST(torn_tail), TEST(damage),
		TEST(no_cursor),	 TEST(garbage),	 TEST(full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
