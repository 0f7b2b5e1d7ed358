/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * struct task_info of the current process: what few rules ask for. It is read at the event, when a
 * rule compares a part of it or one that matched prints it.
 */
#pragma once
#include "kern/eval_process.h"
#include "kern/path.h"

#define PIDTYPE_TGID   1
#define PIDTYPE_PGID   2
#define PIDTYPE_SID    3
#define PID_LEVELS_MAX 32

INLINE void set_num(struct scratch *s, enum field_id f, __s64 value)
{
	s->num[f] = value;
	s->have |= FIELD_BIT(f);
}

/* The number that a pid has in a namespace; level: of that. */
INLINE struct upid upid_at(struct pid *pid, __u32 level)
{
	struct upid u = {};
	char *numbers;

	if (!pid || level > PID_LEVELS_MAX || BPF_CORE_READ(pid, level) < level)
		return u;
	numbers = (char *)__builtin_preserve_access_index(&pid->numbers[0]);
	bpf_probe_read_kernel(&u, sizeof(u), numbers + level * sizeof(u));
	return u;
}

INLINE __u32 inner_pid(struct pid *pid)
{
	return upid_at(pid, BPF_CORE_READ(pid, level)).nr;
}

INLINE struct pid *pid_of(struct task_struct *t, __u32 type)
{
	struct signal_struct *signal = BPF_CORE_READ(t, signal);
	struct pid *pid = NULL;

	bpf_core_read(&pid, sizeof(pid), &signal->pids[type & 3]);
	return pid;
}

/* Of a group or session, in the namespace of the process: 0 if it is not in there. */
INLINE __u32 pid_within(struct pid *pid, __u32 level, struct pid_namespace *ns)
{
	struct upid u = upid_at(pid, level);

	return u.ns == ns ? u.nr : 0;
}

GLOBAL int info_ids(__u32 idx)
{
	struct task_struct *t = this_task(), *parent;
	struct scratch *s = scratch_at(idx);
	struct task_info *i;
	struct pid *self, *group, *session;
	struct upid inner;
	__u32 level;

	if (!s)
		return 0;
	i = &s->task;
	self = pid_of(t, PIDTYPE_TGID);
	group = pid_of(t, PIDTYPE_PGID);
	session = pid_of(t, PIDTYPE_SID);
	level = BPF_CORE_READ(self, level);
	inner = upid_at(self, level);
	i->vpid = inner.nr;
	i->vtid = inner_pid(BPF_CORE_READ(t, thread_pid));
	i->vpgid = pid_within(group, level, inner.ns);
	i->sid = pid_within(session, level, inner.ns);
	i->pgid = upid_at(group, 0).nr;
	i->threads = BPF_CORE_READ(t, signal, nr_threads);
	if (group == self)
		i->flags |= TASK_PGID_LEADER;
	if (session == self)
		i->flags |= TASK_SID_LEADER;
	i->start = BPF_CORE_READ(t, group_leader, start_boottime);
	i->ns_start = BPF_CORE_READ(inner.ns, child_reaper, start_boottime);
	parent = BPF_CORE_READ(t, real_parent);
	if (BPF_CORE_READ(parent, tgid)) {
		i->pvpid = inner_pid(pid_of(parent, PIDTYPE_TGID));
		i->parent_start = BPF_CORE_READ(parent, group_leader, start_boottime);
	}
	return 0;
}

/* In an overlay, the dentry in the upper layer stands behind the inode. Returns in_upper, in_lower,
 * or 0 where there are no layers. */
INLINE __u32 layer_of(struct inode *inode, __u32 in_upper, __u32 in_lower)
{
	struct dentry *upper = NULL;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAY_MAGIC)
		return 0;
	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (unsigned char *)inode + bpf_core_type_size(struct inode));
	return upper && BPF_CORE_READ(upper, d_inode) ? in_upper : in_lower;
}

/* A memfd has a name, but is in no directory. */
INLINE bool is_memfd(struct dentry *d)
{
	char name[8] = {};

	if (BPF_CORE_READ(d, d_parent) != d)
		return false;
	bpf_probe_read_kernel(name, 6, BPF_CORE_READ(d, d_name.name));
	return !__builtin_memcmp(name, "memfd:\0", 8);
}

GLOBAL int info_exe(__u32 idx)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	struct dentry *d = BPF_CORE_READ(t, mm, exe_file, f_path.dentry);
	struct inode *inode = BPF_CORE_READ(d, d_inode);
	struct task_info *i;

	if (!s || !inode)
		return 0;
	i = &s->task;
	i->exe_ino = BPF_CORE_READ(inode, i_ino);
	i->exe_ctime = inode_ctime(inode);
	i->exe_mtime = inode_mtime(inode);
	i->flags |= layer_of(inode, TASK_EXE_UPPER, TASK_EXE_LOWER) |
		    TASK_KNOWN(TASK_EXE_UPPER | TASK_EXE_LOWER | TASK_EXE_MEMFD);
	if (is_memfd(d))
		i->flags |= TASK_EXE_MEMFD;
	return 0;
}

#define INFO_FIELDS                                                                                \
	(FIELD_BIT(FIELD_PROC_VPID) | FIELD_BIT(FIELD_PROC_PVPID) |                                \
	 FIELD_BIT(FIELD_PROC_DURATION) | FIELD_BIT(FIELD_PROC_PPID_DURATION) |                    \
	 FIELD_BIT(FIELD_THREAD_CAP_EFFECTIVE) | FIELD_BIT(FIELD_THREAD_CAP_PERMITTED) |           \
	 FIELD_BIT(FIELD_THREAD_CAP_INHERITABLE) | FIELD_BIT(FIELD_TASK_FLAGS))

GLOBAL int read_info(__u32 idx)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	const struct cred *cred;

	if (!s)
		return 0;
	__builtin_memset(&s->task, 0, sizeof(s->task));
	s->task.flags = TASK_KNOWN(TASK_SID_LEADER | TASK_PGID_LEADER);
	cred = BPF_CORE_READ(t, cred);
	bpf_core_read(&s->task.caps[CAPS_EFFECTIVE], sizeof(__u64), &cred->cap_effective);
	bpf_core_read(&s->task.caps[CAPS_PERMITTED], sizeof(__u64), &cred->cap_permitted);
	bpf_core_read(&s->task.caps[CAPS_INHERITABLE], sizeof(__u64), &cred->cap_inheritable);
	info_ids(idx);
	info_exe(idx);
	s->has_task = 1;
	return 0;
}

/* Its parts as numbers of the event. */
GLOBAL int info_numbers(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	__u64 now = bpf_ktime_get_boot_ns();

	if (!s)
		return 0;
	read_info(idx);
	set_num(s, FIELD_PROC_VPID, s->task.vpid);
	set_num(s, FIELD_PROC_DURATION, now - s->task.start);
	if (s->task.parent_start) {
		set_num(s, FIELD_PROC_PVPID, s->task.pvpid);
		set_num(s, FIELD_PROC_PPID_DURATION, now - s->task.parent_start);
	}
	set_num(s, FIELD_THREAD_CAP_EFFECTIVE, s->task.caps[CAPS_EFFECTIVE]);
	set_num(s, FIELD_THREAD_CAP_PERMITTED, s->task.caps[CAPS_PERMITTED]);
	set_num(s, FIELD_THREAD_CAP_INHERITABLE, s->task.caps[CAPS_INHERITABLE]);
	set_num(s, FIELD_TASK_FLAGS, s->task.flags);
	return 0;
}
