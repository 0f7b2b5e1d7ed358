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

/* One hierarchy. */
static int make_one(struct sandbox_cgroup *g, const char *root, const char *id)
{
	char parent[192];

	if (snprintf(parent, sizeof(parent), "%s/%s", root, PARENT) >= (int)sizeof(parent) ||
	    snprintf(g->path, sizeof(g->path), "%s/%s", parent, id) >= (int)sizeof(g->path))
		return -ENAMETOOLONG;
	if (mkdir(parent, 0755) && errno != EEXIST)
		return -errno;
	copy_cpuset(root, parent);
	if (mkdir(g->path, 0755)) {
		int err = -errno;

		rmdir(parent);
		return err;
	}
	copy_cpuset(parent, g->path);
	return 0;
}

int sandbox_cgroups_make(struct sandbox_cgroups *c, const char *id)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], root[1024], type[64];
	int err = -ENOENT;

	if (!f)
		return -errno;
	c->n = 0;
	while (c->n < SANDBOX_CGROUPS && fgets(line, sizeof(line), f)) {
		int one;

		if (sscanf(line, "%*s %1023s %63s", root, type) != 2 || strncmp(type, "cgroup", 6))
			continue;
		one = make_one(&c->list[c->n], root, id);
		if (!one)
			c->n++;
		else if (!c->n)
			err = one;
	}
	fclose(f);
	return c->n ? 0 : err;
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
	cgroup_parse(text, n, id);
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
		char root[sizeof(c->list[i].path)];

		strcpy(root, c->list[i].path);
		*strrchr(root, '/') = '\0';
		*strrchr(root, '/') = '\0';
		write_text(root, "cgroup.procs", "0");
	}
}

static void kill_members(const char *dir)
{
	char path[PATH_MAX];
	FILE *f;
	int pid;

	if (!write_text(dir, "cgroup.kill", "1"))
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fscanf(f, "%d", &pid) == 1)
		if (pid > 0)
			kill(pid, SIGKILL);
	fclose(f);
}

static void remove_one(struct sandbox_cgroup *g)
{
	for (int i = 0; i < REMOVE_TRIES && rmdir(g->path) && errno == EBUSY; i++) {
		kill_members(g->path);
		usleep(REMOVE_PAUSE_US);
	}
	/* the one above goes with the last container in it; a runtime makes it anew */
	*strrchr(g->path, '/') = '\0';
	rmdir(g->path);
}

void sandbox_cgroups_remove(struct sandbox_cgroups *c)
{
	while (c->n)
		remove_one(&c->list[--c->n]);
}
