/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to standard output: one line each, written at once. */
#include "user/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/util.h"

struct state {
	struct buf line;
	struct sink_counts counts;
};

static bool is_wanted(const struct config *cfg)
{
	return cfg->stdout_enabled;
}

static int open_stdout(const struct config *cfg, void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*state = s;
	return 0;
}

static void write_stdout(void *state, const struct config *cfg, const struct alert *a)
{
	struct state *s = state;
	int err;

	buf_clear(&s->line);
	alert_line(a, cfg, &s->line);
	err = s->line.failed ? -ENOMEM : write_all(STDOUT_FILENO, s->line.s, s->line.len);
	if (!err) {
		s->counts.sent++;
		return;
	}
	if (!s->counts.failed++)
		log_error("alerts cannot be written to standard output: %s", strerror(-err));
}

static struct sink_counts close_stdout(void *state)
{
	struct state *s = state;
	struct sink_counts counts = s->counts;

	buf_free(&s->line);
	free(s);
	return counts;
}

const struct sink_ops sink_stdout = {
	"stdout", is_wanted, open_stdout, write_stdout, close_stdout,
};
