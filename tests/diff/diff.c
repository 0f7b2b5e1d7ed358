/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff [SEED [PAIRS]], or the environment's SEED and PAIRS: compares until PAIRS pairs of a rule
 * and an event have been decided by every backend. A difference is printed after it has been
 * made as small as it gets, with the seed that leads to it.
 */
#include "tests/diff/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/interp.h"

#define EVENTS	   40 /* per set of rules */
#define PAIRS	   150000
#define SHRINK_MAX 4000 /* tries */

struct run {
	const struct backend *b;
	uint64_t seed, pairs, sure, unsure;
};

struct difference {
	size_t rule;
	char what[160];
};

/* What a backend said about one rule: 0, or flags of the hit and this. */
#define SAID_HIT 0x8000u

static bool differs(struct difference *d, const char *what)
{
	snprintf(d->what, sizeof(d->what), "%s", what);
	return true;
}

/* The view that a hit names must be the one that holds. */
static bool wrong_view(const struct node *tree, struct diff_event *e, unsigned said)
{
	bool first;

	e->ev.view = 0;
	first = interp_eval(tree, &e->ev, NULL) == TRUTH_YES;
	if (!(said & HIT_RESOLVED))
		return !first;
	e->ev.view = e->ev.views - 1;
	return interp_eval(tree, &e->ev, NULL) != TRUTH_YES;
}

static bool rule_differs(const struct explain_rule *r, struct diff_event *e, unsigned said,
			 struct difference *d)
{
	const struct node *tree = r->rule->tree;
	enum truth seen, whole;

	e->whole = false;
	seen = interp_eval_views(tree, &e->ev, NULL);
	e->whole = true;
	whole = interp_eval_views(tree, &e->ev, NULL);
	if (seen != TRUTH_UNKNOWN && seen != whole)
		return differs(d, "the interpreter is sure of what a cut value does not show");
	if (!said && whole == TRUTH_YES)
		return differs(d, "the interpreter says yes, the backend no");
	if (!said && seen == TRUTH_YES)
		return differs(d, "the interpreter says yes to what is seen, the backend no");
	if (said && !(said & HIT_UNSURE) && whole != TRUTH_YES)
		return differs(d, "the backend is sure, the interpreter says no");
	if (said && !(said & HIT_UNSURE) && wrong_view(tree, e, said))
		return differs(d, "the backend names the wrong view");
	if ((said & HIT_UNSURE) && !r->n_residual && !event_is_cut(e))
		return differs(d, "the backend is not sure, and there is no reason for it");
	return false;
}

/* Asks a backend about one event and compares rule by rule; -errno if the backend failed. */
static int event_differs(const struct backend *b, void *state, const struct diff_rules *r,
			 struct diff_event *e, unsigned *said, struct difference *d)
{
	static struct hit hits[RULE_MAX];
	bool all = false;
	size_t i;
	int n;

	e->whole = false;
	n = b->decide(state, e, hits, &all);
	if (n < 0) {
		snprintf(d->what, sizeof(d->what), "the backend failed: %s", strerror(-n));
		return n;
	}
	for (i = 0; i < r->n; i++)
		said[i] = all ? SAID_HIT | HIT_UNSURE : 0;
	for (i = 0; i < (size_t)n && !all; i++)
		said[hits[i].rule] = SAID_HIT | hits[i].flags;
	for (i = 0; i < r->n && !all; i++) {
		if (rule_differs(&r->policy.rules[i], e, said[i], d)) {
			d->rule = i;
			return 1;
		}
	}
	return 0;
}

/* Compiles the rules anew and looks whether the difference is still there. */
static bool still_differs(const struct backend *b, struct diff_rules *r, struct diff_event *e)
{
	unsigned said[DIFF_RULES_MAX] = {};
	struct difference d = {};
	bool found = false;
	void *state;

	if (rules_compile(r))
		return false;
	state = b->open(&r->policy.image);
	if (state) {
		found = event_differs(b, state, r, e, said, &d) != 0;
		b->close(state);
	}
	rules_free(r);
	return found;
}

static bool shrink_event(const struct backend *b, struct diff_rules *r, struct diff_event *e,
			 unsigned *tries)
{
	struct diff_event small;
	bool any = false;
	unsigned step;

	for (step = 0; *tries; step++) {
		small = *e;
		if (!event_simplify(&small, step))
			break;
		if (!memcmp(&small, e, sizeof(small)))
			continue;
		--*tries;
		if (still_differs(b, r, &small)) {
			*e = small;
			any = true;
		}
	}
	return any;
}

