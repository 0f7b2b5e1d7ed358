// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hooks: the programs that kern/hooks.def names. Each is a few lines that take an attach
 * point's values apart and call a handler of kern/exec.h, kern/open.h, kern/call.h or kern/uring.h.
 */
#include "kern/exec.h"
#include "kern/notice.h"
#include "kern/open.h"
#include "kern/ring.h"
#include "kern/uring.h"
#include "kern/call.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* ---- processes: both back ends ---- */

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	exec_succeeded(task, bprm);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	forked(parent, child);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit)
{
	exited();
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_attach_cgroup, struct cgroup *to, const char *path, struct task_struct *task)
{
	moved(task);
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_made, struct cgroup *cg, const char *path)
{
	cgroup_made(cg, path);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_gone, struct cgroup *cg, const char *path)
{
	cgroup_gone(cg, path);
	return 0;
}

/* Before on_exit: that one forgets the process. Of every thread, as in Falco. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_procexit)
{
	struct task_struct *t = this_task();
	__u32 status = OF_TASK(t, exit_code);

	/* status, what it returned, the signal that ended it, whether that left a core */
	call_without_result(HOOK_on_procexit, EVENT_PROCEXIT, status, status >> 8 & 0xff,
			    status & 0x7f, status >> 7 & 1);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal, int sig, void *info, void *action)
{
	call_without_result(HOOK_on_signal, EVENT_SIGNALDELIVER, 0, bpf_get_current_pid_tgid(), sig,
			    0);
	return 0;
}

/* ---- back end A: kernel functions ---- */

SEC("fexit/__x64_sys_execve")
int BPF_PROG(on_execve_return, void *regs, long ret)
{
	exec_failed(HOOK_on_execve_return, EVENT_EXECVE, ret);
	return 0;
}

SEC("fexit/__x64_sys_execveat")
int BPF_PROG(on_execveat_return, void *regs, long ret)
{
	exec_failed(HOOK_on_execveat_return, EVENT_EXECVEAT, ret);
	return 0;
}

/* The event type of an open, from the system call that the task is in; -1: none of ours
 * (the kernel opens files on its own account, too). */
INLINE int type_of_call(const struct call *c)
{
	struct task_struct *t = this_task();

	if (OF_TASK(t, flags) & PF_IO_WORKER)
		return EVENT_OPENAT;
	if (c->nr == NR_openat2)
		return EVENT_OPENAT2;
	if (c->nr == NR_io_uring_enter)
		return EVENT_OPENAT;
	if (c->nr == (c->compat ? NR_compat_openat : NR_openat))
		return EVENT_OPENAT;
	if (c->nr == (c->compat ? NR_compat_open : NR_open))
		return EVENT_OPEN;
	if (c->nr == (c->compat ? NR_compat_creat : NR_creat))
		return EVENT_CREAT;
	return -1;
}

INLINE bool is_uring(const struct call *c)
{
	struct task_struct *t = this_task();

	return c->nr == NR_io_uring_enter || (OF_TASK(t, flags) & PF_IO_WORKER);
}

/* A pointer with a type allows no arithmetic, and this one can be an error. From map memory it
 * comes back as a number. */
INLINE long scalar(struct scratch *s, const void *p)
{
	s->pointer = (__u64)p;
	barrier();
	return s->pointer;
}

/* The flags as the program gave them, where it cannot change them any more: in registers. Those
 * that the kernel made of them are all but the same: it adds O_LARGEFILE and drops O_CLOEXEC. */
INLINE __u32 given_flags(const struct call *c, int type, __u32 made, bool is_ring)
{
	__u64 given = 0;

	if (is_ring || c->compat)
		return made & ~O_LARGEFILE;
	if (type == EVENT_OPENAT)
		return c->args[2];
	if (type == EVENT_OPEN)
		return c->args[1];
	if (type == EVENT_CREAT)
		return made & ~O_LARGEFILE;
	bpf_probe_read_user(&given, sizeof(given), (void *)c->args[2]);
	return made | (given & O_CLOEXEC);
}

INLINE void filp_opened(const struct gate *g, int dfd, struct filename *name, struct open_flags *op,
			struct file *ret)
{
	struct open_args a = {.res = RES_SOME_FD, .text_in_kernel = true, .dfd = dfd};
	struct scratch *s = NULL;
	struct call c;
	int idx, type;
	long err;

