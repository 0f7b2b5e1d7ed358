/* SPDX-License-Identifier: Apache-2.0 */
#include "user/object.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "user/calls.h"

#include "tiercel.skel.h"

#define BUFFER_MAX (512u << 20)

/* A ring buffer has a power of two of pages. */
static unsigned ring_size(unsigned wanted)
{
	unsigned size = sysconf(_SC_PAGESIZE);

	while (size < wanted && size < BUFFER_MAX)
		size *= 2;
	return size;
}

static int size_maps(struct tiercel_bpf *skel, const struct policy_room *room, unsigned buffer)
{
	int n_cpus = libbpf_num_possible_cpus(), err;

	if (n_cpus < 0)
		return n_cpus;
	err = bpf_map__set_value_size(skel->maps.image, room->image + IMAGE_SLACK);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.rule_counts, IMAGE_SLOTS * room->rules);
	if (!err && buffer)
		err = bpf_map__set_max_entries(skel->maps.events, ring_size(buffer));
	if (err)
		return err;
	return bpf_map__set_max_entries(skel->maps.scratch, SCRATCH_SLOTS * n_cpus);
}

/* All but the constants and what programs go on with, which every object has for itself. */
static int share_maps(struct tiercel_bpf *skel, const struct tiercel_bpf *owner)
{
	struct bpf_map *m;
	int err = 0;

	bpf_object__for_each_map(m, skel->obj)
	{
		const char *name = bpf_map__name(m);

		if (err || bpf_map__is_internal(m) || m == skel->maps.call_handler)
			continue;
		err = bpf_map__reuse_fd(
			m, bpf_map__fd(bpf_object__find_map_by_name(owner->obj, name)));
	}
	return err;
}

static void set_constants(struct tiercel_bpf *skel, const struct policy_room *room,
			  const struct btf *btf)
{
	skel->rodata->image_mask = room->image - 1;
	skel->rodata->rule_room = room->rules;
	call_types_fill((__u16 *)skel->rodata->call_types);
	skel->rodata->has_rdonly_cast =
		btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) >= 0;
}

struct tiercel_bpf *object_open(const struct tiercel_bpf *owner, const struct policy_room *room,
				unsigned buffer, const char host[SHORT_SIZE], const struct btf *btf)
{
	struct tiercel_bpf *skel = tiercel_bpf__open();
	struct bpf_program *p;
	int err;

	if (!skel)
		return NULL;
	bpf_object__for_each_program(p, skel->obj) bpf_program__set_autoload(p, false);
	set_constants(skel, room, btf);
	memcpy((char *)skel->rodata->host_id, owner ? (const char *)owner->rodata->host_id : host,
	       SHORT_SIZE);
	err = owner ? share_maps(skel, owner) : size_maps(skel, room, buffer);
	if (!err)
		return skel;
	tiercel_bpf__destroy(skel);
	errno = -err;
	return NULL;
}

void object_forget(void)
{
	size_t page = sysconf(_SC_PAGESIZE), size;
	uintptr_t from = (uintptr_t)tiercel_bpf__elf_bytes(&size), to = from + size;

	from = (from + page - 1) & ~(page - 1);
	to &= ~(page - 1);
	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}
