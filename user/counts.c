/* SPDX-License-Identifier: Apache-2.0 */
#include "user/counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define RULE_WORDS (sizeof(struct rule_count) / sizeof(uint64_t))

uint64_t add(uint64_t num1, uint64_t num2)
{
	uint64_t sum;

	return __builtin_add_overflow(num1, num2, &sum) ? UINT64_MAX : sum;
}

int counts_init(struct counts *c, size_t n_rules)
{
	struct rule_count *rules = calloc(n_rules ? n_rules : 1, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	*c = (struct counts){.rules = rules, .n_rules = n_rules};
	return 0;
}

void counts_free(struct counts *c)
{
	free(c->rules);
	*c = (struct counts){};
}

void counts_sum(const void *values, size_t n_cpus, size_t n, uint64_t *out)
{
	const uint64_t *word = values;

	memset(out, 0, n * sizeof(*out));
	for (size_t cpu = 0; cpu < n_cpus; cpu++)
		for (size_t i = 0; i < n; i++)
			out[i] = add(out[i], *word++);
}

/* Sums n_keys elements of words words each, from key first on, into out. */
static int read_map(int fd, uint32_t first, size_t n_keys, size_t words, uint64_t *out)
{
	int n_cpus = libbpf_num_possible_cpus();
	void *values;
	int err = 0;

	if (n_cpus < 0)
		return n_cpus;
	values = calloc(n_cpus, words * sizeof(uint64_t));
	if (!values)
		return -ENOMEM;
	for (uint32_t i = 0; i < n_keys && !err; i++) {
		uint32_t key = first + i;

		err = bpf_map_lookup_elem(fd, &key, values);
		if (!err)
			counts_sum(values, n_cpus, words, out + i * words);
	}
	free(values);
	return err;
}

int counts_read_rules(struct counts *c, int rule_counts_fd, uint32_t first)
{
	struct rule_count *rules = calloc(c->n_rules ? c->n_rules : 1, sizeof(*rules));
	int err;

	if (!rules)
		return -ENOMEM;
	err = read_map(rule_counts_fd, first, c->n_rules, RULE_WORDS, (uint64_t *)rules);
	if (!err)
		memcpy(c->rules, rules, c->n_rules * sizeof(*rules));
	free(rules);
	return err;
}

int counts_read_stats(struct counts *c, int stats_fd)
{
	uint64_t stats[STAT_COUNT];
	int err = read_map(stats_fd, 0, STAT_COUNT, 1, stats);

	if (!err)
		memcpy(c->stats, stats, sizeof(stats));
	return err;
}

int counts_read_word(int fd, uint32_t key, uint64_t *out)
{
	int n_cpus = libbpf_num_possible_cpus();
	uint64_t *values;
	int err;

	if (n_cpus < 0)
		return n_cpus;
	values = calloc(n_cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	err = bpf_map_lookup_elem(fd, &key, values);
	if (!err)
		counts_sum(values, n_cpus, 1, out);
	free(values);
	return err;
}

const char *stat_name(enum stat_id s)
{
	static const char *const names[STAT_COUNT] = {
		[STAT_SEEN] = "seen",		[STAT_EMITTED] = "emitted",
		[STAT_LOST] = "lost",		[STAT_NESTED] = "nested",
		[STAT_TRUNCATED] = "truncated", [STAT_UNREADABLE] = "unreadable",
		[STAT_EARLY] = "early",		[STAT_NO_PROC] = "no_proc",
		[STAT_NO_CMD] = "no_cmd",	[STAT_NO_NOTICE] = "no_notice",
	};

	return names[s] ? names[s] : "other";
}

const char *stat_text(enum stat_id s)
{
	static const char *const texts[STAT_COUNT] = {
		[STAT_SEEN] = "events of processes that a rule can still match",
		[STAT_EMITTED] = "records delivered",
		[STAT_LOST] = "records lost, ring buffer full",
		[STAT_NESTED] = "events not decided, no scratch space",
		[STAT_TRUNCATED] = "values longer than their bound",
		[STAT_UNREADABLE] = "user memory that could not be read",
		[STAT_EARLY] = "processes first seen at an event",
		[STAT_NO_PROC] = "processes not kept, table full",
		[STAT_NO_CMD] = "command lines not kept, table full",
		[STAT_NO_NOTICE] =
			"containers not told of when they began or ended, ring buffer full",
	};

	return texts[s];
}
