/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to standard output: one line each, written at once. */
#include "user/sink.h"

#include <unistd.h>

#include "user/line.h"

static bool is_wanted(const struct config *cfg)
{
	return cfg->stdout_enabled;
}

static int open_stdout(const struct config *cfg, void **state)
{
	return 0;
}

/* As Falco writes it, but to a terminal nothing that it would obey. */
static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	if (!isatty(STDOUT_FILENO)) {
		alert_line(a, cfg, out);
		return;
	}
	line_hidden(cfg, a, out);
	buf_char(out, '\n');
}

static enum delivery_result send_line(void *state, const char *text, size_t len,
				      struct delivery_try *t)
{
	int err = line_write(STDOUT_FILENO, text, len, t->delivery);

	return line_result(err, "standard output", t);
}

static void close_stdout(void *state)
{
}

const struct sink_ops sink_stdout = {
	.name = "stdout",
	.keys = "stdout_output.",
	.off = "stdout_output.enabled=false",
	.is_wanted = is_wanted,
	.open = open_stdout,
	.render = render,
	.delivery = {.send = send_line},
	.close = close_stdout,
};
