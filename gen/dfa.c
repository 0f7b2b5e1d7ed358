/* SPDX-License-Identifier: Apache-2.0 */
/* Which predicates an automaton decides, and what is dropped where it would be too large: see
 * dfa.h. Knows nothing of how it is made. */
#include "gen/dfa.h"

#include <errno.h>
#include <stdlib.h>

#include "gen/subset.h"

#define CUT_MIN 4 /* elements of a pattern that say anything */

static bool is_for(enum automaton aut, const struct pred *p, const struct alt *alt)
{
	if (pattern_automaton(p->field) != aut)
		return false;
	return alt->op != OP_EQ || fields[p->field].source != SOURCE_SHORT;
}

static const char odd_pattern[] = "the kernel's automata do not know a part of its pattern";
static const char too_large[] = "with the other comparisons it would make the kernel's automaton "
				"too large";

/* What remains holds whenever the whole does. */
static void cut_pattern(struct pattern *p, size_t max)
{
	if (max && p->n > max)
		p->n = max;
	while (p->n && p->v[p->n - 1].loop)
		p->n--;
}

/* Adds what a predicate compares; the number of patterns. */
static size_t add_pred(struct nfa *nfa, enum automaton aut, struct pred *p)
{
	struct pattern patterns[PATTERNS_MAX];
	size_t i, k, n, added = 0;

	for (i = 0; i < p->n_alts; i++) {
		if (!is_for(aut, p, &p->alts[i]))
			continue;
		n = pattern_make(nfa->arena, p->field, &p->alts[i], patterns);
		if (!n) {
			p->dropped = odd_pattern;
			return 0;
		}
		for (k = 0; k < n; k++) {
			cut_pattern(&patterns[k], p->cut);
			if (!patterns[k].n) {
				p->dropped = too_large;
				return 0;
			}
			nfa_add(nfa, &patterns[k], p);
		}
		added += n;
	}
	return added;
}

static size_t add_preds(struct nfa *nfa, enum automaton aut, struct preds *preds)
{
	size_t i, n = 0;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->bit >= 0 && !p->dropped && !pred_is_number(p) && !pred_is_fact(p))
			n += add_pred(nfa, aut, p);
	}
	return n;
}

/* Loops behind the beginning multiply states; else the length counts. */
static size_t cost(const struct pred *p)
{
	size_t i, loops = 0, len = 0;
	const char *s;

	for (i = 0; i < p->n_alts; i++) {
		len += p->cut && p->cut < p->alts[i].len ? p->cut : p->alts[i].len;
		if (p->alts[i].op != OP_GLOB && p->alts[i].op != OP_IGLOB)
			continue;
		for (s = p->alts[i].text; *s; s++)
			loops += *s == '*' && s != p->alts[i].text && s[1];
	}
	return loops << 32 | len;
}

static int cost_order(const void *x, const void *y)
{
	size_t a = cost(*(struct pred *const *)x), b = cost(*(struct pred *const *)y);

	return a > b ? -1 : a < b;
}

static size_t longest_alt(const struct pred *p)
{
	size_t i, longest = 0;

	for (i = 0; i < p->n_alts; i++) {
		if (p->alts[i].len > longest)
			longest = p->alts[i].len;
	}
	return longest;
}

/* Makes an automaton look at less of a predicate's patterns, which makes it true more often; where
 * that cannot be or says too little, drops it. */
static void shorten(struct pred *p)
{
	size_t longest = longest_alt(p);

	/* what is longer than a value can be says no more */
	if (longest > PATH_MAX_LEN)
		longest = PATH_MAX_LEN;
	p->cut = (p->cut && p->cut < longest ? p->cut : longest) * 2 / 3;
	if (p->cut < CUT_MIN || !pred_can_share(p))
		p->dropped = too_large;
	else
		p->shared = too_large;
}

/* Shortens an eighth of the predicates, those that cost most. */
static void shorten_costly(struct arena *a, enum automaton aut, struct preds *preds)
{
	VEC(struct pred *) mine = {};
	size_t i, k;

	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->bit < 0 || p->dropped)
			continue;
		for (k = 0; k < p->n_alts && !is_for(aut, p, &p->alts[k]); k++)
			;
		if (k < p->n_alts && !pred_is_number(p) && !pred_is_fact(p))
			*vec_add(a, &mine) = p;
	}
	if (mine.n)
		qsort(mine.v, mine.n, sizeof(*mine.v), cost_order);
	for (i = 0; i <= mine.n / 8 && i < mine.n; i++)
		shorten(mine.v[i]);
}

/* One try; -EAGAIN if predicates were dropped or shortened and the next try will be smaller. */
static int try_build(struct arena *a, struct outs *outs, enum automaton aut, struct preds *preds,
		     size_t bytes, struct dfa *out)
{
	struct arena *work = arena_new();
	struct nfa nfa;
	int err = 0;

	if (!work)
		abort(); /* as arena_alloc() does */
	nfa = nfa_new(work);
	*out = (struct dfa){};
	if (add_preds(&nfa, aut, preds))
		err = subset_construct(&nfa, outs, bytes, a, out);
	if (err == -E2BIG)
		shorten_costly(work, aut, preds);
	arena_free(&work);
	return err == -E2BIG ? -EAGAIN : err;
}

void dfa_build(struct arena *a, struct outs *outs, enum automaton aut, struct preds *preds,
	       size_t bytes, struct dfa *out)
{
	size_t i;

	/* Trying such long ones first would take long. */
	for (i = 0; i < preds->list.n; i++) {
		struct pred *p = preds->list.v[i];

		if (p->bit >= 0 && !p->dropped && !p->cut && pred_is_text(p) &&
		    longest_alt(p) > PATH_MAX_LEN)
			shorten(p);
	}
	while (try_build(a, outs, aut, preds, bytes, out) == -EAGAIN)
		;
}
