// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The evaluation of kern/eval.h on values that a test hands over, run by BPF_PROG_TEST_RUN: the
 * same functions that the hooks call, without the kernel objects they read.
 */
#include "kern/task.h"
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

INLINE void take_text(struct scratch *s, enum area a, struct text *t, const struct test_text *from)
{
	__u64 len = from->len;

	OPAQUE(len);
	t->off = AREA(a);
	t->len = 0;
	t->state = from->cut ? TEXT_CUT : TEXT_WHOLE;
	if (len > TEST_TEXT_MAX)
		return;
	bpf_probe_read_kernel(s->data + AREA(a), len, from->s);
	t->len = len;
}

/* Judges a process as an exec would. */
INLINE void take_process(__u32 idx, struct scratch *s, const struct test_input *in,
			 const struct test_proc *p)
{
	__builtin_memset(&s->proc, 0, sizeof(s->proc));
	__builtin_memcpy(s->proc.name, p->name, COMM_SIZE);
	__builtin_memcpy(s->proc.container, in->container, SHORT_SIZE);
	s->facts = in->facts;
	take_text(s, AREA_ARGV, &s->argv, &p->argv);
	take_text(s, AREA_ENV, &s->env, &in->env);
	take_text(s, AREA_EXEPATH, &s->exepath, &in->exepath);
	if (eval_process_first(idx))
		eval_process(idx);
}

/* Parents stand in the process table under the numbers 1, 2, ... */
GLOBAL int take_parent(__u32 idx, __u32 n)
{
	__u32 zero = 0, pid = n + 1;
	struct test_input *in = bpf_map_lookup_elem(&input, &zero);
	struct scratch *s = scratch_at(idx);

	if (!in || !s)
		return 0;
	if (n >= in->n_parents || n >= TEST_PARENTS) {
		bpf_map_delete_elem(&procs, &pid);
		return 0;
	}
	take_process(idx, s, in, &in->parents[n]);
	bpf_map_update_elem(&procs, &pid, &s->proc, BPF_ANY);
	return 0;
}

INLINE void take_numbers(struct scratch *s, const struct test_input *in)
{
	__builtin_memcpy(s->num, in->num, sizeof(in->num));
	s->have = in->have & ~in->unsure;
	s->unsure = in->unsure;
	/* of calls that fail the descriptor is there all the same, but not of opens */
	s->path_end = SYM_END;
	if (in->num[FIELD_EVT_FAILED] && in->type <= EVENT_OPEN_BY_HANDLE_AT)
		s->path_end = SYM_END_FAILED;
	else if (in->num[FIELD_FD_TYPECHAR] == 'd')
		s->path_end = SYM_END_DIR;
}

INLINE void decide_path(__u32 idx, struct scratch *s, const struct test_text *path, __u32 flags)
{
	take_text(s, AREA_WRITTEN, &s->written, path);
	eval_path(idx, s->written.off, s->written.len, s->written.state);
	eval_rules(idx, flags);
}

INLINE void take_given(__u32 idx, struct scratch *s, const struct test_input *in, __u32 i,
		       enum field_id f)
{
	if (!(s->paths & FIELD_BIT(f)))
		return;
	s->written.state = TEXT_NONE;
	if (i < in->n_given)
		take_text(s, AREA_WRITTEN, &s->written, &in->given[i]);
	eval_given(idx, f, s->written.off, s->written.len, s->written.state);
}

INLINE void decide_event(__u32 idx, struct scratch *s, const struct test_input *in)
{
	if (!eval_numbers(idx))
		return;
	take_given(idx, s, in, 0, FIELD_PATH1);
	take_given(idx, s, in, 1, FIELD_PATH2);
	for (__u32 i = 1; i <= TEST_PARENTS; i++)
		if ((s->flags & SHAPE_DERIVED) && i <= in->n_parents)
			derive_from(idx, i, i);
	if (s->flags & SHAPE_NAMES)
		eval_names(idx, s, in->names.generation ? in->names.bits : NULL);
	if (s->paths & FIELD_BIT(FIELD_PROC_CWD)) {
		take_text(s, AREA_WRITTEN, &s->written, &in->cwd);
		eval_cwd(idx, s->written.off, s->written.len, s->written.state);
	}
	if (!s->paths || !in->n_paths) {
		eval_rules(idx, 0);
		return;
	}
	take_text(s, AREA_WRITTEN, &s->written, &in->paths[0]);
	eval_raw(idx);
	decide_path(idx, s, &in->paths[0], 0);
	if (in->n_paths > 1)
		decide_path(idx, s, &in->paths[1], HIT_RESOLVED);
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
	s->generation = IMAGE_SLOTS; /* the first slot */
	if (!get_image(s, &im))
		return 1;
	for (__u32 i = 0; i < TEST_PARENTS; i++)
		take_parent(idx, i);
	take_process(idx, s, in, &in->self);
	take_numbers(s, in);
	eval_start(idx, s, im);
	if (enter_type(s, im, in->type))
		decide_event(idx, s, in);
	out->live = s->proc.live;
	out->n_hits = s->n_hits;
	out->overflow = s->overflow;
	__builtin_memcpy(out->hits, s->hits, sizeof(out->hits));
	return 0;
}
