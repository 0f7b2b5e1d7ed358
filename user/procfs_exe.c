/* SPDX-License-Identifier: Apache-2.0 */
/* The layer that an executed file comes from. */
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "user/procfs.h"
#include "user/util.h"

/* One line of mountinfo: where it is mounted, what it is, and the directory of its upper layer. */
struct overlay {
	char point[PATH_MAX];
	char upper[PATH_MAX];
};

/* Blanks are written as \040, and so on. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		unsigned byte;

		if (*s == '\\' && sscanf(s + 1, "%3o", &byte) == 1 && strlen(s) > 3) {
			*to++ = byte;
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static bool read_upper(const char *options, char out[PATH_MAX])
{
	const char *s = strstr(options, ",upperdir=");
	size_t len;

	if (!s)
		return false;
	s += strlen(",upperdir=");
	len = strcspn(s, ", \n");
	if (len >= PATH_MAX)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	unescape(out);
	return true;
}

/* False if the line is of no overlay. */
static bool read_line(const char *line, struct overlay *out)
{
	const char *type = strstr(line, " - overlay "), *end = strchr(line, '\n');

	out->upper[0] = '\0';
	if (!type || (end && type > end))
		return false;
	if (sscanf(line, "%*s %*s %*s %*s %4095s", out->point) != 1)
		return false;
	unescape(out->point);
	read_upper(type, out->upper);
	return true;
}

/* Length of the mount point if the path is below it. */
static size_t point_len(const char *point, const char *path)
{
	size_t len = strlen(point);

	if (!strcmp(point, "/"))
		return 1;
	return !strncmp(point, path, len) && (path[len] == '/' || !path[len]) ? len : 0;
}

static bool find_overlay(struct procfs *p, const char *path, struct overlay *best)
{
	struct overlay *o = malloc(sizeof(*o));
	size_t len, best_len = 0;
	const char *line = procfs_file(p, "mountinfo", &len);

	for (; o && line && *line; line = strchr(line, '\n'), line += line ? 1 : 0) {
		size_t n = read_line(line, o) ? point_len(o->point, path) : 0;

		if (n >= best_len && n) {
			*best = *o;
			best_len = n;
		}
	}
	free(o);
	return best_len;
}

static enum procfs_layer layer_of(struct procfs *p, const char *path, struct overlay *o)
{
	char file[2 * PATH_MAX];
	struct stat st;

	if (!find_overlay(p, path, o))
		return LAYER_UNKNOWN;
	if (!o->upper[0])
		return LAYER_LOWER; /* an overlay that nobody can write to */
	if (stat(o->upper, &st))
		return LAYER_UNKNOWN;
	snprintf(file, sizeof(file), "%s/%s", o->upper,
		 path + (strcmp(o->point, "/") ? strlen(o->point) : 0));
	return lstat(file, &st) || !S_ISREG(st.st_mode) ? LAYER_LOWER : LAYER_UPPER;
}

enum procfs_layer procfs_exe_layer(struct procfs *p)
{
	_cleanup_free_ struct overlay *o = malloc(sizeof(*o));
	char path[PATH_MAX], exe[PATH_MAX];
	struct statfs fs;

	if (!o || procfs_exe(p, exe, sizeof(exe)) < 0)
		return LAYER_UNKNOWN;
	procfs_path(p, "exe", path);
	if (statfs(path, &fs))
		return LAYER_UNKNOWN;
	if (fs.f_type != OVERLAYFS_SUPER_MAGIC)
		return LAYER_NONE;
	return layer_of(p, exe, o);
}
