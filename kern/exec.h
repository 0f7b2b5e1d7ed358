/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Births, execs and deaths: the process table is kept here, and execs are events. */
#pragma once
#include "kern/open.h"

/* The file as it was named: by then the kernel's copy, or where the call that failed has it. */
INLINE void exec_record(struct scratch *s, long res, __u64 filename)
{
	struct record *r = record_of(s);
	struct call c;

	record_head(s);
	if (res >= 0) {
		read_given(s, filename, true, AREA_WRITTEN, &s->written);
		return;
	}
	read_call(&c);
	r->flags |= RECORD_REGISTERS | (c.compat ? RECORD_COMPAT : 0);
	r->nr = c.nr;
	__builtin_memcpy(r->args, c.args, sizeof(r->args));
	filename = s->type == EVENT_EXECVEAT ? c.args[1] : c.args[0];
	read_given(s, filename, false, AREA_WRITTEN, &s->written);
}

/* Decides and sends an event of the exec family that is all in s->proc and the numbers. */
INLINE void exec_event(__u32 idx, struct scratch *s, long res, __u64 filename)
{
	struct img im;

	if (!get_image(s, &im))
		return;
	eval_start(idx, s, im);
	read_task_numbers(s, img_head(im)->type_nums[s->type_slot & 63]);
	set_num(s, FIELD_EVT_RES, res < 0 ? -res : 0);
	set_num(s, FIELD_EVT_RAWRES, res);
	set_num(s, FIELD_EVT_FAILED, res < 0);
	set_num(s, FIELD_EVT_IS_OPEN_READ, 0);
	set_num(s, FIELD_EVT_IS_OPEN_WRITE, 0);
	s->num[FIELD_FD_NUM] = -1;
	if (!eval_numbers(idx))
		return;
	read_derived(idx, s);
	eval_rules(idx, 0);
	if (!s->n_hits && !s->overflow)
		return;
	exec_record(s, res, filename);
	emit(idx);
}

/* A new program: everything about it is in kernel memory, or was just put by the kernel where
 * it is read. */
INLINE void exec_succeeded(struct task_struct *task, struct linux_binprm *bprm)
{
	__u32 pid = BPF_CORE_READ(task, tgid);
	struct control *c = get_control();
	__u32 generation = get_generation(c);
	struct scratch *s = NULL;
	struct proc *old;
	struct img im;
	int idx;

	if (!c || !generation)
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	s->generation = generation;
	s->have = s->unsure = 0;
	s->written.state = s->base.state = s->resolved.state = TEXT_NONE;
	proc_clear(s);
	read_comm(s->proc.name, task);
	read_container(idx, s, task);
	proc_judge(idx);
	old = bpf_map_lookup_elem(&procs, &pid);
	if (old)
		cmd_unref(old->exec_id);
	if (s->proc.live && s->argv.state != TEXT_NONE)
		cmd_keep(s, pid);
	proc_store(s, pid);
	if (s->proc.live && pid != c->self && get_image(s, &im) &&
	    enter_type(s, im, EVENT_EXECVE)) {
		count(STAT_SEEN);
		exec_event(idx, s, 0, (__u64)BPF_CORE_READ(bprm, filename));
	}
	scratch_give(s);
}

INLINE void exec_failed(enum hook_id hook, enum event_id type, long res)
{
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (res >= 0 || !gate_open(&g, hook))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	if (proc_enter(idx, s, &g, type))
		exec_event(idx, s, res, 0);
	scratch_give(s);
}

/* The child begins as its parent: same program, same arguments. Where that is not so (the
 * parent renamed itself, the child was born into another cgroup) its first event reads it. */
INLINE void forked(struct task_struct *parent, struct task_struct *child)
{
	__u32 ppid = BPF_CORE_READ(parent, tgid), pid = BPF_CORE_READ(child, tgid);
	struct scratch *s = NULL;
	struct proc *p;
	int idx;

	if (pid == ppid || !get_generation(get_control()))
		return;
	p = bpf_map_lookup_elem(&procs, &ppid);
	if (!p)
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	s->proc = *p;
	if (is_renamed(s, child)) {
		s->proc.flags |= PROC_RENAMED;
		s->proc.generation = 0;
	}
	if (BPF_CORE_READ(task_cgroup(child), id) != p->cgroup)
		s->proc.generation = 0;
	cmd_ref(s->proc.exec_id);
	proc_store(s, pid);
	scratch_give(s);
}

INLINE void exited(void)
{
	struct task_struct *t = this_task();
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct proc *p;

	if (BPF_CORE_READ(t, signal, live.counter) > 0)
		return;
	p = bpf_map_lookup_elem(&procs, &pid);
	if (!p)
		return;
	cmd_unref(p->exec_id);
	bpf_map_delete_elem(&procs, &pid);
}

/* Its next event reads the new cgroup; the name it had at exec stays. */
INLINE void moved(struct task_struct *task)
{
	__u32 pid = BPF_CORE_READ(task, tgid);
	struct proc *p = bpf_map_lookup_elem(&procs, &pid);

	if (p)
		p->generation = 0;
}
