/* SPDX-License-Identifier: Apache-2.0 */
#include "user/server.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/util.h"

#define BACKLOG	   8
#define ANSWER_MAX ((size_t)16 << 20)

/* ---- clients ---- */

static void client_free(struct server_client *c)
{
	reader_remove(c->server->reader, &c->source);
	cleanup_close(&c->source.fd);
	cleanup_close(&c->stats);
	c->source.fd = c->stats = -1;
	buf_free(&c->answer);
	c->len = c->sent = 0;
	c->until = 0;
}

/* Sends what it takes now. Requests are read when all of an answer is sent, so that there is never
 * more than one. */
static void client_send(struct server_client *c)
{
	size_t left = c->answer.len - c->sent;
	ssize_t n = left ? send(c->source.fd, c->answer.s + c->sent, left, MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_free(c);
		return;
	}
	c->sent += n > 0 ? n : 0;
	if (c->sent == c->answer.len) {
		buf_free(&c->answer);
		c->sent = 0;
	}
	reader_change(c->server->reader, &c->source, c->answer.len ? EPOLLOUT : EPOLLIN);
}

static void client_answer(struct server_client *c, const struct buf *answer)
{
	c->until = 0;
	buf_add(&c->answer, buf_text(answer), answer->len);
	buf_char(&c->answer, '\n');
	if (answer->failed || c->answer.failed)
		client_free(c);
	else
		client_send(c);
}

static void client_request(struct server_client *c, const char *request)
{
	struct buf answer = {};

	c->server->ops->request(c->server->ctx, c, request, &answer);
	if (!c->until)
		client_answer(c, &answer);
	buf_free(&answer);
}

static void client_read(struct server_client *c)
{
	ssize_t n = recv(c->source.fd, c->request + c->len, sizeof(c->request) - c->len, 0);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* gone, or talking before it is answered, or too much */
	if (n <= 0 || c->until || c->len + n == sizeof(c->request)) {
		client_free(c);
		return;
	}
	c->len += n;
	end = memchr(c->request, '\n', c->len);
	if (!end)
		return;
	*end = '\0';
	c->len = 0;
	client_request(c, c->request);
}

static void on_client(void *ctx, uint32_t events)
{
	struct server_client *c = ctx;

	if (events & EPOLLOUT)
		client_send(c);
	else
		client_read(c);
}

/* ---- the socket ---- */

static bool may_ask(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		return false;
	return !who.uid || who.uid == geteuid();
}

/* A free place; if there is none, the place of the one that came first. */
static struct server_client *find_place(struct server *s)
{
	struct server_client *first = &s->clients[0];

	for (int i = 0; i < SERVER_CLIENTS; i++) {
		struct server_client *c = &s->clients[i];

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
	struct server *s = ctx;
	int fd = accept4(s->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct server_client *c;

	if (fd < 0)
		return;
	if (!may_ask(fd)) {
		close(fd);
		return;
	}
	c = find_place(s);
	*c = (struct server_client){
		.server = s,
		.source = {fd, on_client, c},
		.since = ++s->connections,
		.stats = -1,
	};
	if (reader_add(s->reader, &c->source, EPOLLIN))
		client_free(c);
}

static int set_address(struct sockaddr_un *a, const char *path)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(a->sun_path))
		return -ENAMETOOLONG;
	strcpy(a->sun_path, path);
	return 0;
}

static int try_connect(const char *path)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;
	int err = set_address(&a, path);

	if (fd < 0)
		return -errno;
	if (!err && connect(fd, (struct sockaddr *)&a, sizeof(a)))
		err = -errno;
	return err ? err : TAKE_FD(fd);
}

static void make_directory(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);

	if (copy)
		mkdir(dirname(copy), 0700);
}

/* Nobody listens any more at a socket that refuses. */
static int bind_at(int fd, const char *path)
{
	struct sockaddr_un a;
	int err = set_address(&a, path), other;

	if (err)
		return err;
	if (!bind(fd, (struct sockaddr *)&a, sizeof(a)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	other = try_connect(path);
	if (other >= 0)
		close(other);
	if (other != -ECONNREFUSED)
		return -EADDRINUSE;
	unlink(path);
	return bind(fd, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
}

static int listen_at(struct server *s, const char *path)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	make_directory(path);
	err = bind_at(fd, path);
	if (err)
		return err;
	s->path = strdup(path);
	if (!s->path || chmod(path, 0600) || listen(fd, BACKLOG)) {
		err = s->path ? -errno : -ENOMEM;
		unlink(path);
		return err;
	}
	s->source.fd = TAKE_FD(fd);
	return reader_add(s->reader, &s->source, EPOLLIN);
}

int server_open(struct server *s, const char *path, struct reader *reader,
		const struct server_ops *ops, void *ctx, char *why, size_t size)
{
	int err;

	*s = (struct server){
		.reader = reader, .ops = ops, .ctx = ctx, .source = {-1, on_connection, s}};
	for (int i = 0; i < SERVER_CLIENTS; i++)
		s->clients[i] =
			(struct server_client){.server = s, .source = {.fd = -1}, .stats = -1};
	err = listen_at(s, path);
	if (!err)
		return 0;
	if (err == -EADDRINUSE)
		snprintf(why, size, "%s: another detector answers there", path);
	else
		snprintf(why, size, "%s: %s", path, strerror(-err));
	server_close(s);
	return err;
}

void server_tell(struct server *s, unsigned number, const struct buf *answer)
{
	for (int i = 0; i < SERVER_CLIENTS; i++) {
		struct server_client *c = &s->clients[i];

		if (c->source.fd >= 0 && c->until && c->until <= number)
			client_answer(c, answer);
	}
}

void server_close(struct server *s)
{
	for (int i = 0; i < SERVER_CLIENTS; i++)
		if (s->clients[i].source.fd >= 0)
			client_free(&s->clients[i]);
	if (s->source.fd >= 0) {
		reader_remove(s->reader, &s->source);
		close(s->source.fd);
		s->source.fd = -1;
	}
	if (s->path)
		unlink(s->path);
	free(s->path);
	s->path = NULL;
}

/* ---- the other side ---- */

int server_connect(const char *path, char *why, size_t size)
{
	int fd = try_connect(path);

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		snprintf(why, size,
			 "no detector answers at %s: 'tiercel run' must be running, with the same "
			 "control_socket",
			 path);
	else if (fd < 0)
		snprintf(why, size, "%s: %s", path, strerror(-fd));
	return fd;
}

int server_ask(int fd, const char *request, struct buf *answer)
{
	char data[16384];
	int err = write_all(fd, request, strlen(request));

	if (!err)
		err = write_all(fd, "\n", 1);
	while (!err) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || answer->len + n > ANSWER_MAX)
			return n < 0 ? -errno : n ? -EMSGSIZE : -EPIPE;
		buf_add(answer, data, n);
		if (answer->failed)
			return -ENOMEM;
		if (data[n - 1] == '\n')
			return 0;
	}
	return err;
}
