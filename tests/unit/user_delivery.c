/* SPDX-License-Identifier: Apache-2.0 */
/* Queue, worker and spool together, with a receiver that does as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/delivery.h"
#include "user/log.h"
#include "user/outcomes.h"

/* What it got, and what it answers. */
struct receiver {
	pthread_mutex_t lock;
	enum delivery_result result;
	unsigned fail_first; /* so many tries with AGAIN */
	bool blocked;
	int n, tries, next; /* next: the number that must come */
	bool out_of_order, reopened;
	int rests;
};

static void receiver_init(struct receiver *r)
{
	*r = (struct receiver){.lock = PTHREAD_MUTEX_INITIALIZER, .result = DELIVERY_DONE};
}

static enum delivery_result receive(void *ctx, const char *text, size_t len, struct delivery_try *t)
{
	struct receiver *r = ctx;
	enum delivery_result result;

	while (__atomic_load_n(&r->blocked, __ATOMIC_ACQUIRE) && !delivery_is_over(t->delivery))
		usleep(1000);
	pthread_mutex_lock(&r->lock);
	r->tries++;
	result = r->result;
	if (r->fail_first) {
		r->fail_first--;
		result = DELIVERY_AGAIN;
	}
	if (result == DELIVERY_DONE) {
		r->out_of_order |= atoi(text) != r->next || len != strlen(text);
		r->next = atoi(text) + 1;
		r->n++;
	} else {
		snprintf(t->why, sizeof(t->why), "told to");
	}
	pthread_mutex_unlock(&r->lock);
	return result;
}

static void on_reopen(void *ctx)
{
	__atomic_store_n(&((struct receiver *)ctx)->reopened, true, __ATOMIC_RELEASE);
}

static void on_rest(void *ctx)
{
	__atomic_add_fetch(&((struct receiver *)ctx)->rests, 1, __ATOMIC_ACQ_REL);
}

static const struct delivery_ops ops = {.send = receive, .reopen = on_reopen, .rest = on_rest};

static struct delivery *start(struct receiver *r, const char *name, size_t max, const char *spool)
{
	const struct delivery_options o = {
		.name = name,
		.ops = &ops,
		.ctx = r,
		.max = max,
		.wait_ms = 5,
		.wait_max_ms = 20,
		.spool = spool,
		.spool_max = 1 << 20,
	};
	struct delivery *d = delivery_new(&o);

	assert_non_null(d);
	return d;
}

static int put(struct delivery *d, int from, int to)
{
	int n = 0;

	for (int i = from; i < to; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		n += delivery_put(d, i & 1 ? "Odd" : "Even", false, text, strlen(text));
	}
	return n;
}

static struct outcomes_counts counts(const char *name)
{
	struct outcomes_counts c = {};

