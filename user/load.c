/* SPDX-License-Identifier: Apache-2.0 */
#include "user/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "user/calls.h"
#include "user/counts.h"
#include "user/hook.h"
#include "user/log.h"
#include "user/object.h"
#include "user/probe.h"
#include "user/selftest.h"
#include "user/util.h"

#include "tiercel.skel.h"

#define VERIFIER_LOG_MAX (256u << 10)

/* What one attempt goes by, what it has done, and which hook made it fail. */
struct attempt {
	struct event_set needed;	  /* event types that some rule watches */
	struct event_set functions;	  /* of these, the ones to be seen by back end A */
	bool wanted[HOOK_COUNT];	  /* hooks that there are here and that are needed */
	bool fresh[HOOK_COUNT];		  /* attached by this attempt */
	struct event_set fresh_calls;	  /* attached by it, to tracepoints ... */
	struct event_set fresh_functions; /* ... and to functions */
	uint64_t before[HOOK_COUNT];	  /* events of the daemon that they had counted */
	int failed;			  /* index of hooks, -1: not a single one */
	struct btf *btf;		  /* of the kernel */
	char *why;
	size_t why_size;
};

/* What libbpf and the verifier say; shown only if all attempts fail. */
static struct {
	char text[VERIFIER_LOG_MAX];
	size_t len;
} capture;

