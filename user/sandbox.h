/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A throw-away container: cgroups named as a runtime names them, namespaces of its own, a root
 * in memory (user/sandbox_root.h). Jobs run in it one after the other. Nothing of it outlives
 * sandbox_stop() or a killed caller. Knows nothing of rules.
 */
#pragma once
#include <sys/types.h>

#include "user/sandbox_cgroup.h"

/* Runs in a process of the container; what it returns is the job's status, 0 to 125. */
typedef int (*sandbox_job)(void *arg, int number);

struct sandbox {
	char id[SANDBOX_ID_SIZE]; /* of the container: its first 12 characters are container.id */
	struct sandbox_cgroups cgroups;
	pid_t keeper;
	int sock;
	char why[192]; /* what failed, when something did */
};

/* Chooses the id of a container that is not there yet. */
int sandbox_name(struct sandbox *s);
/* Makes it. 0, or -errno with a sentence in s->why; nothing is left behind then. Jobs see arg as
 * it is now. */
int sandbox_start(struct sandbox *s, sandbox_job job, void *arg);
/* The status of a job, -ETIMEDOUT if it took longer than the sandbox allows (it is ended), or
 * another -errno if the container is gone. */
int sandbox_do(struct sandbox *s, int number);
void sandbox_stop(struct sandbox *s);
