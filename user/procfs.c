/* SPDX-License-Identifier: Apache-2.0 */
#include "user/procfs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/util.h"

#define NS_PER_S  1000000000LL
#define FILE_MAX  ((size_t)2 << 20) /* what the kernel allows for argv and environment */
#define FILES_MAX 8

struct file {
	const char *name; /* a constant */
	char *text;	  /* NULL: could not be read */
	size_t len;
};

struct procfs {
	char dir[48];
	struct file files[FILES_MAX];
	size_t n_files;
};

struct procfs *procfs_open(uint32_t pid, uint32_t tid)
{
	struct procfs *p = calloc(1, sizeof(*p));

	if (p && tid)
		snprintf(p->dir, sizeof(p->dir), "/proc/%u/task/%u", pid, tid);
	else if (p)
		snprintf(p->dir, sizeof(p->dir), "/proc/%u", pid);
	return p;
}

void procfs_free(struct procfs **p)
{
	if (!*p)
		return;
	for (size_t i = 0; i < (*p)->n_files; i++)
		free((*p)->files[i].text);
	free(*p);
	*p = NULL;
}

void procfs_path(const struct procfs *p, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", p->dir, name);
}

const char *procfs_file(struct procfs *p, const char *name, size_t *len)
{
	char path[PATH_MAX];
	struct file *f;

	for (size_t i = 0; i < p->n_files; i++) {
		if (!strcmp(p->files[i].name, name)) {
			*len = p->files[i].len;
			return p->files[i].text;
		}
	}
	if (p->n_files == FILES_MAX)
		return NULL;
	f = &p->files[p->n_files++];
	f->name = name;
	procfs_path(p, name, path);
	if (read_file(path, FILE_MAX, &f->text, &f->len))
		f->text = NULL;
	*len = f->len;
	return f->text;
}

/* ---- stat ---- */

/* Behind the name, which may hold anything: the last ) ends it. */
static const char *stat_numbers(struct procfs *p)
{
	size_t len;
	const char *text = procfs_file(p, "stat", &len), *end = text ? strrchr(text, ')') : NULL;

	return end ? end + 1 : NULL;
}

bool procfs_stat(struct procfs *p, enum procfs_stat what, int64_t *out)
{
	/* Counted from the state, which is number 3 in proc(5). */
	static const unsigned numbers[PROCFS_STAT_COUNT] = {
		[PROCFS_PPID] = 1,   [PROCFS_PGRP] = 2,	  [PROCFS_SESSION] = 3,
		[PROCFS_MINFLT] = 7, [PROCFS_MAJFLT] = 9, [PROCFS_THREADS] = 17,
		[PROCFS_START] = 19,
	};
	const char *s = stat_numbers(p);
	char *end;

	for (unsigned i = 0; s && i <= numbers[what]; i++) {
		s = strchr(s, ' ');
		s += s ? 1 : 0;
	}
	if (!s)
		return false;
	*out = strtoll(s, &end, 10);
	return end != s;
}

