/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The process table: who a process is since its exec, what it can still match, and its command
 * line. Filled at exec, copied at fork, dropped when the last thread exits; a process never
 * seen before is read at its first event.
 */
#pragma once
#include "kern/cgroup.h"
#include "kern/task.h"

INLINE struct cmd_head *cmd_find(__u64 id)
{
	struct cmd_head *h = bpf_map_lookup_elem(&cmds_small, &id);

	return h ? h : bpf_map_lookup_elem(&cmds_large, &id);
}

INLINE void cmd_ref(__u64 id)
{
	struct cmd_head *h = id ? cmd_find(id) : NULL;

	if (h)
		__sync_fetch_and_add(&h->refs, 1);
}

INLINE void cmd_unref(__u64 id)
{
	struct cmd_head *h = id ? cmd_find(id) : NULL;

	if (!h)
		return;
	__sync_fetch_and_add(&h->refs, -1);
	if (h->refs > 0)
		return;
	if (bpf_map_delete_elem(&cmds_small, &id))
		bpf_map_delete_elem(&cmds_large, &id);
}

/* Keeps s->argv under a new id. */
INLINE void cmd_keep(struct scratch *s, __u32 pid)
{
	__u64 id = bpf_ktime_get_boot_ns() << 16 | (pid & 0xffff);
	__u32 len = s->argv.len;
	long err;

	id &= ~(1ULL << 63); /* the daemon's own ids have this bit */
	s->cmd.h.refs = 1;
	s->cmd.h.len = len;
	if (len > ARGS_MAX)
		return;
	bpf_probe_read_kernel(s->cmd.argv, len, s->data + AREA(AREA_ARGV));
	if (len <= CMD_SMALL)
		err = bpf_map_update_elem(&cmds_small, &id, &s->cmd, BPF_ANY);
	else
		err = bpf_map_update_elem(&cmds_large, &id, &s->cmd, BPF_ANY);
	if (err)
		count(STAT_NO_CMD);
	else
		s->proc.exec_id = id;
}

INLINE bool proc_store(struct scratch *s, __u32 pid)
{
	if (!bpf_map_update_elem(&procs, &pid, &s->proc, BPF_ANY))
		return true;
	count(STAT_NO_PROC);
	return false;
}

/* The arguments that were kept at exec: memory can say something else by now. */
INLINE void cmd_load(struct scratch *s, __u64 id)
{
	struct cmd_small *small = bpf_map_lookup_elem(&cmds_small, &id);
	struct cmd_large *large;
	__u64 len = 0;

	if (small) {
		len = small->h.len;
		OPAQUE(len);
		if (len > CMD_SMALL ||
		    bpf_probe_read_kernel(s->data + AREA(AREA_ARGV), len, small->argv))
			return;
	} else {
		large = bpf_map_lookup_elem(&cmds_large, &id);
		if (!large)
			return;
		len = large->h.len;
		OPAQUE(len);
		if (len > ARGS_MAX ||
		    bpf_probe_read_kernel(s->data + AREA(AREA_ARGV), len, large->argv))
			return;
	}
	s->argv.off = AREA(AREA_ARGV);
	s->argv.len = len;
	s->argv.state = s->proc.flags & PROC_TRUNCATED ? TEXT_CUT : TEXT_WHOLE;
}

/* Reads and judges the process that the current address space belongs to; its name and
 * container are in s->proc already, and its arguments in s->argv if they were kept. Texts are
 * not read if nothing could come of them. */
GLOBAL int proc_judge(__u32 idx)
{
	struct task_struct *t = this_task();
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!s || !eval_process_first(idx) || !get_image(s, &im))
		return 0;
	if (automaton(im, AUT_ENV)->n_states)
		read_env(s);
	if (s->argv.state == TEXT_NONE)
		read_argv(s);
	read_file_path(idx, s, AREA_EXEPATH, BPF_CORE_READ(t, mm, exe_file), &s->exepath);
	if (s->exepath.state == TEXT_NONE)
		s->exepath.state = TEXT_UNREADABLE;
	if (s->argv.state == TEXT_CUT)
		s->proc.flags |= PROC_TRUNCATED;
	eval_process(idx);
	return 0;
}

