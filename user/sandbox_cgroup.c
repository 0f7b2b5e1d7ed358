/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sandbox_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/cgroup.h"

#define PARENT		"docker"
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_US 10000

static int write_text(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* The cpuset hierarchy takes no process before a group has processors and memory. */
static void copy_setting(const char *parent, const char *dir, const char *file)
{
	char path[PATH_MAX], text[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", parent, file);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(text, sizeof(text), f))
		write_text(dir, file, text);
	fclose(f);
}

static void copy_cpuset(const char *parent, const char *dir)
{
	copy_setting(parent, dir, "cpuset.cpus");
	copy_setting(parent, dir, "cpuset.mems");
}

/* The directory above. */
static void cut(char *path)
{
	*strrchr(path, '/') = '\0';
}

static int make_one(const char *path)
{
	char parent[PATH_MAX], root[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s", path);
	cut(parent);
	snprintf(root, sizeof(root), "%s", parent);
	cut(root);
	if (mkdir(parent, 0755) && errno != EEXIST)
		return -errno;
	copy_cpuset(root, parent);
	if (mkdir(path, 0755))
		return -errno;
	copy_cpuset(parent, path);
	return 0;
}

int sandbox_cgroups_find(struct sandbox_cgroups *c, const char *id)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], root[1024], type[64];

	if (!f)
		return -errno;
	c->n = 0;
	while (c->n < SANDBOX_CGROUPS && fgets(line, sizeof(line), f)) {
		char *path = c->list[c->n].path;

		if (sscanf(line, "%*s %1023s %63s", root, type) != 2 || strncmp(type, "cgroup", 6))
			continue;
		if (snprintf(path, sizeof(c->list->path), "%s/" PARENT "/%s", root, id) <
		    (int)sizeof(c->list->path))
			c->n++;
	}
	fclose(f);
	return c->n ? 0 : -ENOENT;
}

int sandbox_cgroups_make(const struct sandbox_cgroups *c)
{
	int err = -ENOENT;
	bool some = false;

	for (unsigned i = 0; i < c->n; i++) {
		int one = make_one(c->list[i].path);

		if (one)
			err = one;
		else
			some = true;
	}
	return some ? 0 : err;
}

/* What the kernel programs will make of it. */
static bool is_inside(void)
{
	char text[8192], id[SHORT_SIZE];
	FILE *f = fopen("/proc/self/cgroup", "re");
	size_t n;

	if (!f)
		return false;
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	cgroup_parse(text, n, false, id);
	return strncmp(id, "host", sizeof(id));
}

int sandbox_cgroups_enter(const struct sandbox_cgroups *c)
{
	int err = -ENOENT;

	for (unsigned i = 0; i < c->n; i++) {
		int one = write_text(c->list[i].path, "cgroup.procs", "0");

		if (one)
			err = one;
	}
	return is_inside() ? 0 : err;
}

void sandbox_cgroups_leave(const struct sandbox_cgroups *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		struct sandbox_cgroup root = c->list[i];

		cut(root.path);
		cut(root.path);
		write_text(root.path, "cgroup.procs", "0");
	}
}

static void kill_others(const char *dir)
{
	char path[PATH_MAX];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fscanf(f, "%d", &pid) == 1)
		if (pid > 0 && pid != getpid())
			kill(pid, SIGKILL);
	fclose(f);
}

void sandbox_cgroups_remove(const struct sandbox_cgroups *c)
{
	for (unsigned n = 0; n < c->n; n++) {
		struct sandbox_cgroup g = c->list[n];

		for (int i = 0; i < REMOVE_TRIES && rmdir(g.path) && errno == EBUSY; i++) {
			kill_others(g.path);
			usleep(REMOVE_PAUSE_US);
		}
		/* the one above goes with the last container in it; a runtime makes it anew */
		cut(g.path);
		rmdir(g.path);
	}
}
