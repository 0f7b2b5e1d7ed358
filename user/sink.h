/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where alerts go. A sink is a user/sink_x.c with a struct sink_ops sink_x, a row in
 * user/sinks.def and its keys in user/config_outputs.def. The loop only makes the text of the
 * message; a worker of its own sends it (user/delivery.h), so that a slow receiver holds up
 * neither the loop nor another sink.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/alert.h"
#include "user/config.h"
#include "user/delivery.h"

struct sink_ops {
	const char *name; /* in the log, in counts, and of its directory in the spool */
	const char *keys; /* how the names of its keys begin */
	const char *off;  /* the option KEY=VALUE with which it is not wanted */
	bool has_spool;	  /* what cannot be delivered is worth a place on disk */
	bool (*is_wanted)(const struct config *cfg);
	/* The least that is sent. NULL: all are. */
	enum priority (*minimum)(const struct config *cfg);
	/* 0 with the sink's state in *state, or -errno after having logged why. cfg goes away. */
	int (*open)(const struct config *cfg, void **state);
	/* By the loop: the message. Nothing added: none is sent. */
	void (*render)(void *state, const struct config *cfg, const struct alert *a,
		       struct buf *out);
	struct delivery_ops delivery; /* with state as context */
	void (*close)(void *state);
};

#define SINK(x) extern const struct sink_ops sink_##x;
#include "user/sinks.def"
#undef SINK

/* The option that turns the i-th sink off; NULL: there is none. */
const char *sinks_off(size_t i);

struct sinks;
/* Those that the configuration asks for. NULL if one cannot be opened (logged). Starts threads:
 * block signals before. */
struct sinks *sinks_open(const struct config *cfg);
/* The same; those of old, which old_cfg asked for, are used further if their keys are the same. */
struct sinks *sinks_change(const struct config *cfg, struct sinks *old,
			   const struct config *old_cfg);
void sinks_write(struct sinks *s, const struct config *cfg, const struct alert *a);
/* Files are opened anew: SIGUSR1. */
void sinks_reopen(struct sinks *s);
/* Delivers what waits, for a bounded time, unless others use it further. Logs for each sink what
 * became of its messages. */
void sinks_close(struct sinks **s);
