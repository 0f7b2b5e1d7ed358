/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs into the kernel: which of the two back ends sees what, chosen by trying. Knows
 * kern/hooks.def and the policy image, nothing of records. A new hook is a row of the table.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"
#include "gen/image.h"
#include "user/call_functions.h"
#include "user/call_hooks.h"
#include "user/policy.h"

struct bpf_link;
struct tiercel_bpf;

enum hooks_mode { HOOKS_AUTO, HOOKS_FUNCTIONS, HOOKS_TRACEPOINTS };

/* "auto", "functions", "tracepoints". -EINVAL if it is none of them. */
int hooks_mode_parse(const char *text, enum hooks_mode *out);

/* Programs, maps and links. A policy that comes later can need programs that are not loaded yet:
 * they are in further objects, which share the maps of the first one. */
struct loaded {
	struct tiercel_bpf *skels[HOOK_COUNT];
	size_t n_skels;
	enum hooks_mode mode;
	unsigned buffer;
	char host[SHORT_SIZE];
	struct event_set no_functions;	    /* event types that back end A does not see here */
	struct bpf_link *links[HOOK_COUNT]; /* NULL: not attached */
	struct call_hooks calls;
	struct call_functions functions;
	bool silent[HOOK_COUNT]; /* attached, but the self-test did not reach it */
	bool absent[HOOK_COUNT]; /* this kernel has no such target */
	struct policy_maps maps;
	int events, stats, hook_self, facts, user_facts;
};

struct load_options {
	enum hooks_mode hooks;
	bool others;	       /* other policies may follow: room for larger ones is made */
	char host[SHORT_SIZE]; /* what container.id is outside of containers; "": "host" */
	unsigned buffer; /* bytes between kernel and daemon, 0: as the kernel programs have it */
};

/* Loads, installs the policy as generation 1, attaches and tests. 0, or -errno with a sentence
 * in why. */
int load(struct loaded *l, const struct image *im, const struct load_options *o, char *why,
	 size_t size);
/* Attaches what another policy needs in addition; nothing is changed on failure. */
int load_more(struct loaded *l, const struct image *im, char *why, size_t size);
/* Detaches what this policy does not need. */
void load_less(struct loaded *l, const struct image *im);
void load_detach(struct loaded *l); /* no more events; the maps can still be read */
void load_free(struct loaded *l);

/* What is attached, and what is loaded, for those who ask: also while load_more() runs. */
struct load_hook {
	const char *target, *program;
	bool is_function;
	bool is_seen; /* the self-test reached it, or there is none */
};
struct load_program {
	const char *name;
	uint64_t runs, ns; /* as long as the kernel's statistics were on */
	uint64_t missed;   /* the same program was running already */
};
void load_each_hook(const struct loaded *l, void (*f)(void *ctx, const struct load_hook *h),
		    void *ctx);
void load_each_program(const struct loaded *l, void (*f)(void *ctx, const struct load_program *p),
		       void *ctx);

/* Hooks that are attached and see events. */
size_t load_hooks(const struct loaded *l);
/* How often the kernel did not run a program because the same one was running already. */
uint64_t load_recursion_misses(const struct loaded *l);
