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
#include "user/policy.h"

struct bpf_link;
struct tiercel_bpf;

enum hooks_mode { HOOKS_AUTO, HOOKS_FUNCTIONS, HOOKS_TRACEPOINTS };

/* "auto", "functions", "tracepoints". -EINVAL if it is none of them. */
int hooks_mode_parse(const char *text, enum hooks_mode *out);

struct loaded {
	struct tiercel_bpf *skel;
	uint64_t wanted;		    /* bit n: hook n is to be attached */
	struct bpf_link *links[HOOK_COUNT]; /* NULL: not attached */
	bool silent[HOOK_COUNT];	    /* attached, but the self-test did not reach it */
	size_t n_hooks;			    /* attached and not silent */
	struct policy_maps maps;
	int events, stats, hook_self;
};

struct load_options {
	enum hooks_mode hooks;
	bool others; /* other policies may follow: room for larger ones is made */
};

/* Loads, installs the policy as generation 1, attaches and tests. 0, or -errno with a sentence
 * in why. */
int load(struct loaded *l, const struct image *im, const struct load_options *o, char *why,
	 size_t size);
void load_detach(struct loaded *l); /* no more events; the maps can still be read */
void load_free(struct loaded *l);

/* How often the kernel did not run a program because the same one was running already. */
uint64_t load_recursion_misses(const struct loaded *l);
