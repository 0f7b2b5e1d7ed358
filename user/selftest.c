/* SPDX-License-Identifier: Apache-2.0 */
#include "user/selftest.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static long (*const actions[EVENT_COUNT])(void) = {
	[EVENT_EXECVE] = act_execve, [EVENT_EXECVEAT] = act_execveat, [EVENT_OPEN] = act_open,
	[EVENT_OPENAT] = act_openat, [EVENT_OPENAT2] = act_openat2,   [EVENT_CREAT] = act_creat,
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
