/* SPDX-License-Identifier: Apache-2.0 */
/* Does a hook fire? The daemon does something harmless of each event type; the kernel programs
 * only count what the daemon does, by hook. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "gen/event_set.h"
#include "kern/abi.h"

/* One event of each of these types. */
void selftest_act(const struct event_set *types);
/* A system call of the family "call" that fails; false if no arguments make that sure. */
bool selftest_act_call(enum event_id type);
/* Whether there is an action that reaches the hook. */
bool selftest_covers(enum hook_id id);
/* How many of the daemon's events it has counted. */
uint64_t selftest_seen(int hook_self_fd, enum hook_id id);
