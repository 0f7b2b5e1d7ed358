/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conjunctions and their tests. Whatever has to be left out to respect a limit of kern/abi.h
 * makes a conjunction wider and residual.
 */
#include "gen/exclude.h"
#include "gen/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char too_wide[] =
	"a part of the condition is left to userspace: it names more comparisons than one "
	"conjunction of the kernel's tables can test";
static const char too_many[] =
	"a part of the condition is left to userspace: the rules together have too many "
	"conjunctions";

static uint64_t drop_reason(struct plan *p, struct plan_rule *r, const struct pred *pred,
			    const char *why)
{
	const char *text = arena_printf(p->arena, "'%s' is left to userspace: %s",
					pred_text(p->arena, pred), why);

	return reason_add(&r->why, text);
}

/* A predicate with a shared bit is still needed to be true. */
static void strip_dropped(struct plan *p, struct plan_rule *r, struct way *w)
{
	size_t i, kept = 0;

	for (i = 0; i < w->n; i++) {
		const struct pred *pred = plan_pred(p, w->lits[i]);

		if (pred->dropped)
			w->why |= drop_reason(p, r, pred, pred->dropped);
		else if (pred->shared)
			w->why |= drop_reason(p, r, pred, pred->shared);
		if (!pred->dropped && !(pred->shared && (w->lits[i] & 1)))
			w->lits[kept++] = w->lits[i];
	}
	w->n = kept;
}

static unsigned word_of(const struct plan *p, lit_t lit)
{
	return plan_pred(p, lit)->bit / 64;
}

/* The word that most can be spared: with the fewest literals, negated ones rather. */
static unsigned spare_word(const struct plan *p, const struct way *w, unsigned *n_words)
{
	unsigned weight[PRED_WORDS] = {}, best = PRED_WORDS, i;

	*n_words = 0;
	for (i = 0; i < w->n; i++)
		weight[word_of(p, w->lits[i])] += w->lits[i] & 1 ? 1 : 16;
	for (i = 0; i < PRED_WORDS; i++) {
		if (!weight[i])
			continue;
		++*n_words;
		if (best == PRED_WORDS || weight[i] < weight[best])
			best = i;
	}
	return best;
}

static void strip_words(struct plan *p, struct plan_rule *r, struct way *w)
{
	unsigned n_words, spare = spare_word(p, w, &n_words);
	size_t i, kept;

	while (n_words > TEST_MAX) {
		for (i = kept = 0; i < w->n; i++) {
			if (word_of(p, w->lits[i]) != spare)
				w->lits[kept++] = w->lits[i];
		}
		w->n = kept;
		w->why |= reason_add(&r->why, too_wide);
		spare = spare_word(p, w, &n_words);
	}
}

/* The literals of a way are shared with other ways. */
static void own_lits(struct plan *p, struct ways *w)
{
	size_t i;

	w->v = arena_copy(p->arena, w->v, w->n * sizeof(*w->v));
	for (i = 0; i < w->n; i++)
		w->v[i].lits =
			arena_copy(p->arena, w->v[i].lits, w->v[i].n * sizeof(*w->v[i].lits));
}

/* Whether the tables can tell of an exclusion that it holds: else it must not keep an alert back.
 */
static bool is_exact(struct plan *p, struct plan_rule *r, struct way *w, const struct way *e)
{
	unsigned n_words;
	size_t i;

	for (i = 0; i < e->n; i++) {
		const struct pred *pred = plan_pred(p, e->lits[i]);
		const char *why = pred->dropped ? pred->dropped : pred->shared;

		if (!why)
			continue;
		w->why |= drop_reason(p, r, pred, why);
		return false;
	}
	spare_word(p, e, &n_words);
	if (n_words <= TEST_MAX)
		return true;
	w->why |= reason_add(&r->why, too_wide);
	return false;
}

/* Where an exclusion of n tests begins that comes behind others: it does not cross the end of a
 * chunk. */
static size_t exclude_start(size_t at, size_t n)
{
	size_t left = EXCLUDE_CHUNK - at % EXCLUDE_CHUNK;

	return n > left ? at + left : at;
}

