/* SPDX-License-Identifier: Apache-2.0 */
#include "user/watcher.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/util.h"

#define DIR_EVENTS                                                                                 \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
#define FILE_EVENTS (IN_CLOSE_WRITE | IN_MOVE_SELF | IN_DELETE_SELF)
#define LINKS_MAX   16
#define FILE_MAX    ((size_t)64 << 20)
#define FNV_PRIME   0x100000001b3ULL

struct watcher {
	int fd;
	struct watch {
		int id;
		char *name; /* in a directory; NULL: any, or the file itself */
	} * list;
	size_t n;
};

struct watcher *watcher_new(void)
{
	struct watcher *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0) {
		free(w);
		return NULL;
	}
	return w;
}

void watcher_free(struct watcher **w)
{
	if (!*w)
		return;
	close((*w)->fd);
	for (size_t i = 0; i < (*w)->n; i++)
		free((*w)->list[i].name);
	free((*w)->list);
	free(*w);
	*w = NULL;
}

int watcher_fd(const struct watcher *w)
{
	return w->fd;
}

static void add_watch(struct watcher *w, const char *path, uint32_t events, const char *name)
{
	int id = inotify_add_watch(w->fd, path, events | IN_MASK_ADD);
	struct watch *list = id < 0 ? NULL : realloc(w->list, (w->n + 1) * sizeof(*list));

	if (!list)
		return;
	w->list = list;
	list[w->n++] = (struct watch){id, name ? strdup(name) : NULL};
}

/* ---- paths ---- */

static bool is_rule_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static void add_at(struct watcher *w, const char *path, int depth);

/* What is left of path behind a link: the link's target takes its place. */
static void follow(struct watcher *w, const char *dir, const char *target, const char *rest,
		   int depth)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s%s%s%s", *target == '/' ? "" : dir, *target == '/' ? "" : "/",
		     target, rest) >= 0)
		add_at(w, path, depth + 1);
	else
		path = NULL;
}

static void add_directory(struct watcher *w, const char *path, int depth)
{
	DIR *d = opendir(path);
	struct dirent *e;

	add_watch(w, path, DIR_EVENTS | IN_ONLYDIR, NULL);
	while (d && (e = readdir(d))) {
		if (is_rule_file(e->d_name))
			follow(w, path, e->d_name, "", depth);
	}
	if (d)
		closedir(d);
}

/* Component by component from the root: dir is what has been seen to be there. */
static void add_at(struct watcher *w, const char *path, int depth)
{
	_cleanup_free_ char *dir = calloc(1, strlen(path) + 2);
	char target[PATH_MAX];
	struct stat st;

	for (const char *p = path; dir && depth < LINKS_MAX;) {
		size_t had = strlen(dir), len;
		_cleanup_free_ char *name = NULL;
		ssize_t n;
		int err;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (!len) {
			if (!stat(dir, &st) && S_ISDIR(st.st_mode))
				add_directory(w, dir, depth);
			else
				add_watch(w, dir, FILE_EVENTS, NULL);
			return;
		}
		name = strndup(p, len);
		if (!name)
			return;
		p += len;
		sprintf(dir + had, "/%s", name);
		n = readlink(dir, target, sizeof(target) - 1);
		err = n < 0 ? errno : 0;
		if (err == EINVAL && p[strspn(p, "/")])
			continue; /* a directory on the way */
		if (err == EINVAL && !stat(dir, &st) && S_ISDIR(st.st_mode))
			continue;
		/* a link, the file itself, or not there: its directory says when that changes */
		dir[had] = '\0';
		add_watch(w, had ? dir : "/", DIR_EVENTS | IN_ONLYDIR, name);
		if (!err) {
			target[n] = '\0';
			follow(w, dir, target, p, depth);
			return;
		}
		if (err == ENOENT)
			return;
		sprintf(dir + had, "/%s", name);
	}
}

void watcher_add(struct watcher *w, const char *path)
{
	char cwd[PATH_MAX];

	if (*path == '/')
		add_at(w, path, 0);
	else if (getcwd(cwd, sizeof(cwd)))
		follow(w, cwd, path, "", 0);
}

/* ---- events ---- */

static bool concerns(const struct watcher *w, const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW)
		return true;
	for (size_t i = 0; i < w->n; i++) {
		const struct watch *watch = &w->list[i];

		if (watch->id == e->wd &&
		    (!watch->name || !e->len || !strcmp(watch->name, e->name)))
			return true;
	}
	return false;
}

bool watcher_take(struct watcher *w)
{
	_Alignas(struct inotify_event) char data[4096];
	bool any = false;
	ssize_t n;

	while ((n = read(w->fd, data, sizeof(data))) > 0) {
		const struct inotify_event *e;

		for (ssize_t at = 0; at < n; at += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)(data + at);
			any |= !(e->mask & IN_IGNORED) && concerns(w, e);
		}
	}
	return any;
}

/* ---- contents ---- */

static uint64_t add_bytes(uint64_t sum, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)data[i]) * FNV_PRIME;
	return (sum ^ len) * FNV_PRIME;
}

static uint64_t sum_file(uint64_t sum, const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	struct stat st;
	int err = stat(path, &st) ? -errno : 0;

	/* What is no regular file can be read only once. */
	if (!err && S_ISREG(st.st_mode))
		err = read_file(path, FILE_MAX, &text, &len);
	sum = add_bytes(sum, path, strlen(path));
	return text ? add_bytes(sum, text, len) : add_bytes(sum, (const char *)&err, sizeof(err));
}

static int only_rules(const struct dirent *e)
{
	return is_rule_file(e->d_name);
}

uint64_t watcher_sum(uint64_t sum, const char *path)
{
	struct dirent **found;
	struct stat st;
	int n;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return sum_file(sum, path);
	n = scandir(path, &found, only_rules, alphasort);
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *file = NULL;

		if (asprintf(&file, "%s/%s", path, found[i]->d_name) >= 0)
			sum = sum_file(sum, file);
		else
			file = NULL;
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return sum;
}
