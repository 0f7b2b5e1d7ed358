/* SPDX-License-Identifier: Apache-2.0 */
/* From rules to a policy image, and what became of each rule. */
#pragma once
#include "gen/event_set.h"
#include "gen/image.h"
#include "gen/ruleset.h"

struct gen_options {
	enum priority minimum; /* rules of lesser priority are left out; PRIORITY_DEBUG: none are */
};

/* How a predicate is decided, for explain. */
struct explain_pred {
	const char *text;  /* "proc.name in (curl, wget)" */
	const char *scope; /* "process", "event", "parent", "ancestor" */
	const char
		*matcher; /* "hash set", "automaton", "ranges", "bit of the parent", "userspace" */
};

struct explain_rule {
	const struct rule *rule;
	struct event_set types; /* it is evaluated for */
	const char **unhooked;	/* event types it names that no hook sees */
	size_t n_unhooked;
	const char **hooks; /* hooks it needs, by name */
	size_t n_hooks;
	struct explain_pred *preds;
	size_t n_preds;
	size_t n_conjs;
	const char **residual; /* one sentence each: what userspace decides and why; none: the
				* kernel decides all */
	size_t n_residual;
};

struct policy {
	struct image image;
	struct explain_rule *rules; /* one per rule of the image, in its order */
	size_t n_rules;
	size_t n_preds; /* distinct predicates */
};

/* Compiles the enabled rules of a finished ruleset. The policy lives in the ruleset's arena,
 * its image on the heap (image_free). 0 or -errno with the reason in rs->diags. */
int gen_compile(struct ruleset *rs, const struct gen_options *opt, struct policy *out);
