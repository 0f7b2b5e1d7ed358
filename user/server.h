/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket where other commands ask the running detector: a line is a request, a line of JSON the
 * answer. Only root and the user who runs the detector get in. It is a part of the loop, with
 * bounded room for each client, and wakes nobody up while nobody asks.
 */
#pragma once
#include "user/buf.h"
#include "user/reader.h"

#define SERVER_CLIENTS	   8
#define SERVER_REQUEST_MAX 64

struct server;

struct server_client {
	struct server *server;
	struct reader_source source; /* fd -1: free */
	char request[SERVER_REQUEST_MAX];
	size_t len;
	struct buf answer; /* as far as it was not sent yet */
	size_t sent;
	unsigned long since; /* number of its connection */
	unsigned until;	     /* it waits for this number, see server_tell(); 0: it does not */
	int stats;	     /* keeps the kernel's statistics of programs on; -1: they are not */
};

struct server_ops {
	/* Writes the answer, or sets c->until. */
	void (*request)(void *ctx, struct server_client *c, const char *request,
			struct buf *answer);
};

struct server {
	struct reader *reader;
	const struct server_ops *ops;
	void *ctx;
	char *path;
	struct reader_source source;
	struct server_client clients[SERVER_CLIENTS];
	unsigned long connections;
};

/* 0, or -errno with a sentence in why; then there is nothing to close. -EADDRINUSE: another
 * detector answers there. */
int server_open(struct server *s, const char *path, struct reader *reader,
		const struct server_ops *ops, void *ctx, char *why, size_t size);
/* What those wait for that have asked for number or less. */
void server_tell(struct server *s, unsigned number, const struct buf *answer);
void server_close(struct server *s);

/* The other side. A connection, or -errno with a sentence in why. */
int server_connect(const char *path, char *why, size_t size);
/* Sends a request and waits for its answer. 0 or -errno. */
int server_ask(int fd, const char *request, struct buf *answer);
