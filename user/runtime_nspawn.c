/* SPDX-License-Identifier: Apache-2.0 */
/* systemd-nspawn: a file per machine that is registered; its name is the id, there is no image. */
#include "user/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/runtime_file.h"

static unsigned likely(const struct container_ref *ref)
{
	return ref->cgroup && (strstr(ref->cgroup, "/machine-") ||
			       strstr(ref->cgroup, "/systemd-nspawn@"))
		       ? 90
		       : 2;
}

static int read_nspawn(const struct runtime_roots *roots, const struct container_ref *ref,
		       struct container_info *out, struct buf *why)
{
	if (!runtime_is_name(ref->id))
		return -ENOENT;
	for (size_t i = 0; i < roots->machines.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->machines.v[i]);
		_cleanup_free_ char *text = NULL;
		size_t len;

		if (dir < 0 || runtime_read(dir, ref->id, &text, &len) ||
		    !strstr(text, "CLASS=container"))
			continue;
		runtime_named(out, "systemd-nspawn", ref->id);
		out->from = container_printf(out, "%s/%s", roots->machines.v[i], ref->id);
		return 0;
	}
	return -ENOENT;
}

static int list_nspawn(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		       struct buf *why)
{
	return runtime_list_names(roots, &roots->machines, ".", runtime_is_name, found, to, why);
}

const struct runtime runtime_nspawn = {"systemd-nspawn", false, likely, read_nspawn, list_nspawn};
