/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's counters, summed over the processors. Exact: the kernel counts a match before it
 * asks for space in the ring buffer, so what was lost is known by rule and by number.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"

/* Sum of two counters. The one place where counters are added: stays at the largest number
 * instead of starting again from 0. */
uint64_t add(uint64_t num1, uint64_t num2);

struct counts {
	struct rule_count *rules;
	size_t n_rules;
	uint64_t stats[STAT_COUNT];
};

int counts_init(struct counts *c, size_t n_rules);
void counts_free(struct counts *c);

/* Sums per-processor values as a BPF map lookup returns them: n_cpus elements of size bytes,
 * each n words of 64 bits. */
void counts_sum(const void *values, size_t n_cpus, size_t n, uint64_t *out);

/* Read the maps. first: key of rule 0. 0 or -errno; nothing is changed on failure. */
int counts_read_rules(struct counts *c, int rule_counts_fd, uint32_t first);
int counts_read_stats(struct counts *c, int stats_fd);
/* One element of a per-processor map of single words. */
int counts_read_word(int fd, uint32_t key, uint64_t *out);

/* A counter of enum stat_id: a word for programs, and its meaning. */
const char *stat_name(enum stat_id s);
const char *stat_text(enum stat_id s);
