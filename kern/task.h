/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* task_struct to numbers and texts, for the current task and its parents. */
#pragma once
#include "kern/info.h"

INLINE __u32 task_ppid(struct task_struct *t)
{
	return BPF_CORE_READ(t, real_parent, tgid);
}

/* As the kernel's new_encode_dev() writes a device number. */
INLINE __u32 task_tty(struct task_struct *t)
{
	struct tty_struct *tty = BPF_CORE_READ(t, signal, tty);
	__u32 major, minor;

	if (!tty)
		return 0;
	major = BPF_CORE_READ(tty, driver, major);
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

/* The numbers of the current task that are asked for. */
INLINE void read_task_numbers(struct scratch *s, __u64 wanted)
{
	struct task_struct *t = this_task();

	if (wanted & FIELD_BIT(FIELD_PROC_PID))
		set_num(s, FIELD_PROC_PID, bpf_get_current_pid_tgid() >> 32);
	if (wanted & FIELD_BIT(FIELD_PROC_PPID))
		set_num(s, FIELD_PROC_PPID, task_ppid(t));
	if (wanted & FIELD_BIT(FIELD_PROC_TTY))
		set_num(s, FIELD_PROC_TTY, task_tty(t));
	if (wanted & FIELD_BIT(FIELD_USER_UID))
		set_num(s, FIELD_USER_UID, OF_TASK(t, cred, euid.val));
	if (wanted & FIELD_BIT(FIELD_GROUP_GID))
		set_num(s, FIELD_GROUP_GID, OF_TASK(t, cred, egid.val));
	if (wanted & FIELD_BIT(FIELD_USER_LOGINUID))
		set_num(s, FIELD_USER_LOGINUID, (__s32)OF_TASK(t, loginuid.val));
	if (wanted & INFO_FIELDS)
		info_numbers(s->number);
}

/* User memory of the current address space, from up to end, into an area. Bounded by end: a longer
 * copy would run off the stack and read nothing. */
INLINE void read_strings(struct scratch *s, enum area area, __u64 from, __u64 end, struct text *out)
{
	__u64 len = end - from;

	out->off = AREA(area);
	out->len = 0;
	out->state = TEXT_WHOLE;
	if (!from || !len)
		return;
	if (len > ARGS_MAX) {
		out->state = TEXT_CUT;
		len = ARGS_MAX;
		count(STAT_TRUNCATED);
	}
	OPAQUE(len);
	if (len > ARGS_MAX)
		return;
	if (bpf_probe_read_user(s->data + AREA(area), len, (void *)from)) {
		out->state = TEXT_UNREADABLE;
		count(STAT_UNREADABLE);
		return;
	}
	out->len = len;
}

INLINE void read_argv(struct scratch *s)
{
	struct task_struct *t = this_task();

	read_strings(s, AREA_ARGV, OF_TASK(t, mm, arg_start), OF_TASK(t, mm, arg_end), &s->argv);
}

/* The environment, as the exec left it. */
INLINE void read_env(struct scratch *s)
{
	struct task_struct *t = this_task();

	read_strings(s, AREA_ENV, OF_TASK(t, mm, env_start), OF_TASK(t, mm, env_end), &s->env);
}

/* Whether a comparison with this process is uncertain: its text was not read to the end, it
 * renamed itself, or it was judged by another policy or not at all. */
INLINE bool is_doubtful(const struct proc *p, __u64 field, bool is_true, __u32 generation)
{
	if (!p || p->generation != generation)
		return true;
	if ((p->flags & PROC_RENAMED) && (NAME_FIELDS & field))
		return true;
	return !is_true && (p->unknown & field);
}

INLINE void doubt_pred(struct scratch *s, __u32 pred)
{
	match_pred(s->unknown, pred);
	s->any_unknown = 1;
}

/* Derived predicates: bits of the parent and its parents. */
GLOBAL int derive_one(__u32 idx, __u32 i, __u32 pid, __u32 depth)
{
	struct proc *p = bpf_map_lookup_elem(&procs, &pid);
	struct scratch *s = scratch_at(idx);
	const struct img_derived *d;
	bool is_true = false;
	__u32 base;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	d = img_at(im, img_head(im)->derived, i, sizeof(*d));
	if (d->depth && d->depth != depth)
		return 0;
	base = d->base;
	if (p)
		is_true = (p->bits[(base >> 6) & (PROC_WORDS - 1)] >> (base & 63)) & 1;
	if (is_doubtful(p, FIELD_BIT(d->field & 63), is_true, s->proc.generation))
		doubt_pred(s, d->pred);
	else if (is_true)
		match_pred(s->truth, d->pred);
	return 0;
}

GLOBAL int derive_from(__u32 idx, __u32 pid, __u32 depth)
{
	struct scratch *s = scratch_at(idx);
	struct img im;
	__u32 n;

	if (!s || !get_image(s, &im))
		return 0;
	n = img_head(im)->n_derived;
	for (__u32 i = 0; i < DERIVED_MAX; i++) {
		if (i >= n)
			break;
		derive_one(idx, i, pid, depth);
	}
	return 0;
}

GLOBAL int read_cwd(__u32 idx)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	struct text cwd = {};

	if (!s)
		return 0;
	read_path(idx, s, AREA_NORMAL, (__u64)BPF_CORE_READ(t, fs, pwd.dentry),
		  (__u64)BPF_CORE_READ(t, fs, pwd.mnt), &cwd);
	eval_cwd(idx, cwd.off, cwd.len, cwd.state);
	return 0;
}

/* What the daemon has told of the names of the current user. */
GLOBAL int read_names(__u32 idx)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	struct user_facts_key *key;
	struct user_facts *n;

	if (!s)
		return 0;
	key = &s->user_key;
	__builtin_memcpy(key->container, s->proc.container, SHORT_SIZE);
	key->uid = OF_TASK(t, cred, euid.val);
	key->gid = OF_TASK(t, cred, egid.val);
	key->loginuid = OF_TASK(t, loginuid.val);
	key->slot = IMAGE_SLOT(s->generation);
	n = bpf_map_lookup_elem(&user_facts, key);
	if (n && (n->generation != s->generation || n->until < bpf_ktime_get_ns()))
		n = NULL;
	eval_names(idx, s, n ? n->bits : NULL);
	return 0;
}

INLINE void read_kin(__u32 idx)
{
	struct task_struct *t = this_task();

	t = BPF_CORE_READ(t, real_parent);
	for (__u32 depth = 1; depth <= ANCESTORS_MAX; depth++) {
		__u32 pid = BPF_CORE_READ(t, tgid);

		if (!pid)
			break;
		derive_from(idx, pid, depth);
		t = BPF_CORE_READ(t, real_parent);
	}
}

/* What conjunctions of the shapes that are left need beyond the event and its process. */
INLINE void read_derived(__u32 idx, struct scratch *s)
{
	if (s->flags & SHAPE_DERIVED)
		read_kin(idx);
	if (s->flags & SHAPE_NAMES)
		read_names(idx);
	if (s->paths & FIELD_BIT(FIELD_PROC_CWD))
		read_cwd(idx);
}
