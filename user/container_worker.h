/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that asks the runtimes for containers, so that nobody else waits for a disk or a socket.
 * It is started with the first question and sleeps until there is one.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/container_info.h"
#include "user/runtime.h"

struct container_worker;

struct container_question {
	char *id;     /* in full */
	char *cgroup; /* its path */
	uint64_t number;
	int64_t until; /* ns, CLOCK_MONOTONIC: asked again till then if nothing or not all is known
			*/
};

struct container_answer {
	uint64_t number;	     /* of the question */
	struct container_info *info; /* NULL: nobody knows the container */
	int err;		     /* of the last attempt: 0 or -errno */
	char *why;		     /* a sentence if something is wrong, else NULL */
	bool last;		     /* no further one follows */
	struct container_answer *next;
};

/* roots must outlive it. NULL if there is no memory or no descriptor. */
struct container_worker *container_worker_new(const struct runtime_roots *roots);
/* Waits for the question that is being asked. */
void container_worker_free(struct container_worker **w);
/* Readable while there are answers. */
int container_worker_fd(const struct container_worker *w);
/* The worker takes id and cgroup over; 0 or -errno. */
int container_worker_ask(struct container_worker *w, const struct container_question *q);
/* All answers so far, in order; each is the caller's. */
struct container_answer *container_worker_take(struct container_worker *w);
void container_answer_free(struct container_answer *a);
