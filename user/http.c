/* SPDX-License-Identifier: Apache-2.0 */
#include "user/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "user/util.h"

#define BACKLOG 16

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- time ---- */

/* To the first end of a client's time; off if there is no client. */
static void set_timer(struct http *h)
{
	struct itimerspec once = {};
	int64_t first = 0, left;

	for (int i = 0; i < HTTP_CLIENTS; i++) {
		const struct http_client *c = &h->clients[i];

		if (c->source.fd >= 0 && (!first || c->until < first))
			first = c->until;
	}
	left = first - now_ms();
	if (first)
		once.it_value = (struct timespec){left > 0 ? left / 1000 : 0,
						  left > 0 ? left % 1000 * 1000000 + 1 : 1};
	timerfd_settime(h->timer.fd, 0, &once, NULL);
}

static void client_free(struct http_client *c)
{
	reader_remove(c->server->reader, &c->source);
	cleanup_close(&c->source.fd);
	c->source.fd = -1;
	buf_free(&c->answer);
}

static void client_end(struct http_client *c)
{
	client_free(c);
	set_timer(c->server);
}

static void on_timer(void *ctx, uint32_t events)
{
	struct http *h = ctx;
	uint64_t expirations;
	int64_t now = now_ms();

	if (read(h->timer.fd, &expirations, sizeof(expirations)) < 0)
		return;
	for (int i = 0; i < HTTP_CLIENTS; i++)
		if (h->clients[i].source.fd >= 0 && h->clients[i].until <= now)
			client_free(&h->clients[i]);
	set_timer(h);
}

/* ---- answers ---- */

/* What was not read when a socket is closed makes the kernel reset the connection, and the answer
 * can be lost: so the rest is read first. */
static void client_drain(struct http_client *c)
{
	char rest[4096];
	ssize_t n;

	while ((n = recv(c->source.fd, rest, sizeof(rest), 0)) > 0) {
		c->drained += n;
		if (c->drained > HTTP_DRAIN_MAX)
			break;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	client_end(c);
}

static void client_send(struct http_client *c)
{
	size_t left = c->answer.len - c->sent;
	ssize_t n = send(c->source.fd, c->answer.s + c->sent, left, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_end(c);
		return;
	}
	c->sent += n > 0 ? n : 0;
	if (c->sent < c->answer.len) {
		reader_change(c->server->reader, &c->source, EPOLLOUT);
		return;
	}
	buf_free(&c->answer);
	c->state = HTTP_DRAINING;
	shutdown(c->source.fd, SHUT_WR);
	reader_change(c->server->reader, &c->source, EPOLLIN);
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{200, "OK"},
		{400, "Bad Request"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Unknown";
}

static void client_answer(struct http_client *c, struct http_answer *a, bool head)
{
	if (a->body.failed) {
		buf_free(&a->body);
		a->status = 500;
	}
	if (!a->body.len) {
		a->type = "text/plain; charset=utf-8";
		buf_printf(&a->body, "%s\n", reason(a->status));
	}
	buf_printf(&c->answer,
		   "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		   "X-Content-Type-Options: nosniff\r\n%s%sConnection: close\r\n\r\n",
		   a->status, reason(a->status), a->type, a->body.len,
		   a->status == 405 ? "Allow: GET, HEAD\r\n" : "",
		   a->status == 429 ? "Retry-After: 1\r\n" : "");
	if (!head)
		buf_add(&c->answer, a->body.s, a->body.len);
	buf_free(&a->body);
	if (c->answer.failed) {
		client_end(c);
		return;
	}
	c->state = HTTP_SENDING;
	client_send(c);
}

static void client_refuse(struct http_client *c, int status)
{
	struct http_answer a = {.status = status};

	client_answer(c, &a, false);
}

/* ---- requests ---- */

/* Letters, digits and signs that can be seen: nothing else is in a path that is known. */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* "GET /path?query HTTP/1.1", cut off at its end. */
static void client_request(struct http_client *c, char *line)
{
	struct http_answer a = {.status = 404};
	char *rest = line, *method = strsep(&rest, " "), *path = strsep(&rest, " ");
	bool head;

	if (!path || !rest || strncmp(rest, "HTTP/1.", 7) || *path != '/' || !is_plain(path)) {
		client_refuse(c, 400);
		return;
	}
	head = !strcmp(method, "HEAD");
	if (!head && strcmp(method, "GET")) {
		client_refuse(c, 405);
		return;
	}
	path[strcspn(path, "?#")] = '\0';
	c->server->ops->get(c->server->ctx, path, &a);
	client_answer(c, &a, head);
}

/* Where the headers end; NULL: not yet. A bare line feed is taken for an end of a line, too. */
static char *end_of_headers(struct http_client *c)
{
	char *end = memmem(c->request, c->len, "\r\n\r\n", 4);

	return end ? end : memmem(c->request, c->len, "\n\n", 2);
}

static void client_read(struct http_client *c)
{
	ssize_t n = recv(c->source.fd, c->request + c->len, sizeof(c->request) - 1 - c->len, 0);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_end(c);
		return;
	}
	c->len += n;
	end = end_of_headers(c);
	if (!end && c->len == sizeof(c->request) - 1) {
		client_refuse(c, 431);
		return;
	}
	if (!end)
		return;
	*end = '\0';
	if (memchr(c->request, '\0', end - c->request)) {
		client_refuse(c, 400);
		return;
	}
	c->request[strcspn(c->request, "\r\n")] = '\0';
	client_request(c, c->request);
}

static void on_client(void *ctx, uint32_t events)
{
	struct http_client *c = ctx;

	switch (c->state) {
	case HTTP_READING:
		client_read(c);
		break;
	case HTTP_SENDING:
		client_send(c);
		break;
	case HTTP_DRAINING:
		client_drain(c);
		break;
	}
}

/* ---- the socket ---- */

/* A free place; if there is none, the place of the one that came first. */
static struct http_client *find_place(struct http *h)
{
	struct http_client *first = &h->clients[0];

	for (int i = 0; i < HTTP_CLIENTS; i++) {
		struct http_client *c = &h->clients[i];

		if (c->source.fd < 0)
			return c;
		if (c->since < first->since)
			first = c;
	}
	client_free(first);
	return first;
}

static void on_connection(void *ctx, uint32_t events)
{
	struct http *h = ctx;
	int fd = accept4(h->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct http_client *c;

	if (fd < 0)
		return;
	c = find_place(h);
	c->server = h;
	c->source = (struct reader_source){fd, on_client, c};
	c->state = HTTP_READING;
	c->len = c->sent = c->drained = 0;
	c->since = ++h->connections;
	c->until = now_ms() + HTTP_CLIENT_MS;
	if (reader_add(h->reader, &c->source, EPOLLIN))
		client_free(c);
	set_timer(h);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Its size, 0 if it is no address. */
static socklen_t parse_address(const char *text, unsigned port, union address *out)
{
	char bare[INET6_ADDRSTRLEN + 2];
	size_t n = strlen(text);

	*out = (union address){};
	if (!strcmp(text, "localhost"))
		text = "127.0.0.1";
	out->v4.sin_port = htons(port);
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		return sizeof(out->v4);
	}
	if (*text == '[' && n > 2 && n < sizeof(bare) && text[n - 1] == ']') {
		snprintf(bare, sizeof(bare), "%.*s", (int)n - 2, text + 1);
		text = bare;
	}
	*out = (union address){};
	out->v6.sin6_port = htons(port);
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) != 1)
		return 0;
	out->v6.sin6_family = AF_INET6;
	return sizeof(out->v6);
}

