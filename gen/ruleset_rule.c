/* SPDX-License-Identifier: Apache-2.0 */
/* A rule item: definition, append, override, or only "enabled". */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/ruleset_private.h"

enum rule_key {
	KEY_CONDITION,
	KEY_OUTPUT,
	KEY_DESC,
	KEY_TAGS,
	KEY_EXCEPTIONS,
	KEY_PRIORITY,
	KEY_ENABLED,
	KEY_WARN_EVTTYPES,
	KEY_SKIP,
	KEY_CAPTURE,
	KEY_CAPTURE_DURATION,
	KEY_COUNT
};

static const struct override_key keys[KEY_COUNT] = {
	[KEY_CONDITION] = {"condition", true, true},
	[KEY_OUTPUT] = {"output", true, true},
	[KEY_DESC] = {"desc", true, true},
	[KEY_TAGS] = {"tags", true, true},
	[KEY_EXCEPTIONS] = {"exceptions", true, true},
	[KEY_PRIORITY] = {"priority", false, true},
	[KEY_ENABLED] = {"enabled", false, true},
	[KEY_WARN_EVTTYPES] = {"warn_evttypes", false, true},
	[KEY_SKIP] = {"skip-if-unknown-filter", false, true},
	[KEY_CAPTURE] = {"capture", false, true},
	[KEY_CAPTURE_DURATION] = {"capture_duration", false, true},
};

static const char *const known_keys[] = {
	"rule",	      "condition",	  "output",  "desc",	      "tags",
	"exceptions", "priority",	  "enabled", "warn_evttypes", "skip-if-unknown-filter",
	"capture",    "capture_duration", "source",  "append",	      "override",
	NULL,
};

