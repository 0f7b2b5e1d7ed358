/* SPDX-License-Identifier: Apache-2.0 */
#include "user/reload.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "user/watcher.h"

#define DEBOUNCE_MS	100  /* files are read when nothing happened to them for so long ... */
#define DEBOUNCE_MAX_MS 1000 /* ... or if it does not end */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- files ---- */

static void stop_watching(struct reload *r)
{
	reader_remove(&r->agent->reader, &r->files);
	r->files.fd = -1;
	watcher_free(&r->watcher);
}

/* Before the files are read, so that no change is missed in between. */
static void start_watching(struct reload *r, const struct edition *e)
{
	struct edition_paths p = edition_paths(r->from, &e->config);

	stop_watching(r);
	if (!e->config.watch_config_files)
		return;
	r->watcher = watcher_new();
	if (!r->watcher) {
		log_warn("files are not watched for changes: %s", strerror(errno));
		return;
	}
	watcher_add(r->watcher, p.first);
	for (size_t i = 0; i < e->config.config_files.n; i++)
		watcher_add(r->watcher, e->config.config_files.v[i]);
	for (size_t i = 0; i < p.n; i++)
		watcher_add(r->watcher, p.v[i]);
	r->files.fd = watcher_fd(r->watcher);
	reader_add(&r->agent->reader, &r->files, EPOLLIN);
}

/* Whether the files are others than those that were read last. */
static bool have_changed(const struct reload *r)
{
	const struct config *cfg = &r->current->config;

	return edition_sum_rules(edition_sum_config(r->from), r->from, cfg) != r->sum;
}

static void set_timer(struct reload *r, int64_t ms)
{
	struct itimerspec once = {.it_value = {ms / 1000, ms % 1000 * 1000000}};

	timerfd_settime(r->timer.fd, 0, &once, NULL);
}

static void on_files(void *ctx, uint32_t events)
{
	struct reload *r = ctx;
	int64_t now = now_ms();

	if (!watcher_take(r->watcher))
		return;
	if (!r->changed_at)
		r->changed_at = now;
	if (now - r->changed_at < DEBOUNCE_MAX_MS)
		set_timer(r, DEBOUNCE_MS);
}

/* Files can have been replaced by others with the same content: then they are watched anew. */
static void on_quiet(void *ctx, uint32_t events)
{
	struct reload *r = ctx;
	uint64_t expirations;

	if (read(r->timer.fd, &expirations, sizeof(expirations)) < 0)
		return;
	r->changed_at = 0;
	start_watching(r, r->current);
	if (have_changed(r))
		reload_request(r);
}

/* ---- the thread ---- */

/* Outputs whose keys are the same are used further. */
static int open_sinks(struct reload *r, struct edition *e)
{
	e->sinks = sinks_change(&e->config, r->current->sinks, &r->current->config);
	return e->sinks ? 0 : -EIO;
}

static int make_next(struct reload *r)
{
	struct edition *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	r->next = e;
	log_forget();
	err = edition_configure(e, r->from);
	if (!err)
		err = edition_load(e, r->from, r->why, sizeof(r->why));
	else
		e->sum = edition_sum_rules(e->sum, r->from, &r->current->config);
	r->sum = e->sum;
	if (!err)
		err = open_sinks(r, e);
	if (err && !*r->why)
		snprintf(r->why, sizeof(r->why), "%s", log_last_error());
	if (!err)
		err = agent_prepare(r->agent, &e->policy, r->why, sizeof(r->why));
	return err;
}

static void free_edition(struct edition **e)
{
	if (*e) {
		sinks_close(&(*e)->sinks);
		edition_free(*e);
	}
	free(*e);
	*e = NULL;
}

/* Tells the loop that a step is done, and waits for it. */
static void hand_over(struct reload *r)
{
	uint64_t one = 1;

	if (write(r->wake.fd, &one, sizeof(one)) == sizeof(one))
		while (sem_wait(&r->go) && errno == EINTR)
			;
}

static void *work(void *arg)
{
	struct reload *r = arg;

	r->err = make_next(r);
	hand_over(r);
	if (r->err) {
		free_edition(&r->next);
	} else {
		agent_settle(r->agent);
		hand_over(r);
		free_edition(&r->old);
	}
	malloc_trim(0);
	hand_over(r);
	return NULL;
}

/* ---- the loop ---- */

