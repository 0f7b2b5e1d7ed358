/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server against clients that are friendly, slow, many or hostile. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/http.h"
#include "user/util.h"

/* A loop without a ring buffer: what the server needs of one. */
static struct reader reader;
static struct http server;
static size_t long_answer;

static void on_get(void *ctx, const char *path, struct http_answer *a)
{
	a->type = "text/plain";
	if (!strcmp(path, "/known") || !strcmp(path, "/long"))
		a->status = 200;
	if (!strcmp(path, "/known"))
		buf_str(&a->body, "heard");
	for (size_t i = 0; !strcmp(path, "/long") && i < long_answer; i++)
		buf_char(&a->body, 'x');
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
	static const struct http_ops ops = {on_get};
	char why[200];

	reader = (struct reader){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return http_open(&server, "127.0.0.1", 0, &reader, &ops, NULL, why, sizeof(why));
}

static int tear_down(void **state)
{
	http_close(&server);
	return close(reader.epoll);
}

static int connect_it(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(server.port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	turn(10);
	return fd;
}

static size_t say(int fd, const char *data, size_t n)
{
	ssize_t sent = send(fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	turn(10);
	return sent > 0 ? sent : 0;
}

/* All that comes; false if the other side has not ended it. */
static bool hear(int fd, struct buf *out)
{
	static char data[1 << 18];
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		buf_add(out, data, n);
		turn(0);
	}
	return n == 0;
}

static int in_use(void)
{
	int n = 0;

	for (int i = 0; i < HTTP_CLIENTS; i++)
		n += server.clients[i].source.fd >= 0;
	return n;
}

/* The answer begins so and ends so, and its connection is closed. */
static void assert_answer(const char *request, size_t n, const char *begin, const char *end)
{
	struct buf b = {};
	int fd = connect_it();

	say(fd, request, n);
	if (!hear(fd, &b) || strncmp(buf_text(&b), begin, strlen(begin)) || b.len < strlen(end) ||
	    strcmp(buf_text(&b) + b.len - strlen(end), end))
		fail_msg("'%.60s': %s", request, buf_text(&b));
	close(fd);
	turn(10);
	assert_int_equal(in_use(), 0);
	buf_free(&b);
}

static void answers(void **state)
{
	static const struct {
		const char *request, *begin, *end;
	} rows[] = {
		{"GET /known HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n",
		 "Content-Length: 5\r\nX-Content-Type-Options: nosniff\r\nConnection: "
		 "close\r\n\r\nheard"},
		{"GET /known?a=b HTTP/1.0\n\n", "HTTP/1.1 200 OK\r\n", "heard"},
		{"HEAD /known HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "close\r\n\r\n"},
		{"GET /unknown HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "Not Found\n"},
		{"GET /known/../known HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ", "Not Found\n"},
		{"POST /known HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 ",
		 "Not Allowed\n"},
		{"DELETE /known HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ", "Not Allowed\n"},
		{"GET known HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
		{"GET /known\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
		{"GET /known SPDY/3\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
		{"\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
		{"GET /kn\x1b[2Jown HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
		{"\x16\x03\x01\x02hello\r\n\r\n", "HTTP/1.1 400 ", "Bad Request\n"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_answer(rows[i].request, strlen(rows[i].request), rows[i].begin, rows[i].end);
	assert_answer("GET /kno\0wn HTTP/1.1\r\n\r\n", 25, "HTTP/1.1 400 ", "Bad Request\n");
}

static void byte_by_byte(void **state)
{
	static const char request[] = "GET /known HTTP/1.1\r\nA: b\r\n\r\n";
	struct buf b = {};
	int fd = connect_it();

	for (size_t i = 0; i + 1 < sizeof(request) - 1; i++)
		say(fd, request + i, 1);
	assert_false(hear(fd, &b));
	assert_int_equal(b.len, 0);
	say(fd, "\n", 1);
	assert_true(hear(fd, &b));
	assert_non_null(strstr(buf_text(&b), "heard"));
	buf_free(&b);
	close(fd);
	turn(10);
	assert_int_equal(in_use(), 0);
}

static void too_long(void **state)
{
	static char garbage[HTTP_REQUEST_MAX * 4];
	struct buf b = {};
	int fd = connect_it();

	memset(garbage, 'a', sizeof(garbage));
	say(fd, garbage, sizeof(garbage));
	assert_true(hear(fd, &b));
	assert_int_equal(strncmp(buf_text(&b), "HTTP/1.1 431 ", 13), 0);
	/* Who goes on is not listened to for ever. */
	for (int i = 0; i < 100 && in_use(); i++)
		say(fd, garbage, sizeof(garbage));
	assert_int_equal(in_use(), 0);
	buf_free(&b);
	close(fd);
}

static void slow_reader(void **state)
{
	static const char request[] = "GET /long HTTP/1.1\r\n\r\n";
	struct buf b = {};
	int fd = connect_it();

	long_answer = 20 << 20;
	say(fd, request, sizeof(request) - 1);
	assert_int_equal(server.clients[0].state, HTTP_SENDING);
	/* others are answered meanwhile */
	{
		struct buf other = {};
		int second = connect_it();

		say(second, "GET /known HTTP/1.1\r\n\r\n", 23);
		assert_true(hear(second, &other));
		buf_free(&other);
		close(second);
	}
	for (int i = 0; i < 100000 && !hear(fd, &b); i++)
		turn(1);
	assert_true(b.len > long_answer);
	buf_free(&b);
	close(fd);
	turn(10);
	assert_int_equal(in_use(), 0);
}

static void many(void **state)
{
	int fds[3 * HTTP_CLIENTS];
	struct buf b = {};

	for (int i = 0; i < 3 * HTTP_CLIENTS; i++)
		fds[i] = connect_it();
	assert_int_equal(in_use(), HTTP_CLIENTS);
	/* the last one is there */
	say(fds[3 * HTTP_CLIENTS - 1], "GET /known HTTP/1.1\r\n\r\n", 23);
	assert_true(hear(fds[3 * HTTP_CLIENTS - 1], &b));
	assert_non_null(strstr(buf_text(&b), "heard"));
	buf_free(&b);
	for (int i = 0; i < 3 * HTTP_CLIENTS; i++)
		close(fds[i]);
	turn(20);
	assert_int_equal(in_use(), 0);
}

/* Who says nothing is cut off when its time is over; then no timer runs. */
static void silent(void **state)
{
	struct buf b = {};
	int fd = connect_it();

	for (int i = 0; i < HTTP_CLIENTS; i++)
		server.clients[i].until -= HTTP_CLIENT_MS - 50;
	/* another connection sets the timer to the first end */
	close(connect_it());
	turn(300);
	assert_int_equal(in_use(), 0);
	assert_true(hear(fd, &b));
	assert_int_equal(b.len, 0);
	close(fd);
}

static void addresses(void **state)
{
	static const struct http_ops ops = {on_get};
	static const char *const good[] = {"127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"};
	static const char *const bad[] = {"", "nosuch", "127.0.0", "[]", "[::1", "300.0.0.1"};
	struct http other;
	char why[200];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int err = http_open(&other, good[i], 0, &reader, &ops, NULL, why, sizeof(why));

		if (err && err != -EAFNOSUPPORT && err != -EADDRNOTAVAIL)
			fail_msg("'%s': %s", good[i], why);
		if (!err)
			http_close(&other);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!http_open(&other, bad[i], 0, &reader, &ops, NULL, why, sizeof(why)))
			fail_msg("'%s' is an address", bad[i]);
		assert_non_null(strstr(why, "not an address"));
	}
	assert_int_equal(
		http_open(&other, "127.0.0.1", server.port, &reader, &ops, NULL, why, sizeof(why)),
		-EADDRINUSE);
	assert_int_not_equal(
		http_open(&other, "127.0.0.1", 70000, &reader, &ops, NULL, why, sizeof(why)), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(answers), TEST(byte_by_byte), TEST(too_long),  TEST(slow_reader),
		TEST(many),    TEST(silent),	   TEST(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