	a.flags = op->open_flag;
	if (a.flags & FMODE_EXEC)
		return;
	read_call(&c);
	type = type_of_call(&c);
	if (type < 0)
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	a.type = type;
	err = scalar(s, ret);
	if (err < 0 && err >= -MAX_ERRNO)
		a.res = err;
	else
		a.file = (void *)err;
	if (is_uring(&c))
		a.record_flags = RECORD_IO_URING;
	a.flags = given_flags(&c, type, a.flags, a.record_flags);
	a.text = (__u64)name->name;
	a.mode = op->mode & 07777;
	/* io_uring: an attempt that must not block; a worker does it again */
	if (!a.record_flags || a.res != -EAGAIN || !(op->lookup_flags & LOOKUP_CACHED))
		opened_in(idx, s, g, &a);
	scratch_give(s);
}

SEC("fexit/do_filp_open")
int BPF_PROG(on_filp_open, int dfd, struct filename *name, struct open_flags *op, struct file *ret)
{
	struct gate g;

	if (gate_open(&g, HOOK_on_filp_open))
		filp_opened(&g, dfd, name, op, ret);
	return 0;
}

/* Has no path that do_filp_open() could be given. */
SEC("fexit/__x64_sys_open_by_handle_at")
int BPF_PROG(on_handle_return, void *regs, long ret)
{
	struct open_args a = {.res = ret, .type = EVENT_OPEN_BY_HANDLE_AT};
	struct call call;
	struct gate g;

	if (!gate_open(&g, HOOK_on_handle_return))
		return 0;
	read_call(&call);
	a.flags = call.args[2];
	opened(&g, &a);
	return 0;
}

/*
 * Every other system call: one copy of this program for the function of each call that a rule
 * names, made by the daemon, with the event type in place of CALL_STUB_TYPE. It is small, and what
 * all calls share is behind a tail call: the verifier walks through that once.
 */
SEC("fexit/__x64_sys_close")
int BPF_PROG(on_call_stub)
{
	struct scratch *s = NULL;
	struct gate g;
	__u32 type;

	asm volatile("%0 = %1" : "=r"(type) : "i"(CALL_STUB_TYPE));
	if (!gate_open(&g, HOOK_on_call_return) || scratch_take(&s) < 0)
		return 0;
	s->type = type;
	s->generation = g.generation;
	bpf_tail_call(ctx, &call_handler, 0);
	scratch_give(s);
	return 0;
}

SEC("fexit/__x64_sys_close")
int BPF_PROG(on_call_return, void *regs, long ret)
{
	struct scratch *s = NULL;
	int idx = scratch_mine(&s);
	struct gate g;

	if (idx < 0)
		return 0;
	g.pid = bpf_get_current_pid_tgid() >> 32;
	g.generation = s->generation;
	g.proc = bpf_map_lookup_elem(&procs, &g.pid);
	read_call(&s->regs);
	call_returned(idx, s, &g, s->type & (EVENT_MAX - 1), &s->regs, ret);
	scratch_give(s);
	return 0;
}

/* ---- back end B: tracepoints ---- */

struct sys_exit {
	__u64 common;
	int nr; /* what follows it is not initialised */
	int pad;
	long ret;
};

INLINE void open_at(struct open_args *a, const struct call *c)
{
	a->dfd = c->args[0];
	a->text = c->args[1];
	a->flags = c->args[2];
	a->mode = c->args[3];
}

/* What was granted is in the file, where no thread can rewrite it. */
INLINE void open_at2(struct open_args *a, const struct call *c)
{
	__u32 kept = O_ACCMODE | O_PATH | O_DIRECTORY;
	struct open_how how = {};
	struct file *f;

	a->dfd = c->args[0];
	a->text = c->args[1];
	bpf_probe_read_user(&how, sizeof(how), (void *)c->args[2]);
	a->flags = how.flags;
	a->mode = how.mode;
	if (a->res < 0)
		return;
	f = file_of_fd(a->res);
	a->file = f;
	a->flags = (a->flags & ~kept) | (BPF_CORE_READ(f, f_flags) & kept);
}

INLINE void open_plain(struct open_args *a, const struct call *c)
{
	a->dfd = AT_FDCWD;
	a->text = c->args[0];
	if (a->type == EVENT_CREAT) {
		a->flags = O_CREAT | O_WRONLY | O_TRUNC;
		a->mode = c->args[1];
	} else {
		a->flags = c->args[1];
		a->mode = c->args[2];
	}
}

