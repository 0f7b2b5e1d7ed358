/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cgroups of a container, named as a runtime names them and in every hierarchy that is mounted:
 * the place by which container.id is known.
 */
#pragma once
#define SANDBOX_ID_SIZE 65 /* 64 hex digits and NUL */
#define SANDBOX_CGROUPS 24

struct sandbox_cgroup {
	char path[256];
};

struct sandbox_cgroups {
	struct sandbox_cgroup list[SANDBOX_CGROUPS];
	unsigned n;
};

/* Finds out where they will be. 0 or -errno. */
int sandbox_cgroups_find(struct sandbox_cgroups *c, const char *id);
/* Makes them; 0, or -errno if not even one could be made. */
int sandbox_cgroups_make(const struct sandbox_cgroups *c);
/* Moves the calling process in. 0, or -errno if it does not count as in the container then. */
int sandbox_cgroups_enter(const struct sandbox_cgroups *c);
/* Moves it to the top of each hierarchy. */
void sandbox_cgroups_leave(const struct sandbox_cgroups *c);
/* Removes what there is of them; whatever else runs in them is killed. */
void sandbox_cgroups_remove(const struct sandbox_cgroups *c);
