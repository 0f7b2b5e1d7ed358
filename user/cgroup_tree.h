/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroups that there are, in the hierarchies that tell containers (user/cgroup.h). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_tree;

/* NULL if there is no memory. Where nothing is mounted there are no cgroups. */
struct cgroup_tree *cgroup_tree_new(void);
void cgroup_tree_free(struct cgroup_tree **t);

/* Path of a cgroup in its hierarchy by its number. 0 or -errno: it may be gone. */
int cgroup_tree_path(const struct cgroup_tree *t, uint64_t id, char *out, size_t size);
/* Whether there is one of that path. */
bool cgroup_tree_has(const struct cgroup_tree *t, const char *path);
/* Calls found for each, those above before those below; path ends with a NUL. */
void cgroup_tree_walk(const struct cgroup_tree *t,
		      void (*found)(void *ctx, const char *path, size_t len), void *ctx);
