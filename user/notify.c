/* SPDX-License-Identifier: Apache-2.0 */
#include "user/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/log.h"
#include "user/util.h"

int notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	socklen_t len = path ? offsetof(struct sockaddr_un, sun_path) + strlen(path) : 0;
	_cleanup_close_ int fd = -1;

	if (!path || !*path)
		return 0;
	if ((*path != '/' && *path != '@') || strlen(path) >= sizeof(a.sun_path))
		return -EINVAL;
	strcpy(a.sun_path, path);
	/* an abstract name */
	if (*path == '@')
		a.sun_path[0] = '\0';
	else
		len++;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
			     (struct sockaddr *)&a, len) < 0)
		return -errno;
	return 0;
}

static void on_timer(void *ctx, uint32_t events)
{
	struct notify *n = ctx;
	uint64_t expirations;

	if (read(n->timer.fd, &expirations, sizeof(expirations)) > 0)
		notify_send("WATCHDOG=1");
}

/* Microseconds within which the watchdog must be fed, 0: there is none for this process. */
static unsigned long long watchdog_us(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!us || (pid && *pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(us, NULL, 10);
}

static void feed(struct notify *n)
{
	unsigned long long half = watchdog_us() / 2;
	struct itimerspec every = {
		.it_value = {half / 1000000, half % 1000000 * 1000},
		.it_interval = {half / 1000000, half % 1000000 * 1000},
	};

	if (!half)
		return;
	n->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (n->timer.fd < 0 || timerfd_settime(n->timer.fd, 0, &every, NULL) ||
	    reader_add(n->reader, &n->timer, EPOLLIN))
		log_warn("the watchdog cannot be fed: %s", strerror(errno));
}

void notify_open(struct notify *n, struct reader *reader, const char *state)
{
	int err = notify_send(state);

	*n = (struct notify){.reader = reader, .timer = {-1, on_timer, n}};
	if (err)
		log_warn("the service manager cannot be told: NOTIFY_SOCKET: %s", strerror(-err));
	feed(n);
}

void notify_close(struct notify *n)
{
	reader_remove(n->reader, &n->timer);
	cleanup_close(&n->timer.fd);
	n->timer.fd = -1;
}
