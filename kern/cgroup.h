/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container a cgroup is of: the innermost component of its path that holds a run of
 * exactly 64 hexadecimal digits with nothing alphanumeric beside it, as every runtime names
 * them (docker-ID.scope, cri-containerd-ID.scope, .../ID). Its first 12 digits, or "host".
 */
#pragma once
#include "kern/compat.h"
#include "kern/container_id.h"
#include "kern/scratch.h"

#define ID_DIGITS 64

INLINE bool is_digit_of_id(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

INLINE bool is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Looks for the end of an id among SCAN_CHUNK bytes of the name in AREA_NORMAL: its offset
 * plus one, or 0. The run so far is kept in memory: in a register the verifier would follow
 * each of its values. */
GLOBAL int find_id_chunk(__u32 idx, __u32 from, __u32 len)
{
	struct scratch *s = scratch_at(idx);
	__u64 at = from;

	OPAQUE(at);
	if (!s || at > NAME_BYTES)
		return 0;
	for (__u32 i = 0; i < SCAN_CHUNK; i++) {
		unsigned char c;

		barrier();
		if (from + i > len)
			break;
		c = from + i == len ? 0 : s->data[AREA(AREA_NORMAL) + at + i];
		if (is_digit_of_id(c)) {
			s->run++;
			continue;
		}
		if (s->run == ID_DIGITS && s->run_clean && !is_word(c))
			return from + i + 1;
		s->run_clean = !is_word(c);
		s->run = 0;
	}
	return 0;
}

/* Offset of an id's first digit in a name of len bytes plus one, or 0. */
GLOBAL int find_id(__u32 idx, __u32 len)
{
	struct scratch *s = scratch_at(idx);

	if (!s)
		return 0;
	s->run = 0;
	s->run_clean = 1;
	for (__u32 from = 0; from <= NAME_BYTES; from += SCAN_CHUNK) {
		int end;

		if (from > len)
			break;
		end = find_id_chunk(idx, from, len);
		if (end > ID_DIGITS)
			return end - ID_DIGITS;
	}
	return 0;
}

INLINE void set_host(struct container *c)
{
	for (int i = 0; i < SHORT_SIZE; i++)
		c->id[i] = host_id[i];
}

INLINE bool is_host(const struct container *c)
{
	bool same = true;

	for (int i = 0; i < SHORT_SIZE; i++)
		same &= c->id[i] == host_id[i];
	return same;
}

/* Takes the part of the name in AREA_NORMAL for the id. */
GLOBAL int keep_id(__u32 idx, __u32 from, __u32 len)
{
	struct scratch *s = scratch_at(idx);

	if (!s || !len)
		return 0;
	id_keep(s->container.id, s->data + AREA(AREA_NORMAL), (struct id_part){from, len});
	return 1;
}

/* Reads the name of kn to AREA_NORMAL; its length. */
INLINE __u32 read_name(struct scratch *s, struct kernfs_node *kn)
{
	const char *name = BPF_CORE_READ(kn, name);
	long len = bpf_probe_read_kernel_str(s->data + AREA(AREA_NORMAL), NAME_BYTES, name);

	return len > 0 ? len - 1 : 0;
}

/* Whether the name of kn itself holds an id: then it is in scratch.container. */
GLOBAL int take_id(__u32 idx, __u64 kn)
{
	struct scratch *s = scratch_at(idx);
	struct id_part p;
	__u32 len, at;

	if (!s || !kn)
		return 0;
	len = read_name(s, (void *)kn);
	at = len >= ID_DIGITS ? find_id(idx, len) : 0;
	if (at && id_of_monitor(s->data + AREA(AREA_NORMAL), at - 1))
		return 0;
	if (at)
		return keep_id(idx, at - 1, ID_DIGITS);
	p = id_of_named(s->data + AREA(AREA_NORMAL), len);
	return keep_id(idx, p.from, p.len);
}

/* Whether kn is the second component of its path and named as a container can be. */
GLOBAL int take_second(__u32 idx, __u64 kn)
{
	struct scratch *s = scratch_at(idx);
	struct kernfs_node *above = kn ? kernfs_parent((void *)kn) : NULL;
	struct id_part p;
	__u32 len;

	above = above ? kernfs_parent(above) : NULL;
	if (!s || !above || kernfs_parent(above))
		return 0;
	len = read_name(s, (void *)kn);
	p = id_of_second(s->data + AREA(AREA_NORMAL), len);
	return keep_id(idx, p.from, p.len);
}

/*
 * Walks up from kn and leaves the answer in scratch.container. inner: for a process in a pid
 * namespace of its own. Returns whether the answer is the same for all processes of the cgroup.
 */
GLOBAL int find_container(__u32 idx, __u64 kn, __u32 inner)
{
	struct scratch *s = scratch_at(idx);
	int certain = 1;

	if (!s)
		return 0;
	for (int i = 0; i < CGROUP_DEPTH_MAX; i++) {
		if (!kn)
			break;
		if (take_id(idx, kn))
			return certain;
		if (take_second(idx, kn)) {
			if (inner)
				return 0;
			certain = 0;
		}
		kn = (__u64)kernfs_parent((void *)kn);
	}
	set_host(&s->container);
	return certain;
}

/* What the daemon has told of a container, NULL for nothing yet. */
INLINE struct facts *find_facts(struct scratch *s, const char *container)
{
	struct facts_key key = {.slot = IMAGE_SLOT(s->generation)};
	struct facts *f;

	__builtin_memcpy(key.container, container, SHORT_SIZE);
	f = bpf_map_lookup_elem(&facts, &key);
	return f && f->generation == s->generation ? f : NULL;
}

/* Fills s->facts for s->proc.container. */
INLINE void read_facts(struct scratch *s)
{
	struct facts *known = NULL;
	struct img im;

	s->facts.generation = 0;
	if (!get_image(s, &im) || !img_head(im)->n_facts)
		return;
	known = find_facts(s, s->proc.container);
	if (known)
		s->facts = *known;
}

/* Fills s->proc.cgroup, s->proc.container and s->facts from the cgroup of a task. */
INLINE void read_container(__u32 idx, struct scratch *s, struct task_struct *task)
{
	struct kernfs_node *kn = task_cgroup(task);
	__u64 id = BPF_CORE_READ(kn, id);
	struct container *known = bpf_map_lookup_elem(&containers, &id);

	s->proc.cgroup = id;
	if (!known) {
		if (find_container(idx, (__u64)kn, BPF_CORE_READ(task, thread_pid, level) > 0))
			bpf_map_update_elem(&containers, &id, &s->container, BPF_ANY);
		known = &s->container;
	}
	__builtin_memcpy(s->proc.container, known->id, SHORT_SIZE);
	read_facts(s);
}
