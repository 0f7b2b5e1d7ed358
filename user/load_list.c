/* SPDX-License-Identifier: Apache-2.0 */
/* What is attached and loaded, for those who ask: the listing half of user/load.h. */
#include "user/load.h"

#include <stdio.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "user/calls.h"
#include "user/counts.h"
#include "user/hook.h"

#include "tiercel.skel.h"

size_t load_hooks(const struct loaded *l)
{
	struct event_set calls = call_hooks_attached(&l->calls);
	struct event_set functions = call_functions_attached(&l->functions);
	size_t n = event_set_count(&calls) + event_set_count(&functions);

	for (int i = 0; i < HOOK_COUNT; i++)
		n += l->links[i] && !l->silent[i];
	return n;
}

/* The program that serves all system calls, where it hangs. */
static void each_call(const struct loaded *l, const char *program,
		      void (*f)(void *ctx, const struct load_hook *h), void *ctx)
{
	struct event_set calls = call_hooks_attached(&l->calls);
	unsigned t;

	for_each_event(t, &calls)
	{
		char target[96];
		struct load_hook hook = {.target = target, .program = program, .is_seen = true};

		snprintf(target, sizeof(target), "syscalls/sys_exit_%s", call_symbol(t));
		f(ctx, &hook);
	}
}

/* Each function has a program of its own, which bears its name here. */
static void each_function(const struct loaded *l, void (*f)(void *ctx, const struct load_hook *h),
			  void *ctx)
{
	for (int t = 0; t < EVENT_COUNT; t++) {
		const char *name;
		int program;

		for (int n = 0; (name = call_functions_get(&l->functions, t, n, &program)); n++) {
			struct load_hook hook = {name, name, true, true};

			f(ctx, &hook);
		}
	}
}

void load_each_hook(const struct loaded *l, void (*f)(void *ctx, const struct load_hook *h),
		    void *ctx)
{
	for (int i = 0; i < HOOK_COUNT; i++) {
		const struct hook *h = &hooks[i];
		struct load_hook hook = {
			.target = h->backend == BACKEND_FUNCTION ? hook_function(h) : h->target,
			.program = h->program,
			.is_function = h->backend == BACKEND_FUNCTION,
			.is_seen = !l->silent[i],
		};

		if (h->backend == BACKEND_CALL)
			each_call(l, h->program, f, ctx);
		else if (h->backend == BACKEND_CALL_FUNCTION)
			each_function(l, f, ctx);
		else if (l->links[i])
			f(ctx, &hook);
	}
}

static void tell_program(const char *name, int fd,
			 void (*f)(void *ctx, const struct load_program *p), void *ctx)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	struct load_program out = {.name = name};

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	out.runs = info.run_cnt;
	out.ns = info.run_time_ns;
	out.missed = info.recursion_misses;
	f(ctx, &out);
}

void load_each_program(const struct loaded *l, void (*f)(void *ctx, const struct load_program *p),
		       void *ctx)
{
	size_t n = __atomic_load_n(&l->n_skels, __ATOMIC_ACQUIRE);
	struct bpf_program *p;
	const char *name;
	int fd;

	for (size_t i = 0; i < n; i++)
		bpf_object__for_each_program(p, l->skels[i]->obj)
			tell_program(bpf_program__name(p), bpf_program__fd(p), f, ctx);
	for (int t = 0; t < EVENT_COUNT; t++)
		for (int k = 0; (name = call_functions_get(&l->functions, t, k, &fd)); k++)
			tell_program(name, fd, f, ctx);
}

static void add_misses(void *ctx, const struct load_program *p)
{
	uint64_t *sum = ctx;

	*sum = add(*sum, p->missed);
}

uint64_t load_recursion_misses(const struct loaded *l)
{
	uint64_t sum = 0;

	load_each_program(l, add_misses, &sum);
	return sum;
}
