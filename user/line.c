/* SPDX-License-Identifier: Apache-2.0 */
#include "user/line.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/chat.h"

#define LOOK_MS 500 /* how often a reader that takes nothing is left, to see whether it is over */

/* A pipe that is said to be writable takes so much without waiting. */
static int write_piece(int fd, const char *text, size_t len, const struct delivery *d)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	size_t most = len < PIPE_BUF ? len : PIPE_BUF;
	ssize_t n;

	while (!poll(&p, 1, LOOK_MS))
		if (delivery_is_over(d))
			return -ECANCELED;
	n = write(fd, text, most);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	return n < 0 ? -errno : (int)n;
}

int line_write(int fd, const char *text, size_t len, const struct delivery *d)
{
	size_t done = 0;
	struct stat st;
	int n = 0;

	while (done < len) {
		n = write_piece(fd, text + done, len - done, d);
		if (n < 0)
			break;
		done += n;
	}
	if (n < 0 && done && !fstat(fd, &st) && S_ISREG(st.st_mode) && (size_t)st.st_size >= done &&
	    ftruncate(fd, st.st_size - done))
		return -errno;
	return n < 0 ? n : 0;
}

enum delivery_result line_result(int err, const char *what, struct delivery_try *t)
{
	if (!err)
		return DELIVERY_DONE;
	snprintf(t->why, sizeof(t->why), "%.200s: %s", what,
		 err == -ECANCELED ? "nothing is read from it" : strerror(-err));
	/* Whoever has read it is gone. */
	return err == -EPIPE ? DELIVERY_REFUSED : DELIVERY_AGAIN;
}

void line_render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	alert_line(a, cfg, out);
}

void line_hidden(const struct config *cfg, const struct alert *a, struct buf *out)
{
	struct buf line = {};

	if (cfg->json_output)
		alert_json(a, cfg, &line);
	else
		alert_text(a, &line);
	out->failed |= line.failed;
	chat_hide(out, buf_text(&line));
	buf_free(&line);
}
