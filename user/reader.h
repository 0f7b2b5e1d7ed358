/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of the daemon: one epoll over the ring buffer, the signals and, only if a time limit
 * was given, a timer. It sleeps until one of them has something: no polling, no wake-up when
 * nothing matches.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct ring_buffer;

struct reader_ops {
	void (*record)(void *ctx, const void *data, size_t size);
	void (*drained)(void *ctx);	       /* after all records that were there */
	void (*signal)(void *ctx, int number); /* SIGHUP; SIGINT and SIGTERM end the loop */
};

struct reader {
	const struct reader_ops *ops;
	void *ctx;
	int epoll, signals, timer;
	struct ring_buffer *ring;
	bool stopping;
};

/* Before any thread is started, so that none of them takes the signals. */
int reader_block_signals(void);

/* seconds: end after that many; 0: no limit. 0 or -errno. */
int reader_open(struct reader *r, int events_fd, unsigned seconds, const struct reader_ops *ops,
		void *ctx);
void reader_close(struct reader *r);

/* Until a signal, the time limit or reader_stop(). 0 or -errno. */
int reader_run(struct reader *r);
void reader_stop(struct reader *r);
/* Takes what is in the ring buffer now. */
int reader_drain(struct reader *r);
