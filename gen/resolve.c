/* SPDX-License-Identifier: Apache-2.0 */
/* Macros in trees: see resolve.h. */
#include "gen/resolve.h"

#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/family.h"
#include "gen/nearest.h"
#include "gen/op.h"
#include "gen/parse.h"

#define MACRO_CHAIN_MAX 200 /* macros that name each other: bounds the recursion */
#define ONEOF_MAX	32  /* values: what it stands for grows with their square */

struct resolver {
	struct ruleset *rs;
	const struct macro_entry *macro; /* whose condition it is, NULL: of a rule */
	size_t chain;
};

static struct node *expand(struct resolver *r, struct node *n, struct measure *m);

static void add_measure(struct measure *sum, const struct measure *m)
{
	if (m->depth + 1 > sum->depth)
		sum->depth = m->depth + 1;
	sum->size += m->size;
	if (sum->size > EXPANDED_SIZE_MAX)
		sum->size = EXPANDED_SIZE_MAX + 1;
}

static struct node *check_measure(struct resolver *r, struct node *n, const struct measure *m)
{
	if (m->depth <= EXPANDED_DEPTH_MAX && m->size <= EXPANDED_SIZE_MAX)
		return n;
	diag_add(&r->rs->diags, SEVERITY_ERROR, n->at, CODE_VALIDATE, NULL,
		 "the condition is too large once its macros are replaced (at most %d comparisons, "
		 "%d levels)",
		 EXPANDED_SIZE_MAX, EXPANDED_DEPTH_MAX);
	return NULL;
}

/* ---- comparisons ---- */

static struct node *compare_one(struct arena *a, const struct node *n, size_t value)
{
	struct node *one = arena_copy(a, n, sizeof(*n));

	one->modifier = MOD_NONE;
	one->is_list = false;
	one->values = &n->values[value];
	one->n_values = 1;
	return one;
}

/* Something that every event has, and so is true. */
static struct node *always(struct arena *a, struct place at)
{
	struct node *n = arena_alloc(a, sizeof(*n));

	n->kind = NODE_COMPARE;
	n->at = at;
	n->op = OP_EXISTS;
	n->left = arena_alloc(a, sizeof(*n->left));
	n->left->at = at;
	n->left->name = "evt.type";
	return n;
}

/* One value satisfies the comparison and none of the others does. */
static struct node *only_one(struct arena *a, const struct node *n, size_t value)
{
	struct node **kids = arena_alloc(a, n->n_values * sizeof(*kids));
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		kids[i] = compare_one(a, n, i);
		if (i != value)
			kids[i] = node_not(a, n->at, kids[i]);
	}
	return node_group(a, NODE_AND, kids, n->n_values);
}

/* op anyof (a, b) is op a or op b, and so on. */
static struct node *expand_modifier(struct resolver *r, const struct node *n, struct measure *m)
{
	struct arena *a = r->rs->arena;
	bool single = n->modifier == MOD_ONEOF;
	struct node **kids;
	size_t i;

	*m = (struct measure){3, single ? n->n_values * n->n_values : n->n_values};
	if (!n->n_values)
		return node_not(a, n->at, always(a, n->at));
	if (single && n->n_values > ONEOF_MAX) {
		diag_add(&r->rs->diags, SEVERITY_ERROR, n->at, "LOAD_ERR_COMPILE_CONDITION", NULL,
			 "'oneof' takes at most %d values", ONEOF_MAX);
		return NULL;
	}
	kids = arena_alloc(a, n->n_values * sizeof(*kids));
	for (i = 0; i < n->n_values; i++)
		kids[i] = single ? only_one(a, n, i) : compare_one(a, n, i);
	return node_group(a, n->modifier == MOD_ALLOF ? NODE_AND : NODE_OR, kids, n->n_values);
}

/* evt.dir was the direction of an event: all are "<" now. */
static struct node *expand_direction(struct resolver *r, struct node *n)
{
	struct arena *a = r->rs->arena;
	bool equal = n->op == OP_EQ || n->op == OP_EQ2 || n->op == OP_IN;
	bool leaving = false;
	size_t i;

	if (n->left->transform || strcmp(n->left->name, "evt.dir") || n->right ||
	    (!equal && n->op != OP_NE))
		return n;
	diag_add(&r->rs->diags, SEVERITY_WARNING, n->at, "LOAD_DEPRECATED_ITEM",
		 "leave the comparison out", "evt.dir is deprecated: it is always '<'");
	for (i = 0; i < n->n_values; i++)
		leaving |= !strcmp(n->values[i].text, "<");
	return leaving == equal ? always(a, n->at) : node_not(a, n->at, always(a, n->at));
}

static struct node *expand_compare(struct resolver *r, struct node *n, struct measure *m)
{
	*m = (struct measure){2, 1};
	if (n->modifier)
		return expand_modifier(r, n, m);
	if (r->rs->families) {
		n = family_expand(r->rs->arena, n);
		*m = (struct measure){3, n->kind == NODE_AND ? n->n_kids : 1};
	}
	return n->kind == NODE_COMPARE ? expand_direction(r, n) : n;
}

/* ---- macros ---- */

static const char *hint_of(struct resolver *r, const struct node *n,
			   const struct macro_entry *found)
{
	const struct ruleset_private *p = r->rs->priv;
	struct nearest near = {.wanted = n->macro};
	size_t i;

	if (found)
		return arena_printf(r->rs->arena,
				    "'%s' is defined later, at %s:%u: move it before this",
				    found->name, found->at.file, found->at.line);
	for (i = 0; i < p->n_macros; i++)
		nearest_offer(&near, p->macros[i]->name);
	if (near.best)
		return arena_printf(r->rs->arena, "did you mean '%s'?", near.best);
	return "macros must be loaded before what uses them: is a rule file missing?";
}

