/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/facts.h"

#include <stdlib.h>

#include "gen/interp.h"
#include "gen/ruleset.h"
#include "kern/match.h"

struct facts_of {
	struct ruleset *rs;    /* owns the trees */
	size_t n, n_container; /* those on containers come first */
	struct {
		__u32 pred;
		const struct node *tree; /* NULL: it cannot be read, and is never known */
	} list[];
};

static const struct text_fact *fact_at(const struct image *im, size_t i)
{
	return (const struct text_fact *)(im->data + image_head(im)->facts) + i;
}

struct facts_of *facts_new(const struct image *im)
{
	size_t n = image_head(im)->n_facts + image_head(im)->n_names, i;
	struct facts_of *f = calloc(1, sizeof(*f) + n * sizeof(f->list[0]));

	if (!f)
		return NULL;
	f->rs = ruleset_new();
	if (!f->rs) {
		free(f);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		const struct text_fact *t = fact_at(im, i);

		f->list[i].pred = t->pred;
		f->list[i].tree = ruleset_condition(f->rs, image_text(im, t->condition), false);
	}
	f->n = n;
	f->n_container = image_head(im)->n_facts;
	return f;
}

void facts_free(struct facts_of **f)
{
	if (!*f)
		return;
	ruleset_free(&(*f)->rs);
	free(*f);
	*f = NULL;
}

size_t facts_count(const struct facts_of *f, enum fact_kind kind)
{
	return kind == FACT_CONTAINER ? f->n_container : f->n - f->n_container;
}

bool facts_decide(const struct facts_of *f, enum fact_kind kind, const struct event *ev,
		  __u64 *truth)
{
	size_t i = kind == FACT_CONTAINER ? 0 : f->n_container, end = i + facts_count(f, kind);
	bool sure = true;

	for (; i < end; i++) {
		enum truth t =
			f->list[i].tree ? interp_eval(f->list[i].tree, ev, NULL) : TRUTH_UNKNOWN;

		if (t == TRUTH_YES)
			match_pred(truth, f->list[i].pred);
		else if (t == TRUTH_UNKNOWN)
			sure = false;
	}
	return sure;
}
