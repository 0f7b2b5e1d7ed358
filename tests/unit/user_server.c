/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/server.h"
#include "user/util.h"

/* A loop without a ring buffer: what the server needs of one. */
static struct reader reader;
static struct server server;
static char dir[64], path[128];
static size_t long_answer;

static void on_request(void *ctx, struct server_client *c, const char *request, struct buf *answer)
{
	if (!strcmp(request, "wait"))
		c->until = 7;
	else if (!strcmp(request, "long"))
		for (size_t i = 0; i < long_answer; i++)
			buf_char(answer, 'x');
	else
		buf_printf(answer, "heard %s", request);
}

static void turn(int ms)
{
	struct epoll_event ready;

	while (epoll_wait(reader.epoll, &ready, 1, ms) > 0) {
		struct reader_source *s = ready.data.ptr;

		s->ready(s->ctx, ready.events);
	}
}

static int set_up(void **state)
{
	static const struct server_ops ops = {on_request};
	char why[200];

	strcpy(dir, "/tmp/tiercel-server.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/sub/socket", dir);
	reader = (struct reader){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return server_open(&server, path, &reader, &ops, NULL, why, sizeof(why));
}

static int tear_down(void **state)
{
	char command[128];

	server_close(&server);
	close(reader.epoll);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static int connect_it(void)
{
	char why[200];
	int fd = server_connect(path, why, sizeof(why));

	assert_true(fd >= 0);
	turn(0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	turn(0);
}

static void hear(int fd, const char *expected)
{
	char text[128];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static bool hears_nothing(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static void answers(void **state)
{
	struct stat st;
	int a = connect_it(), b = connect_it();

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	say(a, "one\n");
	hear(a, "heard one\n");
	say(b, "tw");
	assert_true(hears_nothing(b));
	say(b, "o\n");
	hear(b, "heard two\n");
	say(a, "three\n");
	hear(a, "heard three\n");
	close(a);
	close(b);
	turn(0);
	for (int i = 0; i < SERVER_CLIENTS; i++)
		assert_int_equal(server.clients[i].source.fd, -1);
}

static void waits(void **state)
{
	int a = connect_it(), b = connect_it();
	struct buf answer = {};

	say(a, "wait\n");
	say(b, "wait\n");
	assert_true(hears_nothing(a));
	close(b);
	turn(0);
	buf_str(&answer, "done");
	server_tell(&server, 6, &answer);
	assert_true(hears_nothing(a));
	server_tell(&server, 8, &answer);
	hear(a, "done\n");
	server_tell(&server, 9, &answer);
	assert_true(hears_nothing(a));
	buf_free(&answer);
	close(a);
	turn(0);
}

/* Too long a request, and more clients than there is room for: the oldest one goes. */
static void bounds(void **state)
{
	char text[SERVER_REQUEST_MAX + 1];
	int fds[SERVER_CLIENTS + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fds[0] = connect_it();
	say(fds[0], text);
	hear(fds[0], "");
	close(fds[0]);
	for (int i = 0; i <= SERVER_CLIENTS; i++)
		fds[i] = connect_it();
	hear(fds[0], "");
	say(fds[1], "still here\n");
	hear(fds[1], "heard still here\n");
	say(fds[SERVER_CLIENTS], "new\n");
	hear(fds[SERVER_CLIENTS], "heard new\n");
	for (int i = 0; i <= SERVER_CLIENTS; i++)
		close(fds[i]);
	turn(0);
}

static void *ask_long(void *arg)
{
	struct buf answer = {};
	char why[200];
	int fd = server_connect(path, why, sizeof(why));

	*(int *)arg = server_ask(fd, "long", &answer);
	if (answer.len != long_answer + 1)
		*(int *)arg = -EBADMSG;
	close(fd);
	buf_free(&answer);
	return NULL;
}

/* More than the socket takes at once. */
static void long_answers(void **state)
{
	pthread_t t;
	int err = 1;

	long_answer = 3 << 20;
	assert_int_equal(pthread_create(&t, NULL, ask_long, &err), 0);
	turn(500);
	pthread_join(t, NULL);
	assert_int_equal(err, 0);
}

static void places(void **state)
{
	static const struct server_ops ops = {on_request};
	struct server other;
	char why[200], dead[128];

	assert_int_equal(server_open(&other, path, &reader, &ops, NULL, why, sizeof(why)),
			 -EADDRINUSE);
	assert_non_null(strstr(why, "another detector"));
	assert_int_equal(access(path, F_OK), 0);
	turn(0);
	/* One that nobody listens at is replaced. */
	snprintf(dead, sizeof(dead), "%s/dead", dir);
	assert_int_equal(server_open(&other, dead, &reader, &ops, NULL, why, sizeof(why)), 0);
	reader_remove(&reader, &other.source);
	close(other.source.fd);
	other.source.fd = -1;
	free(other.path);
	other.path = NULL;
	assert_true(server_connect(dead, why, sizeof(why)) < 0);
	assert_non_null(strstr(why, "no detector answers"));
	assert_int_equal(server_open(&other, dead, &reader, &ops, NULL, why, sizeof(why)), 0);
	server_close(&other);
	assert_true(server_connect(dead, why, sizeof(why)) < 0);
	assert_int_equal(server_open(&other, "/proc/none/x", &reader, &ops, NULL, why, sizeof(why)),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(places, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
