/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP server on the loopback, for tests: answers in the given order and keeps the last
 * request. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct server {
	int listener;
	char url[64];
	const char *const *answers; /* the last one is repeated */
	pthread_t thread;
	int requests;
	char last[16384];
};

/* Head and as much body as the head announces. */
static inline int is_whole(const char *request, size_t n)
{
	const char *length = strstr(request, "\r\nContent-Length: ");
	const char *body = strstr(request, "\r\n\r\n");

	return length && body && n - (body + 4 - request) >= strtoul(length + 18, NULL, 10);
}

static inline void answer(struct server *s, int fd)
{
	size_t n = 0;
	ssize_t got;
	const char *text;

	while ((got = read(fd, s->last + n, sizeof(s->last) - 1 - n)) > 0) {
		n += got;
		s->last[n] = '\0';
		if (is_whole(s->last, n))
			break;
	}
	text = s->answers[0];
	if (s->answers[1])
		s->answers++;
	s->requests++;
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static inline void *serve(void *arg)
{
	struct server *s = arg;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		answer(s, fd);
		close(fd);
	}
	return NULL;
}

static inline void server_start(struct server *s, const char *const *answers)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);

	*s = (struct server){.answers = answers};
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &len), 0);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/hook", ntohs(a.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static inline void server_stop(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	close(s->listener);
	pthread_join(s->thread, NULL);
}

#define ANSWER(status, head)                                                                       \
	"HTTP/1.1 " status "\r\n" head "Content-Length: 0\r\nConnection: close\r\n\r\n"
