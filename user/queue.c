/* SPDX-License-Identifier: Apache-2.0 */
#include "user/queue.h"

#include <pthread.h>
#include <stdlib.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	size_t max, first, n; /* a ring */
	uint64_t dropped;
	bool closed;
	char *texts[];
};

struct queue *queue_new(size_t max)
{
	struct queue *q;

	if (!max)
		max = 1;
	q = calloc(1, sizeof(*q) + max * sizeof(q->texts[0]));
	if (!q)
		return NULL;
	q->max = max;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->filled, NULL);
	return q;
}

void queue_free(struct queue **q)
{
	if (!*q)
		return;
	queue_flush(*q);
	pthread_cond_destroy(&(*q)->filled);
	pthread_mutex_destroy(&(*q)->lock);
	free(*q);
	*q = NULL;
}

bool queue_put(struct queue *q, char *text)
{
	bool fits;

	pthread_mutex_lock(&q->lock);
	fits = !q->closed && q->n < q->max;
	if (fits) {
		q->texts[(q->first + q->n++) % q->max] = text;
		pthread_cond_signal(&q->filled);
	} else {
		q->dropped++;
	}
	pthread_mutex_unlock(&q->lock);
	if (!fits)
		free(text);
	return fits;
}

static char *take(struct queue *q)
{
	char *text = q->texts[q->first];

	q->first = (q->first + 1) % q->max;
	q->n--;
	return text;
}

char *queue_get(struct queue *q)
{
	char *text = NULL;

	pthread_mutex_lock(&q->lock);
	while (!q->n && !q->closed)
		pthread_cond_wait(&q->filled, &q->lock);
	if (q->n)
		text = take(q);
	pthread_mutex_unlock(&q->lock);
	return text;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}

void queue_flush(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (q->n) {
		free(take(q));
		q->dropped++;
	}
	pthread_mutex_unlock(&q->lock);
}

uint64_t queue_dropped(struct queue *q)
{
	uint64_t n;

	pthread_mutex_lock(&q->lock);
	n = q->dropped;
	pthread_mutex_unlock(&q->lock);
	return n;
}