static int compare_tags(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_tags(struct item *it, struct rule *r)
{
	struct ynode *sequence = NULL;
	size_t i, n = 0;
	int err = item_sequence(it, "tags", false, &sequence);

	if (!err && sequence)
		err = item_texts(it, sequence);
	if (err || !sequence)
		return err;
	r->tags = arena_grow(it->rs->arena, r->tags, r->n_tags * sizeof(*r->tags),
			     (r->n_tags + sequence->n) * sizeof(*r->tags));
	for (i = 0; i < sequence->n; i++)
		r->tags[r->n_tags++] = sequence->items[i]->text;
	if (r->n_tags)
		qsort(r->tags, r->n_tags, sizeof(*r->tags), compare_tags);
	for (i = 0; i < r->n_tags; i++) {
		if (!n || strcmp(r->tags[n - 1], r->tags[i]))
			r->tags[n++] = r->tags[i];
	}
	r->n_tags = n;
	return 0;
}

static int set_tags(struct item *it, struct rule *r)
{
	r->tags = NULL;
	r->n_tags = 0;
	return add_tags(it, r);
}

/* Puts bytes from offset on into t, or behind what it has and a blank. */
static void join(struct item *it, struct text *t, struct ynode *n, size_t offset, size_t len,
		 bool append)
{
	if (append)
		text_add(t, n->at, " ", 1);
	else
		*t = (struct text){.arena = it->rs->arena};
	text_add_node(t, n, offset, len);
}

static int set_condition(struct item *it, struct rule_entry *e, bool append)
{
	struct ynode *n;
	int err = item_text(it, "condition", true, &n);

	if (err)
		return err;
	join(it, &e->condition, n, 0, n->len, append);
	e->rule.condition = e->condition.s;
	if (!append)
		e->rule.condition_at = ynode_place(it->rs->arena, n, 0);
	return 0;
}

/* Falco trims an output where a rule is defined, and only there. */
static int set_output(struct item *it, struct rule_entry *e, bool append, bool define)
{
	size_t start = 0, end;
	struct ynode *n;
	int err = item_text(it, "output", true, &n);

	if (err)
		return err;
	end = n->len;
	while (define && end > start && isspace((unsigned char)n->text[end - 1]))
		end--;
	while (define && end > start && isspace((unsigned char)n->text[start]))
		start++;
	join(it, &e->output, n, start, end - start, append);
	e->rule.output = e->output.s;
	return 0;
}

static int set_desc(struct item *it, struct rule_entry *e, bool append)
{
	struct ynode *n;
	int err = item_text(it, "desc", true, &n);

	if (err)
		return err;
	join(it, &e->desc, n, 0, n->len, append);
	e->rule.desc = e->desc.s;
	return 0;
}

static int set_priority(struct item *it, struct rule *r)
{
	struct ynode *n;
	int err = item_text(it, "priority", true, &n);

	if (err)
		return err;
	if (!priority_parse(n->text, &r->priority))
		return 0;
	return diag_add(&it->rs->diags, SEVERITY_ERROR, n->at, CODE_YAML,
			"one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, "
			"DEBUG",
			"Invalid priority '%s'", n->text);
}

/* An empty or null list is a list: it still wraps the condition in parentheses when a later
 * item appends to it. */
static int set_exceptions(struct item *it, struct rule_entry *e, enum except_mode mode)
{
	struct ynode *n = ynode_get(it->map, "exceptions");

	if (!n || n->kind == YNODE_NULL)
		return 0;
	if (n->kind != YNODE_SEQUENCE)
		return item_fail(it, n->at, CODE_YAML, "Rule exceptions must be a sequence");
	if (mode != EXCEPT_APPEND) {
		e->exceptions = NULL;
		e->n_exceptions = 0;
		e->has_exceptions = false;
	}
	return except_read(it, e, n, mode);
}

/* Recording of system calls is not done. */
static int set_capture(struct item *it, struct rule *r)
{
	int err = item_bool(it, "capture", &r->capture);

	if (!err)
		err = item_number(it, "capture_duration", &r->capture_duration);
	if (err || !r->capture || it->rs->priv->noted_capture)
		return err;
	it->rs->priv->noted_capture = true;
	diag_add(&it->rs->diags, SEVERITY_NOTE, r->at, "LINT_NO_CAPTURE", NULL,
		 "'capture' has no effect, here and in other rules: system calls are not recorded");
	return 0;
}

static int set_switches(struct item *it, struct rule *r)
{
	int err = item_bool(it, "enabled", &r->enabled);

	if (!err)
		err = item_bool(it, "warn_evttypes", &r->warn_evttypes);
	if (!err)
		err = item_bool(it, "skip-if-unknown-filter", &r->skip_if_unknown);
	return err ? err : set_capture(it, r);
}

static bool is_known_source(const char *s)
{
	return !strcmp(s, "syscall");
}

static int read_source(struct item *it, const struct rule_entry *old, struct rule_entry *e)
{
	struct ynode *n = NULL;
	int err = item_text(it, "source", false, &n);

	if (err)
		return err;
	e->rule.source = n ? n->text : old ? old->rule.source : "syscall";
	if (old && strcmp(old->rule.source, e->rule.source))
		return item_fail(it, n->at, CODE_VALIDATE,
				 "Rule has been re-defined with a different source");
	e->skipped = !is_known_source(e->rule.source);
	if (e->skipped)
		diag_add(&it->rs->diags, SEVERITY_WARNING, n ? n->at : it->map->at,
			 "LOAD_UNKNOWN_SOURCE", "the only source is syscall",
			 "Unknown source %s, skipping", e->rule.source);
	return 0;
}

static void rule_add(struct ruleset *rs, struct rule_entry *e)
{
	e->rule.index = rs->n_rules;
	rs->rules = arena_push(rs->arena, rs->rules, rs->n_rules, sizeof(*rs->rules));
	rs->rules[rs->n_rules++] = &e->rule;
	names_put(&rs->priv->rule_names, e->rule.name, e);
}

/* Anew, or in the place of the old one. */
static int define(struct item *it, const struct ynode *name, struct rule_entry *old)
{
	struct rule_entry e = {
		.rule = {.at = name->at,
			 .name = name->text,
			 .enabled = true,
			 .warn_evttypes = true},
		.file = it->rs->priv->n_files - 1,
	};
	int err = read_source(it, old, &e);

	if (!err)
		err = set_condition(it, &e, false);
	if (!err)
		err = set_output(it, &e, false, true);
	if (!err)
		err = set_desc(it, &e, false);
	if (!err)
		err = set_priority(it, &e.rule);
	if (!err)
		err = set_switches(it, &e.rule);
	if (!err)
		err = set_tags(it, &e.rule);
	if (!err)
		err = set_exceptions(it, &e, EXCEPT_DEFINE);
	if (err)
		return err;
	if (!old) {
		rule_add(it->rs, arena_copy(it->rs->arena, &e, sizeof(e)));
		return 0;
	}
	e.rule.index = old->rule.index;
	*old = e;
	return 0;
}

static bool has(const struct item *it, enum rule_key key)
{
	return ynode_get(it->map, keys[key].name) != NULL;
}

/* Falco ignores them without a word. */
static void warn_ignored(struct item *it)
{
	struct arena *a = it->rs->arena;
	const char *names = NULL;
	const struct ynode *at = NULL;
	enum rule_key k;

	for (k = 0; k < KEY_COUNT; k++) {
		if (k == KEY_CONDITION || k == KEY_EXCEPTIONS || !has(it, k))
			continue;
		at = at ? at : ynode_get(it->map, keys[k].name);
		names = arena_printf(a, "%s%s'%s'", names ? names : "", names ? ", " : "",
				     keys[k].name);
	}
	if (names)
		diag_add(&it->rs->diags, SEVERITY_WARNING, at->at, "LINT_APPEND_IGNORES",
			 "in place of 'append: true' say under 'override' what is to become of "
			 "each key",
			 "%s has no effect: 'append: true' looks at condition and exceptions only",
			 names);
}

static int append_old_way(struct item *it, struct rule_entry *e)
{
	int err = 0;

	if (!has(it, KEY_CONDITION) && !has(it, KEY_EXCEPTIONS))
		return item_fail(it, it->map->at, CODE_VALIDATE,
				 "Appended rule must have exceptions or condition property");
	warn_ignored(it);
	if (has(it, KEY_CONDITION))
		err = set_condition(it, e, true);
	return err ? err : set_exceptions(it, e, EXCEPT_APPEND);
}

static int apply_appends(struct item *it, struct rule_entry *e, unsigned which)
{
	int err = 0;

	if (which & 1u << KEY_CONDITION)
		err = set_condition(it, e, true);
	if (!err && which & 1u << KEY_OUTPUT)
		err = set_output(it, e, true, false);
	if (!err && which & 1u << KEY_DESC)
		err = set_desc(it, e, true);
	if (!err && which & 1u << KEY_TAGS)
		err = add_tags(it, &e->rule);
	if (!err && which & 1u << KEY_EXCEPTIONS)
		err = set_exceptions(it, e, EXCEPT_APPEND);
	return err;
}

static int apply_replaces(struct item *it, struct rule_entry *e, unsigned which)
{
	int err = 0;

	if (which & 1u << KEY_CONDITION)
		err = set_condition(it, e, false);
	if (!err && which & 1u << KEY_OUTPUT)
		err = set_output(it, e, false, false);
	if (!err && which & 1u << KEY_DESC)
		err = set_desc(it, e, false);
	if (!err && which & 1u << KEY_TAGS)
		err = set_tags(it, &e->rule);
	if (!err && which & 1u << KEY_EXCEPTIONS)
		err = set_exceptions(it, e, EXCEPT_REPLACE);
	if (!err && which & 1u << KEY_PRIORITY)
		err = set_priority(it, &e->rule);
	/* Keys without an entry under override have been refused. */
	return err ? err : set_switches(it, &e->rule);
}

static int set_enabled(struct item *it, const struct ynode *name, struct rule_entry *e)
{
	struct ynode *enabled = ynode_get(it->map, "enabled");

	if (!enabled)
		return diag_add(&it->rs->diags, SEVERITY_ERROR, it->map->at, CODE_YAML,
				"a rule has condition, output, desc and priority",
				"Item has no mapping for key 'enabled'");
	if (!e)
		return item_fail(it, name->at, CODE_VALIDATE,
				 "Rule has 'enabled' key but no rule by that name already exists");
	diag_add(&it->rs->diags, SEVERITY_WARNING, enabled->at, "LOAD_DEPRECATED_ITEM",
		 "use 'override: {enabled: replace}'",
		 "a rule item with nothing but 'enabled' is deprecated");
	return item_bool(it, "enabled", &e->rule.enabled);
}

static int change(struct item *it, const struct ynode *name, struct rule_entry *e,
		  const struct override *o)
{
	int err;

	if (!e)
		return item_fail(it, name->at, CODE_VALIDATE,
				 "%s but no rule by that name already exists",
				 o->given ? "An override is specified" : "Rule has 'append' key");
	if (!o->given)
		return append_old_way(it, e);
	err = apply_appends(it, e, o->append);
	return err ? err : apply_replaces(it, e, o->replace);
}

int read_rule(struct item *it)
{
	struct override o = {0};
	struct rule_entry *old;
	struct ynode *name;
	bool append = false;
	int err = item_text(it, "rule", true, &name);

	if (err)
		return err;
	it->name = name->text;
	it->rs->diags.context = arena_printf(it->rs->arena, "rule '%s'", name->text);
	it->rs->diags.context_at = it->map->at;
	item_check_keys(it, known_keys);
	err = item_override(it, keys, KEY_COUNT, &o);
	if (!err)
		err = item_append(it, &o, &append);
	if (err)
		return err;
	old = names_get(&it->rs->priv->rule_names, name->text);
	if (o.given || append)
		return change(it, name, old, &o);
	if (!has(it, KEY_CONDITION) && !has(it, KEY_OUTPUT) && !has(it, KEY_DESC) &&
	    !has(it, KEY_PRIORITY))
		return set_enabled(it, name, old);
	return define(it, name, old);
}
