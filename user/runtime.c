/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/config.h"

const struct runtime *const runtimes[] = {
#define RUNTIME(id) &runtime_##id,
#include "user/runtimes.def"
#undef RUNTIME
};
const size_t n_runtimes = ARRAY_LEN(runtimes);

void runtime_roots_set(struct runtime_roots *roots, const struct config *c)
{
	const char *host = getenv("HOST_ROOT");

	*roots = (struct runtime_roots){
		.host = host && strcmp(host, "/") ? host : "",
#define ROOT(name, member) .name = c->member,
		ROOT(docker_root, container_docker_root) ROOT(
			docker_socket, container_docker_socket) ROOT(containerd_root,
								     container_containerd_root)
			ROOT(containerd_state, container_containerd_state) ROOT(
				storage_root, container_storage_root) ROOT(storage_run,
									   container_storage_run)
				ROOT(podman_socket, container_podman_socket) ROOT(
					cni, container_cni_root) ROOT(runc, container_runc_root)
					ROOT(lxc, container_lxc_root)
						ROOT(machines, container_machines_root)
#undef ROOT
	};
}

/* The likeliest of those that were not asked yet, n_runtimes if all were. */
static size_t choose(const struct container_ref *ref, const bool *asked)
{
	size_t best = n_runtimes;
	unsigned most = 0;

	for (size_t i = 0; i < n_runtimes; i++) {
		unsigned likely = asked[i] ? 0 : 1 + runtimes[i]->likely(ref);

		if (likely > most) {
			most = likely;
			best = i;
		}
	}
	return best;
}

/* -ENOENT says least of two outcomes, -EAGAIN most. */
static int worse(int a, int b)
{
	if (a == -EAGAIN || b == -EAGAIN)
		return -EAGAIN;
	return a == -ENOENT ? b : a;
}

int containers_read_info(const struct runtime_roots *roots, const struct container_ref *ref,
			 struct container_info **out, struct buf *why)
{
	bool asked[ARRAY_LEN(runtimes)] = {};
	int result = -ENOENT;
	size_t i;

	*out = NULL;
	while ((i = choose(ref, asked)) < n_runtimes) {
		struct container_info *info = container_info_new();
		struct buf what = {};
		int err = info ? runtimes[i]->read(roots, ref, info, &what) : -ENOMEM;

		asked[i] = true;
		if (!err) {
			info->reader = runtimes[i]->name;
			*out = info;
			if (why)
				buf_clear(why);
			buf_free(&what);
			return 0;
		}
		if (err != -ENOENT && why && !why->len)
			buf_printf(why, "%s: %s", runtimes[i]->name,
				   what.len ? buf_text(&what) : strerror(-err));
		buf_free(&what);
		container_info_free(&info);
		result = worse(result, err);
	}
	return result;
}
