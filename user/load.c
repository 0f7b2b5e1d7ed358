/* SPDX-License-Identifier: Apache-2.0 */
#include "user/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "user/counts.h"
#include "user/hook.h"
#include "user/log.h"
#include "user/probe.h"
#include "user/selftest.h"
#include "user/util.h"

#include "tiercel.skel.h"

#define VERIFIER_LOG_MAX (256u << 10)

/* What one attempt goes by, and which hook made it fail. */
struct attempt {
	struct event_set needed;    /* event types that some rule watches */
	struct event_set functions; /* of these, the ones to be seen by back end A */
	int failed;		    /* index of hooks, -1: not a single one */
	struct btf *btf;	    /* of the kernel */
	char *why;
	size_t why_size;
	bool others; /* policies may follow */
};

/* What libbpf and the verifier say; shown only if all attempts fail. */
static struct {
	char text[VERIFIER_LOG_MAX];
	size_t len;
} capture;

static int keep_message(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t room = sizeof(capture.text) - capture.len;
	int n;

	if (level == LIBBPF_DEBUG || room < 2)
		return 0;
	n = vsnprintf(capture.text + capture.len, room, format, args);
	if (n > 0)
		capture.len += (size_t)n < room ? (size_t)n : room - 1;
	return 0;
}

int hooks_mode_parse(const char *text, enum hooks_mode *out)
{
	static const char *const names[] = {
		[HOOKS_AUTO] = "auto",
		[HOOKS_FUNCTIONS] = "functions",
		[HOOKS_TRACEPOINTS] = "tracepoints",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], text))
			continue;
		*out = i;
		return 0;
	}
	return -EINVAL;
}

static bool is_wanted(const struct hook *h, const struct attempt *a)
{
	struct event_set types = hook_types(h), tracepoints;

	types = event_set_both(&types, &a->needed);
	tracepoints = event_set_without(&types, &a->functions);
	if (!hook_is_for_this_machine(h))
		return false;
	if (h->backend == BACKEND_BOTH)
		return !h->types || !event_set_is_empty(&types);
	if (h->backend == BACKEND_FUNCTION)
		return event_set_meets(&types, &a->functions);
	return !event_set_is_empty(&tracepoints);
}

/* A hook whose target this kernel does not have: without functions there are tracepoints, without
 * a tracepoint its events are not seen, and without exec nothing works. */
static int miss_target(struct attempt *a, enum hook_id id)
{
	const struct hook *h = &hooks[id];

	if (h->backend == BACKEND_BOTH && id != HOOK_on_attach_cgroup) {
		snprintf(a->why, a->why_size, "the kernel has no tracepoint %s", h->target);
		return -ENOENT;
	}
	if (h->backend == BACKEND_FUNCTION) {
		snprintf(a->why, a->why_size, "the kernel has no function %s", hook_function(h));
		a->failed = id;
		return -ENOENT;
	}
	log_warn("the kernel has no tracepoint %s as it is needed: %s", h->target, hook_loss(id));
	return 0;
}

/* The program of a row: every row names one, or the build is broken. */
static struct bpf_program *hook_program(const struct loaded *l, int i)
{
	return bpf_object__find_program_by_name(l->skel->obj, hooks[i].program);
}

/* Whether another form of the hook takes its place; of two missing forms the first one says so. */
static bool is_seen_otherwise(enum hook_id id, const struct btf *btf)
{
	int other = hook_other_form(id);

	return other >= 0 && (other < (int)id || hook_has_target(&hooks[other], other, btf));
}

