/* SPDX-License-Identifier: Apache-2.0 */
#include "user/delivery.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/log.h"
#include "user/outcomes.h"
#include "user/spool.h"

#define QUEUE_BYTES  (1u << 20) /* in memory, whatever the number */
#define STACK_SIZE   (256u << 10)
#define ERRORS_MAX   12	  /* answers of "error" to one message until it is given up */
#define SYNC_MS	     1000 /* at most so often to the disk itself */
#define DISK_WAIT_MS 1000 /* before a full disk is tried again */
#define LOCK_WAIT_MS 200  /* before a spool is tried that a predecessor still has */
#define REST_MS	     1000 /* without messages until the output is told so */
#define GRACE_MS     2000 /* for a send() to notice that it is over */

/* rule, NUL, text. */
struct message {
	struct message *next;
	size_t len, text;
	bool quiet;
	char data[];
};

struct delivery {
	struct delivery_options o;
	struct outcomes_output *outcomes;
	char *spool_dir;

	pthread_mutex_t lock;
	pthread_cond_t wake; /* anything below has changed */
	struct message *head, **tail;
	size_t n, bytes;
	bool in_flight; /* the worker has one from memory */
	bool moving;	/* the spooler is writing the head */
	bool closing;	/* no more messages */
	bool reopen;
	bool restless; /* there was a send() since the last rest() */
	bool worker_done, spooler_done, has_worker, has_spooler;
	int64_t deadline; /* ms, CLOCK_MONOTONIC; then it is over */
	unsigned random;

	struct spool *spool; /* by the spooler; NULL until it has it */
	bool disk_fails;     /* the worker may take from memory */
	bool full_told;
	pthread_t worker, spooler;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- under the lock ---- */

static bool is_over(const struct delivery *d)
{
	return d->closing && now_ms() >= d->deadline;
}

static void wait_until(struct delivery *d, int64_t ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	pthread_cond_timedwait(&d->wake, &d->lock, &ts);
}

static void show_waiting(struct delivery *d)
{
	uint64_t disk = d->spool ? spool_waiting(d->spool) : 0;

	outcomes_waiting(d->outcomes, d->n + d->in_flight + disk,
			 d->spool ? spool_bytes(d->spool) : 0);
}

static struct message *pop(struct delivery *d)
{
	struct message *m = d->head;

