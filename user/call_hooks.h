/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program for all system calls hangs: at the exits of those that a rule names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/event_set.h"

struct bpf_link;
struct bpf_program;

struct call_hooks {
	struct bpf_link *links[EVENT_COUNT]; /* NULL: not attached */
	struct event_set absent;	     /* this kernel has no such call, or refuses */
};

/* Whether one of the event types is a system call that this kernel has; needs tracefs_enter(). */
bool call_hooks_wanted(const struct event_set *types);
/* Whether one of them may have to be attached still. */
bool call_hooks_missing(const struct call_hooks *c, const struct event_set *types);
/* Attaches p to those of types that have no link yet, and adds them to fresh; what cannot be
 * attached is said and left out. Needs tracefs_enter(). */
void call_hooks_attach(struct call_hooks *c, struct bpf_program *p, const struct event_set *types,
		       struct event_set *fresh);
struct event_set call_hooks_attached(const struct call_hooks *c);
void call_hooks_detach(struct call_hooks *c, const struct event_set *types);
