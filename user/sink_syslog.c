/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to the system log of this host, by the socket that it listens on: unlike syslog(3) this
 * says when nobody does. */
#include "user/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "user/line.h"

#define IDENT "tiercel"

struct state {
	struct sockaddr_un to;
	int fd;
};

static bool is_wanted(const struct config *cfg)
{
	return cfg->syslog_enabled;
}

static int open_syslog(const struct config *cfg, void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*s = (struct state){.to = {.sun_family = AF_UNIX}, .fd = -1};
	if (strlen(cfg->syslog_socket) >= sizeof(s->to.sun_path)) {
		log_error("syslog_output.socket: the path is too long");
		free(s);
		return -ENAMETOOLONG;
	}
	strcpy(s->to.sun_path, cfg->syslog_socket);
	*state = s;
	return 0;
}

/* Its English names stay, whatever the locale. */
static void add_date(struct buf *out)
{
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	buf_printf(out, "%s %2d %02d:%02d:%02d ", months[tm.tm_mon], tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec);
}

/* Priorities have the numbers of syslog. */
static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	buf_printf(out, "<%d>", LOG_USER | (int)a->priority);
	add_date(out);
	buf_printf(out, IDENT "[%d]: ", getpid());
	line_hidden(cfg, a, out);
}

static int connect_log(struct state *s)
{
	int err;

	if (s->fd >= 0)
		return 0;
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	if (!connect(s->fd, (struct sockaddr *)&s->to, sizeof(s->to)))
		return 0;
	err = -errno;
	close(s->fd);
	s->fd = -1;
	return err;
}

static enum delivery_result send_line(void *state, const char *text, size_t len,
				      struct delivery_try *t)
{
	struct timeval patience = {.tv_sec = 1};
	struct state *s = state;
	int err = connect_log(s);

	if (!err) {
		setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		err = send(s->fd, text, len, MSG_NOSIGNAL) < 0 ? -errno : 0;
	}
	if (!err)
		return DELIVERY_DONE;
	if (s->fd >= 0 && err != -EAGAIN)
		close(s->fd);
	s->fd = err == -EAGAIN ? s->fd : -1;
	line_result(err, s->to.sun_path, t);
	return err == -EMSGSIZE ? DELIVERY_REFUSED : DELIVERY_AGAIN;
}

static void close_syslog(void *state)
{
	struct state *s = state;

	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

const struct sink_ops sink_syslog = {
	.name = "syslog",
	.keys = "syslog_output.",
	.off = "syslog_output.enabled=false",
	.is_wanted = is_wanted,
	.open = open_syslog,
	.render = render,
	.delivery = {.send = send_line},
	.close = close_syslog,
};
