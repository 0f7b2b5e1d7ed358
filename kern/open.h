/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The open family. A handler gets plain values, so every door to the kernel (a system call's
 * tracepoint, the function behind all of them, io_uring) is a few lines in tiercel.bpf.c.
 *
 * A path has two views: the text as written, made absolute and normal (what Falco compares),
 * and the name of the file that was really opened. A rule matches if it matches one of them.
 */
#pragma once
#include "kern/emit.h"

INLINE struct file *file_of_fd(long fd)
{
	struct task_struct *t = this_task();
	struct fdtable *fdt = OF_TASK(t, files, fdt);
	struct file **table = OF_TASK(fdt, fd), *f = NULL;

	if (fd < 0 || fd >= OF_TASK(fdt, max_fds))
		return NULL;
	bpf_probe_read_kernel(&f, sizeof(f), table + fd);
	return f;
}

/* OPENED_*, for who compares or prints the flags. */
INLINE void open_outcome(struct scratch *s)
{
	struct open_args *a = &s->open;
	struct file *f = a->file;

	if (a->res < 0)
		return;
	if (!f) {
		s->unsure |= FIELD_BIT(FIELD_OPEN_FLAGS);
		return;
	}
	if (BPF_CORE_READ(f, f_mode) & FMODE_CREATED)
		a->flags |= OPENED_CREATED;
	a->flags |= layer_of(BPF_CORE_READ(f, f_inode), OPENED_UPPER, OPENED_LOWER);
}

INLINE void open_numbers(struct scratch *s, struct img im)
{
	const struct open_args *a = &s->open;
	__u64 wanted = img_head(im)->type_nums[s->type_slot & 63];
	__u32 acc = a->flags & O_ACCMODE;
	bool path = a->flags & O_PATH, creat = a->type == EVENT_CREAT;

	set_num(s, FIELD_EVT_RES, a->res < 0 ? -a->res : 0);
	set_num(s, FIELD_EVT_RAWRES, a->res);
	set_num(s, FIELD_EVT_FAILED, a->res < 0);
	set_num(s, FIELD_FD_NUM, a->res < 0 ? -1 : a->res);
	if (a->res == RES_SOME_FD)
		s->unsure |= FIELD_BIT(FIELD_FD_NUM) | FIELD_BIT(FIELD_EVT_RAWRES);
	set_num(s, FIELD_EVT_IS_OPEN_READ, !creat && (path || acc != O_WRONLY));
	set_num(s, FIELD_EVT_IS_OPEN_WRITE, !creat && !path && acc != 0);
	if (wanted & FIELD_BIT(FIELD_OPEN_FLAGS)) {
		open_outcome(s);
		set_num(s, FIELD_OPEN_FLAGS, a->flags);
	}
	set_num(s, FIELD_OPEN_MODE, a->mode);
	set_num(s, FIELD_FD_TYPECHAR, a->res >= 0 && (a->flags & O_DIRECTORY) ? 'd' : 'f');
	if (a->res >= 0)
		set_num(s, FIELD_FD_TYPE, a->flags & O_DIRECTORY ? 'd' : 'f');
	read_task_numbers(s, wanted);
}

/* A path as a program gives it, into an area. */
INLINE void read_given(struct scratch *s, __u64 from, bool in_kernel, enum area area,
		       struct text *out)
{
	unsigned char *to = s->data + AREA(area);
	long n;

	out->off = AREA(area);
	out->len = 0;
	out->state = TEXT_NONE;
	if (!from)
		return;
	if (in_kernel)
		n = bpf_probe_read_kernel_str(to, PATH_MAX_LEN, (void *)from);
	else
		n = bpf_probe_read_user_str(to, PATH_MAX_LEN, (void *)from);
	out->state = TEXT_UNREADABLE;
	if (n < 0) {
		count(STAT_UNREADABLE);
		return;
	}
	out->state = TEXT_WHOLE;
	out->len = n ? n - 1 : 0;
}

#define SAME_MAX 256 /* longer names are looked at as two */

/*
 * Whether the path as written is letter for letter the one that was resolved: the usual case,
 * seen by reading as many bytes as it would have. Then one look is enough.
 */
