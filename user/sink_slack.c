/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a Slack webhook, by a thread of its own: a slow server holds nothing up. */
#include "user/sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "user/curl.h"
#include "user/queue.h"
#include "user/slack.h"

#define TRIES	      5
#define FIRST_WAIT_MS 1000
#define TIMEOUT_MS    15000
#define DRAIN_MS      5000 /* at the end: Kubernetes gives 30 s for everything */

struct state {
	struct queue *queue;
	struct poster *poster;
	pthread_t worker;
	struct sink_counts counts; /* of the worker, until it is joined */
	bool dropping;
};

static bool is_wanted(const struct config *cfg)
{
	return *cfg->slack_webhookurl;
}

/* One message that cannot be delivered says so; more of them are only counted, until one gets
 * through again. */
static void deliver(struct state *s, const char *text, bool *failing)
{
	char why[256];
	int status = poster_send(s->poster, text, strlen(text), why, sizeof(why));

	if (poster_is_success(status)) {
		s->counts.sent++;
		*failing = false;
		return;
	}
	s->counts.failed++;
	if (!*failing)
		log_warn("slack: a message was not delivered: %s", why);
	*failing = true;
}

static void *work(void *arg)
{
	struct state *s = arg;
	bool failing = false;
	char *text;

	while ((text = queue_get(s->queue))) {
		deliver(s, text, &failing);
		free(text);
		if (poster_is_over(s->poster))
			queue_flush(s->queue);
	}
	return NULL;
}

static void free_state(struct state *s)
{
	queue_free(&s->queue);
	poster_free(&s->poster);
	free(s);
}

static int open_slack(const struct config *cfg, void **state)
{
	struct poster_options o = {
		.url = cfg->slack_webhookurl,
		.content_type = "application/json; charset=utf-8",
		.user_agent = "Falcosidekick",
		.tries = TRIES,
		.first_wait_ms = FIRST_WAIT_MS,
		.timeout_ms = TIMEOUT_MS,
	};
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->queue = queue_new(cfg->slack_queue);
	s->poster = poster_new(&o);
	if (!s->queue || !s->poster || pthread_create(&s->worker, NULL, work, s)) {
		log_error("slack: no memory or thread");
		free_state(s);
		return -ENOMEM;
	}
	*state = s;
	return 0;
}

static void write_slack(void *state, const struct config *cfg, const struct alert *a)
{
	struct state *s = state;
	struct buf message = {};
	char *text;

	if (a->priority > cfg->slack_minimumpriority)
		return;
	slack_message(a, cfg, &message);
	text = buf_take(&message);
	if (!text || queue_put(s->queue, text))
		return;
	if (!s->dropping)
		log_warn("slack: %u messages are waiting already; further ones are dropped",
			 cfg->slack_queue);
	s->dropping = true;
}

static struct sink_counts close_slack(void *state)
{
	struct state *s = state;
	struct sink_counts counts;

	queue_close(s->queue);
	poster_hurry(s->poster, DRAIN_MS);
	pthread_join(s->worker, NULL);
	counts = s->counts;
	counts.dropped = queue_dropped(s->queue);
	free_state(s);
	return counts;
}

const struct sink_ops sink_slack = {
	"slack", is_wanted, open_slack, write_slack, close_slack,
};
