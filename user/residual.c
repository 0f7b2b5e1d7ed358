/* SPDX-License-Identifier: Apache-2.0 */
#include "user/residual.h"

#include <stdlib.h>
#include <string.h>

#include "gen/interp.h"
#include "gen/live.h"
#include "gen/ruleset.h"
#include "user/counts.h"
#include "user/log.h"

struct residual {
	const struct image *im;
	struct ruleset *rs;  /* owns the trees */
	struct node **trees; /* read from the image when they are first needed */
	bool *unbounded;     /* of the trees that were read */
	uint64_t asked, undecided;
};

struct residual *residual_new(const struct image *im)
{
	struct residual *r = calloc(1, sizeof(*r));
	size_t n = image_head(im)->n_rules;

	if (!r)
		return NULL;
	r->im = im;
	r->rs = ruleset_new();
	r->trees = calloc(n ? n : 1, sizeof(*r->trees));
	r->unbounded = calloc(n ? n : 1, sizeof(*r->unbounded));
	if (!r->rs || !r->trees || !r->unbounded)
		residual_free(&r);
	return r;
}

void residual_free(struct residual **r)
{
	if (!*r)
		return;
	if ((*r)->rs)
		ruleset_free(&(*r)->rs);
	free((*r)->trees);
	free((*r)->unbounded);
	free(*r);
	*r = NULL;
}

static const struct node *tree_of(struct residual *r, unsigned rule)
{
	if (r->trees[rule])
		return r->trees[rule];
	r->trees[rule] = ruleset_condition(
		r->rs, image_text(r->im, image_rule(r->im, rule)->condition), false);
	r->unbounded[rule] = r->trees[rule] && live_is_unbounded(r->trees[rule]);
	return r->trees[rule];
}

/* Leaves e in the view that decided. */
static bool is_match(struct residual *r, unsigned rule, struct record_event *e)
{
	const struct node *tree = tree_of(r, rule);
	bool certain = false, unknown = false;

	r->asked = add(r->asked, 1);
	if (!tree) {
		r->undecided = add(r->undecided, 1);
		return true;
	}
	for (e->ev.view = 0; e->ev.view < e->ev.views; e->ev.view++) {
		enum truth t = interp_eval(tree, &e->ev, NULL);

		if (t == TRUTH_UNKNOWN && r->unbounded[rule])
			t = live_eval(tree, &e->ev);
		if (t == TRUTH_YES)
			return true;
		certain |= t == TRUTH_NO;
		unknown |= t == TRUTH_UNKNOWN;
	}
	e->ev.view = 0;
	if (unknown)
		r->undecided = add(r->undecided, 1);
	return !certain;
}

static void put(struct match *out, size_t max, size_t *n, unsigned rule, unsigned view)
{
	if (*n < max)
		out[*n] = (struct match){.rule = rule, .view = view};
	++*n;
}

static const struct hit *find_hit(const struct hit *hits, size_t n, unsigned rule)
{
	for (size_t i = 0; i < n; i++)
		if (hits[i].rule == rule)
			return &hits[i];
	return NULL;
}

static void decide_rule(struct residual *r, struct record_event *e, unsigned rule,
			const struct hit *hit, struct match *out, size_t max, size_t *n)
{
	if (hit && !(hit->flags & HIT_UNSURE)) {
		record_select_view(e, hit);
		put(out, max, n, rule, e->ev.view);
		return;
	}
	if (is_match(r, rule, e))
		put(out, max, n, rule, e->ev.view);
}

static int by_rule(const void *a, const void *b)
{
	return (int)((const struct match *)a)->rule - (int)((const struct match *)b)->rule;
}

size_t residual_decide(struct residual *r, struct record_event *e, struct match *out, size_t max)
{
	unsigned n_rules = image_head(r->im)->n_rules;
	size_t n_hits, n = 0;
	const struct hit *hits = record_hits(e, &n_hits);

	if (e->rec->flags & RECORD_ALL_RULES) {
		for (unsigned i = 0; i < n_rules; i++)
			decide_rule(r, e, i, find_hit(hits, n_hits, i), out, max, &n);
		return n;
	}
	for (size_t i = 0; i < n_hits; i++)
		if (hits[i].rule < n_rules)
			decide_rule(r, e, hits[i].rule, &hits[i], out, max, &n);
	qsort(out, n < max ? n : max, sizeof(*out), by_rule);
	return n;
}

void residual_log_unseen(struct residual *r)
{
	for (unsigned i = 0; i < image_head(r->im)->n_rules; i++) {
		const struct node *tree = tree_of(r, i);
		const char *names = tree ? live_unseen(r->rs->arena, tree) : NULL;

		if (names)
			log_warn("rule '%s': not seen live in this version: %s; %s",
				 image_text(r->im, image_rule(r->im, i)->name), names,
				 r->unbounded[i]
					 ? "nothing else narrows the rule: what is not seen "
					   "counts as missing, as in Falco before the runtime "
					   "answers"
					 : "the rule alerts if all else of it matches");
	}
}

uint64_t residual_asked(const struct residual *r)
{
	return r->asked;
}

uint64_t residual_undecided(const struct residual *r)
{
	return r->undecided;
}