static void strip_excludes(struct plan *p, struct plan_rule *r, struct way *w)
{
	size_t i, kept = 0, tests = 0, end;
	unsigned n_words;

	if (w->n_excludes)
		w->excludes =
			arena_copy(p->arena, w->excludes, w->n_excludes * sizeof(*w->excludes));
	for (i = 0; i < w->n_excludes; i++) {
		if (!is_exact(p, r, w, &w->excludes[i]))
			continue;
		spare_word(p, &w->excludes[i], &n_words);
		end = exclude_start(tests, n_words) + n_words;
		if (end > EXCLUDE_TESTS_MAX) {
			w->why |= reason_add(&r->why, too_wide);
			continue;
		}
		tests = end;
		w->excludes[kept++] = w->excludes[i];
	}
	w->n_excludes = kept;
}

static void strip(struct plan *p, struct plan_rule *r, struct ways *w)
{
	size_t i;

	own_lits(p, w);
	for (i = 0; i < w->n; i++) {
		strip_excludes(p, r, &w->v[i]);
		strip_dropped(p, r, &w->v[i]);
		strip_words(p, r, &w->v[i]);
	}
	ways_reduce(p->arena, w);
}

/* ---- one conjunction for several event types ---- */

static bool is_same_way(const struct way *a, const struct way *b)
{
	return a->n == b->n && !a->why == !b->why &&
	       (!a->n || !memcmp(a->lits, b->lits, a->n * sizeof(*a->lits))) &&
	       !exclude_order(a, b);
}

static void add_conj(struct plan *p, size_t rule, size_t first, const struct way *w,
		     const struct event_set *types)
{
	struct plan_conj *c;
	size_t i;

	for (i = first; i < p->conjs.n; i++) {
		c = &p->conjs.v[i];
		if (is_same_way(&c->way, w)) {
			event_set_join(&c->types, types);
			c->way.why |= w->why;
			return;
		}
	}
	c = vec_add(p->arena, &p->conjs);
	c->way = *w;
	c->rule = rule;
	c->types = *types;
}

static void add_rule(struct plan *p, size_t rule)
{
	struct plan_rule *r = &p->rules.v[rule];
	size_t i, k, first = p->conjs.n;

	for (k = 0; k < r->groups.n; k++) {
		const struct type_group *g = &r->groups.v[k];

		for (i = 0; i < g->ways.n; i++)
			add_conj(p, rule, first, &g->ways.v[i], &g->types);
	}
	r->n_conjs = p->conjs.n - first;
}

/* What all ways of a group share, instead of them. */
static void widen_group(struct plan *p, struct plan_rule *r, struct type_group *g)
{
	struct way common = ways_common(p->arena, &g->ways);

	common.why |= reason_add(&r->why, too_many);
	g->ways.v = arena_copy(p->arena, &common, sizeof(common));
	g->ways.n = 1;
}

/* One group of all event types instead of several. */
static void join_groups(struct plan *p, struct plan_rule *r)
{
	struct type_group *all = &r->groups.v[0];
	struct ways w = {arena_alloc(p->arena, r->groups.n * sizeof(*w.v)), 0};
	size_t k;

	for (k = 0; k < r->groups.n; k++) {
		w.v[w.n++] = r->groups.v[k].ways.v[0];
		event_set_join(&all->types, &r->groups.v[k].types);
	}
	all->ways = w;
	r->groups.n = 1;
	widen_group(p, r, all);
}

/* Of a rule that has many conjunctions, one per group, at last one for all. */
static void widen_rule(struct plan *p, struct plan_rule *r)
{
	size_t k, widened = 0;

	for (k = 0; k < r->groups.n; k++) {
		if (r->groups.v[k].ways.n < 2)
			continue;
		widen_group(p, r, &r->groups.v[k]);
		widened++;
	}
	if (!widened && r->groups.n > 1)
		join_groups(p, r);
}

static size_t most_conjs(const struct plan *p)
{
	size_t i, most = 0;

	for (i = 0; i < p->rules.n; i++) {
		if (p->rules.v[i].n_conjs > most)
			most = p->rules.v[i].n_conjs;
	}
	return most;
}

void decide_conjs(struct plan *p)
{
	size_t i, k, most;

	for (i = 0; i < p->rules.n; i++) {
		struct plan_rule *r = &p->rules.v[i];

		for (k = 0; k < r->groups.n; k++)
			strip(p, r, &r->groups.v[k].ways);
		add_rule(p, i);
	}
	while (p->conjs.n > CONJ_MAX) {
		most = most_conjs(p);
		p->conjs.n = 0;
		for (i = 0; i < p->rules.n; i++) {
			if (p->rules.v[i].n_conjs > most / 2)
				widen_rule(p, &p->rules.v[i]);
			add_rule(p, i);
		}
	}
}