INLINE bool read_same(struct scratch *s, const struct open_args *a)
{
	__u64 n = s->resolved.len + 1, from = s->resolved.off;
	unsigned char *to = s->data + AREA(AREA_WRITTEN);
	long err;

	OPAQUE(n);
	OPAQUE(from);
	if (s->resolved.state != TEXT_WHOLE || !a->text || n > SAME_MAX ||
	    from > DATA_SIZE - SAME_MAX)
		return false;
	if (a->text_in_kernel)
		err = bpf_probe_read_kernel(to, n, (void *)a->text);
	else
		err = bpf_probe_read_user(to, n, (void *)a->text);
	if (err)
		return false;
	for (__u32 i = 0; i < SAME_MAX; i += 8) {
		__u64 differ = *(__u64 *)(to + i) ^ *(__u64 *)(s->data + from + i);

		if (i + 8 >= n) {
			/* bytes behind the end do not count */
			if (differ << (8 * (8 - (n & 7)) & 63))
				return false;
			break;
		}
		if (differ)
			return false;
	}
	s->written.off = AREA(AREA_WRITTEN);
	s->written.len = s->resolved.len;
	s->written.state = TEXT_WHOLE;
	return true;
}

/* The directory that a relative path starts from. */
INLINE void read_base(__u32 idx, struct scratch *s, __s32 dfd, enum area area, struct text *out)
{
	struct task_struct *t = this_task();

	if (dfd == AT_FDCWD)
		read_path(idx, s, area, (__u64)BPF_CORE_READ(t, fs, pwd.dentry),
			  (__u64)BPF_CORE_READ(t, fs, pwd.mnt), out);
	else
		read_file_path(idx, s, area, file_of_fd(dfd), out);
	if (out->state == TEXT_NONE)
		out->state = TEXT_UNREADABLE;
}

/* Makes s->normal from a path as written and the directory it starts from: the first or the
 * second ones. */
GLOBAL int normalise(__u32 idx, __u32 second)
{
	struct scratch *s = scratch_at(idx);
	const struct text *base, *written;

	if (!s)
		return 0;
	base = second ? &s->base2 : &s->base;
	written = second ? &s->written2 : &s->written;
	normal_start(s);
	if (base->state != TEXT_NONE) {
		normal_add(idx, base->off, base->len);
		normal_component(s);
	}
	normal_add(idx, written->off, written->len);
	normal_end(s);
	if (base->state == TEXT_CUT || base->state == TEXT_UNREADABLE)
		s->normal.state = TEXT_CUT;
	return 0;
}

INLINE bool is_relative(struct scratch *s)
{
	return s->data[AREA(AREA_WRITTEN)] != '/';
}

INLINE void open_paths(__u32 idx, struct scratch *s, const struct open_args *a)
{
	read_file_path(idx, s, AREA_RESOLVED, a->file, &s->resolved);
	if (s->resolved.state == TEXT_NONE)
		s->walk.subtree = 0;
	s->mounted_part = s->walk.subtree;
	s->one_view = read_same(s, a);
	if (s->one_view)
		return;
	read_given(s, a->text, a->text_in_kernel, AREA_WRITTEN, &s->written);
	if (s->written.state == TEXT_WHOLE && is_relative(s))
		read_base(idx, s, a->dfd, AREA_BASE, &s->base);
}

/* The numbers of s->open; whether any shape is left. */
GLOBAL int open_judge(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	open_numbers(s, im);
	s->judged = 1;
	return eval_numbers(idx);
}

/* After eval_path(): whether any conjunction can hold that did not before. */
INLINE bool is_worth_testing(struct scratch *s)
{
	return s->path_hit || s->raw_hit || s->any_unknown ||
	       (s->flags & (SHAPE_PROC_TRIGGER | SHAPE_DERIVED | SHAPE_HAS_ALWAYS));
}

INLINE void open_view(__u32 idx, struct scratch *s, const struct text *t, __u32 flags)
{
	eval_path(idx, t->off, t->len, t->state);
	if (!is_worth_testing(s) && t->state == TEXT_WHOLE)
		return;
	if (!s->judged)
		open_judge(idx);
	if (s->shapes)
		eval_rules(idx, flags);
}

INLINE void open_views(__u32 idx, struct scratch *s)
{
	bool one = s->one_view;

	if (s->written.state == TEXT_WHOLE && !one) {
		normalise(idx, 0);
		open_view(idx, s, &s->normal, 0);
	} else if (s->resolved.state == TEXT_NONE) { /* no name at all, or one not readable */
		open_view(idx, s, &s->written, 0);
	}
	if (s->resolved.state != TEXT_NONE)
		open_view(idx, s, &s->resolved, one ? 0 : HIT_RESOLVED);
}

