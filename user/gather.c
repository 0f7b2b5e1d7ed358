/* SPDX-License-Identifier: Apache-2.0 */
#include "user/gather.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "user/aggregate.h"
#include "user/log.h"
#include "user/reload.h"

#define NS_PER_S 1000000000LL

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* What waited longer than its edition goes to the outputs of the one that took its place. */
static void emit(void *ctx, const struct alert *a)
{
	struct gather *g = ctx;
	struct edition *e = g->edition ? g->edition : g->reload->current;

	sinks_write(e->sinks, &e->config, a);
}

/* Set only while something waits. */
static void set_timer(struct gather *g)
{
	int64_t due = aggregate_next(g->aggregate);
	struct itimerspec at = {};

	if (due == g->due)
		return;
	g->due = due;
	if (due != INT64_MAX)
		at.it_value = (struct timespec){due / NS_PER_S, due % NS_PER_S};
	timerfd_settime(g->timer.fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void on_timer(void *ctx, uint32_t events)
{
	struct gather *g = ctx;
	uint64_t n;

	if (read(g->timer.fd, &n, sizeof(n)) != sizeof(n))
		return;
	g->due = INT64_MAX;
	aggregate_expire(g->aggregate, now());
	set_timer(g);
}

void gather_open(struct gather *g, struct reader *reader, const struct reload *reload)
{
	*g = (struct gather){
		.reader = reader,
		.reload = reload,
		.timer = {-1, on_timer, g},
		.due = INT64_MAX,
	};
}

/* False: it cannot be set up, which is logged once a try. */
static bool start(struct gather *g)
{
	int err;

	if (g->aggregate)
		return true;
	g->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = g->timer.fd < 0 ? -errno : reader_add(g->reader, &g->timer, EPOLLIN);
	if (!err) {
		g->aggregate = aggregate_new(emit, g);
		if (g->aggregate)
			return true;
		err = -ENOMEM;
		reader_remove(g->reader, &g->timer);
	}
	if (g->timer.fd >= 0)
		close(g->timer.fd);
	g->timer.fd = -1;
	log_warn("alerts are not aggregated: %s", strerror(-err));
	return false;
}

void gather_write(struct gather *g, struct edition *e, const struct alert *a)
{
	unsigned seconds = e->config.aggregate_seconds;

	if (!g->aggregate && (!seconds || !start(g))) {
		sinks_write(e->sinks, &e->config, a);
		return;
	}
	g->edition = e;
	aggregate_add(g->aggregate, a, seconds, now());
	g->edition = NULL;
	set_timer(g);
}

void gather_close(struct gather *g)
{
	if (!g->aggregate)
		return;
	aggregate_flush(g->aggregate);
	aggregate_free(&g->aggregate);
	reader_remove(g->reader, &g->timer);
	close(g->timer.fd);
	g->timer.fd = -1;
}