	for (size_t i = 0; outcomes_get(i, &c); i++)
		if (!strcmp(c.name, name))
			return c;
	fail_msg("no output %s", name);
	return c;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void wait_for_n(struct receiver *r, int n)
{
	for (int64_t end = now_ms() + 20000; now_ms() < end; usleep(1000)) {
		pthread_mutex_lock(&r->lock);
		bool there = r->n >= n;
		pthread_mutex_unlock(&r->lock);
		if (there)
			return;
	}
	fail_msg("%d of %d came", r->n, n);
}

static void end(struct delivery **d, unsigned ms)
{
	delivery_close(*d, ms);
	assert_true(delivery_free(d));
}

static void in_order(void **state)
{
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	d = start(&r, "order", 1000, NULL);
	r.fail_first = 7;
	assert_int_equal(put(d, 0, 1000), 1000);
	end(&d, 5000);
	assert_int_equal(r.n, 1000);
	assert_false(r.out_of_order);
	assert_int_equal(counts("order").n[OUTCOME_DELIVERED], 1000);
	assert_int_equal(counts("order").n[OUTCOME_RETRIED], 7);
	assert_int_equal(counts("order").waiting, 0);
}

struct sum {
	uint64_t odd, even, all;
};

static void add_up(void *ctx, const char *output, const struct outcomes_loss *l)
{
	struct sum *s = ctx;

	for (; l->rule; l++) {
		s->all += l->n;
		*(strcmp(l->rule, "Odd") ? &s->even : &s->odd) += l->n;
	}
}

static void full_queue(void **state)
{
	struct sum sum = {}, again = {};
	struct receiver r;
	struct delivery *d;
	int taken;

	receiver_init(&r);
	outcomes_fd();
	outcomes_take(add_up, &again);
	r.blocked = true;
	d = start(&r, "full", 10, NULL);
	taken = put(d, 0, 100);
	assert_in_range(taken, 10, 11); /* one may be under way */
	r.blocked = false;
	end(&d, 5000);
	assert_int_equal(r.n, taken);
	assert_int_equal(counts("full").n[OUTCOME_DELIVERED], taken);
	assert_int_equal(counts("full").n[OUTCOME_DROPPED], 100 - taken);
	outcomes_take(add_up, &sum);
	assert_int_equal(sum.all, 100 - taken);
	assert_in_range(sum.odd, 44, 45);
	again = (struct sum){};
	outcomes_take(add_up, &again);
	assert_int_equal(again.all, 0);
}

static void refused(void **state)
{
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	r.result = DELIVERY_REFUSED;
	d = start(&r, "refused", 100, NULL);
	put(d, 0, 20);
	end(&d, 5000);
	assert_int_equal(r.tries, 20);
	assert_int_equal(counts("refused").n[OUTCOME_REFUSED], 20);
}

/* One message that the receiver chokes on does not stop the others for ever. */
static void errors_end(void **state)
{
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	r.result = DELIVERY_ERROR;
	d = start(&r, "errors", 100, NULL);
	put(d, 0, 1);
	while (!counts("errors").n[OUTCOME_REFUSED])
		usleep(1000);
	r.result = DELIVERY_DONE;
	put(d, 1, 2);
	end(&d, 5000);
	assert_int_equal(r.n, 1);
	assert_int_equal(counts("errors").n[OUTCOME_RETRIED], 11);
}

static void end_is_bounded(void **state)
{
	int64_t began = now_ms();
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	r.result = DELIVERY_AGAIN;
	d = start(&r, "bounded", 100, NULL);
	put(d, 0, 50);
	end(&d, 300);
	assert_true(now_ms() - began < 2000);
	assert_int_equal(counts("bounded").n[OUTCOME_DROPPED], 50);
	assert_int_equal(r.n, 0);
}

static void reopened(void **state)
{
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	d = start(&r, "reopened", 100, NULL);
	delivery_reopen(d);
	for (int i = 0; i < 5000 && !__atomic_load_n(&r.reopened, __ATOMIC_ACQUIRE); i++)
		usleep(1000);
	assert_true(r.reopened);
	end(&d, 100);
}

/* Once after messages, not before, and never again without others. */
static void rests_once(void **state)
{
	struct receiver r;
	struct delivery *d;

	receiver_init(&r);
	d = start(&r, "rests", 100, NULL);
	usleep(1200000);
	assert_int_equal(r.rests, 0);
	put(d, 0, 3);
	usleep(2500000);
	assert_int_equal(r.rests, 1);
	end(&d, 100);
}

static void remove_dir(const char *dir)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

/* More than memory takes, while the receiver is away; then the program ends, and begins again. */
static void outage_and_restart(void **state)
{
	char dir[] = "/tmp/tiercel-delivery.XXXXXX";
	struct outcomes_counts c;
	struct receiver r;
	struct delivery *d;

	assert_non_null(mkdtemp(dir));
	receiver_init(&r);
	r.result = DELIVERY_AGAIN;
	d = start(&r, "outage", 10, dir);
	for (int i = 0; i < 2000; i++)
		for (int64_t until = now_ms() + 5000; !put(d, i, i + 1) && now_ms() < until;)
			usleep(1000);
	end(&d, 1000);
	assert_int_equal(r.n, 0);
	c = counts("outage");
	assert_int_equal(c.waiting, 2000);

	receiver_init(&r);
	d = start(&r, "outage", 10, dir);
	wait_for_n(&r, 1500);
	r.fail_first = 3;
	wait_for_n(&r, 2000);
	put(d, 2000, 2005);
	wait_for_n(&r, 2005);
	end(&d, 1000);
	assert_int_equal(r.n, 2005);
	assert_false(r.out_of_order);
	assert_int_equal(counts("outage").n[OUTCOME_DELIVERED], 2005);
	assert_int_equal(counts("outage").waiting, 0);
	remove_dir(dir);
}

/* A spool of another output that is in use: taken over when that one ends. */
static void handed_over(void **state)
{
	char dir[] = "/tmp/tiercel-delivery.XXXXXX";
	struct receiver r, r2;
	struct delivery *d, *d2;

	assert_non_null(mkdtemp(dir));
	receiver_init(&r);
	receiver_init(&r2);
	r.result = DELIVERY_AGAIN;
	d = start(&r, "first", 100, dir);
	put(d, 0, 10);
	usleep(50000);
	d2 = start(&r2, "second", 100, dir);
	put(d2, 10, 20);
	usleep(50000);
	assert_int_equal(r2.n, 0);
	end(&d, 100);
	wait_for_n(&r2, 20);
	assert_false(r2.out_of_order);
	end(&d2, 1000);
	remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),	  cmocka_unit_test(full_queue),
		cmocka_unit_test(refused),	  cmocka_unit_test(errors_end),
		cmocka_unit_test(end_is_bounded), cmocka_unit_test(reopened),
		cmocka_unit_test(rests_once),	  cmocka_unit_test(outage_and_restart),
		cmocka_unit_test(handed_over),
	};

	log_set_level(LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