/* s->generation is that of the event. */
INLINE void proc_clear(struct scratch *s)
{
	__builtin_memset(&s->proc, 0, sizeof(s->proc));
	s->proc.generation = s->generation;
	s->argv.state = TEXT_NONE;
	s->argv.len = 0;
	s->exepath.state = s->env.state = TEXT_NONE;
}

/* A process that was there before, that changed its cgroup, or that another policy judged: read
 * at its event. What it was at exec, name and arguments, stays as far as it is known. */
INLINE void proc_meet(__u32 idx, struct scratch *s, __u32 pid, struct proc *old)
{
	struct task_struct *t = this_task();

	proc_clear(s);
	read_container(idx, s, t);
	if (old) {
		__builtin_memcpy(s->proc.name, old->name, COMM_SIZE);
		s->proc.flags = old->flags;
		s->proc.exec_id = old->exec_id;
		if (old->exec_id)
			cmd_load(s, old->exec_id);
		s->proc.unknown = old->flags & PROC_RENAMED ? NAME_FIELDS : 0;
	} else {
		read_comm(s->proc.name, t);
		s->proc.flags = PROC_EARLY;
		count(STAT_EARLY);
	}
	proc_judge(idx);
	if (s->proc.live && !s->proc.exec_id)
		cmd_keep(s, pid);
	proc_store(s, pid);
}

/* The daemon's own events are not decided, only counted: its self-test looks at the count. */
INLINE bool is_self(const struct control *c, enum hook_id hook, __u32 pid)
{
	__u32 key = hook;
	__u64 *n;

	if (pid != c->self)
		return false;
	n = bpf_map_lookup_elem(&hook_self, &key);
	if (n)
		++*n;
	return true;
}

/* What every event of the current process begins with, before anything else is read. */
struct gate {
	struct proc *proc; /* NULL: never seen */
	__u32 pid;
	__u32 generation; /* of the policy that decides the event */
};

/* Whether the process may match some rule: for nearly every event the answer is no, and this
 * is all that happens. */
INLINE bool gate_open(struct gate *g, enum hook_id hook)
{
	struct control *c = get_control();

	g->pid = bpf_get_current_pid_tgid() >> 32;
	g->generation = get_generation(c);
	if (!c || !g->generation || is_self(c, hook, g->pid))
		return false;
	g->proc = bpf_map_lookup_elem(&procs, &g->pid);
	return !g->proc || g->proc->generation != g->generation || g->proc->live;
}

/* Whether what p was judged by still holds: its policy, and what was known of its container. */
INLINE bool is_judged(struct scratch *s, const struct proc *p)
{
	if (!p || p->generation != s->generation)
		return false;
	return !(p->unknown & FIELD_BIT(FIELD_CONTAINER_FACTS)) || !find_facts(s, p->container);
}

/* Brings the current process into s->proc, its bits into s->truth; false if it can match nothing of
 * this type. */
INLINE bool proc_enter(__u32 idx, struct scratch *s, const struct gate *g, __u32 type)
{
	struct proc *p = g->proc;
	struct img im;

	s->generation = g->generation;
	s->have = 0;
	s->unsure = 0;
	s->resolved.state = s->written.state = s->base.state = TEXT_NONE;
	s->written2.state = s->base2.state = TEXT_NONE;
	if (is_judged(s, p)) {
		__builtin_memcpy(s->truth, p->bits, sizeof(p->bits));
		__builtin_memcpy(&s->proc.unknown, &p->unknown,
				 sizeof(*p) - __builtin_offsetof(struct proc, unknown));
		s->argv.state = s->exepath.state = TEXT_NONE;
	} else {
		proc_meet(idx, s, g->pid, p);
	}
	if (!get_image(s, &im) || !enter_type(s, im, type) ||
	    !(s->proc.live & img_head(im)->type_shapes[s->type_slot & 63]))
		return false;
	count(STAT_SEEN);
	return true;
}

/* Whether a task bears another name than that of its exec. */
INLINE bool is_renamed(struct scratch *s, struct task_struct *task)
{
	__u64 now[2] = {}, then[2];

	read_comm(now, task);
	__builtin_memcpy(then, s->proc.name, COMM_SIZE);
	return now[0] != then[0] || now[1] != then[1];
}
