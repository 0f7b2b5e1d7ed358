/* SPDX-License-Identifier: Apache-2.0 */
#include "user/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/counts.h"

/* Policies mostly have the same rules in the same order: the next row is looked at first. */
static struct tally_row *find(struct tally *t, const char *name)
{
	for (size_t k = 0; k < t->n; k++) {
		size_t i = (t->next + k) % t->n;

		if (strcmp(t->rows[i].name, name))
			continue;
		t->next = i + 1;
		return &t->rows[i];
	}
	return NULL;
}

static struct tally_row *append(struct tally *t, const char *name)
{
	size_t cap = t->cap ? 2 * t->cap : 64;
	struct tally_row *rows = t->rows;

	if (t->n == t->cap) {
		rows = realloc(t->rows, cap * sizeof(*rows));
		if (!rows)
			return NULL;
		t->rows = rows;
		t->cap = cap;
	}
	rows[t->n] = (struct tally_row){.name = strdup(name)};
	return rows[t->n].name ? &rows[t->n++] : NULL;
}

static struct tally_row *row_of(struct tally *t, const char *name)
{
	struct tally_row *r = find(t, name);

	if (r)
		return r;
	if (t->n < TALLY_MAX)
		return append(t, name);
	r = find(t, TALLY_OTHERS);
	return r ? r : append(t, TALLY_OTHERS);
}

static void add_row(struct tally_row *to, uint64_t matched, uint64_t unsure, uint64_t lost,
		    uint64_t alerts)
{
	to->matched = add(to->matched, matched);
	to->unsure = add(to->unsure, unsure);
	to->lost = add(to->lost, lost);
	to->alerts = add(to->alerts, alerts);
}

int tally_add(struct tally *t, const char *name, const struct rule_count *c, uint64_t alerts)
{
	struct tally_row *r = row_of(t, name);

	if (!r)
		return -ENOMEM;
	add_row(r, c->matched, c->unsure, c->lost, alerts);
	return 0;
}

int tally_copy(struct tally *out, const struct tally *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct tally_row *f = &from->rows[i];
		struct tally_row *r = append(out, f->name);

		if (!r)
			return -ENOMEM;
		add_row(r, f->matched, f->unsure, f->lost, f->alerts);
	}
	return 0;
}

void tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->rows[i].name);
	free(t->rows);
	*t = (struct tally){};
}
