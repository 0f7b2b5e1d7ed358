/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The daemon is told of containers as their cgroups come and go, so that it need not look. */
#pragma once
#include "kern/cgroup.h"

INLINE void notice_send(__u64 id, const char *path, __u32 what)
{
	struct notice *n = bpf_ringbuf_reserve(&events, sizeof(*n), 0);
	long len;

	if (!n) {
		count(STAT_NO_NOTICE);
		return;
	}
	n->size = sizeof(*n);
	n->type = RECORD_NOTICE;
	n->what = what;
	n->cgroup = id;
	len = bpf_probe_read_kernel_str(n->path, NOTICE_PATH_MAX, path);
	n->len = len > 0 ? len - 1 : 0;
	bpf_ringbuf_submit(n, 0);
}

/* Before any process is in it. */
INLINE void cgroup_made(struct cgroup *cg, const char *path)
{
	struct scratch *s = NULL;
	__u64 id;
	int idx;

	if (!tells_containers(cg))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	if (take_id(idx, (__u64)BPF_CORE_READ(cg, kn))) {
		id = BPF_CORE_READ(cg, kn, id);
		bpf_map_update_elem(&containers, &id, &s->container, BPF_ANY);
		notice_send(id, path, NOTICE_MADE);
	}
	scratch_give(s);
}

/* One that may have been a container's: what its processes were is not kept. */
INLINE void second_gone(struct cgroup *cg, const char *path)
{
	struct scratch *s = NULL;
	int idx;

	if (BPF_CORE_READ(cg, root, hierarchy_id))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	if (take_second(idx, (__u64)BPF_CORE_READ(cg, kn)))
		notice_send(BPF_CORE_READ(cg, kn, id), path, NOTICE_GONE);
	scratch_give(s);
}

INLINE void cgroup_gone(struct cgroup *cg, const char *path)
{
	__u64 id = BPF_CORE_READ(cg, kn, id);
	struct container *known = bpf_map_lookup_elem(&containers, &id);

	if (!known) {
		second_gone(cg, path);
		return;
	}
	if (!is_host(known))
		notice_send(id, path, NOTICE_GONE);
	bpf_map_delete_elem(&containers, &id);
}
