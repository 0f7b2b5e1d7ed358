/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container runtimes know of a container, from the state they keep on disk and from their
 * HTTP sockets. One file per runtime, user/runtime_NAME.c, listed in user/runtimes.def; a new one
 * is such a file and its row.
 *
 * A reader is given the id that a cgroup's name holds, which anyone can have made up: an id is
 * checked before it becomes part of a path, files are opened below the runtime's own directory,
 * never through a symbolic link, only regular ones and up to RUNTIME_FILE_MAX bytes
 * (user/runtime_file.h). Sockets are given RUNTIME_SOCKET_MS. Readers block, keep nothing
 * between calls and may run in several threads at once.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/buf.h"
#include "user/container_info.h"
#include "user/util.h"

#define RUNTIME_FILE_MAX  ((size_t)16 << 20)
#define RUNTIME_SOCKET_MS 1000
#define RUNTIME_LIST_MAX  20000 /* containers of one place */

struct config;

/* Where to look, as seen on the host; each a list of which all are tried. */
struct runtime_roots {
	const char *host; /* what all of them are below: "" or where the host is mounted */
	struct texts docker_root, docker_socket;
	struct texts containerd_root, containerd_state;
	struct texts storage_root, storage_run, podman_socket; /* podman and CRI-O */
	struct texts cni, runc, lxc, machines;
};

/* Where the root of the host is, as the environment says (HOST_ROOT): "" for ours. */
const char *runtime_host(void);
/* From the configuration (container.docker.root ...) and the environment (HOST_ROOT). Texts
 * belong to c. */
void runtime_roots_set(struct runtime_roots *roots, const struct config *c);

/* A copy that is the caller's. 0 or -ENOMEM; free it in either case. */
int runtime_roots_copy(struct runtime_roots *to, const struct runtime_roots *from);
void runtime_roots_free(struct runtime_roots *roots);

struct container_ref {
	const char *id;	    /* 64 hex digits, or a name where the runtime has names for ids */
	const char *cgroup; /* path of the cgroup: a hint of the runtime. NULL if not known */
};

/* Of one container that there is state of, whether it runs or not. */
typedef void runtime_found_fn(void *to, const char *id);

struct runtime {
	const char *name;
	bool users; /* users who are not root can have containers of their own */
	/* How likely the runtime made a cgroup of this path: 0 to 100. */
	unsigned (*likely)(const struct container_ref *ref);
	/*
	 * Fills out, which is new. 0; -ENOENT if the runtime does not know the container; -EAGAIN
	 * if its state is there but not complete yet: to be tried again; another -errno with why
	 * set to one line that says what is wrong.
	 */
	int (*read)(const struct runtime_roots *roots, const struct container_ref *ref,
		    struct container_info *out, struct buf *why);
	/* Calls found for the containers of all places. 0; -ENOENT if the runtime's places
	 * are not there, which why then names; another -errno with why set. */
	int (*list)(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		    struct buf *why);
};

/* The user whose cgroup it is: N of "/user-N.slice/" in its path; -1 if it is nobody's. */
long runtime_user_of(const char *cgroup);
/* For containers that have a name for an id, and no image. */
void runtime_named(struct container_info *info, const char *type, const char *id);
/* A list of the names in that directory of each place, "." for the place itself. */
int runtime_list_names(const struct runtime_roots *roots, const struct texts *places,
		       const char *below, bool (*is_one)(const char *name), runtime_found_fn *found,
		       void *to, struct buf *why);
/* For list: names the places; returns -ENOENT. */
int runtime_absent(const struct texts *places, struct buf *why);

#define RUNTIME(id) extern const struct runtime runtime_##id;
#include "user/runtimes.def"
#undef RUNTIME
extern const struct runtime *const runtimes[];
extern const size_t n_runtimes;

/*
 * Cgroups can be named by whoever may make some: users below their own slice, containers below
 * theirs. So a cgroup of a user is asked about only at that user's runtimes, and one below
 * that of a container that a runtime knows is not taken for that of the container it names. (A pod
 * of podman has an id, too, and stands above its members.)
 *
 * Asks the runtimes, the likeliest first, until one knows the container. *out is new and the
 * caller's. 0; -ENOENT if none knows it; -EAGAIN if one has it but not completely (then *out is
 * NULL); another -errno. why (NULL: not wanted) then holds one line.
 */
int containers_read_info(const struct runtime_roots *roots, const struct container_ref *ref,
			 struct container_info **out, struct buf *why);
