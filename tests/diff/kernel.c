/* SPDX-License-Identifier: Apache-2.0 */
/* The tables in the kernel: its own evaluation, on our values, by BPF_PROG_TEST_RUN. */
#include "tests/diff/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "gen/facts.h"
#include "tests/bpf/input.h"
#include "user/policy.h"
#include "decide.skel.h"

struct kernel {
	struct decide_bpf *skel;
	struct facts_of *facts;
	struct test_input in;
	struct test_output out;
};

static const char *kernel_missing(void)
{
	if (geteuid())
		return "BPF needs root";
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return "the kernel has no BTF";
	return NULL;
}

static int fill_image(struct decide_bpf *skel, const struct image *im, size_t size)
{
	unsigned char *value = calloc(1, size);
	__u32 slot = 0;
	int err;

	if (!value)
		return -ENOMEM;
	memcpy(value, im->data, image_head(im)->kernel_size);
	err = bpf_map__update_elem(skel->maps.image, &slot, sizeof(slot), value, size, 0);
	free(value);
	return err;
}

static void kernel_close(void *state)
{
	struct kernel *k = state;

	facts_free(&k->facts);
	decide_bpf__destroy(k->skel);
	free(k);
}

static void *kernel_open(const struct image *im)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct policy_room room = {};
	size_t size;

	if (!k)
		return NULL;
	k->facts = facts_new(im);
	k->skel = decide_bpf__open();
	if (!k->facts || !k->skel || policy_room(im, false, &room))
		goto out;
	size = room.image;
	k->skel->rodata->image_mask = size - 1;
	if (bpf_map__set_value_size(k->skel->maps.image, size + IMAGE_SLACK) ||
	    decide_bpf__load(k->skel) || fill_image(k->skel, im, size + IMAGE_SLACK))
		goto out;
	return k;
out:
	kernel_close(k);
	return NULL;
}

static void put_text(struct test_text *t, const char *s, size_t seen, size_t len)
{
	memcpy(t->s, s, seen);
	t->len = seen;
	t->cut = seen < len;
}

static void put_process(struct test_proc *p, const struct diff_proc *from)
{
	memcpy(p->name, from->name, sizeof(p->name));
	put_text(&p->argv, from->argv, from->argv_seen, from->argv_len);
}

static void put_event(struct test_input *in, const struct diff_event *e)
{
	memset(in, 0, sizeof(*in));
	in->type = e->type;
	in->n_parents = e->n_parents;
	in->n_paths = e->n_paths;
	in->n_given = e->n_given;
	in->have = e->have;
	in->unsure = e->unsure;
	memcpy(in->num, e->num, sizeof(in->num));
	memcpy(in->container, e->container, sizeof(in->container));
	put_process(&in->self, &e->self);
	for (unsigned i = 0; i < e->n_parents; i++)
		put_process(&in->parents[i], &e->parents[i]);
	put_text(&in->env, e->env.s, e->env.seen, e->env.len);
	/* the slash at the end is not in what the kernel reads, but for the root */
	put_text(&in->cwd, e->cwd.s, e->cwd.seen > 1 ? e->cwd.seen - 1 : e->cwd.seen, e->cwd.len);
	in->cwd.cut = !e->cwd.seen;
	put_text(&in->exepath, e->exepath.s, e->exepath.seen, e->exepath.len);
	for (unsigned i = 0; i < e->n_paths; i++)
		put_text(&in->paths[i], e->paths[i].s, e->paths[i].seen, e->paths[i].len);
	for (unsigned i = 0; i < e->n_given; i++)
		put_text(&in->given[i], e->given[i].s, e->given[i].seen, e->given[i].len);
}

/* Of a container that nothing is known of, the kernel has not been told. */
static void put_facts(struct kernel *k, const struct diff_event *e)
{
	__u64 truth[PRED_WORDS] = {};

	k->in.facts.sure = facts_decide(k->facts, FACT_CONTAINER, &e->ev, k->in.facts.bits);
	k->in.facts.generation = k->in.facts.sure ? IMAGE_SLOTS : 0;
	if (!facts_decide(k->facts, FACT_NAMES, &e->ev, truth))
		return;
	k->in.names.generation = IMAGE_SLOTS;
	memcpy(k->in.names.bits, truth + PROC_WORDS, sizeof(k->in.names.bits));
}

static int kernel_decide(void *state, struct diff_event *e, struct hit *hits, bool *all)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct kernel *k = state;
	__u32 zero = 0;
	int err;

	put_event(&k->in, e);
	put_facts(k, e);
	err = bpf_map__update_elem(k->skel->maps.input, &zero, sizeof(zero), &k->in, sizeof(k->in),
				   0);
	if (!err)
		err = bpf_prog_test_run_opts(bpf_program__fd(k->skel->progs.decide), &opts);
	if (!err && opts.retval)
		err = -EPROTO;
	if (!err)
		err = bpf_map__lookup_elem(k->skel->maps.output, &zero, sizeof(zero), &k->out,
					   sizeof(k->out), 0);
	if (err)
		return err;
	*all = k->out.overflow;
	memcpy(hits, k->out.hits, k->out.n_hits * sizeof(*hits));
	return k->out.n_hits;
}

const struct backend kernel_backend = {
	.name = "kernel",
	.missing = kernel_missing,
	.open = kernel_open,
	.close = kernel_close,
	.decide = kernel_decide,
};
