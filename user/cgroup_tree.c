/* SPDX-License-Identifier: Apache-2.0 */
#include "user/cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/cgroup.h"
#include "user/util.h"

#define HANDLE_KERNFS 0xfe /* FILEID_KERNFS: the file's number is its whole handle (5.5) */
#define DEPTH_MAX     32

struct cgroup_tree {
	char mounts[CGROUP_PLACES][512]; /* "": nowhere */
};

struct cgroup_tree *cgroup_tree_new(void)
{
	struct cgroup_tree *t = calloc(1, sizeof(*t));

	for (size_t i = 0; t && i < CGROUP_PLACES; i++)
		if (cgroup_mount_point(cgroup_places[i], t->mounts[i], sizeof(t->mounts[i])))
			t->mounts[i][0] = '\0';
	return t;
}

void cgroup_tree_free(struct cgroup_tree **t)
{
	free(*t);
	*t = NULL;
}

/* ---- one by its number ---- */

/* Where a descriptor of a cgroup points, without the mount. */
static int path_of(int fd, const char *mount, char *out, size_t size)
{
	char link[64], path[PATH_MAX];
	size_t skip = strlen(mount);
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	if (strncmp(path, mount, skip) || (path[skip] && path[skip] != '/'))
		return -ESTALE;
	if (snprintf(out, size, "%s", path[skip] ? path + skip : "/") >= (int)size)
		return -ENAMETOOLONG;
	return 0;
}

static int path_in(const char *mount, uint64_t id, char *out, size_t size)
{
	_cleanup_close_ int dir = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	_cleanup_free_ struct file_handle *h = calloc(1, sizeof(*h) + sizeof(id));

	if (dir < 0 || !h)
		return -ENOENT;
	h->handle_bytes = sizeof(id);
	h->handle_type = HANDLE_KERNFS;
	memcpy(h->f_handle, &id, sizeof(id));
	fd = open_by_handle_at(dir, h, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : path_of(fd, mount, out, size);
}

int cgroup_tree_path(const struct cgroup_tree *t, uint64_t id, char *out, size_t size)
{
	int err = -ENOENT;

	/* The unified hierarchy is the last of the places and counts first. */
	for (size_t i = CGROUP_PLACES; err && i--;)
		if (t->mounts[i][0])
			err = path_in(t->mounts[i], id, out, size);
	return err;
}

bool cgroup_tree_has(const struct cgroup_tree *t, const char *path)
{
	for (size_t i = 0; i < CGROUP_PLACES; i++) {
		char whole[PATH_MAX];

		if (t->mounts[i][0] &&
		    snprintf(whole, sizeof(whole), "%s%s", t->mounts[i], path) <
			    (int)sizeof(whole) &&
		    !access(whole, F_OK))
			return true;
	}
	return false;
}

/* ---- all of them ---- */

struct walk {
	void (*found)(void *ctx, const char *path, size_t len);
	void *ctx;
	char path[PATH_MAX];
};

static void walk(struct walk *w, int dir, size_t len, unsigned depth)
{
	DIR *d = fdopendir(dir);
	struct dirent *e;

	if (!d) {
		close(dir);
		return;
	}
	while ((e = readdir(d))) {
		size_t n = len + 1 + strlen(e->d_name);
		int below;

		if (e->d_type != DT_DIR || e->d_name[0] == '.' || n >= sizeof(w->path))
			continue;
		snprintf(w->path + len, sizeof(w->path) - len, "/%s", e->d_name);
		w->found(w->ctx, w->path, n);
		if (depth == DEPTH_MAX)
			continue;
		below = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (below >= 0)
			walk(w, below, n, depth + 1);
	}
	closedir(d);
}

void cgroup_tree_walk(const struct cgroup_tree *t,
		      void (*found)(void *ctx, const char *path, size_t len), void *ctx)
{
	for (size_t i = 0; i < CGROUP_PLACES; i++) {
		struct walk w = {.found = found, .ctx = ctx};
		int dir = t->mounts[i][0] ? open(t->mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
					  : -1;

		if (dir >= 0)
			walk(&w, dir, 0, 0);
	}
}
