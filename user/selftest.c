/* SPDX-License-Identifier: Apache-2.0 */
#include "user/selftest.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gen/calls.h"
#include "user/calls.h"
#include "user/counts.h"
#include "user/hook.h"
#include "user/util.h"

#define HARMLESS "/dev/null"

#ifdef SYS_open
static long act_open(void)
{
	return syscall(SYS_open, HARMLESS, O_RDONLY | O_CLOEXEC);
}

static long act_creat(void)
{
	return syscall(SYS_creat, HARMLESS, 0);
}
#else
/* No such calls here, and no hooks for them. */
#define act_open  NULL
#define act_creat NULL
#endif

static long act_openat(void)
{
	return syscall(SYS_openat, AT_FDCWD, HARMLESS, O_RDONLY | O_CLOEXEC);
}

static long act_openat2(void)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};

	return syscall(SYS_openat2, AT_FDCWD, HARMLESS, &how, sizeof(how));
}

/* The empty path names no program: these fail. */
static long act_execve(void)
{
	char *const none[] = {NULL};

	syscall(SYS_execve, "", none, none);
	return -1;
}

static long act_execveat(void)
{
	char *const none[] = {NULL};

	syscall(SYS_execveat, AT_FDCWD, "", none, none, 0);
	return -1;
}

static long act_open_by_handle(void)
{
	return syscall(SYS_open_by_handle_at, -1, NULL, 0);
}

static long (*const actions[EVENT_COUNT])(void) = {
	[EVENT_EXECVE] = act_execve,
	[EVENT_EXECVEAT] = act_execveat,
	[EVENT_OPEN] = act_open,
	[EVENT_OPENAT] = act_openat,
	[EVENT_OPENAT2] = act_openat2,
	[EVENT_CREAT] = act_creat,
	[EVENT_OPEN_BY_HANDLE_AT] = act_open_by_handle,
};

void selftest_act(const struct event_set *types)
{
	unsigned i;

	for_each_event(i, types)
	{
		long fd;

		if (!actions[i])
			continue;
		fd = actions[i]();
		if (fd >= 0)
			close(fd);
	}
}

/* ---- system calls ---- */

#define NO_PATH (-1L) /* an address that nothing can have */

/* With a descriptor that is none, or a path that cannot be read, a call does nothing. */
bool selftest_act_call(enum event_id type)
{
	struct call_shape c = call_shape(type);
	long args[8] = {};

	if (call_number(type) < 0 || (c.fd < 0 && c.path1 < 0) || !c.known)
		return false;
	if (c.fd >= 0)
		args[c.fd] = -1;
	if (c.path1 >= 0)
		args[c.path1] = NO_PATH;
	if (c.path2 >= 0)
		args[c.path2] = NO_PATH;
	syscall(call_number(type), args[0], args[1], args[2], args[3], args[4], args[5]);
	return true;
}

bool selftest_covers(enum hook_id id)
{
	const struct hook *h = &hooks[id];
	struct event_set types = hook_types(h);
	unsigned i;

	/* io_uring has no system call of its own per open. */
	if (h->backend == BACKEND_BOTH || !strncmp(h->target, "io_uring", 8))
		return false;
	for_each_event(i, &types) if (actions[i]) return true;
	return false;
}

uint64_t selftest_seen(int hook_self_fd, enum hook_id id)
{
	uint64_t n;

	return counts_read_word(hook_self_fd, id, &n) ? 0 : n;
}
