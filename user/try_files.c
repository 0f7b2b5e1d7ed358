/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_MAX ((size_t)1 << 30)

static int make(const char *path, mode_t mode)
{
	int fd;

	if (unlink(path) && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int try_file_write(const char *path, const char *text, size_t len, mode_t mode)
{
	int fd = make(path, mode), err = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, len) != (ssize_t)len)
		err = -EIO;
	close(fd);
	return err;
}

int try_file_copy_fd(int from, const char *to, mode_t mode)
{
	off_t at = 0;
	int fd = make(to, mode), err = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = sendfile(fd, from, &at, COPY_MAX);
	while (n > 0);
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

int try_file_copy(const char *from, const char *to, mode_t mode)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = try_file_copy_fd(fd, to, mode);
	close(fd);
	return err;
}

int try_file_parents(const char *path)
{
	char dir[PATH_MAX];

	for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		size_t len = at - path;

		if (len >= sizeof(dir))
			return -ENAMETOOLONG;
		memcpy(dir, path, len);
		dir[len] = '\0';
		if (mkdir(dir, 0755) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	return remove(path);
}

void try_files_remove(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
