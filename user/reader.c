/* SPDX-License-Identifier: Apache-2.0 */
#include "user/reader.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int reader_block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal_set(&set);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -errno : 0;
}

static int on_sample(void *ctx, void *data, size_t size)
{
	struct reader *r = ctx;

	r->ops->record(r->ctx, data, size);
	return 0;
}

static int watch(struct reader *r, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static int open_signals(struct reader *r)
{
	sigset_t set;

	signal_set(&set);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signals < 0 ? -errno : watch(r, r->signals);
}

static int open_timer(struct reader *r, unsigned seconds)
{
	struct itimerspec once = {.it_value.tv_sec = seconds};

	if (!seconds)
		return 0;
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (r->timer < 0 || timerfd_settime(r->timer, 0, &once, NULL))
		return -errno;
	return watch(r, r->timer);
}

static int open_ring(struct reader *r, int events_fd)
{
	r->ring = ring_buffer__new(events_fd, on_sample, r, NULL);
	return r->ring ? watch(r, ring_buffer__epoll_fd(r->ring)) : -errno;
}

int reader_open(struct reader *r, int events_fd, unsigned seconds, const struct reader_ops *ops,
		void *ctx)
{
	int err;

	*r = (struct reader){.ops = ops, .ctx = ctx, .epoll = -1, .signals = -1, .timer = -1};
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
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
	ring_buffer__free(r->ring);
	r->ring = NULL;
	close_fd(&r->timer);
	close_fd(&r->signals);
	close_fd(&r->epoll);
}

static void take_signals(struct reader *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			r->ops->signal(r->ctx, info.ssi_signo);
		else
			r->stopping = true;
	}
}

int reader_drain(struct reader *r)
{
	int n = ring_buffer__consume(r->ring);

	if (n < 0)
		return n;
	r->ops->drained(r->ctx);
	return 0;
}

static int handle(struct reader *r, int fd)
{
	if (fd == r->signals)
		take_signals(r);
	else if (fd == r->timer)
		r->stopping = true;
	else
		return reader_drain(r);
	return 0;
}

int reader_run(struct reader *r)
{
	struct epoll_event ready[3];
	int err = 0;

	while (!r->stopping && !err) {
		int n = epoll_wait(r->epoll, ready, 3, -1);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !err; i++)
			err = handle(r, ready[i].data.fd);
	}
	return err;
}

void reader_stop(struct reader *r)
{
	r->stopping = true;
}
