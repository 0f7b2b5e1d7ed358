/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a file, one line each. A file that was moved away is left at SIGUSR1, or at once
 * without keep_alive. */
#include "user/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/line.h"

struct state {
	char *name;
	bool keep_alive;
	int fd;
};

static bool is_wanted(const struct config *cfg)
{
	return cfg->file_enabled;
}

static void close_fd(struct state *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static int open_fd(struct state *s)
{
	if (s->fd < 0)
		s->fd = open(s->name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	return s->fd < 0 ? -errno : 0;
}

static void close_file(void *state)
{
	struct state *s = state;

	close_fd(s);
	free(s->name);
	free(s);
}

/* What is wrong with its name shows at once, not at the first alert. */
static int open_file(const struct config *cfg, void **state)
{
	struct state *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	*s = (struct state){strdup(cfg->file_name), cfg->file_keep_alive, -1};
	err = !s->name ? -ENOMEM : *s->name ? open_fd(s) : -EINVAL;
	if (err) {
		log_error("file_output.filename '%s': %s", cfg->file_name,
			  *cfg->file_name ? strerror(-err) : "name a file");
		close_file(s);
		return err;
	}
	if (!s->keep_alive)
		close_fd(s);
	*state = s;
	return 0;
}

static enum delivery_result send_line(void *state, const char *text, size_t len,
				      struct delivery_try *t)
{
	struct state *s = state;
	int err = open_fd(s);

	if (!err)
		err = line_write(s->fd, text, len, t->delivery);
	if (!s->keep_alive || err)
		close_fd(s);
	return line_result(err, s->name, t);
}

static void reopen(void *state)
{
	close_fd(state);
}

const struct sink_ops sink_file = {
	.name = "file",
	.keys = "file_output.",
	.off = "file_output.enabled=false",
	.is_wanted = is_wanted,
	.open = open_file,
	.render = line_render,
	.delivery = {.send = send_line, .reopen = reopen},
	.close = close_file,
};
