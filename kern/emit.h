/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Out of the kernel: counts every hit, then builds one record with what the rules that matched
 * print, and no more.
 */
#pragma once
#include "kern/proc.h"

INLINE struct record *record_of(struct scratch *s)
{
	return (struct record *)s->out;
}

/* Copies len bytes from src behind the record; ranges that do not fit are left out, which the
 * size of RECORD_MAX makes impossible. */
INLINE void add_tail(struct scratch *s, enum tail_id id, const void *src, __u32 len)
{
	struct record *r = record_of(s);
	__u64 at = r->size, n = len;

	OPAQUE(n);
	OPAQUE(at);
	if (n > 4096 || at > RECORD_MAX)
		return;
	if (n && bpf_probe_read_kernel(s->out + at, n, src))
		return;
	r->tails[id].offset = at;
	r->tails[id].len = n;
	r->size = (at + n + 7) & ~7ULL;
}

INLINE void add_text(struct scratch *s, enum tail_id id, const struct text *t)
{
	__u64 off = t->off;

	OPAQUE(off);
	if ((t->state == TEXT_WHOLE || t->state == TEXT_CUT) && off <= DATA_SIZE)
		add_tail(s, id, s->data + off, t->len);
}

INLINE void add_cmd(struct scratch *s, enum tail_id id, __u64 exec_id)
{
	struct cmd_small *small = bpf_map_lookup_elem(&cmds_small, &exec_id);
	struct cmd_large *large;

	if (small) {
		if (small->h.len <= CMD_SMALL)
			add_tail(s, id, small->argv, small->h.len);
		return;
	}
	large = bpf_map_lookup_elem(&cmds_large, &exec_id);
	if (large)
		add_tail(s, id, large->argv, large->h.len);
}

INLINE void add_argv(struct scratch *s)
{
	if (s->argv.state == TEXT_NONE && s->proc.exec_id) {
		add_cmd(s, TAIL_ARGV, s->proc.exec_id);
		if (record_of(s)->tails[TAIL_ARGV].offset)
			return;
	}
	if (s->argv.state == TEXT_NONE) {
		read_argv(s);
		record_of(s)->flags |= RECORD_ARGV_NOW;
	}
	add_text(s, TAIL_ARGV, &s->argv);
}

GLOBAL int add_ancestors(__u32 idx, __u32 n)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	__u32 len = 0;

	if (!s)
		return 0;
	t = BPF_CORE_READ(t, real_parent);
	for (__u32 i = 0; i < ANCESTORS_MAX; i++) {
		struct ancestor a = {};
		struct proc *p;

		a.pid = BPF_CORE_READ(t, tgid);
		if (i >= n || !a.pid)
			break;
		p = bpf_map_lookup_elem(&procs, &a.pid);
		if (p)
			__builtin_memcpy(a.name, p->name, COMM_SIZE);
		else
			read_comm(a.name, t);
		bpf_probe_read_kernel(s->data + AREA(AREA_NORMAL) + i * sizeof(a), sizeof(a), &a);
		len += sizeof(a);
		t = BPF_CORE_READ(t, real_parent);
	}
	add_tail(s, TAIL_ANCESTORS, s->data + AREA(AREA_NORMAL), len);
	return 0;
}

INLINE void add_parent_cmd(struct scratch *s, __u32 ppid)
{
	struct proc *p = bpf_map_lookup_elem(&procs, &ppid);

	if (p && p->exec_id)
		add_cmd(s, TAIL_PARGV, p->exec_id);
}

INLINE void record_head(struct scratch *s)
{
	struct task_struct *t = this_task();
	struct record *r = record_of(s);
	__u64 id = bpf_get_current_pid_tgid();

	__builtin_memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	r->type = s->type;
	r->time = bpf_ktime_get_boot_ns();
	r->have = s->have;
	r->unknown = s->unsure | s->proc.unknown;
	r->cgroup = s->proc.cgroup;
	r->res = s->num[FIELD_EVT_RAWRES];
	r->generation = s->generation;
	r->flags = s->proc.flags | (s->overflow ? RECORD_ALL_RULES : 0);
	r->pid = id >> 32;
	r->tid = id;
	r->ppid = task_ppid(t);
	r->uid = BPF_CORE_READ(t, cred, euid.val);
	r->gid = BPF_CORE_READ(t, cred, egid.val);
	r->loginuid = BPF_CORE_READ(t, loginuid.val);
	r->tty = task_tty(t);
	r->fd = s->num[FIELD_FD_NUM];
	__builtin_memcpy(r->name, s->proc.name, COMM_SIZE);
	read_comm(r->comm, t);
	__builtin_memcpy(r->container, s->proc.container, SHORT_SIZE);
}

INLINE void count_rule(struct scratch *s, __u32 rule, __u32 flags, __u32 lost)
{
	struct rule_count *c;

	rule += IMAGE_SLOT(s->generation) * rule_room;
	c = bpf_map_lookup_elem(&rule_counts, &rule);
	if (!c)
		return;
	if (lost) {
		c->lost++;
		return;
	}
	c->matched++;
	if (flags & HIT_UNSURE)
		c->unsure++;
}

