/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages get from the loop, which must not wait, to one receiver: a bounded queue, a worker
 * that sends them one after the other, again and again if need be, and, where a spool is asked
 * for, a second thread that puts them on disk first. They arrive in the order in which they were
 * put. What cannot be kept or is refused is counted by rule (user/outcomes.h).
 *
 * Without messages no thread wakes up.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery;

/* What a try to send a message came to. */
enum delivery_result {
	DELIVERY_DONE,
	DELIVERY_AGAIN,	  /* it may work later */
	DELIVERY_REFUSED, /* it never will */
	/* The receiver is there, but has an error with this message: after some tries it counts
	 * as refused. */
	DELIVERY_ERROR,
};

struct delivery_try {
	unsigned wait_ms; /* AGAIN: what the receiver asks for, 0: nothing */
	char why[256];
	const struct delivery *delivery; /* for delivery_is_over() */
};

/* All but hurry are called by the worker. */
struct delivery_ops {
	enum delivery_result (*send)(void *ctx, const char *text, size_t len,
				     struct delivery_try *t);
	void (*reopen)(void *ctx); /* NULL: there is nothing to reopen */
	/* Nothing came for a second after a send(). NULL: nothing is to be done then. */
	void (*rest)(void *ctx);
	/* By another thread: a send() that is under way must come to an end. NULL: it does. */
	void (*hurry)(void *ctx);
};

struct delivery_options {
	const char *name; /* of the output: a constant */
	const struct delivery_ops *ops;
	void *ctx;
	size_t max; /* messages in memory, at least 1 */
	unsigned wait_ms, wait_max_ms;
	const char *spool; /* directory, or NULL */
	uint64_t spool_max;
};

/* NULL with the reason logged. Starts threads: block signals before. */
struct delivery *delivery_new(const struct delivery_options *o);
/* Does not wait. rule: the one of the alert; quiet as in outcomes_lost(). False: no room. */
bool delivery_put(struct delivery *d, const char *rule, bool quiet, const char *text, size_t len);
/* SIGUSR1. */
void delivery_reopen(struct delivery *d);
/* No more messages; they are sent for ms more at most. Then delivery_free(). */
void delivery_close(struct delivery *d, unsigned ms);
/* Waits for the end. What is left without a spool is counted as dropped. False: a send() did not
 * come to an end; nothing is freed, and the context must stay, too. */
bool delivery_free(struct delivery **d);

/* For send(), which must not go on for long then. */
bool delivery_is_over(const struct delivery *d);
