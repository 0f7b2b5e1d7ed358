/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that were there before the detector: read from /proc and put into the kernel's
 * table, where anything the hooks have seen meanwhile counts more.
 */
#pragma once
#include "user/policy.h"

/* Processes that vanish or hide meanwhile are passed over. Returns how many were added, or
 * -errno. */
int scan_processes(const struct policy_maps *maps, const struct image *im, uint32_t generation,
		   const char host[SHORT_SIZE]);
