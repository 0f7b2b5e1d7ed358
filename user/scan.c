/* SPDX-License-Identifier: Apache-2.0 */
#include "user/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "gen/tables.h"
#include "user/cgroup.h"
#include "user/util.h"

#define CMD_OWN_ID (1ULL << 63) /* ids that the kernel never gives */
#define DELETED	   " (deleted)"

/* What stays the same from process to process. */
struct scan {
	const struct policy_maps *maps;
	struct tables *tables;
	uint32_t generation;
	const char *host; /* what container.id is outside of containers */
	struct {
		const char *controller;
		char path[512]; /* where its hierarchy is mounted, "" if nowhere */
	} mounts[CGROUP_PLACES];
};

/* What is read of one process. */
struct found {
	struct proc proc;
	char exepath[PATH_MAX];
	char argv[ARGS_MAX + 1];
	size_t argv_len;
	bool argv_cut;
};

static ssize_t read_at(int dir, const char *name, char *out, size_t size)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len < size && (n = read(fd, out + len, size - len)) > 0)
		len += n;
	return n < 0 ? -errno : (ssize_t)len;
}

static int read_name(int dir, struct found *f)
{
	char comm[COMM_SIZE + 1] = {};
	ssize_t n = read_at(dir, "comm", comm, sizeof(comm) - 1);

	if (n <= 0)
		return n < 0 ? n : -ESRCH;
	if (comm[n - 1] == '\n')
		comm[n - 1] = '\0';
	memcpy(f->proc.name, comm, COMM_SIZE);
	f->proc.name[COMM_SIZE - 1] = '\0';
	return 0;
}

static int read_argv(int dir, struct found *f)
{
	ssize_t n = read_at(dir, "cmdline", f->argv, sizeof(f->argv));

	if (n < 0)
		return n;
	f->argv_cut = n > ARGS_MAX;
	f->argv_len = f->argv_cut ? ARGS_MAX : n;
	/* A process can write over its arguments: the table holds texts that end. */
	if (f->argv_len && f->argv[f->argv_len - 1] && !f->argv_cut) {
		if (f->argv_len < ARGS_MAX)
			f->argv[f->argv_len++] = '\0';
		else
			f->argv_cut = true;
	}
	return 0;
}

/* Kernel threads have none, and some processes hide theirs: both leave "". */
static void read_exepath(int dir, struct found *f)
{
	ssize_t n = readlinkat(dir, "exe", f->exepath, sizeof(f->exepath) - 1);
	size_t tail = sizeof(DELETED) - 1;

	if (n < 0)
		n = 0;
	f->exepath[n] = '\0';
	if ((size_t)n > tail && !strcmp(f->exepath + n - tail, DELETED))
		f->exepath[n - tail] = '\0';
}

static void find_mounts(struct scan *sc)
{
	for (size_t i = 0; i < CGROUP_PLACES; i++) {
		sc->mounts[i].controller = cgroup_places[i];
		if (cgroup_mount_point(cgroup_places[i], sc->mounts[i].path,
				       sizeof(sc->mounts[i].path)))
			sc->mounts[i].path[0] = '\0';
	}
}

/* The kernel's number of a cgroup is the inode of its directory. */
static uint64_t cgroup_inode(const struct scan *sc, const struct cgroup_place *place)
{
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < CGROUP_PLACES; i++) {
		if (strcmp(sc->mounts[i].controller, place->controller) || !sc->mounts[i].path[0])
			continue;
		snprintf(path, sizeof(path), "%s%.*s", sc->mounts[i].path, (int)place->path_len,
			 place->path);
		return stat(path, &st) ? 0 : st.st_ino;
	}
	return 0;
}

/* Whether its pid namespace is not the first one: then it has a number in two of them. */
static bool is_inner(int dir)
{
	char text[4096];
	ssize_t n = read_at(dir, "status", text, sizeof(text) - 1);
	unsigned first, second;
	const char *line;

	if (n < 0)
		return false;
	text[n] = '\0';
	line = strstr(text, "\nNSpid:");
	return line && sscanf(line, "\nNSpid: %u %u", &first, &second) == 2;
}

