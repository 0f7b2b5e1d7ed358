/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers about the kernel's maps and about this process, read when someone asks. */
#pragma once
#include <stdint.h>

uint32_t gauge_map_room(int map);
uint32_t gauge_map_keys(int map);
/* Bytes that wait in a ring buffer. */
uint64_t gauge_ring_used(int map);
/* Memory of all maps that this process has descriptors of. */
uint64_t gauge_map_memory(void);

struct gauge_process {
	uint64_t rss, vsz; /* bytes */
	double cpu;	   /* seconds of processor time */
	double since;	   /* seconds since its start */
};
struct gauge_process gauge_process(void);
