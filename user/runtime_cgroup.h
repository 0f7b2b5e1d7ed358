/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a cgroup is named for, also where a runtime has names for ids. */
#pragma once
#include <stdbool.h>
#include "user/runtime_file.h"

/* The id in full, from the innermost component that holds 64 hex digits, or else what can be a
 * container's name: "machine-NAME.scope", "lxc.payload.NAME", "systemd-nspawn@NAME.service", and
 * the last component of a path of two, NAMESPACE/ID as containerd has them. A name proves nothing:
 * only if a runtime knows it the cgroup is that of a container. False if there is neither; sure:
 * whether it is an id. */
bool runtime_cgroup_id(const char *path, char id[RUNTIME_NAME_MAX + 1], bool *sure);