static int read_cgroup(const struct scan *sc, int dir, struct found *f)
{
	char text[8192];
	ssize_t n = read_at(dir, "cgroup", text, sizeof(text));
	struct cgroup_place place;

	if (n < 0)
		return n;
	cgroup_parse(text, n, false, f->proc.container);
	if (!strcmp(f->proc.container, "host") && is_inner(dir))
		cgroup_parse(text, n, true, f->proc.container);
	if (!strcmp(f->proc.container, "host"))
		memcpy(f->proc.container, sc->host, SHORT_SIZE);
	if (cgroup_choose(text, n, &place))
		f->proc.cgroup = cgroup_inode(sc, &place);
	return 0;
}

static int read_process(const struct scan *sc, int dir, struct found *f)
{
	int err = read_name(dir, f);

	if (!err)
		err = read_argv(dir, f);
	if (!err)
		err = read_cgroup(sc, dir, f);
	if (!err)
		read_exepath(dir, f);
	return err;
}

static int keep_argv(const struct policy_maps *maps, struct found *f, uint32_t pid)
{
	struct cmd_large *cmd = calloc(1, sizeof(*cmd));
	uint64_t id = CMD_OWN_ID | pid;
	bool small = f->argv_len <= CMD_SMALL;
	int err;

	if (!cmd)
		return -ENOMEM;
	cmd->h.refs = 1;
	cmd->h.len = f->argv_len;
	memcpy(cmd->argv, f->argv, f->argv_len);
	err = bpf_map_update_elem(small ? maps->cmds_small : maps->cmds_large, &id, cmd, BPF_ANY);
	free(cmd);
	if (!err)
		f->proc.exec_id = id;
	return err;
}

static void drop_argv(const struct policy_maps *maps, uint64_t id)
{
	if (id && bpf_map_delete_elem(maps->cmds_small, &id))
		bpf_map_delete_elem(maps->cmds_large, &id);
}

/* Adds a process that the kernel does not know yet. 1 if it was added, 0 if there was no need
 * or it is gone, or -errno. */
static int add_process(const struct scan *sc, uint32_t pid, int dir, struct found *f)
{
	const struct policy_maps *maps = sc->maps;
	int err = read_process(sc, dir, f);

	if (err)
		return 0;
	f->proc.generation = sc->generation;
	f->proc.flags = PROC_EARLY | (f->argv_cut ? PROC_TRUNCATED : 0);
	tables_process(sc->tables, &f->proc, f->argv, f->argv_len, f->argv_cut, f->exepath);
	if (f->argv_len)
		keep_argv(maps, f, pid);
	err = bpf_map_update_elem(maps->procs, &pid, &f->proc, BPF_NOEXIST);
	if (err) {
		drop_argv(maps, f->proc.exec_id);
		return err == -EEXIST ? 0 : err;
	}
	/* Gone meanwhile: no exit will take it out. */
	if (faccessat(dir, "comm", F_OK, 0)) {
		bpf_map_delete_elem(maps->procs, &pid);
		drop_argv(maps, f->proc.exec_id);
		return 0;
	}
	return 1;
}

static uint32_t parse_pid(const char *name)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	return *end || n > INT_MAX ? 0 : n;
}

static int scan_once(const struct scan *sc, struct found *f)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	int added = 0, n = 0;

	if (!proc)
		return -errno;
	while (n >= 0 && (d = readdir(proc))) {
		uint32_t pid = parse_pid(d->d_name);
		struct proc known;
		int dir;

		if (!pid || !bpf_map_lookup_elem(sc->maps->procs, &pid, &known))
			continue;
		dir = openat(dirfd(proc), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		memset(f, 0, sizeof(*f));
		n = add_process(sc, pid, dir, f);
		close(dir);
		if (n > 0)
			added += n;
	}
	closedir(proc);
	return n < 0 ? n : added;
}

int scan_processes(const struct policy_maps *maps, const struct image *im, uint32_t generation,
		   const char host[SHORT_SIZE])
{
	struct scan sc = {
		.maps = maps, .generation = generation, .tables = tables_new(im), .host = host};
	struct found *f = calloc(1, sizeof(*f));
	int first = -ENOMEM, second = 0;

	if (sc.tables && f) {
		find_mounts(&sc);
		first = scan_once(&sc, f);
		/* Children that parents not in the table yet had meanwhile. */
		if (first > 0)
			second = scan_once(&sc, f);
	}
	free(f);
	if (sc.tables)
		tables_free(&sc.tables);
	return first < 0 ? first : first + (second > 0 ? second : 0);
}