static bool shrink_rules(const struct backend *b, struct diff_rules *r, struct diff_event *e,
			 unsigned *tries)
{
	struct cond *kept, *small;
	bool any = false;
	unsigned step;
	size_t i;

	for (i = 0; i < r->n && r->n > 1 && *tries; i++, --*tries) {
		kept = r->conds[i];
		r->conds[i] = r->conds[--r->n];
		if (still_differs(b, r, e)) {
			cond_free(kept);
			any = true;
			i--;
		} else {
			r->conds[r->n++] = r->conds[i];
			r->conds[i] = kept;
		}
	}
	for (i = 0; i < r->n; i++) {
		for (step = 0; *tries; --*tries) {
			kept = r->conds[i];
			small = cond_copy(kept);
			if (!cond_simplify(&small, step)) {
				cond_free(small);
				break;
			}
			r->conds[i] = small;
			if (still_differs(b, r, e)) {
				cond_free(kept);
				any = true;
				step = 0;
			} else {
				r->conds[i] = kept;
				cond_free(small);
				step++;
			}
		}
	}
	return any;
}

static void report(const struct run *run, struct diff_rules *r, struct diff_event *e)
{
	unsigned tries = SHRINK_MAX, said[DIFF_RULES_MAX] = {};
	struct difference d = {};
	void *state;
	char *text;
	size_t i;

	rules_free(r);
	while (tries && (shrink_rules(run->b, r, e, &tries) || shrink_event(run->b, r, e, &tries)))
		;
	if (rules_compile(r))
		return;
	state = run->b->open(&r->policy.image);
	if (!state)
		return;
	event_differs(run->b, state, r, e, said, &d);
	run->b->close(state);
	printf("not ok - diff %s: %s; SEED=%" PRIu64 "\n", run->b->name, d.what, run->seed);
	for (i = 0; i < r->n; i++) {
		text = cond_text(r->conds[i]);
		printf("#   rule %zu%s: %s\n", i, i == d.rule ? " (this one)" : "", text);
		free(text);
	}
	event_print(e);
}

/* One set of rules and its events. 0, or 1 after reporting a difference. */
static int compare(struct run *run, uint64_t seed)
{
	struct chance c = {seed};
	struct diff_rules r = {};
	unsigned said[DIFF_RULES_MAX];
	struct diff_event e;
	struct difference d;
	void *state = NULL;
	size_t i, k;
	int err;

	run->seed = seed;
	r.n = chance_once(&c, 64) ? DIFF_RULES_MAX : 1 + chance_below(&c, 12);
	for (i = 0; i < r.n; i++)
		r.conds[i] = cond_make(&c, 1 + chance_below(&c, 4));
	err = rules_compile(&r);
	if (!err)
		state = run->b->open(&r.policy.image);
	if (!state) {
		printf("not ok - diff %s: the rules do not load; SEED=%" PRIu64 "\n", run->b->name,
		       seed);
		err = 1;
	}
	for (i = 0; i < EVENTS && !err; i++) {
		event_make(&e, &c);
		err = event_differs(run->b, state, &r, &e, said, &d);
		run->pairs += r.n;
		for (k = 0; k < r.n && !err; k++) {
			run->sure += said[k] && !(said[k] & HIT_UNSURE);
			run->unsure += said[k] & HIT_UNSURE;
		}
	}
	if (state)
		run->b->close(state);
	if (err && state)
		report(run, &r, &e);
	rules_free(&r);
	for (i = 0; i < r.n; i++)
		cond_free(r.conds[i]);
	return err != 0;
}

static int run_backend(const struct backend *b, uint64_t seed, uint64_t pairs)
{
	const char *missing = b->missing();
	struct run run = {.b = b};
	uint64_t first = seed;

	if (missing) {
		printf("skip - diff %s: %s\n", b->name, missing);
		return 0;
	}
	while (run.pairs < pairs) {
		if (compare(&run, seed++))
			return 1;
	}
	/* A generator whose rules never hold, or always, compares nothing. */
	if (run.sure < pairs / 100 || run.sure > pairs / 2) {
		printf("not ok - diff %s: %" PRIu64 " of %" PRIu64 " pairs match: too few or too "
		       "many; SEED=%" PRIu64 "\n",
		       b->name, run.sure, run.pairs, first);
		return 1;
	}
	printf("ok - diff %s: %" PRIu64 " pairs, %" PRIu64 " yes, %" PRIu64 " for userspace; "
	       "SEED=%" PRIu64 "\n",
	       b->name, run.pairs, run.sure, run.unsure, first);
	return 0;
}

static uint64_t setting(const char *arg, const char *name, uint64_t otherwise)
{
	const char *s = arg ? arg : getenv(name);

	return s && *s ? strtoull(s, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t seed = setting(argc > 1 ? argv[1] : NULL, "SEED", (uint64_t)time(NULL) << 20);
	uint64_t pairs = setting(argc > 2 ? argv[2] : NULL, "PAIRS", PAIRS);
	int status = 0;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < n_backends; i++)
		status |= run_backend(backends[i], seed, pairs);
	return status;
}
