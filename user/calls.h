/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event types that are system calls, as this machine knows them: kern/calls.def and the numbers
 * of the C library's headers.
 */
#pragma once
#include <stdbool.h>
#include "kern/abi.h"

/* Whether the event type is of the family "call": seen by the program on_call_exit. */
bool call_is(enum event_id type);
/* The number of its system call, -1 if this architecture has no such call. */
int call_number(enum event_id type);
/* What the kernel calls its function, behind __x64_sys_ or sys_exit_; of a type that is a call. */
const char *call_symbol(enum event_id type);
/* Its n-th function for programs of 32 bits that were built long ago; NULL: there are no more. */
const char *call_old_symbol(enum event_id type, int n);
/* Number of a system call to event type plus one, 0 for others. */
void call_types_fill(__u16 types[CALL_NR_MAX]);