/* The third name, of a file in a bind mount: taken for the resolved one if only it matches. */
INLINE void open_alias(__u32 idx, struct scratch *s, struct file *f)
{
	__u32 before = s->n_hits;
	struct text alias = {};

	if (!read_alias(idx, s, f, &alias))
		return;
	open_view(idx, s, &alias, HIT_RESOLVED);
	if (!before && s->n_hits)
		s->resolved = alias;
}

/* Numbers before paths, for they cost less. But where only a path can trigger a rule, which is
 * usual and rarely happens, numbers are not looked at before one did. */
INLINE bool open_begin(__u32 idx, struct scratch *s, struct img im)
{
	const struct img_head *h = img_head(im);

	s->judged = 0;
	s->paths = 0;
	if (!(s->proc.live & h->type_shapes[s->type_slot & 63] & ~h->path_shapes)) {
		s->paths = FIELD_BIT(FIELD_FD_NAME);
		s->shapes = 1;
		return true;
	}
	if (!open_judge(idx))
		return false;
	read_derived(idx, s);
	return true;
}

/* As stat() has it: the kernel's own form has the major number further up. */
INLINE __u32 user_dev(__u32 dev)
{
	__u32 major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
}

/* What no rule compares: how the call was made, which file it is. */
INLINE void open_record(struct scratch *s, struct record *r)
{
	struct file *f = s->open.file;
	struct call *c = &s->regs;

	r->flags |= s->open.record_flags | RECORD_REGISTERS;
	r->open_flags = s->open.flags;
	r->mode = s->open.mode;
	if (s->open.record_flags & RECORD_IO_URING) {
		__builtin_memset(c, 0, sizeof(*c));
		c->args[0] = (__s64)s->open.dfd;
	} else {
		read_call(c);
	}
	if (c->compat)
		r->flags |= RECORD_COMPAT;
	r->nr = c->nr;
	__builtin_memcpy(r->args, c->args, sizeof(r->args));
	if (!f)
		return;
	r->flags |= RECORD_FILE;
	r->ino = BPF_CORE_READ(f, f_inode, i_ino);
	r->dev = user_dev(BPF_CORE_READ(f, f_inode, i_sb, s_dev));
}

INLINE void open_event(__u32 idx, struct scratch *s)
{
	struct record *r = record_of(s);
	struct img im;

	if (!get_image(s, &im))
		return;
	eval_start(idx, s, im);
	if (!open_begin(idx, s, im))
		return;
	open_paths(idx, s, &s->open);
	s->path_end = s->open.res < 0		      ? SYM_END_FAILED
		      : (s->open.flags & O_DIRECTORY) ? SYM_END_DIR
						      : SYM_END;
	if (s->paths) {
		if (field_at(im, FIELD_FD_NAMERAW)->exists ||
		    automaton(im, AUT_FD_NAMERAW)->n_states)
			eval_raw(idx);
		open_views(idx, s);
		if (s->mounted_part)
			open_alias(idx, s, s->open.file);
	} else {
		eval_rules(idx, 0);
	}
	if (!s->n_hits && !s->overflow)
		return;
	open_outcome(s);
	record_head(s);
	open_record(s, r);
	emit(idx);
}

/* The permissions count only if the call may create a file. */
INLINE void open_clean(struct open_args *a)
{
	a->flags &= ~OPENED_FLAGS;
	if (a->flags & (O_CREAT | O_TMPFILE_BIT))
		a->mode &= 07777;
	else
		a->mode = 0;
}

/* After gate_open(), in a slot that the caller gives back. */
INLINE void opened_in(__u32 idx, struct scratch *s, const struct gate *g, struct open_args *a)
{
	if (!proc_enter(idx, s, g, a->type))
		return;
	if (!a->file && a->res >= 0 && !a->no_file)
		a->file = file_of_fd(a->res);
	open_clean(a);
	s->open = *a;
	open_event(idx, s);
}

INLINE void opened(const struct gate *g, struct open_args *a)
{
	struct scratch *s = NULL;
	int idx = scratch_take(&s);

	if (idx < 0)
		return;
	opened_in(idx, s, g, a);
	scratch_give(s);
}
