/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference interpreter. It follows the tree as it is written and takes no shortcut that
 * the compiled tables take, so that the two can be compared.
 */
#include "gen/interp.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/literal.h"
#include "gen/match.h"
#include "gen/transform.h"

#define ANCESTOR_LEVELS 4096 /* more than there can be processes in a chain of parents */

static enum truth truth_of(bool yes)
{
	return yes ? TRUTH_YES : TRUTH_NO;
}

static enum truth truth_not(enum truth t)
{
	return t == TRUTH_UNKNOWN ? t : truth_of(t == TRUTH_NO);
}

bool interp_text(enum op op, const char *text, size_t len, const struct literal *values,
		 size_t n_values)
{
	size_t i;

	for (i = 0; i < n_values; i++) {
		if (match_text(op, text, len, &values[i]))
			return true;
	}
	return false;
}

static bool match_number(enum op op, int64_t number, int64_t value)
{
	switch (op) {
	case OP_EQ:
	case OP_EQ2:
	case OP_IN:
	case OP_INTERSECTS:
		return number == value;
	case OP_NE:
		return number != value;
	case OP_LT:
		return number < value;
	case OP_LE:
		return number <= value;
	case OP_GT:
		return number > value;
	case OP_GE:
		return number >= value;
	default:
		return false;
	}
}

/* Of an address or network field. */
static bool match_address(enum op op, const char *text, const struct literal *value, bool net)
{
	struct address address;
	bool equal =
		address_parse(text, &address) && (net ? address_within(&address, value->address)
						      : address_equal(&address, value->address));

	return equal == (op != OP_NE);
}

static bool match_bytes(enum op op, const struct value *v, const struct literal *value)
{
	switch (op) {
	case OP_BCONTAINS:
		return memmem(v->str, v->len, value->bytes, value->n_bytes);
	case OP_BSTARTSWITH:
		return v->len >= value->n_bytes && !memcmp(v->str, value->bytes, value->n_bytes);
	default:
		return match_text(op, v->str, v->len, value);
	}
}

static bool match_real(enum op op, double real, double value)
{
	switch (op) {
	case OP_NE:
		return real != value;
	case OP_LT:
		return real < value;
	case OP_LE:
		return real <= value;
	case OP_GT:
		return real > value;
	case OP_GE:
		return real >= value;
	default:
		return real == value;
	}
}

static bool match_value(enum op op, const struct value *v, const struct literal *value)
{
	switch (v->type) {
	case TYPE_STR:
		return match_text(op, v->str, v->len, value);
	case TYPE_BYTES:
		return match_bytes(op, v, value);
	case TYPE_IPADDR:
	case TYPE_IPNET:
		return match_address(op, v->str, value, v->type == TYPE_IPNET);
	case TYPE_DOUBLE:
		return match_real(op, v->real, value->real);
	default:
		return match_number(op, v->num, value->number);
	}
}

/* An item of a list as a value of its own. */
static struct value item_value(enum field_type type, const char *text)
{
	struct value v = {.type = type, .str = text, .len = strlen(text)};

	if (type == TYPE_BOOL)
		v.num = !strcmp(text, "true");
	else
		number_parse(text, &v.num);
	return v;
}

/* What counts over several values: is yes for at least one, all, or exactly one of them. */
static bool is_enough(enum modifier m, size_t yes, size_t n)
{
	switch (m) {
	case MOD_ALLOF:
		return n && yes == n;
	case MOD_ONEOF:
		return yes == 1;
	default:
		return yes > 0;
	}
}

static bool is_among(enum field_type type, const char *item, const struct node *n)
{
	struct value v = item_value(type, item);
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		if (match_value(OP_EQ, &v, &n->values[i]))
			return true;
	}
	return false;
}

/* in: all items of the field are among the values; intersects: at least one is. */
static bool match_list(const struct node *n, const struct value *v)
{
	const enum field_type type = n->left->type.item;
	size_t i, among = 0;

	for (i = 0; i < v->n_list; i++)
		among += is_among(type, v->list[i], n);
	return n->op == OP_IN ? v->n_list && among == v->n_list : among > 0;
}

