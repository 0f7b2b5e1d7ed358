/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests of io_uring that do what system calls do: they become events of these calls. What a
 * request is about is taken, when it is submitted, from the kernel's own copy of it; the event
 * happens when it completes, often in another thread of the same process. (Opens: kern/uring.h.)
 *
 * A request that shall post no completion if it succeeds is an event as it is submitted, and
 * passes for one that succeeded.
 */
#pragma once
#include "kern/call.h"

#define RING_SENDMSG	9
#define RING_RECVMSG	10
#define RING_ACCEPT	13
#define RING_CONNECT	16
#define RING_SEND	26
#define RING_RECV	27
#define RING_SPLICE	30
#define RING_SHUTDOWN	34
#define RING_RENAMEAT	35
#define RING_UNLINKAT	36
#define RING_MKDIRAT	37
#define RING_SYMLINKAT	38
#define RING_LINKAT	39
#define RING_FSETXATTR	41
#define RING_SETXATTR	42
#define RING_SOCKET	45
#define RING_SEND_ZC	47
#define RING_SENDMSG_ZC 48
#define RING_BIND	56
#define RING_LISTEN	57

/* Where the name of an attribute stands: kernels differ in what they call the structure. */
struct xattr_ctx {
	unsigned long size;
	const char *kname; /* the name stands at the beginning of what this points to */
	unsigned int flags;
} __attribute__((preserve_access_index));
struct kernel_xattr_ctx {
	unsigned long size;
	const char *kname;
	unsigned int flags;
} __attribute__((preserve_access_index));
struct io_xattr {
	struct kernel_xattr_ctx ctx;
	struct filename *filename;
} __attribute__((preserve_access_index));
struct io_xattr___old {
	struct xattr_ctx ctx;
	struct filename *filename;
} __attribute__((preserve_access_index));

/* A text of the kernel's becomes argument arg. */
INLINE void ring_text(struct ring_call *r, __u32 which, __u32 arg, const char *from)
{
	long n = bpf_probe_read_kernel_str(r->text + which * URING_TEXT, URING_TEXT, from);

	r->len[which] = n > 0 ? n : 0;
	r->args[arg] = which * URING_TEXT + 1;
}

INLINE void ring_path(struct ring_call *r, __u32 which, __u32 arg, struct filename *f)
{
	ring_text(r, which, arg, BPF_CORE_READ(f, name));
}

INLINE void ring_two_paths(struct ring_call *r, struct io_rename *o)
{
	r->args[0] = (__s64)BPF_CORE_READ(o, old_dfd);
	ring_path(r, 0, 1, BPF_CORE_READ(o, oldpath));
	r->args[2] = (__s64)BPF_CORE_READ(o, new_dfd);
	ring_path(r, 1, 3, BPF_CORE_READ(o, newpath));
	r->args[4] = (__u32)BPF_CORE_READ(o, flags);
}

INLINE void ring_link(struct ring_call *r, struct io_link *o)
{
	r->args[0] = (__s64)BPF_CORE_READ(o, old_dfd);
	ring_path(r, 0, 1, BPF_CORE_READ(o, oldpath));
	r->args[2] = (__s64)BPF_CORE_READ(o, new_dfd);
	ring_path(r, 1, 3, BPF_CORE_READ(o, newpath));
	r->args[4] = (__u32)BPF_CORE_READ(o, flags);
}

INLINE void ring_symlink(struct ring_call *r, struct io_link *o)
{
	ring_path(r, 1, 0, BPF_CORE_READ(o, oldpath));
	r->args[1] = (__s64)BPF_CORE_READ(o, new_dfd);
	ring_path(r, 0, 2, BPF_CORE_READ(o, newpath));
}

/* setxattr has the name behind the path, fsetxattr behind the descriptor. */
INLINE void ring_xattr(struct ring_call *r, struct io_xattr *o, bool has_path)
{
	struct io_xattr___old *old = (void *)o;

	if (bpf_core_type_exists(struct kernel_xattr_ctx)) {
		if (has_path)
			ring_path(r, 0, 0, BPF_CORE_READ(o, filename));
		ring_text(r, has_path, 1, BPF_CORE_READ(o, ctx.kname));
		r->args[3] = BPF_CORE_READ(o, ctx.size);
		r->args[4] = BPF_CORE_READ(o, ctx.flags);
	} else {
		if (has_path)
			ring_path(r, 0, 0, BPF_CORE_READ(old, filename));
		ring_text(r, has_path, 1, BPF_CORE_READ(old, ctx.kname));
		r->args[3] = BPF_CORE_READ(old, ctx.size);
		r->args[4] = BPF_CORE_READ(old, ctx.flags);
	}
}

