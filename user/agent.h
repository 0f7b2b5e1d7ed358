/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `run` and `watch` share: a policy in the kernel, and for each record the rules that it
 * matches. Knows nothing of alerts or of how they are written: the commands do.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "gen/image.h"
#include "user/counts.h"
#include "user/load.h"
#include "user/reader.h"
#include "user/record.h"
#include "user/residual.h"

/* Exit status of commands that cannot watch the kernel from where they run. */
enum { EXIT_NO_BPF = 3 };

struct agent_ops {
	/* The record matches this rule of the image; e shows the view that does. */
	void (*match)(void *ctx, struct record_event *e, unsigned rule);
	/* The kernel could not deliver some matches: lost[] since the last call, by rule. */
	void (*lost)(void *ctx, const uint64_t *lost, size_t n_rules);
	void (*signal)(void *ctx, int number);
};

struct agent_options {
	const struct image *image; /* checked; must outlive the agent */
	const struct record_context *context;
	const struct agent_ops *ops;
	void *ctx;
	bool first;	  /* only the first rule that matches an event */
	unsigned seconds; /* 0: until a signal */
	enum hooks_mode hooks;
};

struct agent {
	struct agent_options o;
	struct loaded loaded;
	struct reader reader;
	struct residual *residual;
	struct record_event event;
	struct counts counts;
	uint64_t *alerts;   /* matches handed on, by rule */
	uint64_t *reported; /* losses handed on, by rule */
	uint64_t records, bad_records;
	uint64_t lost_seen; /* STAT_LOST when losses were last handed on */
	int64_t lost_at;    /* ns, CLOCK_MONOTONIC: not more than one report a second */
};

/* Gets everything ready and says so on the log: `armed: N rules, M hooks`. 0, or -errno with a
 * sentence in why. */
int agent_start(struct agent *a, const struct agent_options *o, char *why, size_t size);
/* Until the end; then detaches, takes what is left, and reports what was lost. */
int agent_run(struct agent *a);
void agent_stop(struct agent *a);
/* Counts by rule, and the counters that are not 0. */
void agent_summary(const struct agent *a, FILE *out);
void agent_free(struct agent *a);
