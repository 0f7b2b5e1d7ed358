/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls as events, back end A: a small program at the exit of the function of each call
 * that a rule names, for callers of 64 and of 32 bits. Other calls cost nothing by it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/event_set.h"
#include "user/policy.h"

struct btf;
struct call_hook;
struct tiercel_bpf;

#define CALL_GROUPS    4 /* types that functions of system calls have in one kernel */
#define CALL_FUNCTIONS 4 /* functions of one call: by the caller's bits, and old forms */

struct call_functions {
	/* The programs that are copied, and what the copies go on with: one object for each type.
	 */
	struct tiercel_bpf *groups[CALL_GROUPS];
	size_t n_groups;
	int failed;			      /* why no further one can be loaded */
	struct call_hook *hooks[EVENT_COUNT]; /* NULL: never attached */
};

/* What the copies share with everything else. */
struct call_ground {
	const struct tiercel_bpf *owner; /* of the maps, loaded */
	const struct policy_room *room;
	const struct btf *btf; /* of the kernel */
	int hook_self;
};

/* Whether a copy can see all that the tracepoint sees: not of calls that return twice. */
bool call_functions_can(enum event_id type);
/* Attaches to the functions of a call, and tests it where that can be done without harm. 0, or
 * -errno with a sentence in why: nothing is attached then. */
int call_functions_attach(struct call_functions *f, const struct call_ground *g, enum event_id type,
			  char *why, size_t size);
struct event_set call_functions_attached(const struct call_functions *f);
void call_functions_detach(struct call_functions *f, const struct event_set *types);
/* Detaches all, and frees the programs. */
void call_functions_free(struct call_functions *f);

/* Name of the n-th function that is attached to for a call, and its program's descriptor; NULL:
 * there are no more. Also while call_functions_attach() runs. */
const char *call_functions_get(const struct call_functions *f, enum event_id type, int n,
			       int *program);
