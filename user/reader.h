/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of the daemon: one epoll over the ring buffer, the signals, a timer only if a time
 * limit was given, and what others add. It sleeps until one of them has something: no polling, no
 * wake-up when nothing matches.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/ring.h"

struct reader_ops {
	void (*record)(void *ctx, const void *data, size_t size);
	void (*drained)(void *ctx);	       /* after all records that were there */
	void (*signal)(void *ctx, int number); /* SIGHUP, SIGUSR1; SIGINT and SIGTERM end */
};

/* A descriptor to wait for. It belongs to its owner, who closes it after reader_remove(). */
struct reader_source {
	int fd;
	void (*ready)(void *ctx, uint32_t events); /* EPOLL*; may remove any source */
	void *ctx;
};

struct reader {
	const struct reader_ops *ops;
	void *ctx;
	int epoll;
	struct reader_source signals, timer, records;
	struct ring ring;
	bool stopping;
	int err; /* why the loop ends */
};

#define READER_CLOSED                                                                              \
	{                                                                                          \
		.epoll = -1, .signals = {.fd = -1}, .timer = {.fd = -1}, .records = {.fd = -1 }    \
	}

/* Before any thread is started, so that none of them takes the signals. */
int reader_block_signals(void);

/* seconds: end after that many; 0: no limit. 0 or -errno. */
int reader_open(struct reader *r, int events_fd, unsigned seconds, const struct reader_ops *ops,
		void *ctx);
void reader_close(struct reader *r);

/* s must stay where it is until it is removed. events: EPOLL*. 0 or -errno. */
int reader_add(struct reader *r, struct reader_source *s, uint32_t events);
int reader_change(struct reader *r, struct reader_source *s, uint32_t events);
void reader_remove(struct reader *r, struct reader_source *s);

/* Until a signal, the time limit or reader_stop(). 0 or -errno. */
int reader_run(struct reader *r);
void reader_stop(struct reader *r);
/* Takes what is in the ring buffer now. */
int reader_drain(struct reader *r);
