/* SPDX-License-Identifier: Apache-2.0 */
/* Many alerts as a few: the numbers add up, and nothing is muted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/aggregate.h"

#define S 1000000000LL

static char last[200];
static int emitted;
static uint64_t counted;

static void on_emit(void *ctx, const struct alert *a)
{
	uint64_t n = 1;

	emitted++;
	snprintf(last, sizeof(last), "%s", a->message);
	for (size_t i = 0; i < a->n_fields; i++) {
		assert_true(!i || strcmp(a->fields[i - 1].name, a->fields[i].name) < 0);
		if (!strcmp(a->fields[i].name, "aggregated.count"))
			n = a->fields[i].num;
	}
	counted += n;
	assert_string_equal(a->tags, "one");
	assert_string_equal(a->tags + 4, "two");
	assert_string_equal(a->tags + 8, "");
}

static struct aggregate *begin(void)
{
	struct aggregate *g = aggregate_new(on_emit, NULL);

	assert_non_null(g);
	emitted = 0;
	counted = 0;
	return g;
}

static void add(struct aggregate *g, const char *rule, const char *container, const char *message,
		unsigned seconds, int64_t now)
{
	char copy_of_rule[32];
	struct alert a;

	snprintf(copy_of_rule, sizeof(copy_of_rule), "%s", rule);
	assert_int_equal(alert_internal(&a, PRIORITY_NOTICE, copy_of_rule, "h", message), 0);
	a.tags = "one\0two\0";
	assert_int_equal(alert_add(&a, "container.id", container), 0);
	assert_int_equal(alert_add(&a, "a", "x"), 0);
	aggregate_add(g, &a, seconds, now);
	alert_free(&a);
	memset(copy_of_rule, 'X', sizeof(copy_of_rule) - 1);
}

static void counts(void **state)
{
	struct aggregate *g = begin();

	add(g, "A", "c1", "first", 60, 1 * S);
	assert_int_equal(emitted, 1);
	assert_string_equal(last, "first");
	add(g, "A", "c1", "second", 60, 2 * S);
	add(g, "A", "c1", "third", 60, 3 * S);
	assert_int_equal(emitted, 1);
	assert_int_equal(aggregate_next(g), 61 * S);
	aggregate_expire(g, 60 * S);
	assert_int_equal(emitted, 1);
	aggregate_expire(g, 61 * S);
	assert_int_equal(emitted, 2);
	assert_string_equal(last, "third (2 more in the last 60 s)");
	/* The next one belongs to the time that goes on. */
	add(g, "A", "c1", "fourth", 60, 62 * S);
	assert_int_equal(emitted, 2);
	aggregate_expire(g, 121 * S);
	assert_string_equal(last, "fourth (1 more in the last 60 s)");
	assert_int_equal(counted, 4);
	/* A time without any ends it. */
	aggregate_expire(g, 181 * S);
	assert_int_equal(aggregate_next(g), INT64_MAX);
	add(g, "A", "c1", "fifth", 60, 200 * S);
	assert_string_equal(last, "fifth");
	aggregate_free(&g);
}

static void by_rule_and_container(void **state)
{
	struct aggregate *g = begin();

	add(g, "A", "c1", "1", 60, 0);
	add(g, "A", "c2", "2", 60, 0);
	add(g, "B", "c1", "3", 60, 0);
	assert_int_equal(emitted, 3);
	add(g, "B", "c1", "4", 60, 1);
	assert_int_equal(emitted, 3);
	aggregate_flush(g);
	assert_int_equal(counted, 4);
	aggregate_free(&g);
}

static void off(void **state)
{
	struct aggregate *g = begin();

	add(g, "A", "c1", "1", 60, 0);
	add(g, "A", "c1", "2", 60, 0);
	add(g, "A", "c1", "3", 0, 0);
	assert_int_equal(counted, 3);
	assert_string_equal(last, "3");
	add(g, "A", "c1", "4", 0, 0);
	assert_int_equal(emitted, 4);
	assert_int_equal(aggregate_next(g), INT64_MAX);
	aggregate_free(&g);
}

/* More pairs than there is room for, at any times: all are counted. */
static void all_are_counted(void **state)
{
	struct aggregate *g = begin();
	unsigned seed = 3;
	int64_t now = 0;

	for (int i = 0; i < 30000; i++) {
		char container[16];

		snprintf(container, sizeof(container), "c%d",
			 i % 3 ? rand_r(&seed) % 50 : rand_r(&seed) % 9000);
		now += rand_r(&seed) % (S / 1000);
		add(g, i & 1 ? "A" : "B", container, "m", 60, now);
		if (rand_r(&seed) % 50 == 0)
			aggregate_expire(g, now);
	}
	assert_true(emitted < 20000);
	aggregate_flush(g);
	assert_int_equal(counted, 30000);
	aggregate_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(by_rule_and_container),
		cmocka_unit_test(off),
		cmocka_unit_test(all_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
