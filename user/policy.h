/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a policy image to the maps. A policy is complete in its slot of the maps before one store
 * makes it current: an event sees the old one or the new one, from its start to its end.
 *
 *	policy_write(maps, im, generation);	the slot that is not current
 *	policy_switch(maps, generation);
 *	policy_settle(maps);			no event goes by the old one any more
 *	... its last records and counts are read; only then its slot is written again
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"
#include "gen/image.h"

/* How large a policy the maps can hold; fixed when they are made. */
struct policy_room {
	size_t image; /* bytes, without IMAGE_SLACK: a power of two */
	uint32_t rules;
};

/* Maps that the daemon writes, by file descriptor. */
struct policy_maps {
	int image, control, procs, cmds_small, cmds_large, rule_counts;
	struct policy_room room;
};

/* Room for this policy alone or, if others are to follow it, for larger ones. 0, or -E2BIG if it
 * is larger than the kernel programs can read. */
int policy_room(const struct image *im, bool others, struct policy_room *out);
/* 0, or -E2BIG with a sentence in why: a later policy does not fit. */
int policy_fits(const struct policy_maps *maps, const struct image *im, char *why, size_t size);

/* generation: from 1, one more with each policy. Its counters by rule begin at 0. 0 or -errno. */
int policy_write(const struct policy_maps *maps, const struct image *im, uint32_t generation);
/* Makes it the current one. 0 or -errno. */
int policy_switch(const struct policy_maps *maps, uint32_t generation);
/* Returns when all programs have ended that were running when it was called. 0 or -errno. */
int policy_settle(void);
