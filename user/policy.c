/* SPDX-License-Identifier: Apache-2.0 */
#include "user/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "user/util.h"

#define IMAGE_MIN 4096u
/* Where others may follow: room for twice the first one, and for some thousand patterns. */
#define IMAGE_MIN_OTHERS (2u << 20)
#define RULES_MIN_OTHERS 512u

static size_t power_of_two(size_t wanted, size_t least)
{
	size_t size = least;

	while (size < wanted)
		size *= 2;
	return size;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

int policy_room(const struct image *im, bool others, struct policy_room *out)
{
	const struct img_head *h = image_head(im);

	if (h->kernel_size > IMAGE_MAX || h->n_rules > RULE_MAX)
		return -E2BIG;
	if (others)
		*out = (struct policy_room){
			min(power_of_two(2ul * h->kernel_size, IMAGE_MIN_OTHERS), IMAGE_MAX),
			min(power_of_two(2ul * h->n_rules, RULES_MIN_OTHERS), RULE_MAX)};
	else
		*out = (struct policy_room){power_of_two(h->kernel_size, IMAGE_MIN),
					    h->n_rules ? h->n_rules : 1};
	return 0;
}

int policy_fits(const struct policy_maps *maps, const struct image *im, char *why, size_t size)
{
	const struct img_head *h = image_head(im);

	if (h->kernel_size <= maps->room.image && h->n_rules <= maps->room.rules)
		return 0;
	snprintf(why, size,
		 "the new policy has %u rules and needs %u bytes; there is room for %u and %zu, "
		 "made "
		 "when the detector started: restart it",
		 h->n_rules, h->kernel_size, maps->room.rules, maps->room.image);
	return -E2BIG;
}

/* All of an array that can be mapped. The kernel rounds elements up to 8 bytes. */
static void *map_array(int fd, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

static int write_image(const struct policy_maps *maps, const struct image *im, uint32_t slot)
{
	size_t used = image_head(im)->kernel_size, element = maps->room.image + IMAGE_SLACK;
	unsigned char *at;

	if (used > maps->room.image || used > im->size)
		return -E2BIG;
	at = map_array(maps->image, IMAGE_SLOTS * element);
	if (!at)
		return -errno;
	memcpy(at + slot * element, im->data, used);
	munmap(at, IMAGE_SLOTS * element);
	return 0;
}

static int clear_counts(const struct policy_maps *maps, size_t n_rules, uint32_t slot)
{
	int n_cpus = libbpf_num_possible_cpus(), err = 0;
	struct rule_count *none;

	if (n_cpus < 0)
		return n_cpus;
	none = calloc(n_cpus, sizeof(*none));
	if (!none)
		return -ENOMEM;
	for (uint32_t i = 0; i < n_rules && !err; i++) {
		uint32_t key = slot * maps->room.rules + i;

		err = bpf_map_update_elem(maps->rule_counts, &key, none, BPF_ANY);
	}
	free(none);
	return err;
}

int policy_write(const struct policy_maps *maps, const struct image *im, uint32_t generation)
{
	uint32_t slot = IMAGE_SLOT(generation);
	int err = write_image(maps, im, slot);

	return err ? err : clear_counts(maps, image_head(im)->n_rules, slot);
}

int policy_switch(const struct policy_maps *maps, uint32_t generation)
{
	struct control *control = map_array(maps->control, sizeof(*control));

	if (!control)
		return -errno;
	control->self = getpid();
	__atomic_store_n(&control->generation, generation, __ATOMIC_RELEASE);
	munmap(control, sizeof(*control));
	return 0;
}

/* The kernel waits for running programs before an update of a map of maps returns, so that nobody
 * goes by what was replaced. */
int policy_settle(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	_cleanup_close_ int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
	_cleanup_close_ int outer = -1;
	uint32_t zero = 0;

	if (inner < 0)
		return inner;
	opts.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, NULL, 4, 4, 1, &opts);
	if (outer < 0)
		return outer;
	return bpf_map_update_elem(outer, &zero, &inner, BPF_ANY);
}