static void finish(struct reload *r)
{
	struct reload_outcome *o = &r->outcome;
	size_t n = image_head(r->current->policy.image)->n_rules;

	o->number++;
	o->ok = !r->err;
	if (o->ok) {
		o->changes++;
		snprintf(o->text, sizeof(o->text), "policy changed: %zu rules, %zu hooks", n,
			 load_hooks(&r->agent->loaded));
	} else {
		o->failures++;
		snprintf(o->text, sizeof(o->text), "policy not changed: %s",
			 *r->why ? r->why : strerror(-r->err));
	}
	r->ops->done(r->ctx, o);
}

static void prepared(struct reload *r)
{
	if (!r->err) {
		r->err = agent_switch(r->agent, &r->next->policy);
		/* the thread goes by r->err */
	}
	if (r->err)
		return;
	r->old = r->current;
	r->current = r->next;
	r->next = NULL;
}

/* What the thread waits for; false: it has ended. */
static bool take_step(struct reload *r)
{
	switch (r->step) {
	case RELOAD_PREPARED:
		prepared(r);
		r->step = r->err ? RELOAD_FREED : RELOAD_SETTLED;
		return true;
	case RELOAD_SETTLED:
		agent_retire(r->agent);
		r->step = RELOAD_FREED;
		return true;
	default:
		r->step = RELOAD_IDLE;
		return false;
	}
}

static void start(struct reload *r)
{
	r->again = false;
	r->err = 0;
	r->why[0] = '\0';
	start_watching(r, r->current);
	r->step = RELOAD_PREPARED;
	r->err = -pthread_create(&r->thread, NULL, work, r);
	if (!r->err)
		return;
	r->step = RELOAD_IDLE;
	finish(r);
}

/* The configuration can name other files now; what changed while they were read counts, too. */
static void watch_again(struct reload *r)
{
	start_watching(r, r->current);
	if (r->watcher && have_changed(r))
		r->again = true;
}

static void next_step(struct reload *r)
{
	bool more = take_step(r);

	sem_post(&r->go);
	if (more)
		return;
	pthread_join(r->thread, NULL);
	finish(r);
}

static void on_wake(void *ctx, uint32_t events)
{
	struct reload *r = ctx;
	uint64_t n;

	if (read(r->wake.fd, &n, sizeof(n)) != sizeof(n))
		return;
	next_step(r);
	if (r->step != RELOAD_IDLE)
		return;
	if (!r->err)
		watch_again(r);
	if (r->again)
		start(r);
}

void reload_request(struct reload *r)
{
	if (r->step == RELOAD_IDLE)
		start(r);
	else
		r->again = true;
}

bool reload_is_busy(const struct reload *r)
{
	return r->step != RELOAD_IDLE;
}

static void close_source(struct reload *r, struct reader_source *s)
{
	reader_remove(&r->agent->reader, s);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int reload_open(struct reload *r, struct agent *agent, struct edition *first,
		const struct edition_source *from, const struct reload_ops *ops, void *ctx)
{
	int err;

	*r = (struct reload){
		.agent = agent,
		.from = from,
		.ops = ops,
		.ctx = ctx,
		.current = first,
		.wake = {eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), on_wake, r},
		.files = {-1, on_files, r},
		.timer = {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), on_quiet, r},
	};
	err = r->wake.fd < 0 || r->timer.fd < 0 ? -errno : 0;
	if (!err)
		err = reader_add(&agent->reader, &r->wake, EPOLLIN);
	if (!err)
		err = reader_add(&agent->reader, &r->timer, EPOLLIN);
	if (err) {
		close_source(r, &r->wake);
		close_source(r, &r->timer);
		return err;
	}
	sem_init(&r->go, 0, 0);
	r->sum = first->sum;
	start_watching(r, first);
	if (r->watcher && have_changed(r))
		reload_request(r);
	return 0;
}

void reload_close(struct reload *r)
{
	struct pollfd p = {.fd = r->wake.fd, .events = POLLIN};
	uint64_t n;

	while (r->step != RELOAD_IDLE) {
		if (poll(&p, 1, -1) > 0 && read(r->wake.fd, &n, sizeof(n)) == sizeof(n))
			next_step(r);
	}
	stop_watching(r);
	close_source(r, &r->wake);
	close_source(r, &r->timer);
	sem_destroy(&r->go);
}
