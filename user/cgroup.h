/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container of a process, from the names of its cgroups: the rule that the kernel programs
 * use (kern/cgroup.h), for processes that were there before them.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "kern/abi.h"

/*
 * The whole id of the container: of the innermost component that holds one, 64 hex digits with no
 * letter or digit on either side, or a name as LXC and systemd-nspawn give them. inner: of a
 * process in a pid namespace of its own, so that the second component is one of a container, too.
 */
struct cgroup_id {
	const char *id; /* within the path */
	size_t len;
	const char *end; /* of the component in the path */
};
bool cgroup_full_id(const char *path, size_t len, bool inner, struct cgroup_id *out);
/* What is kept of it, as the kernel programs do: what container.id shows, padded with NUL; behind a
 * NUL what else tells long names apart. */
void cgroup_short_id(const struct cgroup_id *id, char out[SHORT_SIZE]);
/* Both at once; false and "host" if there is none. */
bool cgroup_container_id(const char *path, size_t len, bool inner, char id[SHORT_SIZE]);

/* The cgroup that tells the container: in the unified hierarchy or, where nothing uses that one,
 * of the pids or memory controller. */
struct cgroup_place {
	const char *controller; /* "" for the unified hierarchy */
	const char *path;	/* within the text, not NUL-terminated */
	size_t path_len;
};

/* The controllers that a place can name, in order of preference where the unified hierarchy is
 * not in use. */
#define CGROUP_PLACES 3
extern const char *const cgroup_places[CGROUP_PLACES];

/* Chooses from the text of /proc/PID/cgroup; false if it names none of them. */
bool cgroup_choose(const char *text, size_t len, struct cgroup_place *out);

/* The same by the text of /proc/PID/cgroup. */
void cgroup_parse(const char *text, size_t len, bool inner, char id[SHORT_SIZE]);

/* Where the hierarchy of a controller ("": the unified one) is mounted. 0 or -errno. */
int cgroup_mount_point(const char *controller, char *out, size_t size);