static int listen_at(struct http *h, union address *a, socklen_t len)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	h->source.fd = fd;
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &a->any, len) || listen(fd, BACKLOG) || getsockname(fd, &a->any, &len))
		return -errno;
	h->port = ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port);
	return reader_add(h->reader, &h->source, EPOLLIN);
}

static int open_timer(struct http *h)
{
	h->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return h->timer.fd < 0 ? -errno : reader_add(h->reader, &h->timer, EPOLLIN);
}

int http_open(struct http *h, const char *address, unsigned port, struct reader *reader,
	      const struct http_ops *ops, void *ctx, char *why, size_t size)
{
	union address a;
	socklen_t len = port > 65535 ? 0 : parse_address(address, port, &a);
	int err = len ? 0 : -EINVAL;

	*h = (struct http){
		.reader = reader,
		.ops = ops,
		.ctx = ctx,
		.source = {-1, on_connection, h},
		.timer = {-1, on_timer, h},
		.clients = calloc(HTTP_CLIENTS, sizeof(*h->clients)),
	};
	for (int i = 0; h->clients && i < HTTP_CLIENTS; i++)
		h->clients[i] = (struct http_client){.server = h, .source = {.fd = -1}};
	if (!err)
		err = h->clients ? listen_at(h, &a, len) : -ENOMEM;
	if (!err)
		err = open_timer(h);
	if (!err)
		return 0;
	if (len)
		snprintf(why, size, "%s port %u: %s", address, port, strerror(-err));
	else
		snprintf(why, size, "'%s' port %u is not an address to listen at", address, port);
	http_close(h);
	return err;
}

static void close_source(struct http *h, struct reader_source *s)
{
	reader_remove(h->reader, s);
	cleanup_close(&s->fd);
	s->fd = -1;
}

void http_close(struct http *h)
{
	for (int i = 0; h->clients && i < HTTP_CLIENTS; i++)
		if (h->clients[i].source.fd >= 0)
			client_free(&h->clients[i]);
	close_source(h, &h->source);
	close_source(h, &h->timer);
	free(h->clients);
	h->clients = NULL;
}
