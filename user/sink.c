/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sink.h"

#include <signal.h>
#include <stdlib.h>

static const struct sink_ops *const all[] = {
#define SINK(x) &sink_##x,
#include "user/sinks.def"
#undef SINK
};
#define N_SINKS (sizeof(all) / sizeof(all[0]))

struct sinks {
	void *state[N_SINKS];
	bool is_open[N_SINKS];
};

struct sinks *sinks_open(const struct config *cfg)
{
	struct sinks *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	/* A reader that went away is an error of write(), not the end of the program. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < N_SINKS; i++) {
		if (!all[i]->is_wanted(cfg))
			continue;
		if (all[i]->open(cfg, &s->state[i])) {
			sinks_close(&s);
			return NULL;
		}
		s->is_open[i] = true;
	}
	return s;
}

void sinks_write(struct sinks *s, const struct config *cfg, const struct alert *a)
{
	for (size_t i = 0; i < N_SINKS; i++) {
		if (s->is_open[i])
			all[i]->write(s->state[i], cfg, a);
	}
}

static void report(const char *name, const struct sink_counts *c)
{
	enum log_level level = c->failed || c->dropped ? LEVEL_WARN : LEVEL_INFO;

	log_at(level, "%s: %llu alerts sent, %llu failed, %llu dropped", name,
	       (unsigned long long)c->sent, (unsigned long long)c->failed,
	       (unsigned long long)c->dropped);
}

void sinks_close(struct sinks **s)
{
	if (!*s)
		return;
	for (size_t i = 0; i < N_SINKS; i++) {
		struct sink_counts c;

		if (!(*s)->is_open[i])
			continue;
		c = all[i]->close((*s)->state[i]);
		report(all[i]->name, &c);
	}
	free(*s);
	*s = NULL;
}