	d->head = m->next;
	if (!d->head)
		d->tail = &d->head;
	d->n--;
	d->bytes -= m->len;
	return m;
}

static bool has_on_disk(struct delivery *d)
{
	return d->spool && spool_waiting(d->spool);
}

/* ---- putting ---- */

bool delivery_put(struct delivery *d, const char *rule, bool quiet, const char *text, size_t len)
{
	size_t n = strlen(rule) + 1;
	struct message *m = malloc(sizeof(*m) + n + len + 1);
	bool fits, tell;

	if (m) {
		*m = (struct message){.len = n + len, .text = n, .quiet = quiet};
		memcpy(m->data, rule, n);
		memcpy(m->data + n, text, len);
		m->data[n + len] = '\0';
	}
	pthread_mutex_lock(&d->lock);
	fits = m && !d->closing && d->n < d->o.max && (!d->n || d->bytes + m->len <= QUEUE_BYTES);
	if (fits) {
		*d->tail = m;
		d->tail = &m->next;
		d->n++;
		d->bytes += m->len;
		show_waiting(d);
		pthread_cond_broadcast(&d->wake);
	}
	tell = !fits && !d->full_told;
	d->full_told = !fits;
	pthread_mutex_unlock(&d->lock);
	if (fits)
		return true;
	free(m);
	outcomes_lost(d->outcomes, OUTCOME_DROPPED, rule, quiet);
	if (tell)
		log_warn("%s: there is no room for more messages; further ones are dropped",
			 d->o.name);
	return false;
}

/* ---- the spooler ---- */

static void forget_full(struct delivery *d)
{
	if (d->disk_fails)
		log_info("%s: the spool takes messages again", d->o.name);
	d->disk_fails = false;
}

static void tell_full(struct delivery *d, int err)
{
	if (!d->disk_fails)
		log_warn("%s: %s: %s; messages wait in memory", d->o.name, d->spool_dir,
			 strerror(-err));
	d->disk_fails = true;
}

/* The head to the disk. The lock is released meanwhile; it stays the head. */
static void move_head(struct delivery *d)
{
	struct message *m = d->head;
	int err;

	d->moving = true;
	pthread_mutex_unlock(&d->lock);
	err = spool_append(d->spool, m->data, m->len);
	pthread_mutex_lock(&d->lock);
	d->moving = false;
	if (!err) {
		free(pop(d));
		forget_full(d);
		show_waiting(d);
	} else {
		tell_full(d, err);
	}
	pthread_cond_broadcast(&d->wake);
	if (err && !is_over(d))
		wait_until(d, now_ms() + DISK_WAIT_MS);
}

/* At most once in SYNC_MS; nothing if there is nothing new. */
static void sync_or_wait(struct delivery *d, int64_t *dirty_at)
{
	if (!*dirty_at) {
		pthread_cond_wait(&d->wake, &d->lock);
		return;
	}
	if (now_ms() < *dirty_at + SYNC_MS && !d->closing) {
		wait_until(d, *dirty_at + SYNC_MS);
		return;
	}
	pthread_mutex_unlock(&d->lock);
	spool_sync(d->spool);
	pthread_mutex_lock(&d->lock);
	*dirty_at = 0;
}

static bool open_spool(struct delivery *d)
{
	struct spool *s = NULL;
	int err;

	while ((err = spool_open(&s, d->spool_dir, d->o.spool_max)) == -EWOULDBLOCK) {
		bool over;

		pthread_mutex_lock(&d->lock);
		wait_until(d, now_ms() + LOCK_WAIT_MS);
		over = is_over(d);
		pthread_mutex_unlock(&d->lock);
		if (over)
			break;
	}
	pthread_mutex_lock(&d->lock);
	if (err)
		tell_full(d, err);
	d->spool = s;
	if (s && spool_waiting(s))
		log_info("%s: %llu messages wait in %s since before", d->o.name,
			 (unsigned long long)spool_waiting(s), d->spool_dir);
	show_waiting(d);
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
	return !err;
}

static void *work_spool(void *arg)
{
	struct delivery *d = arg;
	bool ready = open_spool(d);
	int64_t dirty_at = 0;

	pthread_mutex_lock(&d->lock);
	while (ready && !(d->closing && !d->head) && !(is_over(d) && d->disk_fails)) {
		if (d->head) {
			move_head(d);
			if (!dirty_at)
				dirty_at = now_ms();
		} else {
			sync_or_wait(d, &dirty_at);
		}
	}
	d->spooler_done = true;
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* ---- the worker ---- */

static bool may_take_from_memory(struct delivery *d)
{
	return d->head && !d->moving && (!d->spool_dir || d->disk_fails) && !has_on_disk(d);
}

/* Nothing will come any more. */
static bool is_drained(struct delivery *d)
{
	return d->closing && !d->head && !has_on_disk(d) && (!d->has_spooler || d->spooler_done);
}

static struct message *message_of(char *data, size_t len)
{
	size_t rule = strnlen(data, len);
	struct message *m = malloc(sizeof(*m) + len + 1);

	if (!m)
		return NULL;
	*m = (struct message){.len = len, .text = rule < len ? rule + 1 : len};
	memcpy(m->data, data, len);
	m->data[len] = '\0';
	return m;
}

/* NULL: something was wrong with it, or nothing is there; the caller looks again. */
static struct message *from_disk(struct delivery *d, bool *on_disk)
{
	struct message *m = NULL;
	uint64_t damaged = 0;
	void *data = NULL;
	size_t len = 0;
	int err;

	pthread_mutex_unlock(&d->lock);
	err = spool_first(d->spool, &data, &len, &damaged);
	if (damaged) {
		log_warn("%s: %llu damaged parts of %s are passed over", d->o.name,
			 (unsigned long long)damaged, d->spool_dir);
		outcomes_add(d->outcomes, OUTCOME_DAMAGED, damaged);
	}
	if (!err)
		m = message_of(data, len);
	free(data);
	pthread_mutex_lock(&d->lock);
	if (err && err != -ENOENT) {
		log_error("%s: %s cannot be read: %s", d->o.name, d->spool_dir, strerror(-err));
		if (!is_over(d))
			wait_until(d, now_ms() + DISK_WAIT_MS);
	}
	*on_disk = m != NULL;
	return m;
}

static void reopen(struct delivery *d)
{
	d->reopen = false;
	pthread_mutex_unlock(&d->lock);
	if (d->o.ops->reopen)
		d->o.ops->reopen(d->o.ctx);
	pthread_mutex_lock(&d->lock);
}

/* Until something changes. */
static void idle(struct delivery *d)
{
	int64_t until = now_ms() + REST_MS;

	if (!d->o.ops->rest || !d->restless) {
		pthread_cond_wait(&d->wake, &d->lock);
		return;
	}
	wait_until(d, until);
	if (now_ms() < until || d->closing)
		return;
	d->restless = false;
	pthread_mutex_unlock(&d->lock);
	d->o.ops->rest(d->o.ctx);
	pthread_mutex_lock(&d->lock);
}

/* The next message; NULL at the end. */
static struct message *next(struct delivery *d, bool *on_disk)
{
	struct message *m = NULL;

	*on_disk = false;
	pthread_mutex_lock(&d->lock);
	while (!m && !is_over(d) && !is_drained(d)) {
		if (d->reopen)
			reopen(d);
		else if (has_on_disk(d))
			m = from_disk(d, on_disk);
		else if (may_take_from_memory(d)) {
			m = pop(d);
			d->in_flight = true;
		} else if (d->closing)
			wait_until(d, d->deadline);
		else
			idle(d);
	}
	d->restless |= m != NULL;
	pthread_mutex_unlock(&d->lock);
	return m;
}

/* A quarter more or less, so that many detectors do not come at the same moment. */
static unsigned jitter(struct delivery *d, unsigned ms)
{
	return ms - ms / 4 + (ms ? rand_r(&d->random) % (ms / 2 + 1) : 0);
}

/* False: it is over, or ends before. The end of the program cuts the first wait short: one more
 * try is worth while. */
static bool wait_before_next(struct delivery *d, unsigned ms, bool on_disk)
{
	int64_t end = now_ms() + ms;
	bool go_on, was_closing;

	pthread_mutex_lock(&d->lock);
	was_closing = d->closing;
	while (now_ms() < end && d->closing == was_closing && !(d->closing && end > d->deadline)) {
		if (d->reopen)
			reopen(d);
		else
			wait_until(d, end);
	}
	go_on = d->closing != was_closing || !d->closing || end <= d->deadline;
	go_on = go_on && !is_over(d) && !(d->closing && on_disk);
	pthread_mutex_unlock(&d->lock);
	return go_on;
}

/* One message that is not delivered says so; more of them are only counted, until one gets
 * through again. */
struct worker {
	bool failing;
	unsigned wait_ms; /* before the next try */
};

static void tell_failure(struct delivery *d, struct worker *w, const char *what, const char *why)
{
	if (w->failing)
		log_debug("%s: a message was %s: %s", d->o.name, what, why);
	else
		log_warn("%s: a message was %s: %s", d->o.name, what, why);
	w->failing = true;
}

static void tell_success(struct delivery *d, struct worker *w)
{
	if (w->failing)
		log_info("%s: messages are delivered again", d->o.name);
	w->failing = false;
	w->wait_ms = d->o.wait_ms;
}

/* False if it must wait for the next start of the program, or is lost. */
static bool send_until_done(struct delivery *d, struct worker *w, const struct message *m,
			    bool on_disk)
{
	struct delivery_try t;
	unsigned errors = 0;

	for (;;) {
		enum delivery_result r;

		t = (struct delivery_try){.delivery = d};
		r = d->o.ops->send(d->o.ctx, m->data + m->text, m->len - m->text, &t);
		if (r == DELIVERY_DONE) {
			outcomes_add(d->outcomes, OUTCOME_DELIVERED, 1);
			tell_success(d, w);
			return true;
		}
		if (r == DELIVERY_REFUSED || (r == DELIVERY_ERROR && ++errors >= ERRORS_MAX)) {
			tell_failure(d, w, "refused", t.why);
			outcomes_lost(d->outcomes, OUTCOME_REFUSED, m->data, m->quiet);
			return true;
		}
		outcomes_add(d->outcomes, OUTCOME_RETRIED, 1);
		tell_failure(d, w, "not delivered yet", t.why);
		if (!wait_before_next(
			    d,
			    jitter(d, t.wait_ms > w->wait_ms ? t.wait_ms * 4 / 3 + 1 : w->wait_ms),
			    on_disk))
			return false;
		if (w->wait_ms < d->o.wait_max_ms)
			w->wait_ms = w->wait_ms * 2 < d->o.wait_max_ms ? w->wait_ms * 2
								       : d->o.wait_max_ms;
	}
}

static void *work(void *arg)
{
	struct delivery *d = arg;
	struct worker w = {.wait_ms = d->o.wait_ms};
	struct message *m;
	bool on_disk, done = true;

	while (done && (m = next(d, &on_disk))) {
		done = send_until_done(d, &w, m, on_disk);
		if (on_disk && done && spool_done(d->spool))
			log_warn("%s: %s: the position cannot be written", d->o.name, d->spool_dir);
		if (!on_disk && !done)
			outcomes_lost(d->outcomes, OUTCOME_DROPPED, m->data, m->quiet);
		free(m);
		pthread_mutex_lock(&d->lock);
		d->in_flight = false;
		show_waiting(d);
		if (on_disk) /* room for the spooler */
			pthread_cond_broadcast(&d->wake);
		pthread_mutex_unlock(&d->lock);
	}
	pthread_mutex_lock(&d->lock);
	d->worker_done = true;
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* ---- life ---- */

static int start(pthread_t *thread, void *(*function)(void *), struct delivery *d)
{
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	err = -pthread_create(thread, &attr, function, d);
	pthread_attr_destroy(&attr);
	if (!err)
		pthread_setname_np(*thread, d->o.name);
	return err;
}

static void init_lock(struct delivery *d)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &attr);
	pthread_condattr_destroy(&attr);
}

static int prepare_spool(struct delivery *d, const char *dir)
{
	int err;

	d->spool_dir = strdup(dir);
	err = d->spool_dir ? spool_prepare(dir) : -ENOMEM;
	if (err)
		log_error("%s: the spool %s cannot be used: %s", d->o.name, dir, strerror(-err));
	return err;
}

struct delivery *delivery_new(const struct delivery_options *o)
{
	struct delivery *d = calloc(1, sizeof(*d));
	int err = 0;

