/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gen/ruleset.c and its parts (item, rule_item, except, resolve, lint) share: macros, lists
 * and rules as they were loaded, before their conditions mean anything.
 */
#pragma once
#include "gen/names.h"
#include "gen/ruleset.h"
#include "gen/text.h"

/* Macros, lists and rules are numbered in the order of their first definition. What was
 * numbered before visibility can be named by a macro or list: the number that the next thing
 * would have got when it was last defined or appended to. */
struct list_entry {
	const char *name;
	struct place at;
	size_t index, visibility;
	size_t file;
	struct ynode **items; /* as written */
	size_t n_items;
	struct ynode **full; /* items of earlier lists in place of their names: gen/resolve.c */
	size_t n_full;
	bool used;
};

enum macro_state { MACRO_NEW, MACRO_BUSY, MACRO_DONE, MACRO_FAILED };

/* How large a tree is, a shared part counted each time. */
struct measure {
	size_t depth, size;
};

struct macro_entry {
	const char *name;
	struct place at;
	size_t index, visibility;
	size_t file;
	struct text condition;
	enum macro_state state;
	struct node *tree; /* resolved */
	struct measure measure;
	bool used;
};

struct exception {
	const char *name;
	struct place at;
	bool single; /* one field, written as a text and not as a list */
	struct ynode **fields;
	const char **comps; /* as many as fields */
	size_t n_fields;
	struct ynode **values;
	size_t n_values;
};

struct rule_entry {
	struct rule rule; /* first */
	size_t file;
	struct text condition, output, desc; /* rule has their bytes */
	struct exception **exceptions;
	size_t n_exceptions;
	bool has_exceptions; /* a list of them was given, even one without values */
	bool skipped;	     /* its source is not known */
};

/* One entry of required_plugin_versions with its alternatives. */
struct plugin_need {
	struct place at;
	const char *wanted; /* "a (>= v), b (>= v)" */
	const char *low;    /* the version wanted of what we have, if that is more; else NULL */
	bool met;
};

struct ruleset_private {
	struct rule_file *files;
	size_t n_files;
	struct list_entry **lists;
	size_t n_lists;
	struct macro_entry **macros;
	size_t n_macros;
	struct names list_names, macro_names, rule_names;
	size_t next_index;
	size_t total_size; /* comparisons of all conditions resolved so far */
	bool prepared;	   /* lists and macros are resolved */
	struct plugin_need *plugins;
	size_t n_plugins;
	bool noted_capture; /* said once that nothing is recorded */
};

/* gen/ruleset.c: notes a file; name lives as long as the arena. */
struct rule_file *file_add(struct ruleset *rs, const char *name);

/* One item of a file while it is read. */
struct item {
	struct ruleset *rs;
	struct ynode *map;
	const char *name;
};

#define CODE_YAML     "LOAD_ERR_YAML_VALIDATE"
#define CODE_VALIDATE "LOAD_ERR_VALIDATE"

/* gen/item.c: values of keys. Each returns 0 or -EINVAL with the reason in diags. Without the
 * key, *out is left alone, unless it is required. */
int item_text(struct item *it, const char *key, bool required, struct ynode **out);
int item_bool(struct item *it, const char *key, bool *out);
int item_number(struct item *it, const char *key, unsigned long *out);
int item_sequence(struct item *it, const char *key, bool required, struct ynode **out);
/* All items of a sequence are texts. */
int item_texts(struct item *it, const struct ynode *sequence);
int item_fail(struct item *it, struct place at, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Warns of keys that are not in known (NULL ends it) or stand there twice. */
void item_check_keys(struct item *it, const char *const *known);

/* A key that can stand under override. */
struct override_key {
	const char *name;
	bool can_append, can_replace;
};
/* Which keys are appended, which replaced: bit n for row n. */
struct override {
	bool given;
	unsigned append, replace;
};
int item_override(struct item *it, const struct override_key *keys, size_t n, struct override *out);
/* append: true, with the warning that it is an old way. */
int item_append(struct item *it, const struct override *o, bool *out);

/* gen/ruleset_item.c and gen/ruleset_rule.c: one item of each kind. */
int read_engine_version(struct item *it);
int read_plugin_versions(struct item *it);
int read_list(struct item *it);
int read_macro(struct item *it);
int read_rule(struct item *it);
/* After the last file: plugins that are required and not there are errors. */
void check_plugins(struct ruleset *rs);

/* gen/except.c */
enum except_mode { EXCEPT_DEFINE, EXCEPT_APPEND, EXCEPT_REPLACE };
int except_read(struct item *it, struct rule_entry *r, struct ynode *sequence,
		enum except_mode mode);
/* The operator of an exception is followed by a list of values. */
bool except_takes_list(const char *comp);
/* The condition of the rule with its exceptions, as text. 0 or -EINVAL. */
int except_condition(struct ruleset *rs, const struct rule_entry *r, struct text *out);
