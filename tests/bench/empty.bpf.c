/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that do nothing, on the hooks that the project's rules need (kern/hooks.def): what
 * an attached program costs at the least on this machine. `fn_` are kernel functions, `tp_`
 * tracepoints, `all_` belong to both; empty.c chooses by these names.
 */
#include "kern/core.h"

#define EMPTY(name, section)                                                                       \
	SEC(section) int name(void *context)                                                       \
	{                                                                                          \
		return 0;                                                                          \
	}

EMPTY(all_exec, "tp_btf/sched_process_exec")
EMPTY(all_fork, "tp_btf/sched_process_fork")
EMPTY(all_exit, "tp_btf/sched_process_exit")
EMPTY(fn_open, "fexit/do_filp_open")
EMPTY(fn_execve, "fexit/__x64_sys_execve")
EMPTY(tp_open, "tracepoint/syscalls/sys_exit_open")
EMPTY(tp_openat, "tracepoint/syscalls/sys_exit_openat")
EMPTY(tp_openat2, "tracepoint/syscalls/sys_exit_openat2")
EMPTY(tp_creat, "tracepoint/syscalls/sys_exit_creat")
EMPTY(tp_execve, "tracepoint/syscalls/sys_exit_execve")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
