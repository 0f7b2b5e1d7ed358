/* SPDX-License-Identifier: Apache-2.0 */
/* Automata against the plain meaning of the operators, on random patterns and texts. */
#include "tests/unit/gen_fake.h"

#include "gen/dfa.h"
#include "gen/match.h"
#include "gen/plan.h"
#include "kern/match.h"

#define PREDS 12
#define TEXTS 60
#define SETS  400

static uint64_t random_state = 42;

static unsigned below(unsigned n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % n;
}

static const enum op ops_tried[] = {OP_EQ,	 OP_CONTAINS, OP_ICONTAINS, OP_STARTSWITH,
				    OP_ENDSWITH, OP_GLOB,     OP_IGLOB,	    OP_PMATCH};

static char *random_text(struct arena *a, const char *const *pieces, unsigned n_pieces,
			 unsigned max)
{
	char s[128] = "";
	unsigned n = below(max);

	while (n--)
		strcat(s, pieces[below(n_pieces)]);
	return arena_str(a, s, strlen(s));
}

static char *random_pattern(struct arena *a)
{
	static const char *const pieces[] = {
		"*",	"*",	       "?",	"[ab]",	   "[!a]", "[^/b]", "[a-", "]",
		"[]a]", "\\*",	       "\\[",	"a",	   "b",	   "A",	    "/",   "/",
		" ",	"[[:alpha:]]", "[\\]]", "[a\\-c]", "ab",   "\xc3",
	};

	return random_text(a, pieces, sizeof(pieces) / sizeof(pieces[0]), 7);
}

static char *random_value(struct arena *a)
{
	static const char *const pieces[] = {"a", "b", "A", "/",  "/",	" ",  "*",
					     "]", "[", "-", "\\", "ab", "/a", "\xc3"};

	return random_text(a, pieces, sizeof(pieces) / sizeof(pieces[0]), 9);
}

static struct alt random_alt(struct arena *a)
{
	struct alt alt = {.op = ops_tried[below(sizeof(ops_tried) / sizeof(ops_tried[0]))]};

	alt.text = alt.op < OP_GLOB || below(4) == 0 ? random_value(a) : random_pattern(a);
	alt.len = strlen(alt.text);
	return alt;
}

/* Truth of all predicates after the text of a field has gone through the automaton. */
static void run(const struct plan *p, const struct dfa *d, enum field_id f, const char *text,
		unsigned end, uint64_t truth[PRED_WORDS])
{
	uint32_t state = d->start;
	bool args = f == FIELD_PROC_ARGS && *text;
	size_t i, len = strlen(text);

	for (i = !args; i <= len + 1; i++) {
		unsigned sym = !i ? SYM_SEP : i <= len ? (unsigned char)text[i - 1] : end;
		const struct img_out *o;

		state = d->trans[state * d->n_classes + d->classes[sym]];
		if (state < d->first_out)
			continue;
		o = &p->outs.list.v[d->outs[state - d->first_out]];
		for (int k = 0; k < OUT_WORDS && o->set[k].mask; k++)
			truth[o->set[k].word] |= o->set[k].mask;
	}
}

static bool expected(const struct pred *p, const char *text)
{
	size_t i;

	for (i = 0; i < p->n_alts; i++) {
		struct literal v = {.text = p->alts[i].text, .len = p->alts[i].len};

		if (match_text(p->alts[i].op, text, strlen(text), &v))
			return true;
	}
	return false;
}

/* What of a path, which ends with a symbol, is compared; NULL: there is no such part. */
static const char *part_of(struct arena *a, enum field_id f, const char *path, unsigned end)
{
	const char *slash = strrchr(path, '/');
	size_t len;

	if (f == FIELD_FD_FILENAME)
		return end != SYM_END ? NULL : slash ? slash + 1 : path;
	if (f != FIELD_FD_DIRECTORY || end == SYM_END_DIR)
		return path;
	len = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
	return arena_str(a, path, len);
}

static void compare(struct plan *p, enum field_id f, size_t *yes)
{
	static const unsigned ends[] = {SYM_END, SYM_END_DIR, SYM_END_FAILED};
	uint64_t truth[PRED_WORDS];
	size_t i, k;

	for (i = 0; i < TEXTS; i++) {
		char *text = random_value(p->arena);
		unsigned end = pattern_automaton(f) == AUT_FD_NAME ? ends[below(3)] : SYM_END;
		const char *part = part_of(p->arena, f, text, end);

		memset(truth, 0, sizeof(truth));
		run(p, &p->dfas[pattern_automaton(f)], f, text, end, truth);
		for (k = 0; k < p->preds.list.n; k++) {
			const struct pred *q = p->preds.list.v[k];
			bool is = truth[q->bit / 64] >> (q->bit % 64) & 1;

			/* one that was cut may be true too often, never too rarely */
			if (q->dropped || (q->cut && is))
				continue;
			*yes += is;
			if (is != (part && expected(q, part)))
				fail_msg("'%s', then %u: %s is %d", text, end,
					 pred_text(p->arena, q), is);
		}
	}
}

static struct plan *new_plan(void)
{
	struct arena *a = arena_new();
	struct plan *p = arena_alloc(a, sizeof(*p));

