/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another edition in the place of the one that runs: asked for by a signal, by a client or because
 * files changed. A thread of its own reads, compiles and loads, so that alerts are not held up; the
 * loop makes the change. An edition that is not right leaves the old one in place.
 */
#pragma once
#include <pthread.h>
#include <semaphore.h>
#include "user/edition.h"

/* What became of the last request. */
struct reload_outcome {
	unsigned number; /* of requests that were answered */
	unsigned changes, failures;
	bool ok;
	char text[600]; /* a sentence */
};

struct reload_ops {
	/* A request was answered. outcome->ok false: the edition is the old one. */
	void (*done)(void *ctx, const struct reload_outcome *outcome);
};

struct watcher;

struct reload {
	struct agent *agent;
	const struct edition_source *from;
	const struct reload_ops *ops;
	void *ctx;
	struct edition *current;
	struct reload_outcome outcome;

	struct reader_source wake; /* the thread has done a step */
	pthread_t thread;
	sem_t go; /* ... and waits for the loop */
	enum { RELOAD_IDLE, RELOAD_PREPARED, RELOAD_SETTLED, RELOAD_FREED } step;
	bool again; /* another request came meanwhile */
	struct edition *next, *old;
	int err;
	char why[512];

	struct reader_source files, timer;
	struct watcher *watcher;
	uint64_t sum;	    /* of the files that current was made of */
	int64_t changed_at; /* ms: the first change that is not looked at yet, 0: none */
};

/* The agent runs first, which it goes by; it is taken over. ops->done may be called from the
 * loop. 0, or -errno with nothing to close. */
int reload_open(struct reload *r, struct agent *agent, struct edition *first,
		const struct edition_source *from, const struct reload_ops *ops, void *ctx);
/* Every request is answered; several that come while one is under way have one answer. */
void reload_request(struct reload *r);
bool reload_is_busy(const struct reload *r);
/* Ends what is under way. After the loop, before the agent ends; the edition stays in use. */
void reload_close(struct reload *r);
