/* SPDX-License-Identifier: Apache-2.0 */
/* POST to a server on the loopback that answers as it is told. */
#include "tests/unit/server.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <unistd.h>

#include "user/curl.h"
#include "user/log.h"

static enum delivery_result ignore(void *ctx, const char *text, size_t len, struct delivery_try *t)
{
	return DELIVERY_DONE;
}

/* That of an output with nothing to do. */
static struct delivery *idle_delivery(void)
{
	static const struct delivery_ops ops = {.send = ignore};
	const struct delivery_options o = {.name = "idle", .ops = &ops, .max = 1, .wait_ms = 1};
	struct delivery *d = delivery_new(&o);

	assert_non_null(d);
	return d;
}

static struct poster *poster_with(struct poster_options o)
{
	struct poster *p = NULL;

	o.name = "sample";
	o.content_type = "application/json; charset=utf-8";
	o.user_agent = "Sample";
	assert_int_equal(poster_new(&p, &o), 0);
	return p;
}

static enum delivery_result try_once(struct poster *p, struct delivery_try *t)
{
	struct delivery *d = idle_delivery();
	enum delivery_result r;

	*t = (struct delivery_try){.delivery = d};
	r = poster_send(p, NULL, "BODY", 4, t);
	delivery_close(d, 0);
	assert_true(delivery_free(&d));
	return r;
}

/* One message to a server with this answer. */
static enum delivery_result send_to(const char *answer, struct poster_options o, struct server *s,
				    struct delivery_try *t)
{
	const char *const answers[] = {answer, NULL};
	enum delivery_result r;
	struct poster *p;

	server_start(s, answers);
	o.url = s->url;
	p = poster_with(o);
	r = try_once(p, t);
	poster_free(p);
	server_stop(s);
	return r;
}

static void request(void **state)
{
	const char *const headers[] = {"X-One: 1", "X-Two: two words", NULL};
	struct poster_options o = {.headers = headers, .user = "me:pass"};
	struct delivery_try t;
	struct server s;

	assert_int_equal(send_to(ANSWER("200 OK", ""), o, &s, &t), DELIVERY_DONE);
	assert_int_equal(s.requests, 1);
	assert_memory_equal(s.last, "POST /hook HTTP/1.1\r\n", 21);
	assert_non_null(strstr(s.last, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
	assert_non_null(strstr(s.last, "\r\nUser-Agent: Sample\r\n"));
	assert_non_null(strstr(s.last, "\r\nContent-Length: 4\r\n"));
	assert_non_null(strstr(s.last, "\r\nX-One: 1\r\nX-Two: two words\r\n"));
	assert_non_null(strstr(s.last, "\r\nAuthorization: Basic bWU6cGFzcw==\r\n"));
	assert_null(strstr(s.last, "Expect"));
	assert_non_null(strstr(s.last, "\r\n\r\nBODY"));
}

static void method(void **state)
{
	struct poster_options o = {.method = "PUT"};
	struct delivery_try t;
	struct server s;

	assert_int_equal(send_to(ANSWER("201 Made", ""), o, &s, &t), DELIVERY_DONE);
	assert_memory_equal(s.last, "PUT /hook HTTP/1.1\r\n", 20);
}

static void compressed(void **state)
{
	struct poster_options o = {.gzip = true};
	struct delivery_try t;
	struct server s;
	const char *body;
	char text[16] = "";
	z_stream z = {};

	assert_int_equal(send_to(ANSWER("200 OK", ""), o, &s, &t), DELIVERY_DONE);
	assert_non_null(strstr(s.last, "\r\nContent-Encoding: gzip\r\n"));
	body = strstr(s.last, "\r\n\r\n") + 4;
	z.next_in = (Bytef *)body;
	z.avail_in = s.last + sizeof(s.last) - body;
	z.next_out = (Bytef *)text;
	z.avail_out = sizeof(text);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	assert_string_equal(text, "BODY");
}

static void what_answers_mean(void **state)
{
	static const struct {
		const char *answer;
		enum delivery_result result;
		unsigned wait_ms;
	} rows[] = {
		{ANSWER("200 OK", ""), DELIVERY_DONE, 0},
		{ANSWER("204 No", ""), DELIVERY_DONE, 0},
		{ANSWER("301 Else", "Location: /\r\n"), DELIVERY_REFUSED, 0},
		{ANSWER("400 Bad", ""), DELIVERY_REFUSED, 0},
		{ANSWER("404 Not", ""), DELIVERY_REFUSED, 0},
		{ANSWER("408 Late", ""), DELIVERY_AGAIN, 0},
		{ANSWER("413 Big", ""), DELIVERY_REFUSED, 0},
		{ANSWER("429 Slow", "Retry-After: 7\r\n"), DELIVERY_AGAIN, 7000},
		{ANSWER("429 Slow", "Retry-After: 999999\r\n"), DELIVERY_AGAIN, 3600000},
		{ANSWER("500 Oh", ""), DELIVERY_ERROR, 0},
		{ANSWER("503 No", "Retry-After: 2\r\n"), DELIVERY_AGAIN, 2000},
		{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nless", DELIVERY_AGAIN, 0},
		{"garbage\r\n\r\n", DELIVERY_AGAIN, 0},
		{"", DELIVERY_AGAIN, 0},
	};
	struct delivery_try t;
	struct server s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum delivery_result r = send_to(rows[i].answer, (struct poster_options){}, &s, &t);

		if (r != rows[i].result || t.wait_ms != rows[i].wait_ms)
			fail_msg("'%s' is %d, wait %u", rows[i].answer, r, t.wait_ms);
		if (r != DELIVERY_DONE)
			assert_string_not_equal(t.why, "");
	}
}

/* What a server says may be shown on a terminal. */
static void answers_are_escaped(void **state)
{
	struct delivery_try t;
	struct server s;

	send_to("HTTP/1.1 400 No\r\nContent-Length: 6\r\n\r\n\033[2J\r\n",
		(struct poster_options){}, &s, &t);
	assert_string_equal(t.why, "the server answered 400: \\u001b[2J\\r\\n");
}

static void nobody_listens(void **state)
{
	struct poster *p = poster_with((struct poster_options){.url = "http://127.0.0.1:1/SECRET"});
	struct delivery_try t;

	assert_int_equal(try_once(p, &t), DELIVERY_AGAIN);
	assert_string_not_equal(t.why, "");
	assert_null(strstr(t.why, "SECRET"));
	poster_free(p);
}

static void what_cannot_work_is_told_at_once(void **state)
{
	struct poster_options o = {.name = "sample", .content_type = "x", .url = "file:///etc"};
	struct poster *p = NULL;

	log_set_level(LEVEL_ERROR);
	log_forget();
	assert_true(poster_new(&p, &o) < 0);
	assert_string_equal(log_last_error(),
			    "sample: its address does not begin with http:// or https://");
	o.url = "https://127.0.0.1/";
	o.ca_file = "/nowhere/ca.pem";
	assert_true(poster_new(&p, &o) < 0);
	assert_string_equal(log_last_error(), "sample: /nowhere/ca.pem: No such file or directory");
	assert_null(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request),
		cmocka_unit_test(method),
		cmocka_unit_test(compressed),
		cmocka_unit_test(what_answers_mean),
		cmocka_unit_test(answers_are_escaped),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(what_cannot_work_is_told_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
