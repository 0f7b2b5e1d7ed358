/* SPDX-License-Identifier: Apache-2.0 */
/* Hash sets, looked up by the kernel's own code. */
#include "tests/unit/gen_fake.h"

#include "gen/plan.h"
#include "kern/match.h"

/* The smallest image that match_set() reads: head, slots, outputs. */
struct small {
	unsigned char *data;
	struct img im;
	struct img_field field;
};

static struct small small_image(const struct set *s, const struct outs *o)
{
	size_t slots = (s->mask + 1) * sizeof(*s->slots), outs = o->list.n * sizeof(struct img_out);
	struct small m = {.data = calloc(1, sizeof(struct img_head) + slots + outs)};
	struct img_head *h = (struct img_head *)m.data;

	m.field.set = sizeof(*h);
	m.field.set_mask = s->mask;
	m.field.set_seed = s->seed;
	h->outs = sizeof(*h) + slots;
	memcpy(m.data + m.field.set, s->slots, slots);
	memcpy(m.data + h->outs, o->list.v, outs);
	m.im = (struct img){m.data, UINT32_MAX};
	return m;
}

static bool is_true(const struct small *m, const char *text, int bit)
{
	__u64 truth[PRED_WORDS] = {}, words[2];
	char key[SHORT_SIZE] = {};

	strcpy(key, text);
	memcpy(words, key, sizeof(words));
	match_set(m->im, &m->field, words, truth);
	return truth[bit / 64] >> (bit % 64) & 1;
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

static struct pred *add(struct plan *p, size_t first, size_t n, size_t step)
{
	struct alt *alts = arena_alloc(p->arena, n * sizeof(*alts));
	struct pred *pred;
	size_t i;

	for (i = 0; i < n; i++) {
		alts[i].op = OP_EQ;
		alts[i].text = arena_printf(p->arena, "name%zu", first + i * step);
		alts[i].len = strlen(alts[i].text);
	}
	pred = pred_intern(&p->preds, FIELD_PROC_NAME, 0, alts, n);
	pred_use(pred);
	return pred;
}

/* 3,000 names in three predicates that overlap: each name is found, no other is. */
static void finds_all_and_no_other(void **state)
{
	struct plan *p = new_plan();
	struct pred *all = add(p, 0, 3000, 1), *even = add(p, 0, 1500, 2), *few = add(p, 7, 3, 1);
	struct set s;
	struct small m;
	size_t i;

	pred_number(&p->preds);
	set_build(p->arena, &p->outs, FIELD_PROC_NAME, &p->preds, &s);
	m = small_image(&s, &p->outs);
	for (i = 0; i < 6000; i++) {
		const char *name = arena_printf(p->arena, "name%zu", i);

		assert_int_equal(is_true(&m, name, all->bit), i < 3000);
		assert_int_equal(is_true(&m, name, even->bit), i < 3000 && i % 2 == 0);
		assert_int_equal(is_true(&m, name, few->bit), i >= 7 && i < 10);
	}
	assert_false(is_true(&m, "", all->bit));
	free(m.data);
	free_plan(p);
}

/* The empty text is all NUL, like an empty slot. */
static void empty_text_and_longest(void **state)
{
	const struct alt alts[] = {{.op = OP_EQ, .text = "", .len = 0},
				   {.op = OP_EQ, .text = "123456789012345", .len = 15}};
	struct plan *p = new_plan();
	struct pred *pred = pred_intern(&p->preds, FIELD_PROC_NAME, 0, alts, 2);
	struct set s;
	struct small m;

	pred_use(pred);
	pred_number(&p->preds);
	set_build(p->arena, &p->outs, FIELD_PROC_NAME, &p->preds, &s);
	m = small_image(&s, &p->outs);
	assert_true(is_true(&m, "", pred->bit));
	assert_true(is_true(&m, "123456789012345", pred->bit));
	assert_false(is_true(&m, "12345678901234", pred->bit));
	free(m.data);
	free_plan(p);
}

/* One name in predicates of more words than an output has. */
static void too_many_for_one_name(void **state)
{
	struct plan *p = new_plan();
	struct set s;
	struct small m;
	size_t i, kept = 0;

	for (i = 0; i < 64 * (OUT_WORDS + 2); i++) {
		struct alt alts[2] = {{.op = OP_EQ, .text = "same", .len = 4}, {.op = OP_EQ}};

		alts[1].text = arena_printf(p->arena, "other%zu", i);
		alts[1].len = strlen(alts[1].text);
		pred_use(pred_intern(&p->preds, FIELD_PROC_NAME, 0, alts, 2));
	}
	pred_number(&p->preds);
	set_build(p->arena, &p->outs, FIELD_PROC_NAME, &p->preds, &s);
	m = small_image(&s, &p->outs);
	for (i = 0; i < p->preds.list.n; i++) {
		const struct pred *pred = p->preds.list.v[i];

		if (pred->dropped)
			continue;
		kept++;
		assert_true(is_true(&m, "same", pred->bit));
		assert_true(is_true(&m, arena_printf(p->arena, "other%zu", i), pred->bit));
	}
	assert_int_equal(kept, 64 * OUT_WORDS);
	free(m.data);
	free_plan(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_all_and_no_other),
		cmocka_unit_test(empty_text_and_longest),
		cmocka_unit_test(too_many_for_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
