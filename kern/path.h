/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The name of a file from the kernel's own objects: dentries from the file up to the root of
 * the current task, across mounts. What the file is really called, whatever name led to it.
 */
#pragma once
#include "kern/compat.h"
#include "kern/scratch.h"

/* d_parent and d_name stand next to each other: one read for both. */
struct dentry_head {
	__u64 parent;
	__u32 hash;
	__u32 len;
	__u64 name;
};

INLINE void read_dentry(__u64 dentry, struct dentry_head *h)
{
	struct dentry *d = (void *)dentry;

	if (has_rdonly_cast) {
		d = DIRECT(d, struct dentry);
		h->parent = (__u64)d->d_parent;
		h->len = d->d_name.len;
		h->name = (__u64)d->d_name.name;
	} else {
		bpf_probe_read_kernel(h, sizeof(*h), &d->d_parent);
	}
}

INLINE __u64 mount_of(__u64 vfsmount)
{
	return vfsmount - bpf_core_field_offset(struct mount, mnt);
}

/* Two words at any address: a structure that every kernel has. */
#define PAIR(p) DIRECT(p, struct timespec64)

/*
 * Copies a name, in front of what stands at to + len. Most are short: four loads are cheaper than
 * a call. They copy more than the name, so what they run over is put back.
 */
INLINE void copy_name(unsigned char *to, __u32 len, __u64 from)
{
	struct timespec64 *pair;
	__u64 behind;

	if (!has_rdonly_cast || len > 16) {
		bpf_probe_read_kernel(to, len, (void *)from);
		return;
	}
	behind = *(__u64 *)(to + len);
	pair = PAIR(from);
	if (len > 8) {
		__u64 second = *(__u64 *)(to + len + 8);

		*(__u64 *)(to + 8) = pair->tv_nsec;
		*(__u64 *)(to + len + 8) = second;
	}
	*(__u64 *)to = pair->tv_sec;
	*(__u64 *)(to + len) = behind;
}

/* Puts len bytes of a name, and a slash before it, in front of the text. */
INLINE bool walk_prepend(struct scratch *s, struct walk *w, struct dentry_head *h, bool slash)
{
	__u32 len = h->len & 255, at = w->at;
	__u64 area = w->area;

	if (at < len + 2)
		return false;
	OPAQUE(area); /* in a register from here on: a bound does not follow it onto the stack */
	if (area > AREA(AREA_COUNT - 1))
		return false;
	at -= len + slash;
	w->at = at;
	at &= 4095;
	if (slash) {
		s->data[area + at] = '/';
		at++;
	}
	copy_name(s->data + area + at, len, h->name);
	return true;
}

/* From the root of a mount to the place it is mounted on; false at the top. */
INLINE bool walk_mount(struct walk *w)
{
	struct mount *m = (void *)mount_of(w->mnt);
	struct mount *parent = BPF_CORE_READ(m, mnt_parent);

	if (parent == m)
		return false;
	if (w->parent != w->dentry)
		w->subtree = 1;
	w->dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
	w->mnt = (__u64)parent + bpf_core_field_offset(struct mount, mnt);
	w->mnt_root = (__u64)BPF_CORE_READ(parent, mnt.mnt_root);
	return true;
}

enum { WALK_ON, WALK_DONE, WALK_CUT };

INLINE int walk_step(struct scratch *s)
{
	struct dentry_head h = {};
	struct walk *w = &s->walk;

	if (w->dentry == w->root && w->mnt == w->root_mnt)
		return WALK_DONE;
	read_dentry(w->dentry, &h);
	w->parent = h.parent;
	if (w->dentry == w->mnt_root)
		return walk_mount(w) ? WALK_ON : WALK_DONE;
	if (h.parent == w->dentry) /* no name below a root: memfd:x, pipe:, ... */
		return walk_prepend(s, w, &h, false) ? WALK_DONE : WALK_CUT;
	if (!walk_prepend(s, w, &h, true))
		return WALK_CUT;
	w->dentry = h.parent;
	return WALK_ON;
}