const char *procfs_comm(struct procfs *p)
{
	size_t len;
	char *text = (char *)procfs_file(p, "comm", &len);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

bool procfs_start(struct procfs *p, int64_t *out)
{
	struct timespec real, boot;
	int64_t ticks, hz = sysconf(_SC_CLK_TCK);

	if (hz <= 0 || !procfs_stat(p, PROCFS_START, &ticks))
		return false;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	*out = (real.tv_sec - boot.tv_sec) * NS_PER_S + real.tv_nsec - boot.tv_nsec +
	       ticks * (NS_PER_S / hz);
	return true;
}

/* ---- status ---- */

const char *procfs_status(struct procfs *p, const char *key, size_t *len)
{
	size_t all, n = strlen(key);
	const char *s = procfs_file(p, "status", &all);

	for (; s && *s; s = strchr(s, '\n'), s += s ? 1 : 0) {
		if (strncmp(s, key, n) || s[n] != ':')
			continue;
		s += n + 1;
		s += strspn(s, " \t");
		*len = strcspn(s, "\n");
		return s;
	}
	return NULL;
}

bool procfs_status_first(struct procfs *p, const char *key, int64_t *out)
{
	size_t len;
	const char *s = procfs_status(p, key, &len);
	char *end;

	if (!s)
		return false;
	*out = strtoll(s, &end, 10);
	return end != s;
}

bool procfs_status_last(struct procfs *p, const char *key, int64_t *out)
{
	size_t len;
	const char *s = procfs_status(p, key, &len);
	char *end;

	while (s && len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (!s || !len)
		return false;
	for (size_t i = len; i > 0; i--) {
		if (s[i - 1] == ' ' || s[i - 1] == '\t') {
			s += i;
			break;
		}
	}
	*out = strtoll(s, &end, 10);
	return end != s;
}

/* ---- links ---- */

ssize_t procfs_link(struct procfs *p, const char *name, char *out, size_t size)
{
	char path[PATH_MAX];
	ssize_t n;

	procfs_path(p, name, path);
	n = readlink(path, out, size);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	out[n] = '\0';
	return n;
}

int procfs_stat_file(struct procfs *p, const char *name, struct stat *out)
{
	char path[PATH_MAX];

	procfs_path(p, name, path);
	return stat(path, out) ? -errno : 0;
}

/* The kernel adds " (deleted)" to the name of a file that has none any more. */
static bool is_deleted(struct procfs *p, const char *path, size_t len)
{
	static const char mark[] = " (deleted)";
	size_t n = sizeof(mark) - 1;
	struct stat st;

	return len > n && !strcmp(path + len - n, mark) &&
	       (procfs_stat_file(p, "exe", &st) || !st.st_nlink);
}

ssize_t procfs_exe(struct procfs *p, char *out, size_t size)
{
	ssize_t n = procfs_link(p, "exe", out, size);

	if (n < 0)
		return n;
	if (is_deleted(p, out, n))
		n -= strlen(" (deleted)");
	if (!strncmp(out, "/memfd:", 7)) {
		n--;
		memmove(out, out + 1, n);
	}
	out[n] = '\0';
	return n;
}

bool procfs_has_argv(struct procfs *p, const char *argv, size_t len)
{
	size_t n;
	const char *now = procfs_file(p, "cmdline", &n);

	if (!now || !argv || !len)
		return false;
	/* The last byte may be an end that was put there. */
	return n + 1 >= len && !memcmp(now, argv, len - 1);
}

/* ---- descriptors ---- */

static const char *type_of_anon(const char *link)
{
	static const char *const types[][2] = {
		{"[eventfd]", "event"},	    {"[eventpoll]", "eventpoll"},
		{"[signalfd]", "signalfd"}, {"[timerfd]", "timerfd"},
		{"[io_uring]", "io_uring"}, {"[userfaultfd]", "userfaultfd"},
		{"[pidfd]", "pidfd"},	    {"inotify", "inotify"},
		{"[fanotify]", "fanotify"},
	};

	if (!strncmp(link, "bpf", 3))
		return "bpf";
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!strcmp(link, types[i][0]))
			return types[i][1];
	}
	return NULL;
}

static const char *type_of_file(struct procfs *p, const char *fd)
{
	struct stat st;

	if (procfs_stat_file(p, fd, &st))
		return NULL;
	if (S_ISFIFO(st.st_mode))
		return "pipe";
	return S_ISDIR(st.st_mode) ? "directory" : "file";
}

bool procfs_fd(struct procfs *p, unsigned fd, const char **type, char *name, size_t size)
{
	char link[24];

	snprintf(link, sizeof(link), "fd/%u", fd);
	if (procfs_link(p, link, name, size) < 0)
		return false;
	if (!strncmp(name, "/memfd:", 7))
		*type = "memfd";
	else if (*name == '/')
		*type = type_of_file(p, link);
	else if (!strncmp(name, "pipe:", 5))
		*type = "pipe";
	else if (!strncmp(name, "anon_inode:", 11))
		*type = type_of_anon(name + 11);
	else
		*type = NULL; /* of a socket the link does not say which */
	return true;
}
