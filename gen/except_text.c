/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that exceptions add to a condition:
 *
 *   (CONDITION) and not ((F1 C1 V1 and F2 C2 V2) or ...) and not (F in (V, ...)) ...
 *
 * Values are pasted as they are; only blanks make quotes, as Falco has it.
 */
#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/ruleset_private.h"

struct writer {
	struct ruleset *rs;
	struct text *out;
	struct place at; /* of what is not from the file */
};

static void put(struct writer *w, const char *s)
{
	text_add(w->out, w->at, s, strlen(s));
}

static int fail(struct writer *w, struct place at, const char *message)
{
	return diag_add(&w->rs->diags, SEVERITY_ERROR, at, CODE_YAML, NULL, "%s", message);
}

static int put_scalar(struct writer *w, struct ynode *n)
{
	bool quote;

	if (w->out->len + n->len > TEXT_MAX)
		return fail(w, n->at, "the exceptions of this rule are too large");
	quote = !n->len || (strchr(n->text, ' ') && *n->text != '"' && *n->text != '\'');
	w->at = n->at;
	if (quote)
		put(w, "\"");
	text_add_node(w->out, n, 0, n->len);
	if (quote)
		put(w, "\"");
	return 0;
}

static int put_list(struct writer *w, struct ynode **values, size_t n)
{
	size_t i;
	int err = 0;

	put(w, "(");
	for (i = 0; !err && i < n; i++) {
		if (i)
			put(w, ", ");
		if (values[i]->kind != YNODE_SCALAR)
			return fail(w, values[i]->at,
				    "Expected values array to contain a list of strings");
		err = put_scalar(w, values[i]);
	}
	put(w, ")");
	return err;
}

static int put_value(struct writer *w, struct ynode *value, bool list)
{
	if (value->kind == YNODE_SEQUENCE)
		return put_list(w, value->items, value->n);
	if (value->kind != YNODE_SCALAR)
		return fail(w, value->at, "Expected a text or a list of texts");
	if (list && *value->text != '(')
		return put_list(w, &value, 1);
	return put_scalar(w, value);
}

static void put_left(struct writer *w, const struct exception *e, size_t i)
{
	w->at = e->fields[i]->at;
	text_add_node(w->out, e->fields[i], 0, e->fields[i]->len);
	put(w, " ");
	put(w, e->comps[i]);
	put(w, " ");
}

static int put_tuple(struct writer *w, const struct exception *e, const struct ynode *tuple)
{
	size_t i;
	int err = 0;

	if (tuple->kind != YNODE_SEQUENCE || tuple->n != e->n_fields)
		return fail(w, tuple->at, "Fields and values lists must have equal length");
	put(w, "(");
	for (i = 0; !err && i < e->n_fields; i++) {
		if (i)
			put(w, " and ");
		put_left(w, e, i);
		err = put_value(w, tuple->items[i], except_takes_list(e->comps[i]));
	}
	put(w, ")");
	return err;
}

static int put_exception(struct writer *w, const struct exception *e)
{
	size_t i;
	int err = 0;

	w->at = e->at;
	put(w, " and not (");
	if (e->single) {
		put_left(w, e, 0);
		err = put_list(w, e->values, e->n_values);
	}
	for (i = 0; !err && !e->single && i < e->n_values; i++) {
		if (i)
			put(w, " or ");
		err = put_tuple(w, e, e->values[i]);
	}
	put(w, ")");
	return err;
}

int except_condition(struct ruleset *rs, const struct rule_entry *r, struct text *out)
{
	struct text t = {.arena = rs->arena};
	struct writer w = {.rs = rs, .out = &t, .at = r->rule.condition_at};
	size_t i;
	int err = 0;

	if (!r->has_exceptions) {
		*out = r->condition;
		return 0;
	}
	put(&w, "(");
	text_add_part(&t, &r->condition, 0, r->condition.len);
	put(&w, ")");
	for (i = 0; !err && i < r->n_exceptions; i++) {
		if (r->exceptions[i]->n_values)
			err = put_exception(&w, r->exceptions[i]);
	}
	if (!err)
		*out = t;
	return err;
}
