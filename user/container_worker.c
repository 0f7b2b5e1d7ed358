/* SPDX-License-Identifier: Apache-2.0 */
#include "user/container_worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S     1000000000LL
#define FIRST_PAUSE  (5 * 1000000LL) /* doubled with each attempt */
#define LONGEST_WAIT (NS_PER_S / 4)

struct job {
	struct container_question q;
	int64_t at, pause; /* when it is asked, and how long after that again */
	unsigned later;	   /* of the last answer */
	struct job *next;
};

struct container_worker {
	const struct runtime_roots *roots;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running, stopping;
	struct job *jobs; /* by time */
	struct container_answer *answers, **last;
	int fd;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void job_free(struct job *j)
{
	free(j->q.id);
	free(j->q.cgroup);
	free(j);
}

void container_answer_free(struct container_answer *a)
{
	if (!a)
		return;
	container_info_free(&a->info);
	free(a->why);
	free(a);
}

/* ---- with the lock ---- */

static void add_job(struct container_worker *w, struct job *j)
{
	struct job **at = &w->jobs;

	while (*at && (*at)->at <= j->at)
		at = &(*at)->next;
	j->next = *at;
	*at = j;
}

static void add_answer(struct container_worker *w, struct container_answer *a)
{
	uint64_t one = 1;

	*w->last = a;
	w->last = &a->next;
	/* It cannot overflow, and is only a knock. */
	if (write(w->fd, &one, sizeof(one)) < 0)
		return;
}

/* The next job whose time has come; NULL: the thread is to end. */
static struct job *next_job(struct container_worker *w)
{
	while (!w->stopping) {
		struct job *j = w->jobs;
		struct timespec until;

		if (j && j->at <= now()) {
			w->jobs = j->next;
			return j;
		}
		if (j) {
			until = (struct timespec){j->at / NS_PER_S, j->at % NS_PER_S};
			pthread_cond_timedwait(&w->wake, &w->lock, &until);
		} else {
			pthread_cond_wait(&w->wake, &w->lock);
		}
	}
	return NULL;
}

/* ---- without ---- */

static bool is_open(const struct container_answer *a)
{
	if (a->info)
		return a->info->later;
	return a->err == -ENOENT || a->err == -EAGAIN;
}

static struct container_answer *ask(struct container_worker *w, const struct job *j)
{
	struct container_ref ref = {j->q.id, j->q.cgroup};
	struct container_answer *a = calloc(1, sizeof(*a));
	struct buf why = {};

	if (!a)
		return NULL;
	a->number = j->q.number;
	a->err = containers_read_info(w->roots, &ref, &a->info, &why);
	if (a->err && a->err != -ENOENT && why.len)
		a->why = strdup(buf_text(&why));
	buf_free(&why);
	return a;
}

/* Asked again later if more may come; what is there is handed on. Else the job is done. */
static void finish(struct container_worker *w, struct job *j, struct container_answer *a)
{
	int64_t again = now() + j->pause;

	if (a && (!is_open(a) || again >= j->q.until)) {
		a->last = true;
		add_answer(w, a);
		job_free(j);
		return;
	}
	if (a && a->info && a->info->later != j->later) {
		j->later = a->info->later;
		add_answer(w, a);
	} else {
		container_answer_free(a);
	}
	j->at = again;
	j->pause = j->pause * 2 < LONGEST_WAIT ? j->pause * 2 : LONGEST_WAIT;
	add_job(w, j);
}

static void *run(void *arg)
{
	struct container_worker *w = arg;
	struct job *j;

	pthread_mutex_lock(&w->lock);
	while ((j = next_job(w))) {
		struct container_answer *a;

		pthread_mutex_unlock(&w->lock);
		a = ask(w, j);
		pthread_mutex_lock(&w->lock);
		finish(w, j, a);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- for others ---- */

struct container_worker *container_worker_new(const struct runtime_roots *roots)
{
	struct container_worker *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;

	if (!w)
		return NULL;
	w->roots = roots;
	w->last = &w->answers;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0) {
		free(w);
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	return w;
}

void container_worker_free(struct container_worker **worker)
{
	struct container_worker *w = *worker;
	struct container_answer *a;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (w->running)
		pthread_join(w->thread, NULL);
	while (w->jobs) {
		struct job *next = w->jobs->next;

		job_free(w->jobs);
		w->jobs = next;
	}
	while ((a = w->answers)) {
		w->answers = a->next;
		container_answer_free(a);
	}
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	close(w->fd);
	free(w);
	*worker = NULL;
}

int container_worker_fd(const struct container_worker *w)
{
	return w->fd;
}

int container_worker_ask(struct container_worker *w, const struct container_question *q)
{
	struct job *j = calloc(1, sizeof(*j));
	int err = 0;

	if (!j)
		return -ENOMEM;
	*j = (struct job){.q = *q, .at = now(), .pause = FIRST_PAUSE};
	pthread_mutex_lock(&w->lock);
	if (!w->running) {
		err = -pthread_create(&w->thread, NULL, run, w);
		w->running = !err;
	}
	if (err)
		free(j);
	else
		add_job(w, j);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return err;
}

struct container_answer *container_worker_take(struct container_worker *w)
{
	struct container_answer *all;
	uint64_t n;

	/* None of the knocks stands for an answer that is taken later. */
	if (read(w->fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		return NULL;
	pthread_mutex_lock(&w->lock);
	all = w->answers;
	w->answers = NULL;
	w->last = &w->answers;
	pthread_mutex_unlock(&w->lock);
	return all;
}