/* Several steps for one call. */
#define WALK_CHUNK 4

GLOBAL int walk_steps(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	int step = WALK_CUT;

	if (!s)
		return WALK_CUT;
	for (int i = 0; i < WALK_CHUNK; i++) {
		step = walk_step(s);
		if (step != WALK_ON)
			break;
	}
	return step;
}

/* From w->dentry and w->mnt. mnt 0: mounts are not looked at, the walk goes on to the root of the
 * file system. */
INLINE void walk_start(struct walk *w)
{
	struct task_struct *task = this_task();
	struct vfsmount *vfsmount = (void *)w->mnt;

	w->mnt_root = 0;
	w->root = (__u64)OF_TASK(task, fs, root.dentry);
	w->root_mnt = 0;
	if (vfsmount) {
		if (has_rdonly_cast)
			w->mnt_root = (__u64)DIRECT(vfsmount, struct vfsmount)->mnt_root;
		else
			w->mnt_root = (__u64)BPF_CORE_READ(vfsmount, mnt_root);
		w->root_mnt = (__u64)OF_TASK(task, fs, root.mnt);
	}
	w->subtree = 0;
	w->at = 4095;
}

/* Returns the offset of the text in its area, where it ends at 4095; bit 16: it was cut. */
GLOBAL int walk_path(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	int step = WALK_CUT;
	__u64 area;

	if (!s)
		return -1;
	area = s->walk.area;
	OPAQUE(area);
	if (area > AREA(AREA_COUNT - 1))
		return -1;
	s->data[area + 4094] = '/';
	walk_start(&s->walk);
	for (int i = 0; i < PATH_DEPTH_MAX; i += WALK_CHUNK) {
		step = walk_steps(idx);
		if (step != WALK_ON)
			break;
	}
	if (s->walk.at == 4095) /* the root itself: the slash from above */
		s->walk.at = 4094;
	return step == WALK_DONE ? s->walk.at : s->walk.at | 1 << 16;
}

INLINE void read_path(__u32 idx, struct scratch *s, enum area a, __u64 dentry, __u64 mnt,
		      struct text *out)
{
	int at;

	/* by way of memory, where pointers with a type become numbers */
	s->walk.dentry = dentry;
	s->walk.mnt = mnt;
	s->walk.area = AREA(a);
	at = walk_path(idx);

	out->state = TEXT_UNREADABLE;
	if (at < 0)
		return;
	out->off = AREA(a) + (at & 4095);
	out->len = 4095 - (at & 4095);
	out->state = at >> 16 ? TEXT_CUT : TEXT_WHOLE;
	if (out->state == TEXT_CUT)
		count(STAT_TRUNCATED);
}

INLINE void read_file_path(__u32 idx, struct scratch *s, enum area a, struct file *f,
			   struct text *out)
{
	__u64 dentry, mnt;

	out->state = TEXT_NONE;
	if (!f)
		return;
	if (has_rdonly_cast) {
		f = DIRECT(f, struct file);
		dentry = (__u64)f->f_path.dentry;
		mnt = (__u64)f->f_path.mnt;
	} else {
		dentry = (__u64)BPF_CORE_READ(f, f_path.dentry);
		mnt = (__u64)BPF_CORE_READ(f, f_path.mnt);
	}
	read_path(idx, s, a, dentry, mnt, out);
}

/*
 * Part of a file system mounted in a second place (mount --bind) has the names of both places.
 * The walk just made went through such a mount; this one follows the file system itself. It
 * counts only if it ends at the root of the task: then it is the name in the first place.
 */
INLINE bool read_alias(__u32 idx, struct scratch *s, struct file *f, struct text *out)
{
	read_path(idx, s, AREA_NORMAL, (__u64)BPF_CORE_READ(f, f_path.dentry), 0, out);
	return out->state == TEXT_WHOLE && s->walk.dentry == s->walk.root;
}
