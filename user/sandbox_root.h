/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system of the throw-away container: a root in memory with the programs of this host
 * (what is written to them stays in memory), and an /etc, /root, /dev and /proc of its own.
 */
#pragma once

/* For the first process of a new mount and pid namespace. After it the process has no other
 * root. stand_in: a file descriptor of the program that stands in for others; it becomes
 * SANDBOX_STAND_IN. 0, or -errno with *step naming what failed. */
int sandbox_root_enter(int stand_in, const char **step);

#define SANDBOX_HOME	 "/srv/try"
#define SANDBOX_STAND_IN SANDBOX_HOME "/stand-in"