/* One value of a scalar field. */
static bool match_scalar(const struct node *n, const struct value *v)
{
	size_t i, yes = 0;

	for (i = 0; i < n->n_values; i++)
		yes += match_value(n->op, v, &n->values[i]);
	return is_enough(n->modifier, yes, n->n_values);
}

/* One end passes; but both must differ. */
static bool match_either(const struct node *n, const struct value *v)
{
	size_t i, yes = 0;

	for (i = 0; i < v->n_list; i++) {
		struct value end = item_value(n->left->type.type, v->list[i]);

		yes += match_scalar(n, &end);
	}
	return n->op == OP_NE ? v->n_list && yes == v->n_list : yes > 0;
}

enum truth interp_compare(const struct node *n, const struct value *v)
{
	if (n->op == OP_EXISTS)
		return TRUTH_YES;
	if (n->left->type.either)
		return truth_of(match_either(n, v));
	if (v->type == TYPE_LIST)
		return truth_of(match_list(n, v));
	return truth_of(match_scalar(n, v));
}

/* Whether a text passes because its beginning does. */
static bool holds_for_longer(enum op op, const struct literal *value)
{
	size_t len = value->len, quotes = 0;

	if (op != OP_GLOB && op != OP_IGLOB)
		return op == OP_CONTAINS || op == OP_ICONTAINS || op == OP_STARTSWITH;
	if (!len || value->text[len - 1] != '*')
		return false;
	while (quotes + 1 < len && value->text[len - 2 - quotes] == '\\')
		quotes++;
	return quotes % 2 == 0;
}

/* Whether a value that could not be read may be none at all. What the kernel compares is there,
 * even if it could not be read. */
static bool may_be_missing(const struct expr *e)
{
	size_t i;

	if (e->field)
		return (e->field->source == SOURCE_USER || e->field->source == SOURCE_CONTAINER) &&
		       e->field->presence != PRESENCE_ALWAYS;
	for (i = 0; i < e->n_args; i++) {
		if (may_be_missing(e->args[i]))
			return true;
	}
	return e->transform == TR_B64 || e->transform == TR_GETOPT;
}

/* A text of which only the beginning is known: what is found there is there. */
static enum truth compare_beginning(const struct node *n, const struct value *v)
{
	size_t i, yes = 0;

	if (n->op == OP_EXISTS)
		return !v->str && may_be_missing(n->left) ? TRUTH_UNKNOWN : TRUTH_YES;
	if (v->type != TYPE_STR || !v->str || n->modifier == MOD_ONEOF)
		return TRUTH_UNKNOWN;
	for (i = 0; i < n->n_values; i++)
		yes += holds_for_longer(n->op, &n->values[i]) &&
		       match_value(n->op, v, &n->values[i]);
	if (!n->n_values)
		return TRUTH_NO;
	return is_enough(n->modifier, yes, n->n_values) ? TRUTH_YES : TRUTH_UNKNOWN;
}

static enum truth compare_have(const struct node *n, enum have have, const struct value *v)
{
	switch (have) {
	case HAVE_VALUE:
		return interp_compare(n, v);
	case HAVE_UNKNOWN:
		return compare_beginning(n, v);
	case HAVE_MISSING:
		break;
	}
	return TRUTH_NO;
}

/* A value of the right-hand side, to be compared with one of type left. */
static void add_literal(struct literal *l, struct arena *a, enum field_type left,
			const struct value *v)
{
	struct address address;

	*l = (struct literal){.text = v->str, .len = v->len, .number = v->num, .real = v->real};
	if ((left == TYPE_IPADDR || left == TYPE_IPNET) && address_parse(v->str, &address))
		l->address = arena_copy(a, &address, sizeof(address));
}

static void add_literals(struct node *n, struct arena *a, const struct value *v)
{
	const enum field_type left = n->left->type.item, right = n->right->type.item;
	size_t i;

	n->n_values = v->type == TYPE_LIST ? v->n_list : 1;
	n->values = arena_alloc(a, (n->n_values + 1) * sizeof(*n->values));
	if (v->type != TYPE_LIST)
		add_literal(n->values, a, left, v);
	for (i = 0; v->type == TYPE_LIST && i < v->n_list; i++) {
		struct value item = item_value(right, v->list[i]);

		add_literal(&n->values[i], a, left, &item);
	}
}