INLINE void open_call(struct open_args *a, const struct call *c)
{
	if (a->type == EVENT_OPENAT)
		open_at(a, c);
	else if (a->type == EVENT_OPENAT2)
		open_at2(a, c);
	else if (a->type == EVENT_OPEN_BY_HANDLE_AT)
		a->flags = c->args[2];
	else
		open_plain(a, c);
}

/* Hook and event type of a system call. */
INLINE enum hook_id hook_of_call(long nr, enum event_id *type)
{
	switch (nr) {
	case NR_openat:
		*type = EVENT_OPENAT;
		return HOOK_on_openat_exit;
	case NR_openat2:
		*type = EVENT_OPENAT2;
		return HOOK_on_openat2_exit;
	case NR_open:
		*type = EVENT_OPEN;
		return HOOK_on_open_exit;
	case NR_creat:
		*type = EVENT_CREAT;
		return HOOK_on_creat_exit;
	case NR_open_by_handle:
		*type = EVENT_OPEN_BY_HANDLE_AT;
		return HOOK_on_open_by_handle_at_exit;
	case NR_execveat:
		*type = EVENT_EXECVEAT;
		return HOOK_on_execveat_exit;
	default:
		*type = EVENT_EXECVE;
		return HOOK_on_execve_exit;
	}
}

/* One program for all system calls: the verifier walks through what they share once. */
SEC("tracepoint")
int on_syscall_exit(struct sys_exit *ctx)
{
	enum event_id type;
	enum hook_id hook = hook_of_call(ctx->nr, &type);
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (type == EVENT_EXECVE || type == EVENT_EXECVEAT) {
		exec_failed(hook, type, ctx->ret);
		return 0;
	}
	if (!gate_open(&g, hook))
		return 0;
	idx = scratch_take(&s);
	if (idx < 0)
		return 0;
	__builtin_memset(&s->open, 0, sizeof(s->open));
	s->open.res = ctx->ret;
	s->open.type = type;
	read_call(&s->regs);
	open_call(&s->open, &s->regs);
	opened_in(idx, s, &g, &s->open);
	scratch_give(s);
	return 0;
}

/* Every other system call: attached to the exits of those that a rule names. */
SEC("tracepoint")
int on_call_exit(struct sys_exit *ctx)
{
	__u32 type = call_types[ctx->nr & (CALL_NR_MAX - 1)];
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (!type || !gate_open(&g, HOOK_on_call_exit))
		return 0;
	idx = scratch_take(&s);
	if (idx < 0)
		return 0;
	read_call(&s->regs);
	call_returned(idx, s, &g, type - 1, &s->regs, ctx->ret);
	scratch_give(s);
	return 0;
}

/* io_uring: the path is known when the request starts, the result when it completes. */
SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_uring_submit, struct io_kiocb *req)
{
	uring_submitted(HOOK_on_uring_submit, req);
	return 0;
}

/* Its name before 6.3. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(on_uring_submit_sqe, struct io_kiocb *req)
{
	uring_submitted(HOOK_on_uring_submit_sqe, req);
	return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete, void *ring, void *req, struct io_uring_cqe *cqe)
{
	uring_completed(HOOK_on_uring_complete, req, BPF_CORE_READ(cqe, res));
	return 0;
}

/* Before 6.13 the members of cqe came one by one. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete_res, void *ring, void *req, __u64 user_data, int res)
{
	uring_completed(HOOK_on_uring_complete_res, req, res);
	return 0;
}

/* ---- the same of other requests than opens: both back ends ---- */

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_ring_submit, struct io_kiocb *req)
{
	ring_submitted(HOOK_on_ring_submit, req);
	return 0;
}

SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(on_ring_submit_sqe, struct io_kiocb *req)
{
	ring_submitted(HOOK_on_ring_submit_sqe, req);
	return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_ring_complete, void *ring, void *req, struct io_uring_cqe *cqe)
{
	ring_completed(HOOK_on_ring_complete, req, BPF_CORE_READ(cqe, res));
	return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_ring_complete_res, void *ring, void *req, __u64 user_data, int res)
{
	ring_completed(HOOK_on_ring_complete_res, req, res);
	return 0;
}
