/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One POST after the other to one address by libcurl, for sinks that talk HTTP. Knows nothing of
 * alerts, and makes one try at a time: user/delivery.h makes further ones.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/delivery.h"

struct poster;

/* Copied. Texts may be NULL where nothing is said. */
struct poster_options {
	const char *name; /* of the output, for the log: addresses can be secrets */
	const char *url, *content_type, *user_agent;
	const char *method;	    /* NULL: POST */
	const char *user;	    /* "name:password" */
	const char *const *headers; /* further lines "Name: value", NULL ends */
	const char *ca_file, *ca_dir, *client_cert, *client_key;
	bool insecure, gzip, echo;
	bool close;	       /* the connection, after every message */
	unsigned max_timeouts; /* in a row, until the log says so; 0: never */
	unsigned timeout_ms;   /* of one try; 0: a usual one */
};

/* 0, or -errno with the reason logged. */
int poster_new(struct poster **p, const struct poster_options *o);
void poster_free(struct poster *p);
/* url: instead of that of the options, NULL: that. t->delivery can cut it short. */
enum delivery_result poster_send(struct poster *p, const char *url, const char *body, size_t len,
				 struct delivery_try *t);
