/* SPDX-License-Identifier: Apache-2.0 */
#include "user/reader.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

int reader_block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal_set(&set);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -errno : 0;
}

/* ---- sources ---- */

static int control(struct reader *r, int op, struct reader_source *s, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = s};

	return epoll_ctl(r->epoll, op, s->fd, &ev) ? -errno : 0;
}

int reader_add(struct reader *r, struct reader_source *s, uint32_t events)
{
	return control(r, EPOLL_CTL_ADD, s, events);
}

int reader_change(struct reader *r, struct reader_source *s, uint32_t events)
{
	return control(r, EPOLL_CTL_MOD, s, events);
}

void reader_remove(struct reader *r, struct reader_source *s)
{
	if (s->fd >= 0 && r->epoll >= 0)
		control(r, EPOLL_CTL_DEL, s, 0);
}

static void on_signals(void *ctx, uint32_t events)
{
	struct reader *r = ctx;
	struct signalfd_siginfo info;

	while (read(r->signals.fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP || info.ssi_signo == SIGUSR1)
			r->ops->signal(r->ctx, info.ssi_signo);
		else
			r->stopping = true;
	}
}

static void on_timer(void *ctx, uint32_t events)
{
	reader_stop(ctx);
}

static void on_records(void *ctx, uint32_t events)
{
	struct reader *r = ctx;

	r->err = reader_drain(r);
}

static int open_signals(struct reader *r)
{
	sigset_t set;

	signal_set(&set);
	r->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signals.fd < 0 ? -errno : reader_add(r, &r->signals, EPOLLIN);
}

static int open_timer(struct reader *r, unsigned seconds)
{
	struct itimerspec once = {.it_value.tv_sec = seconds};

	if (!seconds)
		return 0;
	r->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (r->timer.fd < 0 || timerfd_settime(r->timer.fd, 0, &once, NULL))
		return -errno;
	return reader_add(r, &r->timer, EPOLLIN);
}

static int open_ring(struct reader *r, int events_fd)
{
	int err = ring_open(&r->ring, events_fd);

	if (err)
		return err;
	r->records.fd = events_fd;
	return reader_add(r, &r->records, EPOLLIN);
}

/* ---- the loop ---- */

int reader_open(struct reader *r, int events_fd, unsigned seconds, const struct reader_ops *ops,
		void *ctx)
{
	int err;

	*r = (struct reader){
		.ops = ops,
		.ctx = ctx,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.signals = {-1, on_signals, r},
		.timer = {-1, on_timer, r},
		.records = {-1, on_records, r},
	};
	err = r->epoll < 0 ? -errno : 0;
	if (!err)
		err = open_signals(r);
	if (!err)
		err = open_timer(r, seconds);
	if (!err)
		err = open_ring(r, events_fd);
	if (err)
		reader_close(r);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void reader_close(struct reader *r)
{
	reader_remove(r, &r->records);
	r->records.fd = -1;
	ring_close(&r->ring);
	close_fd(&r->timer.fd);
	close_fd(&r->signals.fd);
	close_fd(&r->epoll);
}

int reader_drain(struct reader *r)
{
	int err = ring_consume(&r->ring, r->ops->record, r->ctx);

	if (err)
		return err;
	r->ops->drained(r->ctx);
	return 0;
}

int reader_run(struct reader *r)
{
	struct epoll_event ready;

	while (!r->stopping && !r->err) {
		/* one at a time: what it does can remove another source */
		int n = epoll_wait(r->epoll, &ready, 1, -1);
		struct reader_source *s = ready.data.ptr;

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			s->ready(s->ctx, ready.events);
	}
	return r->err;
}

void reader_stop(struct reader *r)
{
	r->stopping = true;
}
