/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of the open descriptors of the process of a record. */
#include "user/fields.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "user/procfs.h"

#define FDS_MAX 4096 /* descriptors looked at for fd.types */

static enum have of_stdio(struct record_event *e, enum field_id f, unsigned fd, bool type,
			  struct value *out)
{
	struct procfs *p = field_task(e);
	char *name = field_room(e, f, PATH_MAX);
	const char *kind;

	if (!p || !name)
		return HAVE_UNKNOWN;
	if (!procfs_fd(p, fd, &kind, name, PATH_MAX))
		return procfs_comm(p) ? HAVE_MISSING : HAVE_UNKNOWN;
	if (type)
		return kind ? field_text(out, kind) : HAVE_UNKNOWN;
	return field_text(out, name);
}

#define STDIO(id, fd, type)                                                                        \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return of_stdio(e, FIELD_##id, fd, type, out);                                     \
	}
STDIO(PROC_STDIN_TYPE, 0, true)
STDIO(PROC_STDOUT_TYPE, 1, true)
STDIO(PROC_STDERR_TYPE, 2, true)
STDIO(PROC_STDIN_NAME, 0, false)
STDIO(PROC_STDOUT_NAME, 1, false)
STDIO(PROC_STDERR_NAME, 2, false)

#define KINDS_MAX 16
struct kinds {
	const char **list;
	size_t n;
};

static void add_kind(struct kinds *k, const char *kind)
{
	for (size_t i = 0; i < k->n; i++) {
		if (!strcmp(k->list[i], kind))
			return;
	}
	if (k->n < KINDS_MAX)
		k->list[k->n++] = kind;
}

/* How many, or -1. kinds: where to put the types, NULL for none. */
static long count_fds(struct procfs *p, struct kinds *kinds, bool *known)
{
	char dir[PATH_MAX];
	const char *kind;
	struct dirent *d;
	DIR *fds;
	long n = 0;

	procfs_path(p, "fd", dir);
	fds = opendir(dir);
	if (!fds)
		return -1;
	while ((d = readdir(fds))) {
		if (*d->d_name == '.')
			continue;
		if (++n > FDS_MAX || !kinds)
			continue;
		if (procfs_fd(p, strtoul(d->d_name, NULL, 10), &kind, dir, sizeof(dir)) && kind)
			add_kind(kinds, kind);
		else
			*known = false;
	}
	closedir(fds);
	*known &= n <= FDS_MAX;
	return n;
}

GETTER(PROC_FDOPENCOUNT)
{
	struct procfs *p = field_task(e);
	bool known = true;
	long n = p ? count_fds(p, NULL, &known) : -1;

	return n < 0 ? HAVE_UNKNOWN : field_number(out, n);
}

GETTER(PROC_FDLIMIT)
{
	static const char key[] = "Max open files";
	struct procfs *p = field_task(e);
	size_t len;
	const char *text = p ? procfs_file(p, "limits", &len) : NULL;
	const char *line = text ? strstr(text, key) : NULL;

	return line ? field_number(out, strtoll(line + strlen(key), NULL, 10)) : HAVE_UNKNOWN;
}

GETTER(PROC_FDUSAGE)
{
	struct value open = {}, limit = {};

	if (get_PROC_FDOPENCOUNT(e, NULL, &open) != HAVE_VALUE ||
	    get_PROC_FDLIMIT(e, NULL, &limit) != HAVE_VALUE || limit.num <= 0)
		return HAVE_UNKNOWN;
	out->real = 100.0 * open.num / limit.num;
	return HAVE_VALUE;
}

/* The types are constants, so the list need not own them. */
GETTER(FD_TYPES)
{
	static _Thread_local const char *list[KINDS_MAX];
	struct procfs *p = field_task(e);
	struct kinds kinds = {.list = list};
	bool known = true;
	char name[PATH_MAX];

	if (!p)
		return HAVE_UNKNOWN;
	if (!arg && count_fds(p, &kinds, &known) < 0)
		return HAVE_UNKNOWN;
	if (arg) {
		if (!procfs_fd(p, strtoul(arg, NULL, 10), &list[0], name, sizeof(name)))
			return HAVE_MISSING;
		known = list[0];
		kinds.n = 1;
	}
	out->list = list;
	out->n_list = kinds.n;
	return known ? HAVE_VALUE : HAVE_UNKNOWN;
}
