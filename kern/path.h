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

/* Puts len bytes of a name, and a slash before it, in front of the text. */
INLINE bool walk_prepend(struct scratch *s, __u64 area, struct walk *w, struct dentry_head *h,
			 bool slash)
{
	__u32 len = h->len & 255, at = w->at;

	if (at < len + 2)
		return false;
	at -= len + slash;
	w->at = at;
	at &= 4095;
	if (slash) {
		s->data[area + at] = '/';
		at++;
	}
	bpf_probe_read_kernel(s->data + area + at, len, (void *)h->name);
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

GLOBAL int walk_step(__u32 idx, __u32 area_off)
{
	struct scratch *s = scratch_at(idx);
	struct dentry_head h = {};
	__u64 area = area_off;
	struct walk *w;

	OPAQUE(area);
	if (!s || area > AREA(AREA_COUNT - 1))
		return WALK_CUT;
	w = &s->walk;
	if (w->dentry == w->root && w->mnt == w->root_mnt)
		return WALK_DONE;
	read_dentry(w->dentry, &h);
	w->parent = h.parent;
	if (w->dentry == w->mnt_root)
		return walk_mount(w) ? WALK_ON : WALK_DONE;
	if (h.parent == w->dentry) /* no name below a root: memfd:x, pipe:, ... */
		return walk_prepend(s, area, w, &h, false) ? WALK_DONE : WALK_CUT;
	if (!walk_prepend(s, area, w, &h, true))
		return WALK_CUT;
	w->dentry = h.parent;
	return WALK_ON;
}

/* mnt 0: mounts are not looked at, the walk goes on to the root of the file system. */
INLINE void walk_start(struct walk *w, __u64 dentry, __u64 mnt)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct vfsmount *vfsmount = (void *)mnt;

	w->dentry = dentry;
	w->mnt = mnt;
	w->mnt_root = 0;
	w->root = (__u64)task->fs->root.dentry;
	w->root_mnt = 0;
	if (mnt) {
		if (has_rdonly_cast)
			w->mnt_root = (__u64)DIRECT(mnt, struct vfsmount)->mnt_root;
		else
			w->mnt_root = (__u64)BPF_CORE_READ(vfsmount, mnt_root);
		w->root_mnt = (__u64)task->fs->root.mnt;
	}
	w->subtree = 0;
	w->at = 4095;
}

/* Returns the offset of the text in its area, where it ends at 4095; bit 16: it was cut. */
GLOBAL int walk_path(__u32 idx, __u32 area_off, __u64 dentry, __u64 mnt)
{
	struct scratch *s = scratch_at(idx);
	__u64 area = area_off;
	int step = WALK_CUT;

	OPAQUE(area);
	if (!s || area > AREA(AREA_COUNT - 1))
		return -1;
	walk_start(&s->walk, dentry, mnt);
	for (int i = 0; i < PATH_DEPTH_MAX; i++) {
		step = walk_step(idx, area_off);
		if (step != WALK_ON)
			break;
	}
	if (s->walk.at == 4095) { /* the root itself */
		s->data[area + 4094] = '/';
		s->walk.at = 4094;
	}
	return step == WALK_DONE ? s->walk.at : s->walk.at | 1 << 16;
}

INLINE void read_path(__u32 idx, enum area a, __u64 dentry, __u64 mnt, struct text *out)
{
	int at = walk_path(idx, AREA(a), dentry, mnt);

	out->state = TEXT_UNREADABLE;
	if (at < 0)
		return;
	out->off = AREA(a) + (at & 4095);
	out->len = 4095 - (at & 4095);
	out->state = at >> 16 ? TEXT_CUT : TEXT_WHOLE;
	if (out->state == TEXT_CUT)
		count(STAT_TRUNCATED);
}

INLINE void read_file_path(__u32 idx, enum area a, struct file *f, struct text *out)
{
	struct path p = {};

	out->state = TEXT_NONE;
	if (!f)
		return;
	bpf_core_read(&p, sizeof(p), &f->f_path);
	read_path(idx, a, (__u64)p.dentry, (__u64)p.mnt, out);
}

/*
 * Part of a file system mounted in a second place (mount --bind) has the names of both places.
 * The walk just made went through such a mount; this one follows the file system itself. It
 * counts only if it ends at the root of the task: then it is the name in the first place.
 */
INLINE bool read_alias(__u32 idx, struct scratch *s, struct file *f, struct text *out)
{
	read_path(idx, AREA_NORMAL, (__u64)BPF_CORE_READ(f, f_path.dentry), 0, out);
	return out->state == TEXT_WHOLE && s->walk.dentry == s->walk.root;
}
