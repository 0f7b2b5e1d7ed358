/* SPDX-License-Identifier: Apache-2.0 */
/* LXC: a container's name is its id; there is no image. */
#include "user/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/runtime_file.h"

static unsigned likely(const struct container_ref *ref)
{
	return ref->cgroup && strstr(ref->cgroup, "/lxc") ? 90 : 3;
}

static int read_lxc(const struct runtime_roots *roots, const struct container_ref *ref,
		    struct container_info *out, struct buf *why)
{
	char path[RUNTIME_NAME_MAX + 16];

	if (!runtime_is_name(ref->id))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/config", ref->id);
	for (size_t i = 0; i < roots->lxc.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->lxc.v[i]);
		_cleanup_close_ int file = dir < 0 ? dir : runtime_open_file(dir, path);

		if (file < 0)
			continue;
		runtime_named(out, "lxc", ref->id);
		out->from = container_printf(out, "%s/%s", roots->lxc.v[i], ref->id);
		return 0;
	}
	return -ENOENT;
}

static int list_lxc(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		    struct buf *why)
{
	return runtime_list_names(roots, &roots->lxc, ".", runtime_is_name, found, to, why);
}

const struct runtime runtime_lxc = {"lxc", false, likely, read_lxc, list_lxc};
