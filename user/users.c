/* SPDX-License-Identifier: Apache-2.0 */
#include "user/users.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <time.h>
#include <unistd.h>

#include "kern/abi.h"

#include "user/util.h"

#define ENTRIES	  256
#define KEEP_S	  60 /* files change: someone adds a user */
#define NAME_SIZE 128
#define FILE_MAX  ((size_t)4 << 20) /* a container can put anything there */

/* What is looked up: a column of passwd or of group. */
enum column { USER_NAME, USER_HOME, USER_SHELL, GROUP_NAME };

struct entry {
	bool used;
	enum column column;
	uint32_t id;
	char container[SHORT_SIZE]; /* "" for the host */
	time_t until;
	char name[NAME_SIZE]; /* "" if the file has none */
};

/* A ring: the oldest is overwritten, so a name stays valid for ENTRIES - 1 further look-ups. */
struct users {
	const char *host;
	struct entry entries[ENTRIES];
	size_t next;
};

struct users *users_new(const char *host)
{
	struct users *u = calloc(1, sizeof(*u));

	if (u)
		u->host = host;
	return u;
}

void users_free(struct users **u)
{
	free(*u);
	*u = NULL;
}

void users_forget(struct users *u)
{
	for (size_t i = 0; i < ENTRIES; i++)
		u->entries[i].used = false;
}

static time_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/*
 * A file below the root of a process. Its owner may be hostile: no link, magic link or mount
 * leads out of the root's own file system, and nothing is opened on one that a program of the
 * container answers for and could keep us waiting with.
 */
static int open_inside(uint32_t pid, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	_cleanup_close_ int root = -1;
	struct statfs fs;
	char name[40];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/root", pid);
	root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -ESRCH;
	if (fstatfs(root, &fs))
		return -ESRCH;
	if (fs.f_type == FUSE_SUPER_MAGIC)
		return -EPERM;
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

static int open_of_host(const struct users *u, const char *path)
{
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), "%s%s", u->host, path) >= (int)sizeof(name))
		return -ENOENT;
	return open(name, O_RDONLY | O_CLOEXEC);
}

static int open_file(const struct users *u, enum column column, uint32_t pid, const char *container)
{
	const char *path = column != GROUP_NAME ? "/etc/passwd" : "/etc/group";
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (container)
		fd = open_inside(pid, path);
	else
		fd = open_of_host(u, path);
	if (fd < 0)
		return fd == -ESRCH ? fd : -ENOENT;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -ENOENT;
	return TAKE_FD(fd);
}

/* The text between colons number n behind s, ended there; NULL if there are fewer. */
static char *column_behind(char *s, unsigned n)
{
	while (n-- && s) {
		s = strchr(s, ':');
		s += s ? 1 : 0;
	}
	if (s)
		s[strcspn(s, ":")] = '\0';
	return s;
}

/* name:password:id:group:comment:home:shell */
static bool is_line_of(char *line, uint32_t id, enum column column, const char **name)
{
	char *password = strchr(line, ':'), *number, *end;
	unsigned long n;

	if (!password || password == line)
		return false;
	number = strchr(password + 1, ':');
	if (!number)
		return false;
	errno = 0;
	n = strtoul(++number, &end, 10);
	if (errno || end == number || (*end != ':' && *end) || n != id)
		return false;
	if (column == USER_HOME || column == USER_SHELL) {
		*name = column_behind(end, column == USER_HOME ? 3 : 4);
		return *name;
	}
	*password = '\0';
	*name = line;
	return true;
}

static void find_in_text(char *text, uint32_t id, enum column column, char out[NAME_SIZE])
{
	char *save, *line;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *name;

		if (is_line_of(line, id, column, &name)) {
			snprintf(out, NAME_SIZE, "%s", name);
			return;
		}
	}
}

/* -ENOENT if there is no file to look into, -ESRCH if it cannot be told. */
static int find_in_file(const struct users *u, enum column column, uint32_t id, uint32_t pid,
			const char *container, char out[NAME_SIZE])
{
	_cleanup_close_ int fd = open_file(u, column, pid, container);
	_cleanup_free_ char *text = NULL;
	size_t len;
	int err;

	if (fd < 0)
		return fd;
	err = read_fd(fd, FILE_MAX, &text, &len);
	if (err)
		return err;
	out[0] = '\0';
	find_in_text(text, id, column, out);
	return 0;
}

static struct entry *find_entry(struct users *u, enum column column, uint32_t id,
				const char *container)
{
	time_t now = seconds();

	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &u->entries[i];

		if (e->used && e->column == column && e->id == id && e->until > now &&
		    !strncmp(e->container, container ? container : "", SHORT_SIZE))
			return e;
	}
	return NULL;
}

/* What was not there to be read is not remembered: the next process may still be there. 0, or as
 * find_in_file(). */
static int add_entry(struct users *u, enum column column, uint32_t id, uint32_t pid,
		     const char *container, struct entry **out)
{
	struct entry new = {.used = true, .column = column, .id = id, .until = seconds() + KEEP_S};
	int err = find_in_file(u, column, id, pid, container, new.name);

	if (err)
		return err;
	if (container)
		snprintf(new.container, sizeof(new.container), "%.*s", SHORT_SIZE - 1, container);
	*out = &u->entries[u->next];
	u->next = (u->next + 1) % ENTRIES;
	**out = new;
	return 0;
}

static const char *look_up(struct users *u, enum column column, uint32_t id, uint32_t pid,
			   const char *container)
{
	struct entry *e = u ? find_entry(u, column, id, container) : NULL;
	bool is_name = column == USER_NAME || column == GROUP_NAME;

	int err = 0;

	if (!e && u)
		err = add_entry(u, column, id, pid, container, &e);
	if (e && e->name[0])
		return e->name;
	if (!id && is_name)
		return "root";
	return err == -ESRCH ? NULL : "<NA>";
}

const char *users_name(struct users *u, uint32_t uid, uint32_t pid, const char *container)
{
	return look_up(u, USER_NAME, uid, pid, container);
}

const char *users_group(struct users *u, uint32_t gid, uint32_t pid, const char *container)
{
	return look_up(u, GROUP_NAME, gid, pid, container);
}

const char *users_home(struct users *u, uint32_t uid, uint32_t pid, const char *container)
{
	return look_up(u, USER_HOME, uid, pid, container);
}

const char *users_shell(struct users *u, uint32_t uid, uint32_t pid, const char *container)
{
	return look_up(u, USER_SHELL, uid, pid, container);
}
