/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists are replaced in the text of a condition, quoted texts included, as Falco has it: all
 * lists one after the other in order of definition, each where its name stands between blanks,
 * parentheses, commas, equal signs or an end. So a pasted item is replaced too if it names a
 * later list, and not if it names an earlier one; to that end a list that is defined has the
 * items of earlier lists, as they were written, in place of their names.
 */
#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/resolve.h"

#define LIST_DEPTH_MAX 64
#define LIST_ITEMS_MAX 2000000 /* of all lists together, after lists in lists are replaced */
#define STEPS_MAX      1000000 /* lists pasted into one condition */

static const char delimiters[] = " \t\n\r(),=";

struct paste {
	struct ruleset *rs;
	struct text *out;
	size_t steps;
	size_t depth;
};

static int lists_full(struct ruleset *rs, struct list_entry *l, size_t *total)
{
	const struct list_entry *inner;
	struct list_entry *found;
	size_t i, j, n;

	l->full = NULL;
	l->n_full = 0;
	for (i = 0; i < l->n_items; i++) {
		found = names_get(&rs->priv->list_names, l->items[i]->text);
		inner = found && found->index < l->visibility ? found : NULL;
		if (inner && found != l)
			found->used = true;
		n = inner ? inner->n_items : 1;
		*total += n;
		if (*total > LIST_ITEMS_MAX)
			return diag_add(&rs->diags, SEVERITY_ERROR, l->at, CODE_VALIDATE, NULL,
					"lists are too large: more than %d items", LIST_ITEMS_MAX);
		for (j = 0; j < n; j++) {
			l->full = arena_push(rs->arena, l->full, l->n_full, sizeof(*l->full));
			l->full[l->n_full++] = inner ? inner->items[j] : l->items[i];
		}
	}
	return 0;
}

int lists_prepare(struct ruleset *rs)
{
	size_t i, total = 0;
	int err = 0;

	for (i = 0; !err && i < rs->priv->n_lists; i++)
		err = lists_full(rs, rs->priv->lists[i], &total);
	return err;
}

static int fail_large(struct paste *p, struct place at)
{
	return diag_add(&p->rs->diags, SEVERITY_ERROR, at, CODE_VALIDATE, NULL,
			"the condition is too large once its lists are replaced");
}

static int paste_text(struct paste *p, const struct text *in, const struct list_entry *from);

static int paste_item(struct paste *p, struct ynode *n, const struct list_entry *from)
{
	struct text t = {.arena = p->rs->arena};
	bool quote = strchr(n->text, ' ') && *n->text != '"' && *n->text != '\'';

	if (!quote && !n->text[strcspn(n->text, delimiters)] &&
	    !names_get(&p->rs->priv->list_names, n->text)) {
		text_add_node(p->out, n, 0, n->len);
		return 0;
	}
	if (quote)
		text_add(&t, n->at, "\"", 1);
	text_add_node(&t, n, 0, n->len);
	if (quote)
		text_add(&t, n->at, "\"", 1);
	return paste_text(p, &t, from);
}

/* An empty list takes a comma with it. False if there is none before it. */
static bool cut_comma(struct text *t)
{
	size_t len = t->len;

	while (len && strchr(" \t\n\r", t->s[len - 1]))
		len--;
	if (!len || t->s[len - 1] != ',')
		return false;
	text_cut(t, len - 1);
	return true;
}

/* The byte behind the comma that follows byte i, or i if none does. */
static size_t skip_comma(const struct text *t, size_t i)
{
	size_t end = i + strspn(t->s + i, " \t\n\r");

	return t->s[end] == ',' ? end + 1 : i;
}

static int paste_list(struct paste *p, struct list_entry *l, struct place at)
{
	size_t i;
	int err = 0;

	if (p->steps++ == STEPS_MAX || p->depth == LIST_DEPTH_MAX)
		return fail_large(p, at);
	p->depth++;
	l->used = true;
	for (i = 0; !err && i < l->n_full; i++) {
		if (i)
			text_add(p->out, at, ", ", 2);
		if (p->out->len + l->full[i]->len > TEXT_MAX)
			return fail_large(p, at);
		err = paste_item(p, l->full[i], l);
	}
	p->depth--;
	return err;
}

static void warn_left(struct paste *p, struct place at, const struct list_entry *l,
		      const struct list_entry *from)
{
	diag_add(&p->rs->diags, SEVERITY_WARNING, at, "LINT_LIST_LEFT",
		 "name that list in the condition itself",
		 "'%s' is the name of a list but is compared as a text here: it came into list "
		 "'%s' through another list, and only one level of lists in lists is replaced",
		 l->name, from->name);
}

/* Copies in to p->out; from: the list whose item it is, or NULL for the condition itself. */
static int paste_text(struct paste *p, const struct text *in, const struct list_entry *from)
{
	struct list_entry *l;
	size_t i = 0, len;
	int err = 0;

	while (!err && i < in->len) {
		if (p->out->len + in->len - i > TEXT_MAX)
			return fail_large(p, text_place(in, i));
		len = strcspn(in->s + i, delimiters);
		l = len ? names_get_part(&p->rs->priv->list_names, in->s + i, len) : NULL;
		if (l && from && l->index < from->index)
			warn_left(p, text_place(in, i), l, from);
		if (!l || (from && l->index <= from->index)) {
			text_add_part(p->out, in, i, len ? len : 1);
			i += len ? len : 1;
			continue;
		}
		err = paste_list(p, l, text_place(in, i));
		i += len;
		if (!l->n_full && !cut_comma(p->out))
			i = skip_comma(in, i);
	}
	return err;
}

int lists_substitute(struct ruleset *rs, const struct text *in, struct text *out)
{
	struct text t = {.arena = rs->arena};
	struct paste p = {.rs = rs, .out = &t};
	int err = paste_text(&p, in, NULL);

	if (!err)
		*out = t;
	return err;
}
