/* SPDX-License-Identifier: Apache-2.0 */
#include "user/decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/interp.h"
#include "gen/tables.h"

int engine_parse(const char *name, enum engine *out)
{
	if (!strcmp(name, "tables"))
		*out = ENGINE_TABLES;
	else if (!strcmp(name, "interp") || !strcmp(name, "interpreter"))
		*out = ENGINE_INTERP;
	else
		return -EINVAL;
	return 0;
}

int decider_open(struct decider *d, const struct policy *policy)
{
	size_t n = policy->n_rules + 1;

	*d = (struct decider){
		.policy = policy,
		.hits = calloc(n, sizeof(*d->hits)),
		.matches = calloc(n, sizeof(*d->matches)),
		.tables = tables_new(&policy->image),
	};
	return d->hits && d->matches && d->tables ? 0 : -ENOMEM;
}

void decider_close(struct decider *d)
{
	if (d->tables)
		tables_free(&d->tables);
	free(d->hits);
	free(d->matches);
	*d = (struct decider){};
}

static void add_match(struct decider *d, unsigned rule, unsigned view)
{
	d->matches[d->n_matches++] = (struct match){.rule = rule, .view = view};
}

/* Tries one rule; json events know all their values, so there is no third answer. */
static void interpret(struct decider *d, struct event *ev, unsigned rule)
{
	const struct rule *r = d->policy->rules[rule].rule;

	if (d->trace)
		fprintf(d->trace, "%s:\n", r->name);
	if (interp_eval_views(r->tree, ev, d->trace) == TRUTH_YES)
		add_match(d, rule, ev->view);
}

static void interpret_all(struct decider *d, struct event *ev)
{
	for (unsigned i = 0; i < d->policy->n_rules; i++)
		interpret(d, ev, i);
}

static int by_rule(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void use_tables(struct decider *d, const struct event_type *type, struct event *ev)
{
	size_t n = tables_decide(d->tables, type->id, ev, d->hits, d->policy->n_rules);

	for (size_t i = 0; i < n && i < d->policy->n_rules; i++) {
		const struct hit *h = &d->hits[i];

		if (h->flags & HIT_UNSURE)
			interpret(d, ev, h->rule);
		else
			add_match(d, h->rule, h->flags & HIT_RESOLVED ? 1 : 0);
	}
	qsort(d->matches, d->n_matches, sizeof(*d->matches), by_rule);
}

void decider_run(struct decider *d, enum engine engine, struct json_event *event)
{
	const struct event_type *type = json_event_type(event);

	d->n_matches = 0;
	/* The tables have no row for an event that no hook sees. */
	if (engine == ENGINE_TABLES && type && type->kind == EVENT_SEEN)
		use_tables(d, type, &event->ev);
	else
		interpret_all(d, &event->ev);
}