/* Decides for every program whether it is loaded: it is if one of its hooks is wanted. */
static int choose_programs(struct loaded *l, struct attempt *a)
{
	int err = 0;

	for (int i = 0; i < HOOK_COUNT; i++)
		bpf_program__set_autoload(hook_program(l, i), false);
	for (int i = 0; i < HOOK_COUNT && !err; i++) {
		const struct hook *h = &hooks[i];
		struct bpf_program *p = hook_program(l, i);
		bool wanted = is_wanted(h, a);

		if (wanted && !hook_has_target(h, i, a->btf)) {
			if (!is_seen_otherwise(i, a->btf))
				err = miss_target(a, i);
			wanted = false;
		}
		if (wanted && h->backend == BACKEND_FUNCTION)
			err = bpf_program__set_attach_target(p, 0, hook_function(h));
		if (!wanted)
			continue;
		bpf_program__set_autoload(p, true);
		l->wanted |= 1ULL << i;
	}
	l->skel->rodata->has_rdonly_cast =
		!err && btf__find_by_name_kind(a->btf, "bpf_rdonly_cast", BTF_KIND_FUNC) >= 0;
	return err;
}

static int size_maps(struct loaded *l, const struct image *im, bool others)
{
	struct policy_room *room = &l->maps.room;
	int n_cpus = libbpf_num_possible_cpus();
	int err = policy_room(im, others, room);

	if (err)
		return err;
	if (n_cpus < 0)
		return n_cpus;
	l->skel->rodata->image_mask = room->image - 1;
	l->skel->rodata->rule_room = room->rules;
	err = bpf_map__set_value_size(l->skel->maps.image, room->image + IMAGE_SLACK);
	if (!err)
		err = bpf_map__set_max_entries(l->skel->maps.rule_counts,
					       IMAGE_SLOTS * room->rules);
	if (err)
		return err;
	return bpf_map__set_max_entries(l->skel->maps.scratch, SCRATCH_SLOTS * n_cpus);
}

static void take_maps(struct loaded *l)
{
	l->maps.image = bpf_map__fd(l->skel->maps.image);
	l->maps.control = bpf_map__fd(l->skel->maps.control);
	l->maps.procs = bpf_map__fd(l->skel->maps.procs);
	l->maps.cmds_small = bpf_map__fd(l->skel->maps.cmds_small);
	l->maps.cmds_large = bpf_map__fd(l->skel->maps.cmds_large);
	l->maps.rule_counts = bpf_map__fd(l->skel->maps.rule_counts);
	l->events = bpf_map__fd(l->skel->maps.events);
	l->stats = bpf_map__fd(l->skel->maps.stats);
	l->hook_self = bpf_map__fd(l->skel->maps.hook_self);
}

static int open_and_load(struct loaded *l, const struct image *im, struct attempt *a)
{
	int err;

	l->skel = tiercel_bpf__open();
	if (!l->skel) {
		err = -errno;
		snprintf(a->why, a->why_size, "the BPF programs cannot be opened: %s",
			 strerror(-err));
		return err;
	}
	err = size_maps(l, im, a->others);
	if (err) {
		snprintf(a->why, a->why_size, "the policy does not fit into the kernel's maps: %s",
			 strerror(-err));
		return err;
	}
	err = choose_programs(l, a);
	if (err)
		return err;
	err = tiercel_bpf__load(l->skel);
	if (err)
		snprintf(a->why, a->why_size, "the kernel does not take the BPF programs: %s",
			 strerror(-err));
	else
		take_maps(l);
	return err;
}

/* A program with several attach points has a section name that names none of them. */
static struct bpf_link *attach_hook(const struct loaded *l, int i)
{
	const char *slash = strchr(hooks[i].target, '/');
	char category[32];

	if (!slash)
		return bpf_program__attach(hook_program(l, i));
	snprintf(category, sizeof(category), "%.*s", (int)(slash - hooks[i].target),
		 hooks[i].target);
	return bpf_program__attach_tracepoint(hook_program(l, i), category, slash + 1);
}

static int attach(struct loaded *l, struct attempt *a)
{
	for (int i = 0; i < HOOK_COUNT; i++) {
		if (!(l->wanted & (1ULL << i)))
			continue;
		l->links[i] = attach_hook(l, i);
		if (!l->links[i]) {
			int err = -errno;

			a->failed = i;
			snprintf(a->why, a->why_size, "%s cannot be attached to %s: %s",
				 hooks[i].program, hooks[i].target, strerror(-err));
			return err;
		}
		l->n_hooks++;
	}
	return 0;
}

