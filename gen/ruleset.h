/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, macros and lists as loaded from files, in Falco's order, and their conditions. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/ast.h"
#include "gen/diag.h"

enum priority {
	PRIORITY_EMERGENCY,
	PRIORITY_ALERT,
	PRIORITY_CRITICAL,
	PRIORITY_ERROR,
	PRIORITY_WARNING,
	PRIORITY_NOTICE,
	PRIORITY_INFORMATIONAL,
	PRIORITY_DEBUG
};
/* "Warning", ...: as alerts print it. */
const char *priority_name(enum priority p);
/* Any case; INFO and INFORMATIONAL. -EINVAL if unknown. */
int priority_parse(const char *text, enum priority *out);

struct rule {
	struct place at;
	const char *name, *desc, *output, *source;
	const char *condition; /* as written, appends joined */
	struct place condition_at;
	enum priority priority;
	bool enabled;
	bool skip_if_unknown;
	bool warn_evttypes;
	bool capture;			/* kept to be shown: nothing is recorded */
	unsigned long capture_duration; /* ms, 0: not given */
	const char **tags;		/* sorted, unique */
	size_t n_tags;
	struct node *tree; /* macros resolved, checked; NULL for a skipped rule */
	size_t index;	   /* order of evaluation */
};

/* A file that was read, or could not be. */
struct rule_file {
	const char *name;
	bool has_rule;
	bool read;		      /* it is YAML: its shape was looked at */
	const char **schema_warnings; /* what does not fit gen/schema.def */
	size_t n_schema_warnings;
};

struct ruleset {
	struct arena *arena;
	struct diags diags;
	struct rule **rules; /* in order of evaluation, disabled and skipped ones included */
	size_t n_rules;
	/* Of the greatest engine that a file requires, NULL if none does: "0.57.0". */
	const char *required_engine;
	/* Set before conditions are resolved: */
	bool families;	       /* event types stand for others of their kind: gen/family.def */
	enum priority minimum; /* rules of lesser priority will not be used; PRIORITY_DEBUG: all */
	struct ruleset_private *priv;
};

struct ruleset *ruleset_new(void);
void ruleset_free(struct ruleset **rs);
/* A file, or a directory's .yaml and .yml files sorted by path, not recursively. Stops at the
 * first error of a file. Returns 0 or -errno; what is wrong is in diags. */
int ruleset_load(struct ruleset *rs, const char *path);
/* The same for a text in memory; name stands for the file in messages. */
int ruleset_load_text(struct ruleset *rs, const char *name, const char *text, size_t len);
/* What required_plugin_versions asks for, an entry with its alternatives as "a (>= 1.0.0), b (>=
 * 1.0.0)"; NULL after the last. */
const char *ruleset_plugin(const struct ruleset *rs, size_t i);
/* The engine that rule files can require: Falco's that we are on a par with, "0.63.0". */
extern const char ruleset_engine[];
/* The files in the order in which they were read; NULL after the last. */
const struct rule_file *ruleset_file(const struct ruleset *rs, size_t i);
/* Turns rules on or off, after the last file and before ruleset_finish(). */
struct rule_selection {
	bool enable;
	bool by_tag;	     /* pattern is a tag, else a name in which * stands for any text */
	const char *pattern; /* not kept */
};
/* How many rules it is about, those included that were as wanted already. */
size_t ruleset_select(struct ruleset *rs, const struct rule_selection *s);
/* After the last file: resolves, checks and lints every rule. first: rule_matching is first. */
int ruleset_finish(struct ruleset *rs, bool first);
/* One condition with the macros and lists loaded so far, resolved and checked; NULL if it is
 * wrong (diags). syntax_only: grammar alone, macros and fields unresolved. */
struct node *ruleset_condition(struct ruleset *rs, const char *text, bool syntax_only);
