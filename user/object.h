/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of the kernel programs: the first one makes the maps, further ones use them. */
#pragma once
#include "user/policy.h"

struct btf;
struct tiercel_bpf;

/* An object that is not loaded yet, with no program chosen, for the caller to destroy. owner: the
 * first object, loaded; NULL: this is it. buffer: bytes of its ring buffer, 0: as the programs
 * have it. host: what container.id is outside of containers; of
 * further objects as in the first. NULL with errno. */
struct tiercel_bpf *object_open(const struct tiercel_bpf *owner, const struct policy_room *room,
				unsigned buffer, const char host[SHORT_SIZE],
				const struct btf *btf);

/* The programs as they are in our own file are not needed in memory until the next object. */
void object_forget(void);
