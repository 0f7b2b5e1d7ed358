/* SPDX-License-Identifier: Apache-2.0 */
#include "user/outcomes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define OUTPUTS_MAX 32
#define OTHERS	    "(other rules)"

struct loss {
	char *rule;
	uint64_t n, taken;
};

struct outcomes_output {
	struct outcomes_counts c;
	struct loss *losses;
	size_t n_losses;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct outcomes_output *outputs[OUTPUTS_MAX];
static size_t n_outputs;
static int event = -1;

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = {
		[OUTCOME_DELIVERED] = "delivered", [OUTCOME_RETRIED] = "retried",
		[OUTCOME_REFUSED] = "refused",	   [OUTCOME_DROPPED] = "dropped",
		[OUTCOME_DAMAGED] = "damaged",
	};

	return names[o];
}

static struct outcomes_output *make(const char *name)
{
	struct outcomes_output *o = n_outputs < OUTPUTS_MAX ? calloc(1, sizeof(*o)) : NULL;

	if (!o)
		return NULL;
	o->c.name = strdup(name);
	if (!o->c.name) {
		free(o);
		return NULL;
	}
	return outputs[n_outputs++] = o;
}

struct outcomes_output *outcomes_of(const char *name)
{
	struct outcomes_output *o = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_outputs && !o; i++)
		if (!strcmp(outputs[i]->c.name, name))
			o = outputs[i];
	if (!o)
		o = make(name);
	pthread_mutex_unlock(&lock);
	return o;
}

void outcomes_add(struct outcomes_output *o, enum outcome what, uint64_t n)
{
	pthread_mutex_lock(&lock);
	o->c.n[what] += n;
	pthread_mutex_unlock(&lock);
}

void outcomes_waiting(struct outcomes_output *o, uint64_t messages, uint64_t spool)
{
	pthread_mutex_lock(&lock);
	o->c.waiting = messages;
	o->c.spool = spool;
	pthread_mutex_unlock(&lock);
}

static struct loss *find(struct outcomes_output *o, const char *rule)
{
	for (size_t i = 0; i < o->n_losses; i++)
		if (!strcmp(o->losses[i].rule, rule))
			return &o->losses[i];
	return NULL;
}

static struct loss *append(struct outcomes_output *o, const char *rule)
{
	struct loss *more = realloc(o->losses, (o->n_losses + 1) * sizeof(*more));

	if (!more)
		return NULL;
	o->losses = more;
	more[o->n_losses] = (struct loss){.rule = strdup(rule)};
	return more[o->n_losses].rule ? &more[o->n_losses++] : NULL;
}

static struct loss *loss_of(struct outcomes_output *o, const char *rule)
{
	struct loss *l = find(o, rule);

	if (l)
		return l;
	if (o->n_losses < OUTCOME_LOSSES_MAX)
		return append(o, rule);
	l = find(o, OTHERS);
	return l ? l : append(o, OTHERS);
}

static void signal_event(void)
{
	uint64_t one = 1;
	ssize_t n = event >= 0 ? write(event, &one, sizeof(one)) : 0;

	(void)n; /* full: it is readable already */
}

void outcomes_lost(struct outcomes_output *o, enum outcome what, const char *rule, bool quiet)
{
	struct loss *l;

	pthread_mutex_lock(&lock);
	o->c.n[what]++;
	l = loss_of(o, rule);
	if (l) {
		l->n++;
		if (quiet)
			l->taken++;
		else
			signal_event();
	}
	pthread_mutex_unlock(&lock);
}

bool outcomes_get(size_t i, struct outcomes_counts *out)
{
	bool is_there;

	pthread_mutex_lock(&lock);
	is_there = i < n_outputs;
	if (is_there)
		*out = outputs[i]->c;
	pthread_mutex_unlock(&lock);
	return is_there;
}

void outcomes_each_lost(size_t i, void (*each)(void *ctx, const char *rule, uint64_t n), void *ctx)
{
	pthread_mutex_lock(&lock);
	for (size_t k = 0; i < n_outputs && k < outputs[i]->n_losses; k++)
		each(ctx, outputs[i]->losses[k].rule, outputs[i]->losses[k].n);
	pthread_mutex_unlock(&lock);
}

int outcomes_fd(void)
{
	pthread_mutex_lock(&lock);
	if (event < 0)
		event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_unlock(&lock);
	return event;
}

/* Names are never freed: the list may be used without the lock. */
static struct outcomes_loss *take(struct outcomes_output *o)
{
	struct outcomes_loss *list = calloc(o->n_losses + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list && i < o->n_losses; i++) {
		struct loss *l = &o->losses[i];

		if (l->n == l->taken)
			continue;
		list[n++] = (struct outcomes_loss){l->rule, l->n - l->taken};
		l->taken = l->n;
	}
	return list;
}

void outcomes_take(void (*each)(void *ctx, const char *output, const struct outcomes_loss *losses),
		   void *ctx)
{
	uint64_t n;

	if (event >= 0 && read(event, &n, sizeof(n)) < 0)
		return;
	for (size_t i = 0;; i++) {
		struct outcomes_loss *list = NULL;
		bool is_there;

		pthread_mutex_lock(&lock);
		is_there = i < n_outputs;
		if (is_there)
			list = take(outputs[i]);
		pthread_mutex_unlock(&lock);
		if (list && list[0].rule)
			each(ctx, outputs[i]->c.name, list);
		free(list);
		if (!is_there)
			break;
	}
}