GLOBAL int count_hit(__u32 idx, __u32 i, __u32 lost)
{
	struct scratch *s = scratch_at(idx);

	if (s && i < HIT_MAX)
		count_rule(s, s->hits[i].rule, s->hits[i].flags, lost);
	return 0;
}

/* Of the rules beyond those that a record has room for, the word-th 64. */
GLOBAL int count_beyond_word(__u32 idx, __u32 word, __u32 lost)
{
	struct scratch *s = scratch_at(idx);

	if (!s || word >= RULE_MAX / 64)
		return 0;
	for (__u32 i = 0; i < 64; i++) {
		if (s->beyond[word] >> i & 1)
			count_rule(s, word * 64 + i, HIT_UNSURE, lost);
	}
	return 0;
}

GLOBAL int count_beyond(__u32 idx, __u32 lost)
{
	for (__u32 i = 0; i < RULE_MAX / 64; i++)
		count_beyond_word(idx, i, lost);
	return 0;
}

INLINE bool is_beyond(__u32 idx)
{
	struct scratch *s = scratch_at(idx);

	return s && s->has_beyond;
}

GLOBAL int count_hits(__u32 idx, __u32 n, __u32 lost)
{
	for (__u32 i = 0; i < HIT_MAX; i++) {
		if (i >= n)
			break;
		count_hit(idx, i, lost);
	}
	if (is_beyond(idx))
		count_beyond(idx, lost);
	return 0;
}

INLINE __u64 hits_need(struct scratch *s, struct img im)
{
	__u64 need = 0;

	for (__u32 i = 0; i < HIT_MAX; i++) {
		const struct img_rule *r;

		if (i >= s->n_hits)
			break;
		r = img_at(im, img_head(im)->rules, s->hits[i].rule, sizeof(*r));
		need |= r->needs;
	}
	return s->overflow ? ~0ULL : need;
}

#define NEED_ARGV                                                                                  \
	(FIELD_BIT(FIELD_PROC_CMDLINE) | FIELD_BIT(FIELD_PROC_ARGS) | FIELD_BIT(FIELD_PROC_EXE))
#define NEED_ANCESTORS                                                                             \
	(FIELD_BIT(FIELD_PROC_PNAME) | FIELD_BIT(FIELD_PROC_ANAME) | FIELD_BIT(FIELD_PROC_PCMDLINE))

GLOBAL int emit_process(__u32 idx, __u64 need)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);

	if (!s)
		return 0;
	if (need & NEED_ARGV)
		add_argv(s);
	if (need & FIELD_BIT(FIELD_PROC_EXEPATH)) {
		if (s->exepath.state == TEXT_NONE)
			read_file_path(idx, s, AREA_EXEPATH, BPF_CORE_READ(t, mm, exe_file),
				       &s->exepath);
		add_text(s, TAIL_EXEPATH, &s->exepath);
	}
	if (need & FIELD_BIT(FIELD_PROC_CWD)) {
		struct text cwd = {};

		read_path(idx, s, AREA_NORMAL, (__u64)BPF_CORE_READ(t, fs, pwd.dentry),
			  (__u64)BPF_CORE_READ(t, fs, pwd.mnt), &cwd);
		add_text(s, TAIL_CWD, &cwd);
	}
	if (need & INFO_FIELDS) {
		if (!s->has_task)
			read_info(idx);
		add_tail(s, TAIL_TASK, &s->task, sizeof(s->task));
	}
	if (need & NEED_ANCESTORS)
		add_ancestors(idx, need & FIELD_BIT(FIELD_PROC_ANAME) ? ANCESTORS_MAX : 1);
	if (need & FIELD_BIT(FIELD_PROC_PCMDLINE))
		add_parent_cmd(s, task_ppid(t));
	return 0;
}

INLINE bool is_cut(const struct text *t)
{
	return t->state == TEXT_CUT || t->state == TEXT_UNREADABLE;
}

/* Sends what s->hits holds. Paths have been read by the handler if a rule prints them. */
GLOBAL int emit(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	__u64 size;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	count_hits(idx, s->n_hits, 0);
	emit_process(idx, hits_need(s, im));
	if (is_cut(&s->written) || is_cut(&s->base))
		record_of(s)->flags |= RECORD_WRITTEN_CUT;
	if (is_cut(&s->resolved))
		record_of(s)->flags |= RECORD_RESOLVED_CUT;
	if (s->nameless)
		record_of(s)->flags |= RECORD_NAMELESS;
	add_text(s, TAIL_WRITTEN, &s->written);
	add_text(s, TAIL_BASE, &s->base);
	add_text(s, TAIL_RESOLVED, &s->resolved);
	add_tail(s, TAIL_HITS, s->hits, (s->n_hits & (2 * HIT_MAX - 1)) * sizeof(struct hit));
	size = record_of(s)->size;
	OPAQUE(size);
	if (size > RECORD_MAX || bpf_ringbuf_output(&events, s->out, size, 0)) {
		count_hits(idx, s->n_hits, 1);
		count(STAT_LOST);
	} else {
		count(STAT_EMITTED);
	}
	return 0;
}
