/* SPDX-License-Identifier: Apache-2.0 */
#include "user/curl.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/libcurl.h"
#include "user/log.h"

#define CONNECT_TIMEOUT_MS 5000
#define WAIT_MAX_MS	   60000 /* whatever a server asks for */

struct poster {
	struct poster_options o;
	const struct libcurl *lib;
	CURL *curl;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	pthread_mutex_t lock;
	pthread_cond_t hurry;
	int64_t deadline; /* ms, CLOCK_MONOTONIC */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int64_t time_left(struct poster *p)
{
	int64_t deadline;

	pthread_mutex_lock(&p->lock);
	deadline = p->deadline;
	pthread_mutex_unlock(&p->lock);
	return deadline == INT64_MAX ? INT64_MAX : deadline - now_ms();
}

bool poster_is_over(struct poster *p)
{
	return time_left(p) <= 0;
}

static size_t discard(char *data, size_t size, size_t n, void *ctx)
{
	return size * n;
}

/* Called by libcurl now and then: anything but 0 ends the transfer. */
static int progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	return poster_is_over(ctx);
}

static bool set_options(struct poster *p)
{
	CURLcode bad = 0;

#define SET(option, value) bad |= p->lib->easy_setopt(p->curl, CURLOPT_##option, value)
	SET(URL, p->o.url);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(PROTOCOLS_STR, "http,https");
#else
	SET(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(POST, 1L);
	SET(HTTPHEADER, p->headers);
	SET(USERAGENT, p->o.user_agent);
	SET(NOSIGNAL, 1L);
	SET(CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	SET(TIMEOUT_MS, (long)p->o.timeout_ms);
	SET(ERRORBUFFER, p->error);
	SET(WRITEFUNCTION, discard);
	SET(NOPROGRESS, 0L);
	SET(XFERINFOFUNCTION, progress);
	SET(XFERINFODATA, p);
#undef SET
	return !bad;
}

static struct curl_slist *make_headers(const struct libcurl *lib, const char *content_type)
{
	char line[160];
	struct curl_slist *l, *more;

	snprintf(line, sizeof(line), "Content-Type: %s", content_type);
	l = lib->slist_append(NULL, line);
	/* No question beforehand whether a large body is welcome: it costs a second at servers that
	 * do not know the question. */
	more = l ? lib->slist_append(l, "Expect:") : NULL;
	if (!more)
		lib->slist_free_all(l);
	return more;
}

struct poster *poster_new(const struct poster_options *o)
{
	const struct libcurl *lib = libcurl();
	struct poster *p = lib ? calloc(1, sizeof(*p)) : NULL;
	pthread_condattr_t attr;

	if (!p)
		return NULL;
	p->o = *o;
	p->lib = lib;
	p->deadline = INT64_MAX;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->hurry, &attr);
	pthread_condattr_destroy(&attr);
	p->curl = lib->easy_init();
	p->headers = make_headers(lib, o->content_type);
	if (!p->curl || !p->headers || !set_options(p)) {
		log_error("libcurl cannot be set up");
		poster_free(&p);
	}
	return p;
}

void poster_free(struct poster **p)
{
	if (!*p)
		return;
	(*p)->lib->easy_cleanup((*p)->curl);
	(*p)->lib->slist_free_all((*p)->headers);
	pthread_cond_destroy(&(*p)->hurry);
	pthread_mutex_destroy(&(*p)->lock);
	free(*p);
	*p = NULL;
}

void poster_hurry(struct poster *p, unsigned ms)
{
	pthread_mutex_lock(&p->lock);
	p->deadline = now_ms() + ms;
	pthread_cond_broadcast(&p->hurry);
	pthread_mutex_unlock(&p->lock);
}

/* False if there is no time for it: the deadline comes first. */
static bool wait_ms(struct poster *p, int64_t ms)
{
	int64_t end = now_ms() + ms;
	struct timespec ts = {.tv_sec = end / 1000, .tv_nsec = end % 1000 * 1000000};
	bool in_time;

	pthread_mutex_lock(&p->lock);
	while (now_ms() < end && p->deadline > end)
		pthread_cond_timedwait(&p->hurry, &p->lock, &ts);
	in_time = p->deadline > end;
	pthread_mutex_unlock(&p->lock);
	return in_time;
}

bool poster_is_success(int status)
{
	return status == 200 || status == 201 || status == 202 || status == 204;
}

static bool is_worth_another_try(int status)
{
	return status < 0 || status == 429 || status >= 500;
}

static int try_once(struct poster *p, const char *body, size_t len, char *why, size_t why_size)
{
	CURLcode bad;
	long status = 0;

	p->error[0] = '\0';
	p->lib->easy_setopt(p->curl, CURLOPT_POSTFIELDS, body);
	p->lib->easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	bad = p->lib->easy_perform(p->curl);
	if (bad) {
		snprintf(why, why_size, "%s", p->error[0] ? p->error : p->lib->easy_strerror(bad));
		return bad == CURLE_ABORTED_BY_CALLBACK ? -ETIMEDOUT : -EIO;
	}
	p->lib->easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
	snprintf(why, why_size, "the server answered %ld", status);
	return status;
}

/* What the server asks for, if it is more than what we would wait. */
static int64_t next_wait(struct poster *p, int64_t ms)
{
	curl_off_t seconds = 0;

	p->lib->easy_getinfo(p->curl, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds > WAIT_MAX_MS / 1000)
		seconds = WAIT_MAX_MS / 1000;
	if (seconds * 1000 > ms)
		ms = seconds * 1000;
	return ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS;
}

int poster_send(struct poster *p, const char *body, size_t len, char *why, size_t why_size)
{
	int64_t wait = p->o.first_wait_ms;
	int status = -EIO;

	for (unsigned i = 0; i < p->o.tries; i++) {
		if (poster_is_over(p)) {
			snprintf(why, why_size, "the program ends");
			return -ETIMEDOUT;
		}
		status = try_once(p, body, len, why, why_size);
		if (!is_worth_another_try(status) || i + 1 == p->o.tries)
			break;
		log_debug("POST: %s; trying again", why);
		if (!wait_ms(p, next_wait(p, wait)))
			break;
		wait *= 2;
	}
	return status;
}
