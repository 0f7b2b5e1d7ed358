/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edition: all that follows from configuration and rule files, read at one moment. `run` goes
 * by one; when they are read again, a new one takes its place. Made without the kernel, in any
 * thread.
 */
#pragma once
#include "user/agent.h"
#include "user/alert.h"
#include "user/cmd.h"
#include "user/config.h"
#include "user/sink.h"
#include "user/users.h"

/* What the command line says; the same for all editions. */
struct edition_source {
	const char *config, *policy; /* files; NULL: none was named */
	struct arg_list rules, options;
	bool json, verbose;
	struct users *users;
};

struct edition {
	struct config config;
	struct image image;
	struct alerter *alerter;
	struct record_context context;
	struct agent_policy policy;
	struct sinks *sinks; /* shared by editions that want the same ones */
	uint64_t sum;	     /* of the files that it was made of, before they were read */
};

/* The configuration alone. 0, or -errno after having logged why. */
int edition_configure(struct edition *e, const struct edition_source *from);
/* Then rules, image and alerter. What is odd is logged. 0, or -errno with a sentence in why: an
 * error in rule files was logged as `check` shows it. */
int edition_load(struct edition *e, const struct edition_source *from, char *why, size_t size);
/* Not its sinks. */
void edition_free(struct edition *e);

/* The files and directories that an edition is read from. */
struct edition_paths {
	const char *first; /* configuration, or the default one, which need not exist */
	const char *const *v;
	size_t n;
};
struct edition_paths edition_paths(const struct edition_source *from, const struct config *cfg);
/* Numbers that change with their contents: of the first, then of the others. */
uint64_t edition_sum_config(const struct edition_source *from);
uint64_t edition_sum_rules(uint64_t sum, const struct edition_source *from,
			   const struct config *cfg);

/* That which a policy of an agent belongs to. */
static inline struct edition *edition_of(struct agent_policy *p)
{
	return (struct edition *)((char *)p - offsetof(struct edition, policy));
}