	if (!d)
		return NULL;
	d->o = *o;
	d->o.spool = NULL;
	d->tail = &d->head;
	d->deadline = INT64_MAX;
	d->random = now_ms() ^ (uintptr_t)d;
	init_lock(d);
	d->outcomes = outcomes_of(o->name);
	if (o->spool)
		err = prepare_spool(d, o->spool);
	if (!d->outcomes || err)
		goto fail;
	err = d->spool_dir ? start(&d->spooler, work_spool, d) : 0;
	d->has_spooler = d->spool_dir && !err;
	if (!err)
		err = start(&d->worker, work, d);
	d->has_worker = !err;
	if (!err)
		return d;
	log_error("%s: no thread can be started: %s", o->name, strerror(-err));
fail:
	delivery_close(d, 0);
	delivery_free(&d);
	return NULL;
}

void delivery_reopen(struct delivery *d)
{
	pthread_mutex_lock(&d->lock);
	d->reopen = true;
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

void delivery_close(struct delivery *d, unsigned ms)
{
	pthread_mutex_lock(&d->lock);
	d->closing = true;
	d->deadline = now_ms() + ms;
	pthread_cond_broadcast(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

bool delivery_is_over(const struct delivery *d)
{
	struct delivery *lockable = (struct delivery *)d;
	bool over;

	pthread_mutex_lock(&lockable->lock);
	over = is_over(d);
	pthread_mutex_unlock(&lockable->lock);
	return over;
}

/* Until the threads are at their end, or ms. */
static bool wait_for_end(struct delivery *d, int64_t until)
{
	bool ended;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		ended = (!d->has_worker || d->worker_done) && (!d->has_spooler || d->spooler_done);
		if (ended || now_ms() >= until)
			break;
		wait_until(d, until);
	}
	pthread_mutex_unlock(&d->lock);
	return ended;
}

static bool join(struct delivery *d)
{
	if (!wait_for_end(d, d->deadline)) {
		if (d->o.ops->hurry)
			d->o.ops->hurry(d->o.ctx);
		if (!wait_for_end(d, d->deadline + GRACE_MS)) {
			log_error("%s: the output hangs and is left behind", d->o.name);
			return false;
		}
	}
	if (d->has_worker)
		pthread_join(d->worker, NULL);
	if (d->has_spooler)
		pthread_join(d->spooler, NULL);
	return true;
}

bool delivery_free(struct delivery **out)
{
	struct delivery *d = *out;

	*out = NULL;
	if (!d)
		return true;
	if (!join(d))
		return false;
	while (d->head) {
		struct message *m = pop(d);

		outcomes_lost(d->outcomes, OUTCOME_DROPPED, m->data, m->quiet);
		free(m);
	}
	if (d->outcomes)
		show_waiting(d);
	spool_close(&d->spool);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
	free(d->spool_dir);
	free(d);
	return true;
}
