/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/runtime.h"

/* ---- ids ---- */

bool runtime_is_id(const char *id)
{
	return strspn(id, "0123456789abcdef") == RUNTIME_ID_DIGITS && !id[RUNTIME_ID_DIGITS];
}

bool runtime_is_name(const char *id)
{
	size_t len = strnlen(id, RUNTIME_NAME_MAX + 1);

	return len && len <= RUNTIME_NAME_MAX && *id != '.' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-:@") ==
		       len;
}

/* ---- opening ---- */

/* Component by component: for kernels without openat2 (before 5.6) and filters that forbid it. */
static int open_by_steps(int dir, const char *path, int flags)
{
	_cleanup_close_ int at = -1;
	char name[NAME_MAX + 1];

	for (;;) {
		size_t len = strcspn(path, "/");
		bool last = !path[len];
		int next;

		if (!len || len > NAME_MAX || !strncmp(path, "..", len > 2 ? len : 2))
			return -EXDEV;
		memcpy(name, path, len);
		name[len] = '\0';
		next = openat(at < 0 ? dir : at, name,
			      last ? flags | O_NOFOLLOW
				   : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		if (last)
			return next;
		if (at >= 0)
			close(at);
		at = next;
		path += len + 1;
	}
}

static int open_below(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	if (dir < 0)
		return -EBADF;
	fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd >= 0)
		return fd;
	if (errno == ENOSYS || errno == EPERM)
		return open_by_steps(dir, path, flags);
	return -errno;
}

/* Links of a host that is mounted somewhere lead to places below that. */
static int open_in_host(const char *host, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	_cleanup_close_ int root = open(host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char whole[PATH_MAX];
	int fd;

	if (root < 0)
		return -errno;
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd >= 0)
		return fd;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	if ((size_t)snprintf(whole, sizeof(whole), "%s/%s", host, path) >= sizeof(whole))
		return -ENAMETOOLONG;
	fd = open(whole, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int runtime_open_root(const struct runtime_roots *roots, const char *path)
{
	int fd;

	if (roots->host && *roots->host)
		return open_in_host(roots->host, path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int runtime_open_dir(int dir, const char *path)
{
	return open_below(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int runtime_open_file(int dir, const char *path)
{
	_cleanup_close_ int fd =
		open_below(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) ? TAKE_FD(fd) : -EINVAL;
}

int runtime_read(int dir, const char *path, char **text, size_t *len)
{
	_cleanup_close_ int fd = runtime_open_file(dir, path);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > (off_t)RUNTIME_FILE_MAX)
		return -EFBIG;
	return read_fd(fd, RUNTIME_FILE_MAX, text, len);
}

/* ---- directories ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void runtime_free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static bool add_name(char ***names, size_t n, const char *name)
{
	char **more = *names;

	if (!(n & (n - 1))) {
		more = realloc(more, (n ? 2 * n : 1) * sizeof(*more));
		if (!more)
			return false;
		*names = more;
	}
	more[n] = strdup(name);
	return more[n];
}

long runtime_names(int dir, const char *path, bool (*check)(const char *), size_t max,
		   char ***names)
{
	int fd = runtime_open_dir(dir, path);
	struct dirent *d;
	size_t n = 0;
	DIR *all;

	*names = NULL;
	if (fd < 0)
		return fd;
	all = fdopendir(fd);
	if (!all) {
		close(fd);
		return -ENOMEM;
	}
	while (n < max && (d = readdir(all))) {
		if (*d->d_name == '.' || !check(d->d_name))
			continue;
		if (!add_name(names, n, d->d_name))
			break;
		n++;
	}
	closedir(all);
	if (n)
		qsort(*names, n, sizeof(**names), by_name);
	return n;
}
