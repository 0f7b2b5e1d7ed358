/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a policy image to the maps. A policy is complete in its slot of the map before one update
 * of `control` makes it current: an event sees the old one or the new one, never a mix.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"
#include "gen/image.h"

/* File descriptors of the maps that the daemon writes. */
struct policy_maps {
	int image, control, procs, cmds_small, cmds_large;
	size_t image_size; /* value size of image without IMAGE_SLACK: a power of two */
};

/* The value size to give the image map before it is loaded (without IMAGE_SLACK); 0 if the
 * image is larger than the kernel programs can read. */
size_t policy_map_size(const struct image *im);

/* Writes the image to the slot that is not current and switches to it. generation: from 1, one
 * more with each policy. 0 or -errno. */
int policy_install(const struct policy_maps *maps, const struct image *im, uint32_t generation);