/* A hook can attach and never fire. */
static int test_hooks(struct loaded *l, struct attempt *a)
{
	selftest_act(&a->needed);
	for (int i = 0; i < HOOK_COUNT; i++) {
		if (!l->links[i] || !selftest_covers(i) || selftest_saw(l->hook_self, i))
			continue;
		if (hooks[i].backend == BACKEND_FUNCTION) {
			a->failed = i;
			snprintf(a->why, a->why_size, "the program on %s sees nothing",
				 hooks[i].target);
			return -ENODATA;
		}
		log_warn("%s is attached but did not see a test event: %s", hooks[i].target,
			 hook_loss(i));
		l->silent[i] = true;
		l->n_hooks--;
	}
	return 0;
}

static int try(struct loaded *l, const struct image *im, struct attempt *a)
{
	int err;

	capture.len = 0;
	*l = (struct loaded){};
	err = open_and_load(l, im, a);
	if (err)
		return err;
	err = policy_write(&l->maps, im, 1);
	if (!err)
		err = policy_switch(&l->maps, 1);
	if (err) {
		snprintf(a->why, a->why_size, "the policy cannot be written to the kernel: %s",
			 strerror(-err));
		return err;
	}
	err = attach(l, a);
	return err ? err : test_hooks(l, a);
}

/* Makes the next attempt do with less of back end A; false if there is none left. */
static bool give_up_functions(struct attempt *a)
{
	struct event_set lost = a->functions;

	if (event_set_is_empty(&a->functions))
		return false;
	if (a->failed >= 0 && hooks[a->failed].backend != BACKEND_FUNCTION)
		return false;
	if (a->failed >= 0) {
		lost = hook_types(&hooks[a->failed]);
		lost = hook_family(&lost);
	}
	a->functions = event_set_without(&a->functions, &lost);
	log_info("%s: using tracepoints instead", a->why);
	return true;
}

static int try_all(struct loaded *l, const struct image *im, enum hooks_mode mode,
		   struct attempt *a)
{
	int err;

	if (mode != HOOKS_TRACEPOINTS && !probe_has_trampolines(a->btf, a->why, a->why_size)) {
		if (mode == HOOKS_FUNCTIONS)
			return -EOPNOTSUPP;
		give_up_functions(a);
	}
	do {
		a->failed = -1;
		err = try(l, im, a);
		if (!err)
			return 0;
		load_free(l);
	} while (mode == HOOKS_AUTO && give_up_functions(a));
	return err;
}

int load(struct loaded *l, const struct image *im, const struct load_options *o, char *why,
	 size_t size)
{
	struct attempt a = {
		.needed = image_types(im),
		.failed = -1,
		.why = why,
		.why_size = size,
		.others = o->others,
		.btf = btf__load_vmlinux_btf(),
	};
	libbpf_print_fn_t old = libbpf_set_print(keep_message);
	struct tracefs t = {.old_namespace = -1, .old_directory = -1};
	int err = a.btf ? 0 : -errno;

	if (o->hooks != HOOKS_TRACEPOINTS)
		a.functions = a.needed;
	if (err)
		snprintf(why, size, "the kernel's types cannot be read: %s", strerror(-err));
	else if (o->hooks != HOOKS_FUNCTIONS)
		err = tracefs_enter(&t, why, size);
	if (!err)
		err = try_all(l, im, o->hooks, &a);
	tracefs_leave(&t);
	btf__free(a.btf);
	libbpf_set_print(old);
	if (err && capture.len)
		log_error("%s", capture.text);
	return err;
}

void load_detach(struct loaded *l)
{
	for (int i = 0; i < HOOK_COUNT; i++) {
		bpf_link__destroy(l->links[i]);
		l->links[i] = NULL;
	}
}

void load_free(struct loaded *l)
{
	load_detach(l);
	if (l->skel)
		tiercel_bpf__destroy(l->skel);
	*l = (struct loaded){};
}

uint64_t load_recursion_misses(const struct loaded *l)
{
	struct bpf_program *p;
	uint64_t sum = 0;

	bpf_object__for_each_program(p, l->skel->obj)
	{
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(p);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
			sum = add(sum, info.recursion_misses);
	}
	return sum;
}
