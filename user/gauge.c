/* SPDX-License-Identifier: Apache-2.0 */
#include "user/gauge.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "user/util.h"

uint32_t gauge_map_room(int map)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(map, &info, &len) ? 0 : info.max_entries;
}

/* While others go and come the kernel may begin again: never more than there is room for. */
uint32_t gauge_map_keys(int map)
{
	uint32_t key, *last = NULL, n = 0, room = gauge_map_room(map);

	while (n < room && !bpf_map_get_next_key(map, last, &key)) {
		last = &key;
		n++;
	}
	return n;
}

static uint64_t position(int map, off_t page)
{
	size_t size = sysconf(_SC_PAGESIZE);
	unsigned long *at = mmap(NULL, size, PROT_READ, MAP_SHARED, map, page * size);
	uint64_t value;

	if (at == MAP_FAILED)
		return 0;
	value = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	munmap(at, size);
	return value;
}

/* The first page of a ring buffer says how far it was read, the second one how far it is
 * written. What is read first must not be the larger one. */
uint64_t gauge_ring_used(int map)
{
	uint64_t read = position(map, 0), written = position(map, 1);

	return written > read ? written - read : 0;
}

/* 0 if the descriptor is that of something else. */
static uint64_t map_memory(const char *fd)
{
	char path[300], line[128];
	bool is_map = false;
	uint64_t bytes = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		is_map |= !strncmp(line, "map_type:", 9);
		if (sscanf(line, "memlock: %" SCNu64, &n) == 1)
			bytes = n;
	}
	fclose(f);
	return is_map ? bytes : 0;
}

uint64_t gauge_map_memory(void)
{
	DIR *dir = opendir("/proc/self/fdinfo");
	uint64_t bytes = 0;

	if (!dir)
		return 0;
	for (struct dirent *e; (e = readdir(dir));)
		bytes += *e->d_name == '.' ? 0 : map_memory(e->d_name);
	closedir(dir);
	return bytes;
}

/* Seconds after boot at which this process began, in ticks of the clock. */
static double start_time(void)
{
	char text[1024];
	unsigned long long ticks = 0;
	FILE *f = fopen("/proc/self/stat", "re");
	const char *end = f && fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;

	if (f)
		fclose(f);
	if (!end || sscanf(end + 1,
			   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			   "%*d %*d %llu",
			   &ticks) != 1)
		return 0;
	return (double)ticks / sysconf(_SC_CLK_TCK);
}

struct gauge_process gauge_process(void)
{
	unsigned long vsz = 0, rss = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	struct timespec cpu, now;

	if (f && fscanf(f, "%lu %lu", &vsz, &rss) != 2)
		vsz = rss = 0;
	if (f)
		fclose(f);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (struct gauge_process){
		.rss = (uint64_t)rss * sysconf(_SC_PAGESIZE),
		.vsz = (uint64_t)vsz * sysconf(_SC_PAGESIZE),
		.cpu = cpu.tv_sec + cpu.tv_nsec / 1e9,
		.since = now.tv_sec + now.tv_nsec / 1e9 - start_time(),
	};
}
