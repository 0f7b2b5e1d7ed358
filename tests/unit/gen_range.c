/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of numbers as ranges, at their edges. */
#include "tests/unit/gen_fake.h"

#include "gen/tables.h"

static bool holds(const char *condition, enum field_id f, int64_t n)
{
	struct policy p = {};
	struct ruleset *rs = fake_policy(&condition, 1, &p);
	struct tables *t = tables_new(&p.image);
	struct fake e = fake_new();
	struct hit hit = {};
	size_t hits;

	fake_number(&e, f, n);
	hits = tables_decide(t, EVENT_OPENAT, &e.ev, &hit, 1);
	assert_int_equal(p.rules[0].n_residual, 0);
	assert_true(!hits || !(hit.flags & HIT_UNSURE));
	tables_free(&t);
	image_free(&p.image);
	ruleset_free(&rs);
	return hits;
}

static void edges(void **state)
{
	static const struct {
		const char *condition;
		int64_t n;
		bool is;
	} cases[] = {
		{"evt.rawres < 3", 2, true},
		{"evt.rawres < 3", 3, false},
		{"evt.rawres <= 3", 3, true},
		{"evt.rawres > 3", 3, false},
		{"evt.rawres > 3", 4, true},
		{"evt.rawres >= 3", 3, true},
		{"evt.rawres = -1", -1, true},
		{"evt.rawres != -1", -1, false},
		{"evt.rawres != -1", 0, true},
		{"evt.rawres in (1, 2, 3, 7)", 3, true},
		{"evt.rawres in (1, 2, 3, 7)", 4, false},
		{"evt.rawres in (1, 2, 3, 7)", 7, true},
		{"evt.rawres < -9223372036854775808", INT64_MIN, false},
		{"evt.rawres <= -9223372036854775808", INT64_MIN, true},
		{"evt.rawres > 9223372036854775807", INT64_MAX, false},
		{"evt.rawres >= 9223372036854775807", INT64_MAX, true},
		{"evt.rawres < 9223372036854775807", INT64_MAX, false},
		{"evt.rawres exists", 5, true},
		{"not evt.rawres exists", 5, false},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (holds(cases[i].condition, FIELD_EVT_RAWRES, cases[i].n) != cases[i].is)
			fail_msg("%s with %lld", cases[i].condition, (long long)cases[i].n);
	}
}

/* Ranges that touch are one; more of them than the kernel compares are left to userspace. */
static void too_many_ranges(void **state)
{
	char *conditions[2 * RANGE_MAX];
	struct policy p = {};
	struct ruleset *rs;
	size_t i, residual = 0;

	for (i = 0; i < 2 * RANGE_MAX; i++)
		assert_true(asprintf(&conditions[i], "proc.pid in (%zu, %zu, %zu)", 10 * i,
				     10 * i + 1, 10 * i + 2) > 0);
	rs = fake_policy((const char *const *)conditions, 2 * RANGE_MAX, &p);
	assert_int_equal(image_head(&p.image)->n_ranges, RANGE_MAX);
	for (i = 0; i < p.n_rules; i++)
		residual += p.rules[i].n_residual > 0;
	assert_int_equal(residual, RANGE_MAX);
	image_free(&p.image);
	ruleset_free(&rs);
	for (i = 0; i < 2 * RANGE_MAX; i++)
		free(conditions[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(too_many_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
