/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every difference between kernels and architectures that the programs see. A structure named
 * x___y is the kernel's x in the form that some kernels have.
 */
#pragma once
#include "kern/core.h"

/* kernfs_node.parent became __parent in 6.15, when it came under RCU. */
struct kernfs_node___old {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));
struct kernfs_node___6_15 {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

INLINE struct kernfs_node *kernfs_parent(struct kernfs_node *kn)
{
	struct kernfs_node___6_15 *recent = (void *)kn;
	struct kernfs_node___old *old = (void *)kn;

	if (bpf_core_field_exists(recent->__parent))
		return BPF_CORE_READ(recent, __parent);
	return BPF_CORE_READ(old, parent);
}

/* Times of an inode: one structure, renamed in 6.6 and 6.7, two numbers since 6.11. */
struct inode___old {
	struct timespec64 i_ctime;
	struct timespec64 i_mtime;
} __attribute__((preserve_access_index));
struct inode___6_6 {
	struct timespec64 __i_ctime;
} __attribute__((preserve_access_index));
struct inode___6_7 {
	struct timespec64 __i_mtime;
} __attribute__((preserve_access_index));
struct inode___6_11 {
	__s64 i_ctime_sec;
	__s64 i_mtime_sec;
	__u32 i_ctime_nsec;
	__u32 i_mtime_nsec;
} __attribute__((preserve_access_index));

#define NS_PER_S 1000000000LL

INLINE __s64 inode_ctime(struct inode *i)
{
	struct inode___6_11 *recent = (void *)i;
	struct inode___6_6 *renamed = (void *)i;
	struct inode___old *old = (void *)i;

	if (bpf_core_field_exists(recent->i_ctime_sec))
		return BPF_CORE_READ(recent, i_ctime_sec) * NS_PER_S +
		       (BPF_CORE_READ(recent, i_ctime_nsec) & 0x3fffffff);
	if (bpf_core_field_exists(renamed->__i_ctime))
		return BPF_CORE_READ(renamed, __i_ctime.tv_sec) * NS_PER_S +
		       (BPF_CORE_READ(renamed, __i_ctime.tv_nsec) & 0x3fffffff);
	return BPF_CORE_READ(old, i_ctime.tv_sec) * NS_PER_S + BPF_CORE_READ(old, i_ctime.tv_nsec);
}

INLINE __s64 inode_mtime(struct inode *i)
{
	struct inode___6_11 *recent = (void *)i;
	struct inode___6_7 *renamed = (void *)i;
	struct inode___old *old = (void *)i;

	if (bpf_core_field_exists(recent->i_mtime_sec))
		return BPF_CORE_READ(recent, i_mtime_sec) * NS_PER_S +
		       BPF_CORE_READ(recent, i_mtime_nsec);
	if (bpf_core_field_exists(renamed->__i_mtime))
		return BPF_CORE_READ(renamed, __i_mtime.tv_sec) * NS_PER_S +
		       BPF_CORE_READ(renamed, __i_mtime.tv_nsec);
	return BPF_CORE_READ(old, i_mtime.tv_sec) * NS_PER_S + BPF_CORE_READ(old, i_mtime.tv_nsec);
}

/* The cgroup that tells the container: of the unified hierarchy, or, where nothing uses that
 * one (cgroup v1), of the pids or memory controller. */
enum cgroup_subsys_id___any { pids_cgrp_id = 1, memory_cgrp_id = 2 };

/* Index of that controller in arrays of subsystems, -1: there is neither. */
INLINE int container_controller(void)
{
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id___any, pids_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id___any, pids_cgrp_id);
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id___any, memory_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id___any, memory_cgrp_id);
	return -1;
}

INLINE struct kernfs_node *task_cgroup(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup *cg = BPF_CORE_READ(set, dfl_cgrp);
	struct cgroup_subsys_state *css = NULL;
	int i = container_controller();

	if (i < 0 || BPF_CORE_READ(cg, level) > 0)
		return BPF_CORE_READ(cg, kn);
	bpf_core_read(&css, sizeof(css), &set->subsys[i & 15]);
	if (!css)
		return BPF_CORE_READ(cg, kn);
	return BPF_CORE_READ(css, cgroup, kn);
}

/* Whether task_cgroup() can be of this one's hierarchy. */
INLINE bool tells_containers(struct cgroup *cg)
{
	struct cgroup_subsys_state *css = NULL;
	int i = container_controller();

	if (!BPF_CORE_READ(cg, root, hierarchy_id))
		return true;
	if (i >= 0)
		bpf_core_read(&css, sizeof(css), &cg->subsys[i & 15]);
	return css;
}

/*
 * The current task. Since 5.11 it comes with its type and its members are read in place; before, as
 * a number whose members cost a probe read each: OF_TASK(t, member, member of that, ...) does one
 * or the other. Only for what was reached from this_task() that way.
 */
