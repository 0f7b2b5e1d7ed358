/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about single rules, and about what no rule uses. */
#include "gen/lint.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/check.h"
#include "gen/event_args.h"
#include "gen/family.h"
#include "gen/field.h"
#include "gen/typeset.h"

#define EVENT_TYPES_MAX 100 /* of a rule: more are worth a warning, as in Falco */
#define NAMES_MAX	64  /* event types that a rule asks for and that are looked at together */

struct seen {
	struct ruleset *rs;
	const struct node *tree; /* of the rule */
	const struct literal *names[NAMES_MAX];
	size_t n_names;
};

void lint_warn(struct ruleset *rs, struct place at, const char *code, const char *hint,
	       const char *message, const char *what)
{
	struct diags found = {
		.arena = rs->arena,
		.sources = rs->diags.sources,
		.context = rs->diags.context,
		.context_at = rs->diags.context_at,
	};

	diag_add(&found, SEVERITY_WARNING, at, code, hint, message, what);
	diag_merge(&rs->diags, &found);
}

bool lint_is_equality(enum op op)
{
	return op == OP_EQ || op == OP_EQ2 || op == OP_IN || op == OP_INTERSECTS;
}

/* What becomes of the rule with an event type that is not seen. */
static const char *hint_of_rest(const struct node *tree)
{
	for (size_t i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN && typeset_has(tree, event_types[i].name))
			return "the rule's other event types work";
	}
	return "the rule never alerts: it has no event type that is seen";
}

static void lint_event_type(struct seen *s, const struct literal *l)
{
	const struct event_type *t = event_type_find(l->text);

	if (s->n_names < NAMES_MAX)
		s->names[s->n_names++] = l;
	if (t && t->kind == EVENT_IO)
		lint_warn(s->rs, l->at, "LINT_EVENT_OFF", hint_of_rest(s->tree),
			  "event type '%s' is never seen: its volume is too high, and it is off by "
			  "default in Falco too",
			  l->text);
	else if (t && t->kind == EVENT_LATER)
		lint_warn(s->rs, l->at, "LINT_EVENT_OFF", hint_of_rest(s->tree),
			  "event type '%s' is not seen in this version", l->text);
}

static bool is_event_type(const struct expr *e)
{
	return e->field && (e->field->id == FIELD_EVT_TYPE || e->field->id == FIELD_SYSCALL_TYPE);
}

/* An argument of events that no event type of the rule has. */
static void lint_arg(struct seen *s, const struct expr *e)
{
	const char *only = NULL;
	size_t i;

	for (i = 0; i < n_event_types; i++) {
		if (!typeset_has(s->tree, event_types[i].name))
			continue;
		if (event_has_arg(event_types[i].name, e->key))
			return;
		only = event_types[i].name;
	}
	if (only)
		lint_warn(s->rs, e->at, "LINT_NO_ARGUMENT",
			  arena_printf(s->rs->arena, "it has: %s", event_args(only)),
			  arena_printf(s->rs->arena, "event type '%s' has no argument '%%s'", only),
			  e->key);
}

static void lint_field(struct seen *s, const struct expr *e)
{
	if (!e->field)
		return;
	if (field_is_deprecated(e->field->id))
		lint_warn(s->rs, e->at, "LOAD_DEPRECATED_ITEM", NULL,
			  "field '%s' is deprecated: events are the ends of calls", e->name);
	if ((e->field->id == FIELD_EVT_ARG || e->field->id == FIELD_EVT_RAWARG) && e->key &&
	    event_arg_exists(e->key))
		lint_arg(s, e);
}

static void lint_tree(struct seen *s, const struct node *n, bool negated)
{
	size_t i;

	for (i = 0; i < n->n_kids; i++)
		lint_tree(s, n->kids[i], negated != (n->kind == NODE_NOT));
	if (n->kind != NODE_COMPARE || !n->left->field)
		return;
	lint_field(s, n->left);
	for (i = 0; i < n->n_values; i++) {
		if (!is_event_type(n->left))
			lint_reach(s->rs, n, &n->values[i]);
		else if (!negated && lint_is_equality(n->op))
			lint_event_type(s, &n->values[i]);
	}
}

static void lint_types(struct ruleset *rs, const struct rule *r)
{
	size_t i, n = 0;

	for (i = 0; i < n_event_types; i++)
		n += typeset_has(r->tree, event_types[i].name);
	if (n > EVENT_TYPES_MAX)
		diag_add(&rs->diags, SEVERITY_WARNING, r->condition_at, "LOAD_NO_EVTTYPE",
			 "restrict it with evt.type, or set warn_evttypes: false",
			 "Rule matches too many evt.type values. This has a significant "
			 "performance penalty.");
}

static bool is_asked(const struct seen *s, const char *type)
{
	size_t i;

	for (i = 0; i < s->n_names; i++) {
		if (!strcmp(s->names[i]->text, type))
			return true;
	}
	return false;
}

/* The others of a family, as "openat, openat2"; NULL if one of them is asked for too (creat, which
 * stands for no other, is no such one). */
static const char *others_missed(const struct seen *s, const struct family *f)
{
	const char *rest = f->others, *name, *all = NULL;
	struct arena *a = s->rs->arena;

	while ((name = family_next(a, &rest))) {
		if (is_asked(s, name) && family_find(name))
			return NULL;
		all = all ? arena_printf(a, "%s, %s", all, name) : name;
	}
	return all;
}

/* One system call of several for the same purpose, and the only one that is asked for. */
static void lint_families(struct seen *s)
{
	const struct family *f;
	const char *others;
	size_t i;

	for (i = 0; i < s->n_names; i++) {
		f = family_find(s->names[i]->text);
		others = f && f->blind ? others_missed(s, f) : NULL;
		if (!others)
			continue;
		lint_warn(
			s->rs, s->names[i]->at, "LINT_FAMILY",
			arena_printf(s->rs->arena,
				     "write evt.type in (%s, %s), or set evt_type_families: true",
				     f->name, others),
			strcmp(f->name, "open")
				? "event type '%s' is one system call of several for this purpose: "
				  "which one a program uses depends on its C library and the "
				  "architecture"
				: "event type '%s' is one system call of several: most programs "
				  "use "
				  "openat",
			f->name);
	}
}

void lint_rule(struct ruleset *rs, const struct rule_entry *e)
{
	struct seen s = {.rs = rs, .tree = e->rule.tree};

	lint_tree(&s, e->rule.tree, false);
	lint_families(&s);
	lint_never(rs, &e->rule);
	lint_exceptions(rs, e);
	lint_vague(rs, &e->rule);
	if (e->rule.warn_evttypes)
		lint_types(rs, &e->rule);
}

void lint_unused(struct ruleset *rs)
{
	const struct ruleset_private *p = rs->priv;
	size_t i;

	for (i = 0; i < p->n_macros; i++) {
		if (!p->macros[i]->used && p->files[p->macros[i]->file].has_rule)
			diag_add(&rs->diags, SEVERITY_WARNING, p->macros[i]->at,
				 "LOAD_UNUSED_MACRO", NULL,
				 "Macro '%s' not referred to by any other rule/macro",
				 p->macros[i]->name);
	}
	for (i = 0; i < p->n_lists; i++) {
		if (!p->lists[i]->used && p->files[p->lists[i]->file].has_rule)
			diag_add(&rs->diags, SEVERITY_WARNING, p->lists[i]->at, "LOAD_UNUSED_LIST",
				 NULL, "List '%s' not referred to by any other rule/macro/list",
				 p->lists[i]->name);
	}
}
