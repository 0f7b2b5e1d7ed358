/* SPDX-License-Identifier: Apache-2.0 */
/* kern/hooks.def as a table, and what this kernel has of it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "gen/event_set.h"
#include "kern/abi.h"

struct btf;

enum backend {
	BACKEND_BOTH,
	BACKEND_FUNCTION,
	BACKEND_TRACEPOINT,
	BACKEND_CALL,
	BACKEND_CALL_FUNCTION
};

struct hook {
	const char *name;    /* of the row */
	const char *program; /* can serve several rows */
	const char *target;
	enum backend backend;
	uint64_t types; /* EVENT_BIT()s; 0: needed whenever any rule is loaded */
	bool x86_only;
};
extern const struct hook hooks[HOOK_COUNT];

/* The event types that it sees, none if it is needed for all. */
struct event_set hook_types(const struct hook *h);
/* All event types that are seen by the same hooks as these: families move together. */
struct event_set hook_family(const struct event_set *types);
bool hook_is_for_this_machine(const struct hook *h);
/* Name of a FUNCTION's target on this machine: the table has that of x86-64. */
const char *hook_function(const struct hook *h);
/* Whether the kernel has the target, in the form that the program expects. Tracepoints with a
 * category need tracefs_enter(). */
bool hook_has_target(const struct hook *h, enum hook_id id, const struct btf *btf);
/* The hook that does the same on other kernels, -1 if there is none. */
int hook_other_form(enum hook_id id);
/* Follows cgroups: there is little that cannot be had without it. */
bool hook_is_of_cgroups(enum hook_id id);
/* What is not seen without it: the end of a sentence. */
const char *hook_loss(enum hook_id id);