enum bpf_func_id___task {
	BPF_FUNC_get_current_task_btf___task = 158,
	BPF_FUNC_task_pt_regs___task = 175,
};
#define HAS_HELPER(name)                                                                           \
	bpf_core_enum_value_exists(enum bpf_func_id___task, BPF_FUNC_##name##___task)

INLINE struct task_struct *this_task(void)
{
	if (HAS_HELPER(get_current_task_btf))
		return bpf_get_current_task_btf();
	return (void *)bpf_get_current_task();
}

#define OF_TASK(...)                                                                               \
	(HAS_HELPER(get_current_task_btf) ? ___arrow(__VA_ARGS__) : BPF_CORE_READ(__VA_ARGS__))

/* Names are compared with zeros behind their end; before 5.17 the kernel leaves there what was. */
INLINE void read_comm(void *name, const struct task_struct *t)
{
	__builtin_memset(name, 0, COMM_SIZE);
	bpf_probe_read_kernel_str(name, COMM_SIZE, &t->comm);
}

/*
 * Where the registers of its system call are. Before 5.15 no helper tells: they are the last that
 * is on its kernel stack, of 16 KiB on both architectures (arm64 with pages of 64 KiB excepted).
 */
struct task_struct___stack {
	void *stack;
} __attribute__((preserve_access_index));
struct pt_regs___any {
	unsigned long ip;
} __attribute__((preserve_access_index));
#define STACK_SIZE 16384

INLINE void *task_regs(void)
{
	struct task_struct___stack *t;

	if (HAS_HELPER(task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	t = (void *)this_task();
	return (void *)((__u64)BPF_CORE_READ(t, stack) + STACK_SIZE -
			bpf_core_type_size(struct pt_regs___any));
}

/* Registers of a system call. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs___syscall {
	unsigned long bx, cx, dx, si, di, bp, r8, r9, r10, orig_ax;
} __attribute__((preserve_access_index));
struct thread_info___x86 {
	__u32 status;
} __attribute__((preserve_access_index));
#define TS_COMPAT 2

struct call {
	long nr;
	__u64 args[6];
	bool compat; /* a 32-bit call: numbers of i386 or arm */
};

/* Read in place where task_regs() gave them with their type. */
#define REG(name) (HAS_HELPER(task_pt_regs) ? regs->name : BPF_CORE_READ(regs, name))

INLINE void read_regs(struct call *c, struct pt_regs___syscall *regs)
{
	struct task_struct *t = this_task();
	struct thread_info___x86 *ti = (void *)&t->thread_info;

	c->nr = REG(orig_ax);
	c->compat = OF_TASK(ti, status) & TS_COMPAT;
	c->args[2] = REG(dx);
	if (c->compat) {
		c->args[0] = (__u32)REG(bx);
		c->args[1] = (__u32)REG(cx);
		c->args[3] = (__u32)REG(si);
		c->args[4] = (__u32)REG(di);
		c->args[5] = (__u32)REG(bp);
		return;
	}
	c->args[0] = REG(di);
	c->args[1] = REG(si);
	c->args[3] = REG(r10);
	c->args[4] = REG(r8);
	c->args[5] = REG(r9);
}

#define NR_open		  2
#define NR_execve	  59
#define NR_execveat	  322
#define NR_creat	  85
#define NR_openat	  257
#define NR_openat2	  437
#define NR_io_uring_enter 426
#define NR_open_by_handle 304
#define NR_compat_open	  5
#define NR_compat_creat	  8
#define NR_compat_openat  295
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs___syscall {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
} __attribute__((preserve_access_index));
#define TIF_32BIT_BIT (1UL << 22)

struct call {
	long nr;
	__u64 args[6];
	bool compat;
};

INLINE void read_regs(struct call *c, struct pt_regs___syscall *regs)
{
	struct task_struct *task = this_task();

	c->nr = BPF_CORE_READ(regs, syscallno);
	c->args[0] = BPF_CORE_READ(regs, orig_x0); /* x0 holds the result by now */
	c->args[1] = BPF_CORE_READ(regs, regs[1]);
	c->args[2] = BPF_CORE_READ(regs, regs[2]);
	c->args[3] = BPF_CORE_READ(regs, regs[3]);
	c->args[4] = BPF_CORE_READ(regs, regs[4]);
	c->args[5] = BPF_CORE_READ(regs, regs[5]);
	c->compat = BPF_CORE_READ(task, thread_info.flags) & TIF_32BIT_BIT;
}

#define NR_open		  -2 /* arm64 has neither open nor creat */
#define NR_creat	  -3
#define NR_openat	  56
#define NR_execve	  221
#define NR_execveat	  281
#define NR_openat2	  437
#define NR_io_uring_enter 426
#define NR_open_by_handle 265
#define NR_compat_open	  5
#define NR_compat_creat	  8
#define NR_compat_openat  322
#else
#error "add the registers and call numbers of this architecture here"
#endif

/* Of the system call that the current task is in. The argument of its function is the same, but has
 * no type that all kernels know. */
INLINE void read_call(struct call *c)
{
	read_regs(c, task_regs());
}

/* A pointer that can be read through directly, at a tenth of the cost of a probe read. Only
 * behind has_rdonly_cast: elsewhere the call does not exist. */
void *bpf_rdonly_cast(const void *p, __u32 btf_id) __ksym __weak;
#define DIRECT(p, type) ((type *)bpf_rdonly_cast((const void *)(p), bpf_core_type_id_kernel(type)))