	p->arena = p->preds.arena = p->outs.arena = a;
	return p;
}

static void free_plan(struct plan *p)
{
	struct arena *a = p->arena;

	arena_free(&a);
}

static void build(struct plan *p, enum field_id f, size_t bytes)
{
	enum automaton aut = pattern_automaton(f);

	pred_number(&p->preds);
	dfa_build(p->arena, &p->outs, aut, &p->preds, bytes, &p->dfas[aut]);
}

static void matches_like_the_operators(void **state)
{
	static const enum field_id tried[] = {FIELD_FD_NAME,	  FIELD_PROC_EXE,
					      FIELD_PROC_CMDLINE, FIELD_PROC_ARGS,
					      FIELD_FD_DIRECTORY, FIELD_FD_FILENAME};
	size_t set, i, yes = 0, dropped = 0;

	for (set = 0; set < SETS; set++) {
		struct plan *p = new_plan();
		enum field_id f = tried[set % (sizeof(tried) / sizeof(tried[0]))];

		for (i = 0; i < PREDS; i++) {
			struct alt alts[2] = {random_alt(p->arena), random_alt(p->arena)};

			pred_use(pred_intern(&p->preds, f, 0, alts, 1 + below(2)));
		}
		build(p, f, 1 << 20);
		compare(p, f, &yes);
		for (i = 0; i < p->preds.list.n; i++)
			dropped += p->preds.list.v[i]->dropped != NULL;
		free_plan(p);
	}
	/* Random patterns that never match, or are never taken, would show nothing. */
	assert_true(yes > SETS * TEXTS / 4);
	assert_true(dropped < SETS);
}

static void order_of_states(void **state)
{
	const struct alt alts[] = {{.op = OP_STARTSWITH, .text = "/tmp", .len = 4}};
	struct plan *p = new_plan();
	const struct dfa *d = &p->dfas[AUT_FD_NAME];
	uint64_t truth[PRED_WORDS] = {};
	uint32_t c;

	pred_use(pred_intern(&p->preds, FIELD_FD_NAME, 0, alts, 1));
	build(p, FIELD_FD_NAME, 1 << 20);
	assert_int_equal(d->n_states, 6); /* dead, start, three on the way, found */
	assert_int_equal(d->first_out, 5);
	for (c = 0; c < d->n_classes; c++)
		assert_int_equal(d->trans[c], 0);
	run(p, d, FIELD_FD_NAME, "/tmp/x", SYM_END, truth);
	assert_int_equal(truth[EVENT_PRED_BASE / 64], 1);
	free_plan(p);
}

/* Patterns with many stars remember which of them were passed: they cannot all fit, and are looked
 * at in part or not at all. */
static void too_large_is_given_up(void **state)
{
	struct plan *p = new_plan();
	struct alt alt = {.op = OP_CONTAINS, .text = "needle", .len = 6};
	struct pred *simple;
	size_t i, given_up = 0, yes = 0;

	simple = pred_intern(&p->preds, FIELD_FD_NAME, 0, &alt, 1);
	pred_use(simple);
	for (i = 0; i < 24; i++) {
		alt.op = OP_GLOB;
		alt.text = arena_printf(p->arena, "*%c%c*b%c*z", (char)('a' + i), (char)('b' + i),
					(char)('a' + i));
		alt.len = strlen(alt.text);
		pred_use(pred_intern(&p->preds, FIELD_FD_NAME, 0, &alt, 1));
	}
	build(p, FIELD_FD_NAME, 1 << 18);
	for (i = 0; i < p->preds.list.n; i++)
		given_up += p->preds.list.v[i]->dropped || p->preds.list.v[i]->cut;
	assert_true(given_up > 0 && given_up < p->preds.list.n);
	assert_null(simple->dropped);
	assert_int_equal(simple->cut, 0);
	assert_true(p->dfas[AUT_FD_NAME].n_states > 0);
	assert_true(p->dfas[AUT_FD_NAME].n_states * p->dfas[AUT_FD_NAME].n_classes * 2 <= 1 << 18);
	compare(p, FIELD_FD_NAME, &yes);
	free_plan(p);
}

/* A text that makes predicates of more than OUT_WORDS words true. */
static void wide_outputs_are_given_up(void **state)
{
	struct plan *p = new_plan();
	struct alt alts[2] = {{.op = OP_STARTSWITH, .text = "x", .len = 1}, {.op = OP_EQ}};
	size_t i, kept = 0, yes = 0;

	for (i = 0; i < 64 * (OUT_WORDS + 1); i++) {
		alts[1].text = arena_printf(p->arena, "%zu", i);
		alts[1].len = strlen(alts[1].text);
		pred_use(pred_intern(&p->preds, FIELD_FD_NAME, 0, alts, 2));
	}
	build(p, FIELD_FD_NAME, 1 << 20);
	for (i = 0; i < p->preds.list.n; i++)
		kept += !p->preds.list.v[i]->dropped;
	assert_int_equal(kept, 64 * OUT_WORDS);
	compare(p, FIELD_FD_NAME, &yes);
	free_plan(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_like_the_operators),
		cmocka_unit_test(order_of_states),
		cmocka_unit_test(too_large_is_given_up),
		cmocka_unit_test(wide_outputs_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
