/* SPDX-License-Identifier: Apache-2.0 */
/* Type slots: who shares one, and that nothing is lost where there are too few. */
#include "tests/unit/gen_fake.h"

#include "gen/plan.h"
#include "gen/tables.h"

static struct plan *plan_of(struct arena *a, size_t n_rules)
{
	struct plan *p = arena_alloc(a, sizeof(*p));
	size_t i;

	p->arena = a;
	p->tests.arena = a;
	for (i = 0; i < n_rules; i++)
		vec_add(a, &p->rules)->why.arena = a;
	return p;
}

/* A conjunction of a rule of its own for the event types from first to last. */
static void add_conj(struct plan *p, unsigned first, unsigned last)
{
	struct plan_conj *c = vec_add(p->arena, &p->conjs);

	c->rule = p->rules.n;
	vec_add(p->arena, &p->rules)->why.arena = p->arena;
	for (; first <= last; first++)
		event_set_add(&c->types, first);
}

static size_t count_slots(const struct plan *p)
{
	bool used[TYPE_SLOT_NONE + 1] = {};
	size_t i, n = 0;

	for (i = 0; i < EVENT_MAX; i++) {
		n += !used[p->type_slot[i]] && p->type_slot[i] != TYPE_SLOT_NONE;
		used[p->type_slot[i]] = true;
	}
	return n;
}

static void sets_of_event_types(void **state)
{
	struct event_set a = {}, b = {}, c;
	unsigned id, sum = 0;

	assert_true(event_set_is_empty(&a));
	event_set_add(&a, 0);
	event_set_add(&a, 63);
	event_set_add(&a, 64);
	event_set_add(&a, EVENT_MAX - 1);
	event_set_add(&a, EVENT_MAX);
	assert_int_equal(event_set_count(&a), 4);
	assert_true(event_set_has(&a, 64) && !event_set_has(&a, 65));
	assert_false(event_set_has(&a, EVENT_MAX));
	for_each_event(id, &a) sum += id;
	assert_int_equal(sum, 63 + 64 + EVENT_MAX - 1);
	event_set_add(&b, 64);
	assert_true(event_set_meets(&a, &b));
	c = event_set_without(&a, &b);
	assert_int_equal(event_set_count(&c), 3);
	assert_false(event_set_meets(&c, &b));
	event_set_join(&c, &b);
	assert_true(event_set_equal(&a, &c));
}

/* Types that all conjunctions treat alike have one slot, others have not. */
static void like_types_share(void **state)
{
	struct arena *a = arena_new();
	struct plan *p = plan_of(a, 0);
	unsigned i, k;
	size_t n;

	add_conj(p, 0, 300);
	add_conj(p, 100, 400);
	add_conj(p, 100, 400);
	add_conj(p, 350, 350);
	decide_slots(p);
	n = p->conjs.n;
	/* 0-99, 100-300, 301-349 with 351-400, 350; 401 and more: none */
	assert_int_equal(n, 4);
	assert_int_equal(count_slots(p), 4);
	assert_int_equal(p->type_slot[301], p->type_slot[400]);
	for (i = 0; i < EVENT_MAX; i++) {
		assert_int_equal(p->type_slot[i] == TYPE_SLOT_NONE, i > 400);
		for (k = 0; k < n; k++) {
			bool in = event_set_has(&p->conjs.v[k].types, i);

			if (i <= 400)
				assert_int_equal(
					!!(p->conjs.v[k].slots & TYPE_BIT(p->type_slot[i])), in);
			assert_int_equal(p->conjs.v[k].way.why, 0);
		}
	}
	arena_free(&a);
}

/* The conjunctions that are tested for an event type, and which of them are exact. */
static void check_type(const struct plan *p, unsigned type, unsigned rule, bool wanted, bool exact)
{
	bool tested = false, sure = false;
	size_t i;

	for (i = 0; i < p->conjs.n; i++) {
		const struct plan_conj *c = &p->conjs.v[i];

		if (c->rule != rule || p->type_slot[type] == TYPE_SLOT_NONE ||
		    !(c->slots & TYPE_BIT(p->type_slot[type])))
			continue;
		tested = true;
		sure |= !c->way.why;
	}
	if (wanted)
		assert_true(tested);
	/* no other type than its own can make a conjunction sure */
	assert_int_equal(sure, wanted && exact);
}

/* A conjunction for each of 300 types alone, one for all of them, and one for two: one that has
 * a slot of its own and one that has not. */
static void more_types_than_slots(void **state)
{
	struct arena *a = arena_new();
	struct plan *p = plan_of(a, 0);
	unsigned i, k;

	for (i = 0; i < 300; i++)
		add_conj(p, i, i);
	add_conj(p, 0, 299);
	add_conj(p, 10, 10);
	event_set_add(&p->conjs.v[301].types, 200);
	decide_slots(p);
	assert_int_equal(count_slots(p), TYPE_SLOTS);
	assert_int_equal(p->conjs.n, 303); /* the last one in two parts */
	assert_int_equal(p->rules.v[301].n_conjs, 1);
	for (i = 0; i < 300; i++) {
		bool own = i < TYPE_SLOTS - 1;

		for (k = 0; k < 300; k++)
			check_type(p, i, k, i == k, own);
		check_type(p, i, 300, true, true);
		check_type(p, i, 301, i == 10 || i == 200, own);
	}
	assert_int_equal(p->rules.v[100].why.n, 1);
	assert_int_equal(p->rules.v[300].why.n, 0);
	arena_free(&a);
}

/* A rule for each event type, and one for all others: whatever their number is, each is found
 * by its own type, and no rule is sure of another's. */
static void each_type_finds_its_rule(void **state)
{
	const char *conditions[EVENT_COUNT + 1];
	struct arena *a = arena_new();
	struct fake e = fake_new();
	struct hit hits[EVENT_COUNT + 1];
	struct policy p = {};
	struct ruleset *rs;
	struct tables *t;
	char why[200];
	size_t i, k, n;

	for (i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN)
			conditions[event_types[i].id] =
				arena_printf(a, "evt.type = %s", event_types[i].name);
	}
	conditions[EVENT_COUNT] = "proc.name = sh";
	rs = fake_policy(conditions, EVENT_COUNT + 1, &p);
	assert_int_equal(image_check(p.image.data, p.image.size, why, sizeof(why)), 0);
	t = tables_new(&p.image);
	fake_text(&e, FIELD_PROC_NAME, "sh");
	for (i = 0; i < EVENT_COUNT; i++) {
		bool own = false, all = false;

		n = tables_decide(t, i, &e.ev, hits, EVENT_COUNT + 1);
		for (k = 0; k < n; k++) {
			own |= hits[k].rule == i;
			all |= hits[k].rule == EVENT_COUNT && !hits[k].flags;
			if (hits[k].rule != i && hits[k].rule != EVENT_COUNT)
				assert_true(hits[k].flags & HIT_UNSURE);
		}
		assert_true(own && all);
	}
	tables_free(&t);
	image_free(&p.image);
	ruleset_free(&rs);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_of_event_types),
		cmocka_unit_test(like_types_share),
		cmocka_unit_test(more_types_than_slots),
		cmocka_unit_test(each_type_finds_its_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
