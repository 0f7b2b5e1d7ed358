/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files and directories of them, read into memory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/arena.h"
#include "gen/ruleset_private.h"

#define FILE_MAX ((size_t)16 << 20)

static int fail(struct ruleset *rs, const char *path, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int fail(struct ruleset *rs, const char *path, const char *hint, const char *format, ...)
{
	struct place at = {.file = arena_str(rs->arena, path, strlen(path))};
	char message[256];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	file_add(rs, at.file);
	return diag_add(&rs->diags, SEVERITY_ERROR, at, "LOAD_ERR_FILE_READ", hint, "%s", message);
}

/* Up to FILE_MAX + 1 bytes. Returns their number or -errno. */
static ssize_t read_all(int fd, char *buffer)
{
	size_t len = 0;
	ssize_t n;

	while (len <= FILE_MAX) {
		n = read(fd, buffer + len, FILE_MAX + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int load_open_file(struct ruleset *rs, const char *path, int fd)
{
	char *buffer = malloc(FILE_MAX + 1);
	ssize_t len;
	int err;

	if (!buffer)
		return -ENOMEM;
	len = read_all(fd, buffer);
	if (len < 0)
		err = fail(rs, path, NULL, "Could not read the file: %s", strerror((int)-len));
	else if ((size_t)len > FILE_MAX)
		err = fail(rs, path, "split it", "the file is larger than %zu MiB", FILE_MAX >> 20);
	else
		err = ruleset_load_text(rs, path, buffer, (size_t)len);
	free(buffer);
	return err;
}

static bool is_rule_file(const char *dir, const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');
	char path[4096];
	struct stat st;

	if (!dot || (strcmp(dot, ".yaml") && strcmp(dot, ".yml")))
		return false;
	if (snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >= (int)sizeof(path))
		return false;
	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int load_directory(struct ruleset *rs, const char *path, int fd)
{
	const char **names = NULL;
	DIR *dir = fdopendir(dup(fd));
	struct dirent *e;
	size_t i, n = 0;
	int err = 0;

	if (!dir)
		return fail(rs, path, NULL, "Could not read the directory: %s", strerror(errno));
	while ((e = readdir(dir))) {
		if (!is_rule_file(path, e))
			continue;
		names = arena_push(rs->arena, names, n, sizeof(*names));
		names[n++] = arena_printf(rs->arena, "%s%s%s", path,
					  path[strlen(path) - 1] == '/' ? "" : "/", e->d_name);
	}
	closedir(dir);
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	for (i = 0; !err && i < n; i++)
		err = ruleset_load(rs, names[i]);
	return err;
}

int ruleset_load(struct ruleset *rs, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0)
		return fail(rs, path, NULL, "Could not open file %s for reading: %s", path,
			    strerror(errno));
	if (fstat(fd, &st))
		err = fail(rs, path, NULL, "Could not read the file: %s", strerror(errno));
	else if (S_ISDIR(st.st_mode))
		err = load_directory(rs, path, fd);
	else
		err = load_open_file(rs, path, fd);
	close(fd);
	return err;
}
