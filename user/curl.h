/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST by libcurl, for sinks that talk HTTP: time limits, and further tries where they can help
 * (no connection, 429, 5xx). Knows nothing of alerts.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct poster;

struct poster_options {
	const char *url, *content_type, *user_agent;
	unsigned tries;		/* at least 1 */
	unsigned first_wait_ms; /* before the second try; doubles with each */
	unsigned timeout_ms;	/* of one try */
};

/* NULL with the reason logged. */
struct poster *poster_new(const struct poster_options *o);
void poster_free(struct poster **p);

/* Returns the HTTP status, or -errno: -ETIMEDOUT if it was cut off by poster_hurry, -EIO for
 * anything else that kept it from being answered; why says what, at least 256 bytes. */
int poster_send(struct poster *p, const char *body, size_t len, char *why, size_t why_size);
bool poster_is_success(int status);

/* From another thread: what is under way and what comes must be over within ms. */
void poster_hurry(struct poster *p, unsigned ms);
bool poster_is_over(struct poster *p);