INLINE void ring_message(struct ring_call *r, struct io_sr_msg *o, bool has_header)
{
	r->args[1] = (__u64)BPF_CORE_READ(o, buf);
	if (has_header) {
		r->args[2] = BPF_CORE_READ(o, msg_flags);
	} else {
		r->args[2] = (__u32)BPF_CORE_READ(o, len);
		r->args[3] = BPF_CORE_READ(o, msg_flags);
	}
}

INLINE void ring_accept(struct ring_call *r, struct io_accept *o)
{
	r->args[1] = (__u64)BPF_CORE_READ(o, addr);
	r->args[2] = (__u64)BPF_CORE_READ(o, addr_len);
	r->args[3] = (__u32)BPF_CORE_READ(o, flags);
	r->type = r->args[3] ? EVENT_ACCEPT4 : EVENT_ACCEPT;
	r->no_fd = BPF_CORE_READ(o, file_slot) != 0;
}

INLINE void ring_socket(struct ring_call *r, struct io_socket *o)
{
	r->args[0] = (__u32)BPF_CORE_READ(o, domain);
	r->args[1] = (__u32)BPF_CORE_READ(o, type);
	r->args[2] = (__u32)BPF_CORE_READ(o, protocol);
	r->no_fd = BPF_CORE_READ(o, file_slot) != 0;
}

/* Calls that are about a descriptor, the first argument. */
INLINE enum event_id ring_take_descriptor(struct ring_call *r, struct io_kiocb *req, __u8 op)
{
	void *data = req; /* a request's own data stands at its start, since 6.0 */

	r->args[0] = (__s64)BPF_CORE_READ(req, cqe.fd);
	switch (op) {
	case RING_SENDMSG:
	case RING_SENDMSG_ZC:
		ring_message(r, data, true);
		return EVENT_SENDMSG;
	case RING_RECVMSG:
		ring_message(r, data, true);
		return EVENT_RECVMSG;
	case RING_SEND:
	case RING_SEND_ZC:
		ring_message(r, data, false);
		return EVENT_SENDTO;
	case RING_RECV:
		ring_message(r, data, false);
		return EVENT_RECVFROM;
	case RING_CONNECT:
		r->args[1] = (__u64)BPF_CORE_READ((struct io_connect *)data, addr);
		r->args[2] = (__u32)BPF_CORE_READ((struct io_connect *)data, addr_len);
		return EVENT_CONNECT;
	case RING_BIND:
		if (bpf_core_type_exists(struct io_bind))
			r->args[2] = (__u32)BPF_CORE_READ((struct io_bind *)data, addr_len);
		return EVENT_BIND;
	case RING_LISTEN:
		if (bpf_core_type_exists(struct io_listen))
			r->args[1] = (__u32)BPF_CORE_READ((struct io_listen *)data, backlog);
		return EVENT_LISTEN;
	case RING_SHUTDOWN:
		r->args[1] = (__u32)BPF_CORE_READ((struct io_shutdown *)data, how);
		return EVENT_SHUTDOWN;
	case RING_FSETXATTR:
		ring_xattr(r, data, false);
		return EVENT_FSETXATTR;
	case RING_ACCEPT:
		ring_accept(r, data);
		return r->type;
	default:
		return EVENT_COUNT;
	}
}

