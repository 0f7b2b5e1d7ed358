/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon makes of a record: sure hits, unsure ones, and values that are not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/gen.h"
#include "user/residual.h"

static const char rules[] = "- macro: m\n"
			    "  condition: proc.name = cat\n"
			    "- rule: needle\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and proc.cmdline contains needle\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: user\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and m and user.uid = 5\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: path\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and fd.name startswith /etc\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: narrowed\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and m and evt.cpu = 1\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: not narrowed\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and evt.cpu = 1\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: allowed\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and container.id != host and\n"
			    "             not evt.cpu in (1, 2)\n"
			    "  output: o\n"
			    "  priority: ERROR\n"
			    "- rule: other\n"
			    "  desc: d\n"
			    "  condition: evt.type = openat and evt.cpu != 1\n"
			    "  output: o\n"
			    "  priority: ERROR\n";
enum {
	RULE_NEEDLE,
	RULE_USER,
	RULE_PATH,
	RULE_NARROWED,
	RULE_NOT_NARROWED,
	RULE_ALLOWED,
	RULE_OTHER
};

static struct image image;
static union {
	struct record r;
	char bytes[RECORD_MAX];
} rec;
static struct record_event ev;
static struct residual *res;

static int enter(void **state)
{
	static const struct gen_options options = {.minimum = PRIORITY_DEBUG};
	struct ruleset *rs = ruleset_new();
	struct policy policy;

	if (!rs || ruleset_load_text(rs, "test", rules, sizeof(rules) - 1) ||
	    ruleset_finish(rs, false) || gen_compile(rs, &options, &policy))
		return -1;
	image = policy.image;
	ruleset_free(&rs);
	record_event_init(&ev, NULL);
	res = residual_new(&image);
	return res ? 0 : -1;
}

static int leave(void **state)
{
	residual_free(&res);
	record_event_free(&ev);
	image_free(&image);
	return 0;
}

static void put(enum tail_id t, const void *data, size_t len)
{
	rec.r.tails[t] = (struct tail){.offset = rec.r.size, .len = len};
	memcpy(rec.bytes + rec.r.size, data, len);
	rec.r.size = (rec.r.size + len + 7) & ~7u;
}

#define PUT(t, text) put(t, text, sizeof(text) - 1)

static void begin(unsigned flags)
{
	memset(&rec, 0, sizeof(rec));
	rec.r.size = sizeof(rec.r);
	rec.r.type = EVENT_OPENAT;
	rec.r.flags = flags;
	strcpy(rec.r.name, "cat");
	strcpy(rec.r.comm, "cat");
}

static size_t decide(const struct hit *hits, size_t n, struct match *out)
{
	put(TAIL_HITS, hits, n * sizeof(*hits));
	assert_int_equal(record_open(&ev, &rec, rec.r.size, 1), 0);
	return residual_decide(res, &ev, out, 8);
}

/* Sure hits are believed, in order of the rules, each with its view. */
static void sure(void **state)
{
	const struct hit hits[] = {{RULE_PATH, HIT_RESOLVED}, {RULE_NEEDLE, 0}};
	uint64_t asked = residual_asked(res);
	struct match m[8];

	begin(0);
	PUT(TAIL_WRITTEN, "/tmp/link");
	PUT(TAIL_RESOLVED, "/etc/shadow");
	assert_int_equal(decide(hits, 2, m), 2);
	assert_true(m[0].rule == RULE_NEEDLE && m[0].view == 0);
	assert_true(m[1].rule == RULE_PATH && m[1].view == 1);
	assert_true(residual_asked(res) == asked);
}

static void unsure(void **state)
{
	const struct hit hits[] = {
		{RULE_USER, HIT_UNSURE}, {RULE_NEEDLE, HIT_UNSURE}, {RULE_PATH, HIT_UNSURE}};
	struct match m[8];

	begin(0);
	rec.r.uid = 5;
	put(TAIL_ARGV, "cat\0a needl\0", 12);
	PUT(TAIL_WRITTEN, "/tmp/link");
	PUT(TAIL_RESOLVED, "/etc/shadow");
	assert_int_equal(decide(hits, 3, m), 2);
	assert_true(m[0].rule == RULE_USER);
	assert_true(m[1].rule == RULE_PATH && m[1].view == 1);
}

