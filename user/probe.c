/* SPDX-License-Identifier: Apache-2.0 */
#include "user/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "user/util.h"

/* A function that exists on every kernel and runs seldom enough. */
#define TRIAL_FUNCTION "do_filp_open"

static const char *const tracefs_dirs[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};
#define N_NOTHING (sizeof(nothing) / sizeof(nothing[0]))

static int test_map(void)
{
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);

	return fd < 0 ? fd : 0;
}

static int test_tracing(void)
{
	_cleanup_close_ int fd =
		bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", nothing, N_NOTHING, NULL);

	return fd < 0 ? fd : 0;
}

static int test_ring_buffer(void)
{
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, 65536, NULL);

	return fd < 0 ? fd : 0;
}

static int test_btf(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) ? -errno : 0;
}

/* In this order: the first that fails is reported. err 0: any other error. */
static const struct {
	const char *what;
	int (*test)(void);
	int err;
	const char *remedy;
} required[] = {
	{"the kernel has no bpf() system call", test_map, -ENOSYS,
	 "use a kernel of 5.10 or later with CONFIG_BPF_SYSCALL=y"},
	{"no permission for bpf()", test_map, 0,
	 "run as root, in a container with the capabilities BPF, PERFMON, SYS_ADMIN and "
	 "SYS_PTRACE and a seccomp profile that allows bpf()"},
	{"no permission to trace with BPF", test_tracing, 0,
	 "run as root, in a container with the capabilities BPF, PERFMON and SYS_ADMIN; a kernel "
	 "locked down for confidentiality never allows it"},
	{"the kernel has no BPF ring buffer", test_ring_buffer, 0, "use a kernel of 5.10 or later"},
	{"the kernel does not describe its types in /sys/kernel/btf/vmlinux", test_btf, 0,
	 "use a kernel with CONFIG_DEBUG_INFO_BTF=y, and mount sysfs on /sys"},
};

int probe_required(char *why, size_t size)
{
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		int err = required[i].test();

		if (!err || (required[i].err && err != required[i].err))
			continue;
		snprintf(why, size, "%s (%s): %s", required[i].what, strerror(-err),
			 required[i].remedy);
		return err;
	}
	return 0;
}

bool probe_has_trampolines(const struct btf *btf, char *why, size_t size)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	_cleanup_close_ int prog = -1, link = -1;
	int id = btf__find_by_name_kind(btf, TRIAL_FUNCTION, BTF_KIND_FUNC);

	if (id < 0) {
		snprintf(why, size, "the kernel has no function %s", TRIAL_FUNCTION);
		return false;
	}
	opts.attach_btf_id = id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", nothing, N_NOTHING, &opts);
	if (prog < 0) {
		snprintf(why, size, "the kernel refuses programs on its functions: %s",
			 strerror(-prog));
		return false;
	}
	link = bpf_raw_tracepoint_open(NULL, prog);
	if (link < 0) {
		snprintf(why, size, "the kernel cannot attach programs to its functions: %s",
			 strerror(-link));
		return false;
	}
	return true;
}

static const char *tracefs_dir(void)
{
	char path[128];

	for (size_t i = 0; i < sizeof(tracefs_dirs) / sizeof(tracefs_dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/events", tracefs_dirs[i]);
		if (!access(path, R_OK))
			return tracefs_dirs[i];
	}
	return NULL;
}

bool tracefs_has(const char *tracepoint)
{
	const char *dir = tracefs_dir();
	char path[256];

	if (!dir)
		return false;
	snprintf(path, sizeof(path), "%s/events/%s/id", dir, tracepoint);
	return !access(path, R_OK);
}

/* A mount namespace of our own that follows what the host mounts. The old one is kept open. */
static bool leave_namespace(struct tracefs *t)
{
	_cleanup_close_ int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (ns < 0 || dir < 0 || unshare(CLONE_NEWNS))
		return false;
	t->old_namespace = TAKE_FD(ns);
	t->old_directory = TAKE_FD(dir);
	return !mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
}

int tracefs_enter(struct tracefs *t, char *why, size_t size)
{
	int err;

	*t = (struct tracefs){.old_namespace = -1, .old_directory = -1};
	if (tracefs_dir())
		return 0;
	t->mounted = !leave_namespace(t);
	if (!mount("tracefs", tracefs_dirs[0], "tracefs", 0, NULL) && tracefs_dir())
		return 0;
	err = -errno;
	t->mounted = false;
	tracefs_leave(t);
	snprintf(why, size,
		 "tracefs cannot be mounted on %s (%s): mount it there, or give the capability "
		 "SYS_ADMIN",
		 tracefs_dirs[0], strerror(-err));
	return err ? err : -ENOENT;
}

void tracefs_leave(struct tracefs *t)
{
	if (t->mounted)
		umount2(tracefs_dirs[0], MNT_DETACH);
	if (t->old_namespace >= 0) {
		/* The namespace of our own ends with this, and its mount. */
		if (!setns(t->old_namespace, CLONE_NEWNS) && fchdir(t->old_directory))
			(void)!chdir("/");
		close(t->old_namespace);
		close(t->old_directory);
	}
	*t = (struct tracefs){.old_namespace = -1, .old_directory = -1};
}
