/* SPDX-License-Identifier: Apache-2.0 */
#include "user/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define IMAGE_MIN 4096u

size_t policy_map_size(const struct image *im)
{
	size_t size = IMAGE_MIN, wanted = image_head(im)->kernel_size;

	while (size < wanted)
		size *= 2;
	return size <= IMAGE_MAX ? size : 0;
}

static int write_image(const struct policy_maps *maps, const struct image *im, uint32_t slot)
{
	size_t used = image_head(im)->kernel_size;
	unsigned char *value;
	int err;

	if (used > maps->image_size || used > im->size)
		return -E2BIG;
	value = calloc(1, maps->image_size + IMAGE_SLACK);
	if (!value)
		return -ENOMEM;
	memcpy(value, im->data, used);
	err = bpf_map_update_elem(maps->image, &slot, value, BPF_ANY);
	free(value);
	return err;
}

int policy_install(const struct policy_maps *maps, const struct image *im, uint32_t generation)
{
	uint32_t zero = 0;
	struct control control;
	int err = bpf_map_lookup_elem(maps->control, &zero, &control);

	if (err)
		return err;
	if (control.generation)
		control.slot ^= 1;
	err = write_image(maps, im, control.slot);
	if (err)
		return err;
	control.generation = generation;
	control.self = getpid();
	return bpf_map_update_elem(maps->control, &zero, &control, BPF_ANY);
}