static void renamed(void **state)
{
	const struct hit hits[] = {{RULE_USER, HIT_UNSURE}};
	struct match m[8];

	begin(PROC_RENAMED);
	rec.r.uid = 5;
	strcpy(rec.r.name, "sshd");
	assert_int_equal(decide(hits, 1, m), 1);
	assert_int_equal(m[0].view, 1);
}

/* The cut view says no for certain; the rest of the command line is not known any more. */
static void cut(void **state)
{
	const struct hit hits[] = {{RULE_NEEDLE, HIT_UNSURE}};
	uint64_t undecided = residual_undecided(res);
	struct match m[8];

	begin(PROC_TRUNCATED);
	put(TAIL_ARGV, "cat\0aaaa", 8);
	assert_int_equal(decide(hits, 1, m), 0);
	assert_true(residual_undecided(res) == undecided + 1);
}

/* Nothing of the value is known: the rule counts as matched. */
static void unreadable(void **state)
{
	const struct hit hits[] = {{RULE_NEEDLE, HIT_UNSURE}};
	uint64_t undecided = residual_undecided(res);
	struct match m[8];

	begin(0);
	rec.r.unknown = FIELD_BIT(FIELD_PROC_ARGS) | FIELD_BIT(FIELD_PROC_CMDLINE);
	assert_int_equal(decide(hits, 1, m), 1);
	assert_true(residual_undecided(res) == undecided + 1);
}

static void all_rules(void **state)
{
	const struct hit hits[] = {{RULE_NEEDLE, 0}};
	struct match m[8];

	begin(RECORD_ALL_RULES);
	rec.r.uid = 4;
	PUT(TAIL_WRITTEN, "/etc/passwd");
	assert_int_equal(decide(hits, 1, m), 4);
	assert_true(m[0].rule == RULE_NEEDLE && m[1].rule == RULE_PATH);
	assert_true(m[2].rule == RULE_NARROWED && m[3].rule == RULE_ALLOWED);
}

/* A field that is not seen live does not hide a match, but does not let every event through. */
static void not_seen_live(void **state)
{
	const struct hit hits[] = {{RULE_NARROWED, HIT_UNSURE}, {RULE_NOT_NARROWED, HIT_UNSURE}};
	const struct hit missing[] = {{RULE_ALLOWED, HIT_UNSURE}, {RULE_OTHER, HIT_UNSURE}};
	struct match m[8];

	begin(0);
	strcpy(rec.r.container, "0123456789ab");
	assert_int_equal(decide(hits, 2, m), 1);
	assert_int_equal(m[0].rule, RULE_NARROWED);
	begin(0);
	strcpy(rec.r.container, "0123456789ab");
	strcpy(rec.r.name, "dog");
	strcpy(rec.r.comm, "dog");
	assert_int_equal(decide(hits, 2, m), 0);
	/* Of a rule that nothing else narrows it is missing: every comparison with it is false. */
	begin(0);
	strcpy(rec.r.container, "0123456789ab");
	assert_int_equal(decide(missing, 2, m), 1);
	assert_int_equal(m[0].rule, RULE_ALLOWED);
}

static void no_such_rule(void **state)
{
	const struct hit hits[] = {{0xffff, 0}, {99, HIT_UNSURE}};
	struct match m[8];

	begin(0);
	assert_int_equal(decide(hits, 2, m), 0);
}

/* More matches than there is room for: counted, not written. */
static void little_room(void **state)
{
	const struct hit hits[] = {{RULE_PATH, 0}, {RULE_NEEDLE, 0}};
	struct match m[2] = {{.rule = 9}, {.rule = 9}};

	begin(0);
	put(TAIL_HITS, hits, sizeof(hits));
	assert_int_equal(record_open(&ev, &rec, rec.r.size, 1), 0);
	assert_int_equal(residual_decide(res, &ev, m, 1), 2);
	assert_int_equal(m[1].rule, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sure),		 cmocka_unit_test(unsure),
		cmocka_unit_test(renamed),	 cmocka_unit_test(cut),
		cmocka_unit_test(unreadable),	 cmocka_unit_test(all_rules),
		cmocka_unit_test(not_seen_live), cmocka_unit_test(no_such_rule),
		cmocka_unit_test(little_room),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