static void note_rules(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->conjs.n; i++) {
		const struct plan_conj *c = &p->conjs.v[i];
		struct plan_rule *r = &p->rules.v[c->rule];

		event_set_join(&r->types, &c->types);
		r->why_used |= c->way.why;
	}
}

/* ---- tests ---- */

static uint32_t tests_bucket(const struct img_test *t, size_t n)
{
	uint64_t h = n;
	size_t i;

	for (i = 0; i < n; i++) {
		h = (h ^ t[i].mask) * 0x9e3779b97f4a7c15ULL;
		h = ((h ^ h >> 29) ^ t[i].want ^ t[i].word ^ (uint64_t)t[i].last << 32) *
		    0xbf58476d1ce4e5b9ULL;
	}
	return (h >> 32) % TESTS_BUCKETS;
}

static struct tests_ref tests_intern(struct tests *ts, const struct img_test *t, size_t n)
{
	uint32_t *bucket = &ts->buckets[tests_bucket(t, n)], i;
	struct tests_ref ref = {.first = ts->list.n, .n = n};
	size_t k;

	for (i = *bucket; i; i = ts->next.v[i - 1]) {
		struct tests_ref r = ts->seqs.v[i - 1];

		if (r.n == n && (!n || !memcmp(&ts->list.v[r.first], t, n * sizeof(*t))))
			return r;
	}
	for (k = 0; k < n; k++)
		*vec_add(ts->arena, &ts->list) = t[k];
	*vec_add(ts->arena, &ts->seqs) = ref;
	*vec_add(ts->arena, &ts->next) = *bucket;
	*bucket = ts->seqs.n;
	return ref;
}

/* tests: room for TEST_MAX. How many there are. */
static size_t tests_of(const struct plan *p, const struct way *w, struct img_test *tests)
{
	uint64_t mask[PRED_WORDS] = {}, want[PRED_WORDS] = {};
	size_t i, n = 0;

	for (i = 0; i < w->n; i++) {
		unsigned word = word_of(p, w->lits[i]);
		uint64_t bit = 1ULL << (plan_pred(p, w->lits[i])->bit % 64);

		mask[word] |= bit;
		if (!(w->lits[i] & 1))
			want[word] |= bit;
	}
	for (i = 0; i < PRED_WORDS; i++) {
		if (mask[i])
			tests[n++] = (struct img_test){.mask = mask[i], .want = want[i], .word = i};
	}
	return n;
}

struct tests_ref decide_tests_of(struct plan *p, const struct way *w)
{
	struct img_test tests[TEST_MAX];

	return tests_intern(&p->tests, tests, tests_of(p, w, tests));
}

static struct tests_ref exclude_tests_of(struct plan *p, const struct way *w)
{
	struct img_test tests[EXCLUDE_TESTS_MAX];
	size_t i, n = 0;

	for (i = 0; i < w->n_excludes; i++) {
		struct img_test mine[TEST_MAX];
		size_t n_mine = tests_of(p, &w->excludes[i], mine),
		       first = exclude_start(n, n_mine);

		/* The one before is made longer by a test that it has already. */
		if (n < first)
			tests[n - 1].last = 0;
		for (; n < first; n++)
			tests[n] = tests[n - 1];
		if (n)
			tests[n - 1].last = 1;
		memcpy(tests + n, mine, n_mine * sizeof(*mine));
		n += n_mine;
		tests[n - 1].last = 1;
	}
	return tests_intern(&p->tests, tests, n);
}

int plan_decide(struct plan *p)
{
	size_t i;
	int err;

	decide_conjs(p);
	decide_slots(p);
	note_rules(p);
	for (i = 0; i < p->conjs.n; i++) {
		p->conjs.v[i].tests = decide_tests_of(p, &p->conjs.v[i].way);
		p->conjs.v[i].excludes = exclude_tests_of(p, &p->conjs.v[i].way);
	}
	decide_shapes_of(p);
	err = decide_triggers(p);
	if (!err)
		decide_guards(p);
	return err;
}
