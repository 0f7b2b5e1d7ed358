/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP server for those who look after the detector: GET and HEAD of a few paths, each
 * answered from memory. It is a part of the loop, with bounded room and time for each client, and
 * wakes nobody up while nobody asks. Every answer ends its connection.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "user/buf.h"
#include "user/reader.h"

#define HTTP_CLIENTS	 8
#define HTTP_REQUEST_MAX 4096  /* bytes of a request line and its headers */
#define HTTP_DRAIN_MAX	 65536 /* bytes that are read and thrown away after the answer */
#define HTTP_CLIENT_MS	 5000  /* how long a connection lasts at most */

struct http;

struct http_answer {
	int status;	  /* 404 unless it is set */
	const char *type; /* of the content; a constant */
	struct buf body;
};

struct http_client {
	struct http *server;
	struct reader_source source; /* fd -1: free */
	enum { HTTP_READING, HTTP_SENDING, HTTP_DRAINING } state;
	char request[HTTP_REQUEST_MAX];
	size_t len;
	struct buf answer;
	size_t sent, drained;
	unsigned long since; /* number of its connection */
	int64_t until;	     /* ms, CLOCK_MONOTONIC */
};

struct http_ops {
	/* path: without what follows a question mark. Sets the answer; it is empty before. */
	void (*get)(void *ctx, const char *path, struct http_answer *a);
};

struct http {
	struct reader *reader;
	const struct http_ops *ops;
	void *ctx;
	struct reader_source source, timer;
	struct http_client *clients; /* HTTP_CLIENTS */
	unsigned long connections;
	unsigned port; /* where it listens: another one if 0 was asked for */
};

/* address: a number of IPv4 or IPv6, or "localhost". 0, or -errno with a sentence in why; then
 * there is nothing to close. */
int http_open(struct http *h, const char *address, unsigned port, struct reader *reader,
	      const struct http_ops *ops, void *ctx, char *why, size_t size);
void http_close(struct http *h);
