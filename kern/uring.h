/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens through io_uring where only tracepoints can be had: no system call is seen, the path is
 * known when a request is submitted and the result when it completes, often in another thread
 * of the same process. (Back end A sees such opens in do_filp_open like all others.)
 */
#pragma once
#include "kern/open.h"

INLINE void uring_keep(struct scratch *s, struct io_kiocb *req, __u8 op)
{
	struct io_open *o = (void *)req; /* a request's own data stands at its start, since 6.0 */
	struct uring_open *u = &s->uring;
	__u64 key = (__u64)req;

	u->type = op == IORING_OP_OPENAT2 ? EVENT_OPENAT2 : EVENT_OPENAT;
	u->dfd = BPF_CORE_READ(o, dfd);
	u->flags = BPF_CORE_READ(o, how.flags);
	u->mode = BPF_CORE_READ(o, how.mode);
	u->file_slot = BPF_CORE_READ(o, file_slot);
	u->len = bpf_probe_read_kernel_str(u->text, URING_TEXT, BPF_CORE_READ(o, filename, name));
	bpf_map_update_elem(&uring, &key, u, BPF_ANY);
}

/* Taken apart in the scratch slot: the stack has no room. A direct descriptor is in no table that
 * we read: only the text is known. */
INLINE void uring_opened(const struct gate *g, const struct uring_open *u, long res)
{
	struct scratch *s = NULL;
	int idx = scratch_take(&s);
	struct open_args *a;

	if (idx < 0)
		return;
	a = &s->open;
	a->type = u->type;
	a->res = res;
	a->file = NULL;
	a->text = u->len > 0 ? (__u64)u->text : 0;
	a->text_in_kernel = true;
	a->no_file = u->file_slot != 0 || res == RES_SOME_FD;
	a->dfd = u->dfd;
	a->flags = u->flags;
	a->mode = u->mode;
	a->record_flags = RECORD_IO_URING;
	opened_in(idx, s, g, a);
	scratch_give(s);
}

INLINE void uring_submitted(enum hook_id hook, struct io_kiocb *req)
{
	__u8 op = BPF_CORE_READ(req, opcode);
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (op != IORING_OP_OPENAT && op != IORING_OP_OPENAT2)
		return;
	if (!gate_open(&g, hook))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	uring_keep(s, req, op);
	/* Its completion will not be told if it succeeds: it passes for one that did. */
	if (BPF_CORE_READ(req, flags) & REQ_F_CQE_SKIP)
		uring_opened(&g, &s->uring, RES_SOME_FD);
	scratch_give(s);
}

INLINE void uring_completed(enum hook_id hook, void *req, __s32 res)
{
	__u64 key = (__u64)req;
	struct uring_open *u = bpf_map_lookup_elem(&uring, &key);
	struct gate g;

	if (!u || !gate_open(&g, hook))
		return;
	uring_opened(&g, u, res);
	bpf_map_delete_elem(&uring, &key);
}
