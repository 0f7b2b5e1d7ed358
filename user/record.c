/* SPDX-License-Identifier: Apache-2.0 */
#include "user/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/procfs.h"
#include "user/util.h"

#define NS_PER_S       1000000000LL
#define WHOLE_ARGV_MAX (2u << 20) /* what the kernel allows for argv and environment by default */

void record_event_init(struct record_event *e, const struct record_context *ctx)
{
	*e = (struct record_event){.ctx = ctx};
	e->ev.get = record_get;
	e->ev.views = 1;
}

void record_event_free(struct record_event *e)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		free(e->text[i].data);
	free(e->argv);
	free(e->parent_argv);
	procfs_free(&e->now);
	*e = (struct record_event){};
}

/* Bytes of one element of a tail that is an array: its length must be a multiple. */
static size_t tail_unit(enum tail_id t)
{
	switch (t) {
	case TAIL_HITS:
		return sizeof(struct hit);
	case TAIL_ANCESTORS:
		return sizeof(struct ancestor);
	case TAIL_TASK:
		return sizeof(struct task_info);
	case TAIL_SOCKET:
		return sizeof(struct socket_info);
	default:
		return 1;
	}
}

static bool is_valid_tail(const struct record *r, enum tail_id t)
{
	const struct tail *tail = &r->tails[t];

	if (!tail->offset)
		return true;
	if (tail->offset < sizeof(*r) || tail->offset > r->size)
		return false;
	if (tail->len > r->size - tail->offset || tail->len % tail_unit(t))
		return false;
	if (t == TAIL_SOCKET && !tail->len)
		return false; /* it is one, not an array */
	/* Structures of words: they are read in place. */
	return tail_unit(t) == 1 || !(tail->offset % sizeof(__u32));
}

static bool is_valid(const void *data, size_t size)
{
	const struct record *r = data;

	if (size < sizeof(*r) || r->size < sizeof(*r) || r->size > size)
		return false;
	if (r->type >= EVENT_COUNT)
		return false;
	for (int t = 0; t < TAIL_COUNT; t++)
		if (!is_valid_tail(r, t))
			return false;
	return true;
}

const char *record_tail(const struct record_event *e, enum tail_id t, size_t *len)
{
	const struct tail *tail = &e->rec->tails[t];

	if (!tail->offset)
		return NULL;
	*len = tail->len;
	return (const char *)e->rec + tail->offset;
}

const struct hit *record_hits(const struct record_event *e, size_t *n)
{
	size_t len = 0;
	const void *hits = record_tail(e, TAIL_HITS, &len);

	*n = len / sizeof(struct hit);
	return hits;
}

/* The kernel's clock runs from boot; the distance between the two moves when the time is set. */
static int64_t real_time(uint64_t boot_ns)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (uint64_t)((real.tv_sec - boot.tv_sec) * NS_PER_S + real.tv_nsec - boot.tv_nsec) +
	       boot_ns;
}

static void take_ancestors(struct record_event *e)
{
	size_t len = 0;
	const struct ancestor *a = (const void *)record_tail(e, TAIL_ANCESTORS, &len);
	size_t n = len / sizeof(*a);

	e->n_ancestors = n < ANCESTORS_MAX ? n : ANCESTORS_MAX;
	e->parent = n ? a[0].pid : 0;
	for (size_t i = 0; i < e->n_ancestors; i++) {
		memcpy(e->ancestors[i], a[i].name, COMM_SIZE);
		e->ancestors[i][COMM_SIZE] = '\0';
		e->ancestor_pids[i] = a[i].pid;
	}
}

static void take_info(struct record_event *e)
{
	size_t len = 0;
	const void *info = record_tail(e, TAIL_TASK, &len);

	e->has_info = len;
	if (len)
		memcpy(&e->info, info, sizeof(e->info));
}

/* The kernel's copy of argv ended at its bound: what /proc says counts as the rest of it only
 * if it begins with the same bytes. */
static void read_whole_argv(struct record_event *e)
{
	size_t len = 0;
	const char *cut = record_tail(e, TAIL_ARGV, &len);
	_cleanup_free_ char *argv = NULL;
	char path[64];
	size_t n;

	e->n_cmds = 2;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", e->rec->pid);
	if (read_file(path, WHOLE_ARGV_MAX, &argv, &n))
		return;
	/* The last byte of the copy may be an end that was put there. */
	if (!cut || !len || n <= len || memcmp(argv, cut, len - 1))
		return;
	e->argv = TAKE_PTR(argv);
	e->argv_len = n;
	e->argv_whole = true;
}

/* A record without the text as written has only the resolved view. */
static void count_path_views(struct record_event *e)
{
	struct value written = {}, resolved = {};
	enum have have_resolved;

	e->n_paths = 1;
	e->has_written = record_get(&e->ev, FIELD_FD_NAME_WRITTEN, NULL, &written) != HAVE_MISSING;
	have_resolved = record_get(&e->ev, FIELD_FD_NAME_RESOLVED, NULL, &resolved);
	if (have_resolved == HAVE_MISSING || !e->has_written)
		return;
	if (!written.str || !resolved.str || written.len != resolved.len ||
	    memcmp(written.str, resolved.str, written.len))
		e->n_paths = 2;
}

/* What belongs to the record before. */
static void forget(struct record_event *e)
{
	free(e->argv);
	free(e->parent_argv);
	procfs_free(&e->now);
	e->argv = e->parent_argv = NULL;
	e->argv_len = e->parent_argv_len = 0;
	e->argv_whole = false;
	e->container_info = NULL;
	e->info_final = false;
}

int record_open(struct record_event *e, const void *data, size_t size, uint64_t number)
{
	if (!is_valid(data, size))
		return -EBADMSG;
	forget(e);
	e->rec = data;
	e->number = number;
	e->time = real_time(e->rec->time);
	e->ev.view = 0;
	e->n_cmds = 1;
	if (e->rec->flags & PROC_TRUNCATED)
		read_whole_argv(e);
	e->n_names = 1;
	if ((e->rec->flags & PROC_RENAMED) && memcmp(e->rec->name, e->rec->comm, COMM_SIZE))
		e->n_names = 2;
	memcpy(e->container, e->rec->container, SHORT_SIZE);
	e->container[SHORT_SIZE] = '\0';
	take_ancestors(e);
	take_info(e);
	count_path_views(e);
	e->ev.views = e->n_paths * e->n_cmds * e->n_names;
	return 0;
}

unsigned record_path_view(const struct record_event *e)
{
	return e->ev.view % e->n_paths;
}

unsigned record_cmd_view(const struct record_event *e)
{
	return e->ev.view / e->n_paths % e->n_cmds;
}

unsigned record_name_view(const struct record_event *e)
{
	return e->ev.view / e->n_paths / e->n_cmds % e->n_names;
}

void record_select_view(struct record_event *e, const struct hit *hit)
{
	e->ev.view = (hit->flags & HIT_RESOLVED) && e->n_paths == 2 ? 1 : 0;
}
