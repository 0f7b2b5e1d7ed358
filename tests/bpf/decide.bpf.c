// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The evaluation of kern/eval.h on values that a test hands over, run by BPF_PROG_TEST_RUN: the
 * same functions that the hooks call, without the kernel objects they read.
 */
#include "kern/eval.h"
#include "tests/bpf/input.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct test_input);
} input SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct test_output);
} output SEC(".maps");

INLINE void take_text(struct scratch *s, enum area a, struct text *t, const char *from, __u32 n,
		      bool cut)
{
	__u64 len = n;

	OPAQUE(len);
	t->off = AREA(a);
	t->len = 0;
	t->state = cut ? TEXT_CUT : TEXT_WHOLE;
	if (len > 4096)
		return;
	bpf_probe_read_kernel(s->data + AREA(a), len, from);
	t->len = len;
}

INLINE void take_numbers(struct scratch *s, const struct test_input *in)
{
	for (int f = 0; f < FIELD_KERNEL_COUNT; f++)
		s->num[f] = in->num[f];
	s->have = in->have;
	s->unsure = 0;
	s->type = in->type;
}

INLINE void decide_path(__u32 idx, const struct test_input *in, __u32 view)
{
	struct scratch *s = scratch_at(idx);

	if (!s || !in->has_path[view])
		return;
	take_text(s, AREA_WRITTEN, &s->written, in->path[view], in->path_len[view], false);
	eval_path(idx, s->written.off, s->written.len, TEXT_WHOLE);
	eval_rules(idx, view == VIEW_RESOLVED ? HIT_RESOLVED : 0);
}

INLINE void give_output(struct scratch *s, struct test_output *out)
{
	out->live = s->proc.live;
	out->n_hits = s->n_hits;
	out->overflow = s->overflow;
	__builtin_memcpy(out->hits, s->hits, sizeof(out->hits));
}

SEC("syscall")
int decide(void *ctx)
{
	__u32 idx = 0;
	struct test_input *in = bpf_map_lookup_elem(&input, &idx);
	struct test_output *out = bpf_map_lookup_elem(&output, &idx);
	struct scratch *s = scratch_at(idx);
	struct img im;

	if (!in || !out || !s)
		return 1;
	s->slot = 0;
	if (!get_image(s, &im))
		return 1;
	__builtin_memset(&s->proc, 0, sizeof(s->proc));
	__builtin_memcpy(s->proc.name, in->name, COMM_SIZE);
	__builtin_memcpy(s->proc.container, in->container, SHORT_SIZE);
	take_text(s, AREA_ARGV, &s->argv, in->argv, in->argv_len, in->argv_cut);
	take_text(s, AREA_EXEPATH, &s->exepath, in->exepath, in->exepath_len, false);
	eval_process(idx);
	take_numbers(s, in);
	eval_start(idx, s, im);
	if (eval_numbers(idx)) {
		if (s->paths && (in->has_path[VIEW_WRITTEN] || in->has_path[VIEW_RESOLVED])) {
			decide_path(idx, in, VIEW_WRITTEN);
			decide_path(idx, in, VIEW_RESOLVED);
		} else {
			eval_rules(idx, 0);
		}
	}
	give_output(s, out);
	return 0;
}