static size_t file_number(const struct ruleset *rs, const char *file)
{
	size_t i;

	for (i = 0; i < rs->priv->n_files && rs->priv->files[i].name != file; i++)
		;
	return i;
}

/* A macro sees what was defined before it, a rule also what comes later in its own file. */
static bool is_visible(const struct resolver *r, const struct node *n, const struct macro_entry *m)
{
	if (r->macro)
		return m->index < r->macro->visibility;
	return m->file <= file_number(r->rs, n->at.file);
}

static struct node *resolve_text(struct resolver *r, const struct text *t, struct measure *m)
{
	struct text whole;
	struct node *n;

	if (lists_substitute(r->rs, t, &whole))
		return NULL;
	n = parse_text(&r->rs->diags, &whole);
	return n ? expand(r, n, m) : NULL;
}

static void resolve_macro(struct ruleset *rs, struct macro_entry *m, size_t chain)
{
	struct resolver r = {.rs = rs, .macro = m, .chain = chain};
	const char *context = rs->diags.context;
	struct place context_at = rs->diags.context_at;

	rs->diags.context = arena_printf(rs->arena, "macro '%s'", m->name);
	rs->diags.context_at = m->at;
	m->state = MACRO_BUSY;
	m->tree = resolve_text(&r, &m->condition, &m->measure);
	m->state = m->tree ? MACRO_DONE : MACRO_FAILED;
	rs->diags.context = context;
	rs->diags.context_at = context_at;
}

static struct node *expand_macro(struct resolver *r, struct node *n, struct measure *m)
{
	struct macro_entry *macro = names_get(&r->rs->priv->macro_names, n->macro);

	if (!macro || !is_visible(r, n, macro)) {
		diag_add(&r->rs->diags, SEVERITY_ERROR, n->at, CODE_VALIDATE, hint_of(r, n, macro),
			 "Undefined macro '%s' used in filter.", n->macro);
		return NULL;
	}
	macro->used = true;
	if (macro->state == MACRO_BUSY || r->chain == MACRO_CHAIN_MAX) {
		diag_add(&r->rs->diags, SEVERITY_ERROR, n->at, CODE_VALIDATE,
			 macro->state == MACRO_BUSY
				 ? "to extend a macro, use override: {condition: append}"
				 : NULL,
			 macro->state == MACRO_BUSY ? "reference loop in macro '%s'"
						    : "macros nest too deeply at macro '%s'",
			 n->macro);
		return NULL;
	}
	if (macro->state == MACRO_NEW)
		resolve_macro(r->rs, macro, r->chain + 1);
	if (macro->state != MACRO_DONE)
		return NULL;
	*m = macro->measure;
	return macro->tree;
}

/* ---- trees ---- */

static struct node *expand_group(struct resolver *r, struct node *n, struct measure *m)
{
	struct measure kid, sum = {0};
	size_t i;

	for (i = 0; i < n->n_kids; i++) {
		n->kids[i] = expand(r, n->kids[i], &kid);
		if (!n->kids[i])
			return NULL;
		add_measure(&sum, &kid);
	}
	*m = sum;
	return n->kind == NODE_NOT ? node_not(r->rs->arena, n->at, n->kids[0]) : n;
}

/* The tree is fresh from the parser and may be changed; those of macros are done and shared. */
static struct node *expand(struct resolver *r, struct node *n, struct measure *m)
{
	if (n->kind == NODE_MACRO)
		n = expand_macro(r, n, m);
	else if (n->kind == NODE_COMPARE)
		n = expand_compare(r, n, m);
	else
		n = expand_group(r, n, m);
	return n ? check_measure(r, n, m) : NULL;
}

int resolve_prepare(struct ruleset *rs)
{
	struct ruleset_private *p = rs->priv;
	size_t i, errors = rs->diags.errors;

	if (p->prepared)
		return 0;
	p->prepared = true;
	if (lists_prepare(rs))
		return -EINVAL;
	for (i = 0; i < p->n_macros; i++) {
		if (p->macros[i]->state == MACRO_NEW)
			resolve_macro(rs, p->macros[i], 0);
	}
	return rs->diags.errors == errors ? 0 : -EINVAL;
}

void resolve_forget(struct ruleset *rs)
{
	struct ruleset_private *p = rs->priv;
	size_t i;

	for (i = 0; i < p->n_macros; i++) {
		p->macros[i]->state = MACRO_NEW;
		p->macros[i]->tree = NULL;
		p->macros[i]->used = false;
	}
	for (i = 0; i < p->n_lists; i++)
		p->lists[i]->used = false;
	p->total_size = 0;
	p->prepared = false;
}

struct node *resolve_condition(struct ruleset *rs, const struct text *t)
{
	struct resolver r = {.rs = rs};
	struct measure m;
	struct node *n;

	n = resolve_text(&r, t, &m);
	if (!n)
		return NULL;
	rs->priv->total_size += m.size;
	if (rs->priv->total_size <= TOTAL_SIZE_MAX)
		return n;
	diag_add(&rs->diags, SEVERITY_ERROR, n->at, CODE_VALIDATE, NULL,
		 "the rules are too large once their macros are replaced (at most %d comparisons)",
		 TOTAL_SIZE_MAX);
	return NULL;
}
