/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between the loop and the worker of a sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "user/queue.h"

static void assert_next(struct queue *q, const char *expected)
{
	char *text = queue_get(q);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void first_in_first_out(void **state)
{
	struct queue *q = queue_new(2);

	for (int i = 0; i < 3; i++) {
		assert_true(queue_put(q, strdup("a")));
		assert_true(queue_put(q, strdup("b")));
		assert_next(q, "a");
		assert_next(q, "b");
	}
	assert_int_equal(queue_dropped(q), 0);
	queue_free(&q);
	assert_null(q);
}

static void what_does_not_fit_is_counted(void **state)
{
	struct queue *q = queue_new(2);

	assert_true(queue_put(q, strdup("a")));
	assert_true(queue_put(q, strdup("b")));
	assert_false(queue_put(q, strdup("c")));
	assert_int_equal(queue_dropped(q), 1);
	assert_next(q, "a");
	assert_true(queue_put(q, strdup("d")));
	assert_next(q, "b");
	assert_next(q, "d");
	queue_free(&q);
}

static void closing_hands_out_what_waits(void **state)
{
	struct queue *q = queue_new(3);

	queue_put(q, strdup("a"));
	queue_close(q);
	assert_false(queue_put(q, strdup("b")));
	assert_next(q, "a");
	assert_null(queue_get(q));
	assert_int_equal(queue_dropped(q), 1);
	queue_free(&q);
}

static void flushing_counts(void **state)
{
	struct queue *q = queue_new(3);

	queue_put(q, strdup("a"));
	queue_put(q, strdup("b"));
	queue_flush(q);
	assert_int_equal(queue_dropped(q), 2);
	queue_close(q);
	assert_null(queue_get(q));
	queue_free(&q);
}

#define MANY 20000

static void *consume(void *arg)
{
	struct queue *q = arg;
	size_t n = 0;
	long last = -1;
	char *text;

	while ((text = queue_get(q))) {
		long i = atol(text);

		if (i <= last)
			abort();
		last = i;
		n++;
		free(text);
	}
	return (void *)n;
}

/* Between two threads nothing is lost but what was counted, and the order stays. */
static void two_threads(void **state)
{
	struct queue *q = queue_new(64);
	pthread_t thread;
	void *taken;

	assert_int_equal(pthread_create(&thread, NULL, consume, q), 0);
	for (int i = 0; i < MANY; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		queue_put(q, strdup(text));
	}
	queue_close(q);
	pthread_join(thread, &taken);
	assert_int_equal((size_t)taken + queue_dropped(q), MANY);
	queue_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(closing_hands_out_what_waits),
		cmocka_unit_test(flushing_counts),
		cmocka_unit_test(two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
