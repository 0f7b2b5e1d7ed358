/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of texts between the loop, which must not wait, and the worker of a sink. What
 * does not fit is dropped and counted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* NULL if there is no memory. max: how many can wait, at least 1. */
struct queue *queue_new(size_t max);
void queue_free(struct queue **q);

/* Takes the text over, whatever happens. False if it was dropped: full, or closed. */
bool queue_put(struct queue *q, char *text);
/* Waits for the next text, which the caller frees. NULL when the queue is closed and empty. */
char *queue_get(struct queue *q);
/* No more texts: queue_get hands out what waits and then NULL. */
void queue_close(struct queue *q);
/* Drops what waits. */
void queue_flush(struct queue *q);
uint64_t queue_dropped(struct queue *q);
