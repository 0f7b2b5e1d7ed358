/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `run` and `watch` share: a policy in the kernel, and for each record the rules that it
 * matches. Knows nothing of alerts or of how they are written: the commands do.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "gen/facts.h"
#include "gen/image.h"
#include "user/containers.h"
#include "user/counts.h"
#include "user/load.h"
#include "user/reader.h"
#include "user/record.h"
#include "user/residual.h"
#include "user/tally.h"
#include "user/user_facts.h"

/* Exit status of commands that cannot watch the kernel from where they run. */
enum { EXIT_NO_BPF = 3 };

/* A policy, and what is counted of it. While another one takes its place there are two. */
struct agent_policy {
	const struct image *image; /* checked */
	const struct record_context *context;
	bool first; /* only the first rule that matches an event */

	/* by agent_policy_init() */
	struct residual *residual;
	struct facts_of *facts;
	struct counts counts;
	uint64_t *alerts;   /* matches handed on, by rule */
	uint64_t *reported; /* losses handed on, by rule */
	uint32_t generation;
};

/* Image and what it points to must outlive it. 0 or -ENOMEM; free it in either case. */
int agent_policy_init(struct agent_policy *p, const struct image *image,
		      const struct record_context *context);
void agent_policy_free(struct agent_policy *p);
const char *agent_policy_rule(const struct agent_policy *p, unsigned rule);

struct agent_ops {
	/* The record matches this rule of the policy; e shows the view that does. */
	void (*match)(void *ctx, struct agent_policy *p, struct record_event *e, unsigned rule);
	/* The kernel could not deliver some matches: lost[] since the last call, by rule. */
	void (*lost)(void *ctx, struct agent_policy *p, const uint64_t *lost, size_t n_rules);
	void (*signal)(void *ctx, int number);
};

struct agent_options {
	struct agent_policy *policy; /* the first one; must outlive the agent or its successor */
	const struct agent_ops *ops;
	void *ctx;
	unsigned seconds; /* 0: until a signal */
	struct load_options load;
	struct runtime_roots roots; /* where runtimes keep what they know of containers */
	unsigned wait_ms;	    /* how long alerts wait for it at most */
};

struct agent {
	struct agent_options o;
	struct loaded loaded;
	struct reader reader;
	struct agent_policy *policies[IMAGE_SLOTS]; /* by IMAGE_SLOT of their generation */
	uint32_t generation;			    /* of the current one */
	struct record_event event;
	struct containers *containers;
	uint64_t records, bad_records, stale_records;
	struct tally past; /* of policies that are gone */
	uint64_t asked, undecided;
	uint64_t lost_seen; /* STAT_LOST when losses were last handed on */
	int64_t lost_at;    /* ns, CLOCK_MONOTONIC: not more than one report a second */
	struct user_facts_of *user_facts;
	struct reader_source later; /* a timer that is set only if a report has to wait */
};

/* Gets everything ready and says so on the log: `armed: N rules, M hooks`. 0, or -errno with a
 * sentence in why. */
int agent_start(struct agent *a, const struct agent_options *o, char *why, size_t size);
/* Until it is told to end. */
int agent_run(struct agent *a);
/* Detaches, takes what is left, and reports what was lost. */
int agent_end(struct agent *a);
void agent_stop(struct agent *a);

/*
 * Another policy in the place of the current one, without a gap. prepare and settle take their
 * time: they may run in another thread than the loop, which must be the one of switch and retire.
 *
 *	agent_prepare	hooks that the new one needs, its image; nothing is changed on failure
 *	agent_switch	from here on new events go by it; they wait for p->context and rules
 *	agent_settle	no event goes by the old one any more; its hooks
 *	agent_retire	the last records and counts of the old one, which can be freed then
 *
 * 0 or -errno; all four in this order, one policy after the other.
 */
int agent_prepare(struct agent *a, struct agent_policy *p, char *why, size_t size);
int agent_switch(struct agent *a, struct agent_policy *p);
int agent_settle(struct agent *a);
int agent_retire(struct agent *a);

/* Counts by rule since the start. 0 or -errno; free it in either case. */
int agent_tally(struct agent *a, struct tally *out);
/* Counts by rule, and the counters that are not 0. */
void agent_summary(struct agent *a, FILE *out);
void agent_free(struct agent *a);
