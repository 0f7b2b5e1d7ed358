/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users: of the host, and of a container whose files may be hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <signal.h>
#include <cmocka.h>

#include "user/users.h"

#define BOX "0123456789ab"

static struct users *users;
static char root[64];

/* A process whose root directory is root; -1 if we may not. */
static pid_t start(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (chroot(root) || chdir("/"))
			_exit(1);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void put(const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	f = fopen(whole, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void remove_passwd(void)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s/etc/passwd", root);
	unlink(whole);
}

static void host_names(void **state)
{
	struct passwd *me = getpwuid(getuid());

	assert_string_equal(users_name(users, 0, 0, NULL), "root");
	if (me)
		assert_string_equal(users_name(users, getuid(), 0, NULL), me->pw_name);
	assert_string_equal(users_name(users, 0xfffffff0, 0, NULL), "<NA>");
	assert_string_equal(users_name(NULL, 0, 0, NULL), "root");
	assert_string_equal(users_name(NULL, 5, 0, NULL), "<NA>");
}

static void container_names(void **state)
{
	pid_t pid;

	put("/etc/passwd", "# comment\nbroken\n:x:5:\na:x:1000x:\nalice:x:1000:1000::/:/bin/sh\n"
			   "bob:x:1001\nlast:x:1002:0");
	put("/etc/group", "staff:x:50:\n");
	pid = start();
	if (pid < 0)
		skip();
	assert_string_equal(users_name(users, 1000, pid, BOX), "alice");
	assert_string_equal(users_name(users, 1001, pid, BOX), "bob");
	assert_string_equal(users_name(users, 1002, pid, BOX), "last");
	assert_string_equal(users_name(users, 5, pid, BOX), "<NA>");
	assert_string_equal(users_name(users, 0, pid, BOX), "root");
	assert_string_equal(users_group(users, 50, pid, BOX), "staff");
	assert_string_equal(users_name(users, 50, pid, BOX), "<NA>");
	stop(pid);
	/* Remembered for the container's other processes. */
	assert_string_equal(users_name(users, 1000, pid, BOX), "alice");
	/* Not for other containers, and nothing is remembered of a process that is gone. */
	assert_null(users_name(users, 1000, pid, "ba9876543210"));
}

/* A link in the container names the container's files, whatever it says. */
static void links_do_not_lead_out(void **state)
{
	char link_path[256], outside[128];
	FILE *f;
	pid_t pid;

	snprintf(outside, sizeof(outside), "%s.outside", root);
	f = fopen(outside, "w");
	assert_non_null(f);
	fputs("secret:x:4242:\n", f);
	fclose(f);
	remove_passwd();
	snprintf(link_path, sizeof(link_path), "%s/etc/passwd", root);
	assert_int_equal(symlink(outside, link_path), 0);
	pid = start();
	if (pid < 0)
		skip();
	assert_string_equal(users_name(users, 4242, pid, "aaaaaaaaaaaa"), "<NA>");
	stop(pid);
	remove_passwd();
	unlink(outside);
}

/* A pipe in the file's place holds nobody up. */
static void no_file_no_wait(void **state)
{
	char path[256];
	pid_t pid;

	remove_passwd();
	snprintf(path, sizeof(path), "%s/etc/passwd", root);
	assert_int_equal(mkfifo(path, 0666), 0);
	pid = start();
	if (pid < 0)
		skip();
	alarm(10);
	assert_string_equal(users_name(users, 7, pid, "bbbbbbbbbbbb"), "<NA>");
	assert_string_equal(users_name(users, 0, pid, "bbbbbbbbbbbb"), "root");
	alarm(0);
	stop(pid);
	remove_passwd();
}

/* More names than the cache has room for. */
static void cache_is_bounded(void **state)
{
	char name[32];
	pid_t pid;
	FILE *f;

	remove_passwd();
	snprintf(name, sizeof(name), "%.20s", root);
	put("/etc/passwd", "");
	{
		char path[256];

		snprintf(path, sizeof(path), "%s/etc/passwd", root);
		f = fopen(path, "w");
		assert_non_null(f);
		for (int i = 1; i <= 1000; i++)
			fprintf(f, "u%d:x:%d:\n", i, i);
		fclose(f);
	}
	pid = start();
	if (pid < 0)
		skip();
	for (int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "u%d", i);
		assert_string_equal(users_name(users, i, pid, "cccccccccccc"), name);
	}
	assert_string_equal(users_name(users, 1, pid, "cccccccccccc"), "u1");
	stop(pid);
}

static int make_root(void **state)
{
	char etc[80];

	users = users_new("");
	strcpy(root, "/tmp/tiercel-users-XXXXXX");
	if (!users || !mkdtemp(root))
		return -1;
	chmod(root, 0755);
	snprintf(etc, sizeof(etc), "%s/etc", root);
	return mkdir(etc, 0755);
}

static int remove_root(void **state)
{
	char path[128];

	users_free(&users);
	remove_passwd();
	snprintf(path, sizeof(path), "%s/etc/group", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/etc", root);
	rmdir(path);
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_names),
		cmocka_unit_test(container_names),
		cmocka_unit_test(links_do_not_lead_out),
		cmocka_unit_test(no_file_no_wait),
		cmocka_unit_test(cache_is_bounded),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