static int keep_message(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t room = sizeof(capture.text) - capture.len, skip;
	_cleanup_free_ char *text = NULL;
	int n;

	if (level == LIBBPF_DEBUG || room < 2)
		return 0;
	n = vasprintf(&text, format, args);
	if (n < 0) {
		text = NULL;
		return 0;
	}
	/* What is wrong stands at the end. */
	skip = (size_t)n < room ? 0 : n - room + 1;
	memcpy(capture.text + capture.len, text + skip, n - skip + 1);
	capture.len += n - skip;
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

/* System calls that are to be seen at their tracepoints. */
static struct event_set tracepoint_calls(const struct attempt *a)
{
	struct event_set all = {};
	unsigned t;

	for_each_event(t, &a->needed)
	{
		if (!call_is(t))
			continue;
		if (!event_set_has(&a->functions, t) || !call_functions_can(t))
			event_set_add(&all, t);
	}
	return all;
}

static bool is_wanted(const struct hook *h, const struct attempt *a)
{
	struct event_set types = hook_types(h), tracepoints;

	types = event_set_both(&types, &a->needed);
	tracepoints = event_set_without(&types, &a->functions);
	if (!hook_is_for_this_machine(h))
		return false;
	if (h->backend == BACKEND_CALL_FUNCTION)
		return false; /* each call for itself: user/call_functions.c */
	if (h->backend == BACKEND_CALL) {
		types = tracepoint_calls(a);
		return call_hooks_wanted(&types);
	}
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

	if (h->backend == BACKEND_BOTH && !h->types && !hook_is_of_cgroups(id)) {
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

/* Whether another form of the hook takes its place; of two missing forms the first one says so. */
static bool is_seen_otherwise(enum hook_id id, const struct btf *btf)
{
	int other = hook_other_form(id);

	return other >= 0 && (other < (int)id || hook_has_target(&hooks[other], other, btf));
}

/* Decides which hooks there must be; those that are attached stay as they are. */
static int choose_hooks(struct loaded *l, struct attempt *a)
{
	int err = 0;

	for (int i = 0; i < HOOK_COUNT && !err; i++) {
		a->wanted[i] = is_wanted(&hooks[i], a) && !l->absent[i];
		if (!a->wanted[i] || l->links[i] || hook_has_target(&hooks[i], i, a->btf))
			continue;
		if (!is_seen_otherwise(i, a->btf))
			err = miss_target(a, i);
		a->wanted[i] = false;
		l->absent[i] = !err;
	}
	return err;
}

/* ---- objects ---- */

/* The program of a row in an object: every row names one, or the build is broken. */
static struct bpf_program *program_in(const struct tiercel_bpf *skel, int i)
{
	return bpf_object__find_program_by_name(skel->obj, hooks[i].program);
}

/* The program of a row where it is loaded, NULL if it is not. */
static struct bpf_program *hook_program(const struct loaded *l, int i)
{
	for (size_t k = 0; k < l->n_skels; k++) {
		struct bpf_program *p = program_in(l->skels[k], i);

		if (bpf_program__fd(p) >= 0)
			return p;
	}
	return NULL;
}

/* Wanted programs that no object has yet. */
static int choose_programs(const struct loaded *l, struct tiercel_bpf *skel,
			   const struct attempt *a)
{
	int err = 0;

	for (int i = 0; i < HOOK_COUNT && !err; i++) {
		struct bpf_program *p = program_in(skel, i);

		if (!a->wanted[i] || hook_program(l, i))
			continue;
		if (hooks[i].backend == BACKEND_FUNCTION)
			err = bpf_program__set_attach_target(p, 0, hook_function(&hooks[i]));
		bpf_program__set_autoload(p, true);
	}
	return err;
}

static void take_maps(struct loaded *l)
{
	const struct tiercel_bpf *skel = l->skels[0];

	l->maps.image = bpf_map__fd(skel->maps.image);
	l->maps.control = bpf_map__fd(skel->maps.control);
	l->maps.procs = bpf_map__fd(skel->maps.procs);
	l->maps.cmds_small = bpf_map__fd(skel->maps.cmds_small);
	l->maps.cmds_large = bpf_map__fd(skel->maps.cmds_large);
	l->maps.rule_counts = bpf_map__fd(skel->maps.rule_counts);
	l->events = bpf_map__fd(skel->maps.events);
	l->facts = bpf_map__fd(skel->maps.facts);
	l->user_facts = bpf_map__fd(skel->maps.user_facts);
	l->stats = bpf_map__fd(skel->maps.stats);
	l->hook_self = bpf_map__fd(skel->maps.hook_self);
}

static int load_object(struct loaded *l, struct tiercel_bpf *skel, struct attempt *a)
{
	int err = choose_programs(l, skel, a);

	return err ? err : tiercel_bpf__load(skel);
}

/* An object with the programs that are missing, if there are such. */
static int load_programs(struct loaded *l, struct attempt *a)
{
	struct tiercel_bpf *skel;
	bool missing = false;
	int err;

	for (int i = 0; i < HOOK_COUNT; i++)
		missing |= a->wanted[i] && !hook_program(l, i);
	if (!missing)
		return 0;
	/* Each further object has a program that none had before. */
	skel = l->n_skels < HOOK_COUNT ? object_open(l->n_skels ? l->skels[0] : NULL, &l->maps.room,
						     l->buffer, l->host, a->btf)
				       : NULL;
	err = skel ? load_object(l, skel, a) : -errno;
	if (err) {
		snprintf(a->why, a->why_size, "the kernel does not take the BPF programs: %s",
			 strerror(-err));
		tiercel_bpf__destroy(skel);
		return err;
	}
	l->skels[l->n_skels] = skel;
	__atomic_store_n(&l->n_skels, l->n_skels + 1, __ATOMIC_RELEASE);
	if (l->n_skels == 1)
		take_maps(l);
	return 0;
}

/* ---- attaching ---- */

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
		if (!a->wanted[i] || l->links[i])
			continue;
		if (hooks[i].backend == BACKEND_CALL)
			continue; /* attach_calls() */
		a->before[i] = selftest_seen(l->hook_self, i);
		l->links[i] = attach_hook(l, i);
		if (!l->links[i]) {
			int err = -errno;

			a->failed = i;
			snprintf(a->why, a->why_size, "%s cannot be attached to %s: %s",
				 hooks[i].program, hooks[i].target, strerror(-err));
			return err;
		}
		a->fresh[i] = true;
	}
	return 0;
}

/* A call whose function cannot be attached to is seen at its tracepoint. */
static void attach_call_functions(struct loaded *l, struct attempt *a)
{
	struct call_ground g = {l->skels[0], &l->maps.room, a->btf, l->hook_self};
	struct event_set have = call_functions_attached(&l->functions);
	unsigned t;

	have = event_set_without(&a->functions, &have);
	for_each_event(t, &have)
	{
		struct event_set one = {};
		char why[160];
		int err;

		if (!call_is(t) || !call_functions_can(t))
			continue;
		event_set_add(&one, t);
		err = call_functions_attach(&l->functions, &g, t, why, sizeof(why));
		if (!err) {
			event_set_add(&a->fresh_functions, t);
			continue;
		}
		a->functions = event_set_without(&a->functions, &one);
		event_set_add(&l->no_functions, t);
		if (err != -ENOENT)
			log_info("%s: using its tracepoint instead", why);
	}
}

static int attach_calls(struct loaded *l, struct attempt *a)
{
	struct event_set rest;
	int err;

	attach_call_functions(l, a);
	rest = tracepoint_calls(a);
	a->wanted[HOOK_on_call_exit] = call_hooks_wanted(&rest);
	err = load_programs(l, a);
	if (!err)
		call_hooks_attach(&l->calls, hook_program(l, HOOK_on_call_exit), &rest,
				  &a->fresh_calls);
	return err;
}

/* Event types whose hooks are new. */
static struct event_set fresh_types(const struct attempt *a)
{
	struct event_set all = {};

	for (int i = 0; i < HOOK_COUNT; i++) {
		struct event_set types = hook_types(&hooks[i]);

		if (a->fresh[i])
			event_set_join(&all, &types);
	}
	return event_set_both(&all, &a->needed);
}

/* A hook can attach and never fire. */
static int test_hooks(struct loaded *l, struct attempt *a)
{
	struct event_set types = fresh_types(a);

	selftest_act(&types);
	for (int i = 0; i < HOOK_COUNT; i++) {
		if (!a->fresh[i])
			continue;
		l->silent[i] = selftest_covers(i) && selftest_seen(l->hook_self, i) == a->before[i];
		if (!l->silent[i])
			continue;
		if (hooks[i].backend == BACKEND_FUNCTION) {
			a->failed = i;
			snprintf(a->why, a->why_size, "the program on %s sees nothing",
				 hooks[i].target);
			return -ENODATA;
		}
		log_warn("%s is attached but did not see a test event: %s", hooks[i].target,
			 hook_loss(i));
	}
	return 0;
}

static void detach(struct loaded *l, int i)
{
	bpf_link__destroy(l->links[i]);
	l->links[i] = NULL;
	l->silent[i] = false;
}

static void take_back(struct loaded *l, const struct attempt *a, size_t n_skels)
{
	call_hooks_detach(&l->calls, &a->fresh_calls);
	call_functions_detach(&l->functions, &a->fresh_functions);
	for (int i = 0; i < HOOK_COUNT; i++)
		if (a->fresh[i])
			detach(l, i);
	while (l->n_skels > n_skels)
		tiercel_bpf__destroy(l->skels[--l->n_skels]);
	if (!n_skels) /* their maps are gone */
		call_functions_free(&l->functions);
}

static int install_first(struct loaded *l, const struct image *im, struct attempt *a)
{
	int err = policy_write(&l->maps, im, 1);

	if (!err)
		err = policy_switch(&l->maps, 1);
	if (err)
		snprintf(a->why, a->why_size, "the policy cannot be written to the kernel: %s",
			 strerror(-err));
	return err;
}

/* ---- attempts ---- */

static int try(struct loaded *l, const struct image *im, struct attempt *a)
{
	size_t n_skels = l->n_skels;
	int err;

	capture.len = 0;
	memset(a->fresh, 0, sizeof(a->fresh));
	a->fresh_calls = a->fresh_functions = (struct event_set){};
	err = choose_hooks(l, a);
	if (!err)
		err = load_programs(l, a);
	if (!err && !n_skels)
		err = install_first(l, im, a);
	if (!err)
		err = attach(l, a);
	if (!err)
		err = test_hooks(l, a);
	if (!err)
		err = attach_calls(l, a);
	if (err)
		take_back(l, a, n_skels);
	return err;
}

/* Event types that attached functions see. */
static struct event_set kept_functions(const struct loaded *l)
{
	struct event_set all = {};

	for (int i = 0; i < HOOK_COUNT; i++) {
		struct event_set types = hook_types(&hooks[i]);

		if (l->links[i] && hooks[i].backend == BACKEND_FUNCTION)
			event_set_join(&all, &types);
	}
	return all;
}

/* Makes the next attempt do with less of back end A; false if there is none left. */
static bool give_up_functions(struct loaded *l, struct attempt *a)
{
	struct event_set lost = a->functions, kept = kept_functions(l);

	if (event_set_is_empty(&a->functions))
		return false;
	if (a->failed >= 0 && hooks[a->failed].backend != BACKEND_FUNCTION)
		return false;
	if (a->failed >= 0) {
		lost = hook_types(&hooks[a->failed]);
		lost = hook_family(&lost);
	}
	lost = event_set_without(&lost, &kept);
	if (!event_set_meets(&a->functions, &lost))
		return false;
	a->functions = event_set_without(&a->functions, &lost);
	event_set_join(&l->no_functions, &lost);
	log_info("%s: using tracepoints instead", a->why);
	return true;
}

static int try_all(struct loaded *l, const struct image *im, struct attempt *a)
{
	int err;

	do {
		a->failed = -1;
		err = try(l, im, a);
	} while (err && l->mode == HOOKS_AUTO && give_up_functions(l, a));
	return err;
}

/* Whether kernel functions can be used at all. */
static int try_functions(struct loaded *l, struct attempt *a)
{
	if (l->mode != HOOKS_TRACEPOINTS && probe_has_trampolines(a->btf, a->why, a->why_size))
		return 0;
	if (l->mode == HOOKS_FUNCTIONS)
		return -EOPNOTSUPP;
	if (l->mode == HOOKS_AUTO)
		log_info("%s: using tracepoints instead", a->why);
	memset(&l->no_functions, 0xff, sizeof(l->no_functions));
	return 0;
}

/* Whether there are system calls among the types that are not seen yet. */
static bool misses_calls(const struct loaded *l, const struct event_set *types)
{
	struct event_set have = call_functions_attached(&l->functions);
	struct event_set rest = event_set_without(types, &have);

	return call_hooks_missing(&l->calls, &rest);
}

static int attempt(struct loaded *l, const struct image *im, char *why, size_t size)
{
	struct attempt a = {
		.needed = image_types(im),
		.failed = -1,
		.why = why,
		.why_size = size,
		.btf = btf__load_vmlinux_btf(),
	};
	libbpf_print_fn_t old = libbpf_set_print(keep_message);
	struct tracefs t = {.old_namespace = -1, .old_directory = -1};
	int err = a.btf ? 0 : -errno;

	if (err)
		snprintf(why, size, "the kernel's types cannot be read: %s", strerror(-err));
	else if (l->mode != HOOKS_FUNCTIONS || misses_calls(l, &a.needed))
		err = tracefs_enter(&t, why, size);
	if (!err && !l->n_skels)
		err = try_functions(l, &a);
	a.functions = event_set_without(&a.needed, &l->no_functions);
	if (!err)
		err = try_all(l, im, &a);
	tracefs_leave(&t);
	btf__free(a.btf);
	libbpf_set_print(old);
	if (err && capture.len)
		log_error("%s", capture.text);
	return err;
}

int load(struct loaded *l, const struct image *im, const struct load_options *o, char *why,
	 size_t size)
{
	int err;

	*l = (struct loaded){.mode = o->hooks, .buffer = o->buffer};
	memcpy(l->host, o->host, SHORT_SIZE);
	err = policy_room(im, o->others, &l->maps.room);
	if (err)
		snprintf(why, size, "the policy does not fit into the kernel's maps: %s",
			 strerror(-err));
	else
		err = attempt(l, im, why, size);
	if (err)
		load_free(l);
	return err;
}

/* What one policy needs, as far as it is known without looking at the kernel. */
static void need_of(const struct loaded *l, const struct image *im, struct attempt *a)
{
	a->needed = image_types(im);
	a->functions = event_set_without(&a->needed, &l->no_functions);
}

int load_more(struct loaded *l, const struct image *im, char *why, size_t size)
{
	struct attempt a = {};
	bool missing;

	need_of(l, im, &a);
	missing = misses_calls(l, &a.needed);
	for (int i = 0; i < HOOK_COUNT; i++)
		missing |= hooks[i].backend != BACKEND_CALL && !l->links[i] && !l->absent[i] &&
			   is_wanted(&hooks[i], &a);
	return missing ? attempt(l, im, why, size) : 0;
}

void load_less(struct loaded *l, const struct image *im)
{
	struct attempt a = {};
	struct event_set spare;

	need_of(l, im, &a);
	spare = call_hooks_attached(&l->calls);
	spare = event_set_without(&spare, &a.needed);
	call_hooks_detach(&l->calls, &spare);
	spare = call_functions_attached(&l->functions);
	spare = event_set_without(&spare, &a.needed);
	call_functions_detach(&l->functions, &spare);
	for (int i = 0; i < HOOK_COUNT; i++)
		if (l->links[i] && !is_wanted(&hooks[i], &a))
			detach(l, i);
}

void load_detach(struct loaded *l)
{
	struct event_set calls = call_hooks_attached(&l->calls);

	call_hooks_detach(&l->calls, &calls);
	calls = call_functions_attached(&l->functions);
	call_functions_detach(&l->functions, &calls);
	for (int i = 0; i < HOOK_COUNT; i++)
		detach(l, i);
}

void load_free(struct loaded *l)
{
	load_detach(l);
	call_functions_free(&l->functions);
	while (l->n_skels)
		tiercel_bpf__destroy(l->skels[--l->n_skels]);
	*l = (struct loaded){};
}
