/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/live.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"

/* ---- which fields ---- */

struct unseen {
	struct arena *arena;
	bool seen[FIELD_COUNT];
	const char *text;
};

static void add_expr(struct unseen *u, const struct expr *e)
{
	if (e->field && fields[e->field->id].presence == PRESENCE_LATER && !u->seen[e->field->id]) {
		u->seen[e->field->id] = true;
		u->text = u->text ? arena_printf(u->arena, "%s, %s", u->text, e->field->name)
				  : e->field->name;
	}
	for (size_t i = 0; i < e->n_args; i++)
		add_expr(u, e->args[i]);
}

static void add_node(struct unseen *u, const struct node *n)
{
	if (n->kind == NODE_COMPARE) {
		add_expr(u, n->left);
		if (n->right)
			add_expr(u, n->right);
	}
	for (size_t i = 0; i < n->n_kids; i++)
		add_node(u, n->kids[i]);
}

const char *live_unseen(struct arena *a, const struct node *n)
{
	struct unseen u = {.arena = a};

	add_node(&u, n);
	return u.text;
}

/* ---- which truths are possible ---- */

#define NO	1u
#define YES	2u
#define UNKNOWN 4u

static bool is_unseen(const struct expr *e)
{
	if (e->field && e->field->presence == PRESENCE_LATER)
		return true;
	for (size_t i = 0; i < e->n_args; i++) {
		if (is_unseen(e->args[i]))
			return true;
	}
	return false;
}

/* Many events pass these: they are taken to hold. */
static bool is_coarse(const struct expr *e)
{
	if (!e->field)
		return false;
	switch (e->field->id) {
	case FIELD_EVT_TYPE:
	case FIELD_EVT_TYPE_IS:
	case FIELD_SYSCALL_TYPE:
	case FIELD_EVT_CATEGORY:
	case FIELD_EVT_DIR:
	case FIELD_EVT_SOURCE:
	case FIELD_EVT_FAILED:
	case FIELD_CONTAINER_ID:
		return true;
	default:
		return false;
	}
}

static unsigned compare_truths(const struct node *n, bool negated)
{
	if (is_unseen(n->left) || (n->right && is_unseen(n->right)))
		return UNKNOWN;
	if (is_coarse(n->left))
		return negated ? NO : YES;
	return YES | NO;
}

/* Of two that are joined: stop is what settles it. */
static unsigned join(unsigned a, unsigned b, unsigned stop)
{
	unsigned go = stop == NO ? YES : NO, all = (a | b) & stop;

	if ((a & UNKNOWN && b & (UNKNOWN | go)) || (b & UNKNOWN && a & go))
		all |= UNKNOWN;
	if (a & go && b & go)
		all |= go;
	return all;
}

static unsigned truths(const struct node *n, bool negated)
{
	unsigned all, stop = n->kind == NODE_AND ? NO : YES;

	switch (n->kind) {
	case NODE_COMPARE:
		return compare_truths(n, negated);
	case NODE_NOT:
		all = truths(n->kids[0], !negated);
		return (all & UNKNOWN) | (all & YES ? NO : 0) | (all & NO ? YES : 0);
	case NODE_AND:
	case NODE_OR:
		all = truths(n->kids[0], negated);
		for (size_t i = 1; i < n->n_kids; i++)
			all = join(all, truths(n->kids[i], negated), stop);
		return all;
	case NODE_MACRO:
		break;
	}
	return YES | NO;
}

bool live_is_unbounded(const struct node *n)
{
	return truths(n, false) == UNKNOWN;
}

/* ---- missing instead of unknown ---- */

struct without {
	struct event ev; /* first */
	const struct event *of;
};

static enum have get_without(const struct event *ev, enum field_id f, const char *arg,
			     struct value *out)
{
	const struct event *of = ((const struct without *)ev)->of;
	enum have have = of->get(of, f, arg, out);

	return have == HAVE_UNKNOWN && fields[f].presence == PRESENCE_LATER ? HAVE_MISSING : have;
}

enum truth live_eval(const struct node *n, const struct event *ev)
{
	struct without w = {{.get = get_without, .views = 1}, ev};

	return interp_eval(n, &w.ev, NULL);
}