INLINE enum event_id ring_take(struct ring_call *r, struct io_kiocb *req, __u8 op)
{
	void *data = req;

	switch (op) {
	case RING_SPLICE:
		r->args[0] = (__s64)BPF_CORE_READ((struct io_splice *)data, splice_fd_in);
		r->args[2] = (__s64)BPF_CORE_READ(req, cqe.fd);
		r->args[4] = BPF_CORE_READ((struct io_splice *)data, len);
		r->args[5] = BPF_CORE_READ((struct io_splice *)data, flags);
		return EVENT_SPLICE;
	case RING_RENAMEAT:
		ring_two_paths(r, data);
		return r->args[4] ? EVENT_RENAMEAT2 : EVENT_RENAMEAT;
	case RING_LINKAT:
		ring_link(r, data);
		return EVENT_LINKAT;
	case RING_SYMLINKAT:
		ring_symlink(r, data);
		return EVENT_SYMLINKAT;
	case RING_UNLINKAT:
		r->args[0] = (__s64)BPF_CORE_READ((struct io_unlink *)data, dfd);
		ring_path(r, 0, 1, BPF_CORE_READ((struct io_unlink *)data, filename));
		r->args[2] = (__u32)BPF_CORE_READ((struct io_unlink *)data, flags);
		return EVENT_UNLINKAT;
	case RING_MKDIRAT:
		r->args[0] = (__s64)BPF_CORE_READ((struct io_mkdir *)data, dfd);
		ring_path(r, 0, 1, BPF_CORE_READ((struct io_mkdir *)data, filename));
		r->args[2] = BPF_CORE_READ((struct io_mkdir *)data, mode);
		return EVENT_MKDIRAT;
	case RING_SETXATTR:
		ring_xattr(r, data, true);
		return EVENT_SETXATTR;
	case RING_SOCKET:
		ring_socket(r, data);
		return EVENT_SOCKET;
	default:
		return ring_take_descriptor(r, req, op);
	}
}

/* Which of the arguments are texts of ours: their addresses. */
INLINE void ring_texts(struct call_state *c, const struct ring_call *r)
{
	__s8 columns[2] = {c->shape.path1, c->shape.path2};

	for (int i = 0; i < 2; i++) {
		__u64 at;

		if (columns[i] < 0)
			continue;
		at = call_arg(c, columns[i]);
		if (!at)
			continue;
		at--;
		OPAQUE(at);
		at &= URING_TEXT;
		c->args[columns[i] & 7] = (__u64)r->text + at;
	}
}

/* From s->ring and the request at s->pointer: a function of its own, for the stack's sake. */
GLOBAL int ring_state(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct io_kiocb *req;
	struct call_state *c;

	if (!s)
		return 0;
	c = &s->call;
	req = (void *)s->pointer;
	*(__u64 *)&c->shape = *(const volatile __u64 *)&call_shapes[s->ring.type & (EVENT_MAX - 1)];
	c->no_result = 0;
	c->nr = NR_io_uring_enter;
	c->record_flags = RECORD_IO_URING;
	for (int i = 0; i < 6; i++)
		c->args[i] = s->ring.args[i];
	c->ring = 1;
	c->no_fd = s->ring.no_fd;
	c->given_file = 0;
	if (c->shape.fd == 0 && c->shape.path1 != 1)
		c->given_file = (__u64)BPF_CORE_READ(req, file);
	ring_texts(c, &s->ring);
	return 0;
}

INLINE void ring_event(__u32 idx, struct scratch *s, const struct gate *g, struct io_kiocb *req,
		       long res)
{
	if (!proc_enter(idx, s, g, s->ring.type))
		return;
	s->pointer = (__u64)req;
	s->call.res = res;
	ring_state(idx);
	call_event(idx, s);
}

INLINE void ring_submitted(enum hook_id hook, struct io_kiocb *req)
{
	__u8 op = BPF_CORE_READ(req, opcode);
	struct scratch *s = NULL;
	__u64 key = (__u64)req;
	struct ring_call *r;
	struct gate g;
	int idx;

	if (op < RING_SENDMSG || op > RING_LISTEN || !gate_open(&g, hook))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	r = &s->ring;
	__builtin_memset(r, 0, __builtin_offsetof(struct ring_call, text));
	r->type = ring_take(r, req, op);
	if (r->type == EVENT_COUNT)
		goto out;
	if (BPF_CORE_READ(req, flags) & REQ_F_CQE_SKIP)
		ring_event(idx, s, &g, req, 0);
	else
		bpf_map_update_elem(&ring_calls, &key, r, BPF_ANY);
out:
	scratch_give(s);
}

INLINE void ring_completed(enum hook_id hook, struct io_kiocb *req, __s32 res)
{
	__u64 key = (__u64)req;
	struct ring_call *r = bpf_map_lookup_elem(&ring_calls, &key);
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (!r || !gate_open(&g, hook))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	bpf_probe_read_kernel(&s->ring, sizeof(s->ring), r);
	bpf_map_delete_elem(&ring_calls, &key);
	ring_event(idx, s, &g, req, res);
	scratch_give(s);
}
