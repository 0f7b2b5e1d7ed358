/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where alerts go. A sink is a user/sink_x.c with a struct sink_ops sink_x, a row in
 * user/sinks.def and its keys in user/config.def. write() is called by the loop and must not
 * block for longer than a local write: what can block has a worker of its own and a queue
 * (user/queue.h) that counts what it drops.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/alert.h"
#include "user/config.h"

struct sink_counts {
	uint64_t sent, failed, dropped;
};

struct sink_ops {
	const char *name;
	bool (*is_wanted)(const struct config *cfg);
	/* 0 with the sink's state in *state, or -errno after having logged why. */
	int (*open)(const struct config *cfg, void **state);
	void (*write)(void *state, const struct config *cfg, const struct alert *a);
	/* Delivers what waits, for a bounded time, and frees state. */
	struct sink_counts (*close)(void *state);
};

#define SINK(x) extern const struct sink_ops sink_##x;
#include "user/sinks.def"
#undef SINK

struct sinks;
/* Those that the configuration asks for. NULL if one cannot be opened (logged). Starts threads:
 * block signals before. */
struct sinks *sinks_open(const struct config *cfg);
void sinks_write(struct sinks *s, const struct config *cfg, const struct alert *a);
/* Logs for each sink how many were sent, failed and dropped. */
void sinks_close(struct sinks **s);
