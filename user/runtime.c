/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/config.h"
#include "user/runtime_file.h"

const struct runtime *const runtimes[] = {
#define RUNTIME(id) &runtime_##id,
#include "user/runtimes.def"
#undef RUNTIME
};
const size_t n_runtimes = ARRAY_LEN(runtimes);

const char *runtime_host(void)
{
	const char *host = getenv("HOST_ROOT");

	return host && strcmp(host, "/") ? host : "";
}

void runtime_roots_set(struct runtime_roots *roots, const struct config *c)
{
	*roots = (struct runtime_roots){
		.host = runtime_host(),
		.docker_root = c->container_docker_root,
		.docker_socket = c->container_docker_socket,
		.containerd_root = c->container_containerd_root,
		.containerd_state = c->container_containerd_state,
		.storage_root = c->container_storage_root,
		.storage_run = c->container_storage_run,
		.podman_socket = c->container_podman_socket,
		.cni = c->container_cni_root,
		.runc = c->container_runc_root,
		.lxc = c->container_lxc_root,
		.machines = c->container_machines_root,
	};
}

static const size_t root_offsets[] = {
#define ROOT(name) offsetof(struct runtime_roots, name)
	ROOT(docker_root),  ROOT(docker_socket), ROOT(containerd_root), ROOT(containerd_state),
	ROOT(storage_root), ROOT(storage_run),	 ROOT(podman_socket),	ROOT(cni),
	ROOT(runc),	    ROOT(lxc),		 ROOT(machines),
#undef ROOT
};

int runtime_roots_copy(struct runtime_roots *to, const struct runtime_roots *from)
{
	*to = (struct runtime_roots){.host = strdup(from->host)};
	if (!to->host)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(root_offsets); i++) {
		const struct texts *t = (const void *)((const char *)from + root_offsets[i]);

		for (size_t k = 0; k < t->n; k++)
			if (texts_add((void *)((char *)to + root_offsets[i]), t->v[k]))
				return -ENOMEM;
	}
	return 0;
}

void runtime_roots_free(struct runtime_roots *roots)
{
	for (size_t i = 0; i < ARRAY_LEN(root_offsets); i++)
		texts_free((void *)((char *)roots + root_offsets[i]));
	free((char *)roots->host);
	roots->host = NULL;
}

/* ---- whose cgroup it is ---- */

long runtime_user_of(const char *cgroup)
{
	static const char start[] = "/user-", end[] = ".slice";
	const char *at = cgroup ? strstr(cgroup, start) : NULL;
	char *rest;
	long uid;

	if (!at)
		return -1;
	at += strlen(start);
	if (!isdigit((unsigned char)*at))
		return -1;
	errno = 0;
	uid = strtol(at, &rest, 10);
	return errno || strncmp(rest, end, strlen(end)) ? -1 : uid;
}

/* Whether there is an id in the path above the one that names the container; it is put into
 * above, NUL-terminated. */
static bool is_nested(const struct container_ref *ref, char above[RUNTIME_ID_DIGITS + 1])
{
	const char *at = ref->cgroup, *own = at ? strstr(at, ref->id) : NULL;

	while (own && at < own) {
		size_t n = strspn(at, "0123456789abcdef");

		if (n == RUNTIME_ID_DIGITS && at + n <= own) {
			memcpy(above, at, n);
			above[n] = '\0';
			return true;
		}
		at += n ? n : 1;
	}
	return false;
}

/* ---- asking ---- */

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

/* One runtime; info is new, NULL unless it knows the container. */
static int ask(const struct runtime *r, const struct runtime_roots *roots,
	       const struct container_ref *ref, struct container_info **info, struct buf *why)
{
	struct buf what = {};
	int err;

	*info = container_info_new();
	err = *info ? r->read(roots, ref, *info, &what) : -ENOMEM;
	if (!err)
		(*info)->reader = r->name;
	else
		container_info_free(info);
	if (err && err != -ENOENT && why && !why->len)
		buf_printf(why, "%s: %s", r->name, what.len ? buf_text(&what) : strerror(-err));
	buf_free(&what);
	return err;
}

static int ask_all(const struct runtime_roots *roots, const struct container_ref *ref,
		   struct container_info **out, struct buf *why)
{
	bool asked[ARRAY_LEN(runtimes)] = {}, of_user = runtime_user_of(ref->cgroup) > 0;
	int result = -ENOENT;
	size_t i;

	while ((i = choose(ref, asked)) < n_runtimes) {
		int err;

		asked[i] = true;
		if (of_user && !runtimes[i]->users)
			continue;
		err = ask(runtimes[i], roots, ref, out, why);
		if (!err && why)
			buf_clear(why);
		if (!err)
			return 0;
		result = worse(result, err);
	}
	return result;
}

int containers_read_info(const struct runtime_roots *roots, const struct container_ref *ref,
			 struct container_info **out, struct buf *why)
{
	char above[RUNTIME_ID_DIGITS + 1];

	*out = NULL;
	if (is_nested(ref, above)) {
		int err = ask_all(roots, &(struct container_ref){above, NULL}, out, NULL);

		container_info_free(out);
		if (err != -ENOENT)
			return -ENOENT;
	}
	return ask_all(roots, ref, out, why);
}

int runtime_absent(const struct texts *places, struct buf *why)
{
	for (size_t i = 0; i < places->n; i++)
		buf_printf(why, "%s%s", i ? ", " : "", places->v[i]);
	return -ENOENT;
}

void runtime_named(struct container_info *info, const char *type, const char *id)
{
	info->type = type;
	info->full_id = info->name = container_text(info, id);
	info->image = info->image_repository = info->image_tag = "";
	info->image_digest = info->image_id = info->ip = "";
	info->labels.known = true;
}

int runtime_list_names(const struct runtime_roots *roots, const struct texts *places,
		       const char *below, bool (*is_one)(const char *name), runtime_found_fn *found,
		       void *to, struct buf *why)
{
	bool any = false;

	for (size_t i = 0; i < places->n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, places->v[i]);
		char **names;
		long n =
			dir < 0 ? dir : runtime_names(dir, below, is_one, RUNTIME_LIST_MAX, &names);

		if (n < 0)
			continue;
		for (long k = 0; k < n; k++)
			found(to, names[k]);
		runtime_free_names(names, n);
		any = true;
	}
	return any ? 0 : runtime_absent(places, why);
}
