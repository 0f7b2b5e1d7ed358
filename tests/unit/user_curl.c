/* SPDX-License-Identifier: Apache-2.0 */
/* POST to a server on the loopback that answers as it is told. */
#include "tests/unit/server.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/curl.h"

static struct poster *poster_for(const char *url)
{
	struct poster_options o = {
		.url = url,
		.content_type = "application/json; charset=utf-8",
		.user_agent = "Sample",
		.tries = 3,
		.first_wait_ms = 10,
		.timeout_ms = 2000,
	};
	struct poster *p = poster_new(&o);

	assert_non_null(p);
	return p;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Sends once and returns the status; *requests: how often the server was asked. */
static int send_to(const char *const *answers, struct server *s, int64_t *ms)
{
	struct poster *p;
	char why[256];
	int64_t began;
	int status;

	server_start(s, answers);
	p = poster_for(s->url);
	began = now_ms();
	status = poster_send(p, "BODY", 4, why, sizeof(why));
	*ms = now_ms() - began;
	poster_free(&p);
	server_stop(s);
	return status;
}

static void request(void **state)
{
	const char *const answers[] = {ANSWER("200 OK", ""), NULL};
	struct server s;
	int64_t ms;

	assert_int_equal(send_to(answers, &s, &ms), 200);
	assert_int_equal(s.requests, 1);
	assert_memory_equal(s.last, "POST /hook HTTP/1.1\r\n", 21);
	assert_non_null(strstr(s.last, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
	assert_non_null(strstr(s.last, "\r\nUser-Agent: Sample\r\n"));
	assert_non_null(strstr(s.last, "\r\nContent-Length: 4\r\n"));
	assert_null(strstr(s.last, "Expect"));
	assert_non_null(strstr(s.last, "\r\n\r\nBODY"));
}

static void retries_what_may_pass(void **state)
{
	const char *const answers[] = {ANSWER("500 Oh", ""), ANSWER("429 Slow", ""),
				       ANSWER("204 Ok", ""), NULL};
	const char *const never[] = {ANSWER("503 No", ""), NULL};
	struct server s;
	int64_t ms;

	assert_int_equal(send_to(answers, &s, &ms), 204);
	assert_int_equal(s.requests, 3);
	assert_int_equal(send_to(never, &s, &ms), 503);
	assert_int_equal(s.requests, 3);
}

static void what_is_refused_is_not_repeated(void **state)
{
	const char *const answers[] = {ANSWER("404 Not Found", ""), NULL};
	struct server s;
	int64_t ms;

	assert_int_equal(send_to(answers, &s, &ms), 404);
	assert_int_equal(s.requests, 1);
	assert_false(poster_is_success(404));
	assert_true(poster_is_success(202));
}

static void waits_as_long_as_asked(void **state)
{
	const char *const answers[] = {ANSWER("429 Slow", "Retry-After: 1\r\n"),
				       ANSWER("200 OK", ""), NULL};
	struct server s;
	int64_t ms;

	assert_int_equal(send_to(answers, &s, &ms), 200);
	assert_int_equal(s.requests, 2);
	assert_true(ms >= 1000);
}

static void nobody_listens(void **state)
{
	struct poster *p = poster_for("http://127.0.0.1:1/");
	char why[256] = "";

	assert_int_equal(poster_send(p, "BODY", 4, why, sizeof(why)), -EIO);
	assert_string_not_equal(why, "");
	poster_free(&p);
}

static void other_protocols_are_refused(void **state)
{
	struct poster *p = poster_for("file:///etc/passwd");
	char why[256] = "";

	assert_true(poster_send(p, "BODY", 4, why, sizeof(why)) < 0);
	poster_free(&p);
}

static void *hurry(void *arg)
{
	usleep(200000);
	poster_hurry(arg, 100);
	return NULL;
}

/* At the end of the program no wait for a server goes on. */
static void hurry_cuts_waiting_short(void **state)
{
	const char *const answers[] = {ANSWER("429 Slow", "Retry-After: 30\r\n"), NULL};
	struct server s;
	struct poster *p;
	pthread_t thread;
	char why[256];
	int64_t began = now_ms();

	server_start(&s, answers);
	p = poster_for(s.url);
	assert_int_equal(pthread_create(&thread, NULL, hurry, p), 0);
	assert_int_equal(poster_send(p, "BODY", 4, why, sizeof(why)), 429);
	assert_true(now_ms() - began < 5000);
	usleep(150000);
	assert_true(poster_is_over(p));
	assert_int_equal(poster_send(p, "BODY", 4, why, sizeof(why)), -ETIMEDOUT);
	pthread_join(thread, NULL);
	poster_free(&p);
	server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request),
		cmocka_unit_test(retries_what_may_pass),
		cmocka_unit_test(what_is_refused_is_not_repeated),
		cmocka_unit_test(waits_as_long_as_asked),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(other_protocols_are_refused),
		cmocka_unit_test(hurry_cuts_waiting_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