/* With the value of the left side; a: NULL if there is no expression on the right. */
static enum truth compare_right(const struct node *n, const struct event *ev, struct arena *a,
				enum have have, struct value *v)
{
	struct node with = *n;
	struct value right = {};

	if (!n->right || have == HAVE_MISSING)
		return compare_have(n, have, v);
	value_keep(a, v);
	switch (expr_value(n->right, ev, a, &right)) {
	case HAVE_MISSING:
		return TRUTH_NO;
	case HAVE_UNKNOWN:
		return TRUTH_UNKNOWN;
	case HAVE_VALUE:
		break;
	}
	add_literals(&with, a, &right);
	return compare_have(&with, have, v);
}

/* A field of ancestors without an index: any of them, the process itself excluded. */
static enum truth compare_ancestors(const struct node *n, const struct event *ev, struct arena *a)
{
	enum truth all = TRUTH_NO;
	unsigned level;

	for (level = 1; level < ANCESTOR_LEVELS; level++) {
		struct value v = {};
		char arg[16];
		enum have have;
		enum truth t;

		snprintf(arg, sizeof(arg), "%u", level);
		have = ev->get(ev, n->left->field->id, arg, &v);
		if (have == HAVE_MISSING)
			break;
		t = compare_right(n, ev, a, have, &v);
		if (t == TRUTH_YES)
			return t;
		if (t == TRUTH_UNKNOWN)
			all = t;
		if (have == HAVE_UNKNOWN && !v.str)
			break; /* nobody knows where the chain ends */
	}
	return all;
}

static enum truth compare_event(const struct node *n, const struct event *ev, struct arena *a)
{
	const struct expr *e = n->left;
	struct value v = {};
	enum have have;

	if (e->field && field_is_lineage(e->field->id) && !e->key)
		return compare_ancestors(n, ev, a);
	have = expr_value(e, ev, a, &v);
	return compare_right(n, ev, a, have, &v);
}

static enum truth eval_compare(const struct node *n, const struct event *ev)
{
	struct arena *a = NULL;
	enum truth t;

	if (n->left->transform || n->right) {
		a = arena_new();
		if (!a)
			return TRUTH_UNKNOWN;
	}
	t = compare_event(n, ev, a);
	arena_free(&a);
	return t;
}

static void print_truth(const struct node *n, enum truth t, FILE *trace)
{
	static const char *const words[] = {"no", "yes", "unknown"};
	struct arena *a = arena_new();

	if (!a)
		return;
	fprintf(trace, "  %-7s  %s\n", words[t], ast_print(a, n));
	arena_free(&a);
}

/* AND stops at the first no, OR at the first yes; with a trace none is left out. */
static enum truth eval_group(const struct node *n, const struct event *ev, FILE *trace)
{
	enum truth stop = n->kind == NODE_AND ? TRUTH_NO : TRUTH_YES, all = truth_not(stop);
	size_t i;

	for (i = 0; i < n->n_kids && (all != stop || trace); i++) {
		enum truth t = interp_eval(n->kids[i], ev, trace);

		if (t == stop)
			all = stop;
		else if (t == TRUTH_UNKNOWN && all != stop)
			all = t;
	}
	return all;
}

enum truth interp_eval(const struct node *n, const struct event *ev, FILE *trace)
{
	enum truth t = TRUTH_UNKNOWN;

	switch (n->kind) {
	case NODE_AND:
	case NODE_OR:
		return eval_group(n, ev, trace);
	case NODE_NOT:
		return truth_not(interp_eval(n->kids[0], ev, trace));
	case NODE_COMPARE:
		t = eval_compare(n, ev);
		if (trace)
			print_truth(n, t, trace);
		return t;
	case NODE_MACRO: /* resolved trees have none */
		break;
	}
	return t;
}

enum truth interp_eval_views(const struct node *n, struct event *ev, FILE *trace)
{
	enum truth best = TRUTH_NO;
	unsigned view, decided = 0;

	for (view = 0; view < ev->views && best != TRUTH_YES; view++) {
		enum truth t;

		ev->view = view;
		t = interp_eval(n, ev, trace);
		if (t == TRUTH_YES || (t == TRUTH_UNKNOWN && best == TRUTH_NO)) {
			best = t;
			decided = view;
		}
	}
	ev->view = decided;
	return best;
}
