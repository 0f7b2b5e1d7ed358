/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes, guards, triggers, and that no limit of the kernel's tables loses an event. */
#include "tests/unit/gen_fake.h"

#include "gen/tables.h"

#define NOT_HOST "not container.id = host"

static const void *section(const struct policy *p, __u32 off)
{
	return p->image.data + off;
}

#define SECTION(p, type, member)                                                                   \
	((const struct type *)section((p), image_head(&(p)->image)->member))

static void check_image(const struct policy *p)
{
	char why[200] = "";

	if (image_check(p->image.data, p->image.size, why, sizeof(why)))
		fail_msg("%s", why);
}

static void done(struct ruleset *rs, struct policy *p)
{
	check_image(p);
	image_free(&p->image);
	ruleset_free(&rs);
}

static struct fake sample(void)
{
	struct fake e = fake_new();

	fake_text(&e, FIELD_PROC_NAME, "bash");
	fake_text(&e, FIELD_PROC_CMDLINE, "bash -c true");
	fake_text(&e, FIELD_PROC_ARGS, "-c true");
	fake_text(&e, FIELD_PROC_EXE, "bash");
	fake_text(&e, FIELD_PROC_EXEPATH, "/usr/bin/bash");
	fake_text(&e, FIELD_CONTAINER_ID, "0123456789ab");
	fake_text(&e, FIELD_FD_NAME, "/etc/passwd");
	fake_text(&e, FIELD_PROC_PNAME, "sshd");
	fake_ancestor(&e, "1", "sshd");
	fake_unknown(&e, FIELD_PROC_ENV, "");
	fake_text(&e, FIELD_EVT_RES, "SUCCESS");
	fake_text(&e, FIELD_FD_TYPECHAR, "f");
	fake_text(&e, FIELD_FD_TYPE, "file");
	fake_number(&e, FIELD_EVT_RAWRES, 3);
	fake_number(&e, FIELD_EVT_FAILED, 0);
	fake_number(&e, FIELD_EVT_IS_OPEN_READ, 1);
	fake_number(&e, FIELD_EVT_IS_OPEN_WRITE, 0);
	fake_number(&e, FIELD_FD_NUM, 3);
	fake_number(&e, FIELD_PROC_PID, 100);
	fake_number(&e, FIELD_PROC_PPID, 5000);
	fake_number(&e, FIELD_USER_UID, 1000);
	return e;
}

static size_t decide(const struct policy *p, enum event_id type, struct hit *hits, size_t max)
{
	struct tables *t = tables_new(&p->image);
	struct fake e = sample();
	size_t n = tables_decide(t, type, &e.ev, hits, max);

	tables_free(&t);
	return n;
}

/* Which comparison makes the kernel look at the only conjunction. */
static const struct {
	const char *condition;
	enum field_id trigger; /* FIELD_COUNT: none, it is always looked at */
} triggers[] = {
	{NOT_HOST " and evt.type = open and proc.name = a and fd.name contains b", FIELD_FD_NAME},
	{NOT_HOST " and proc.name = a and proc.cmdline contains b", FIELD_PROC_NAME},
	{"container.id = abc and proc.cmdline contains b", FIELD_PROC_CMDLINE},
	{"container.id = abc and proc.exepath startswith /tmp", FIELD_PROC_EXEPATH},
	{"container.id = abc and proc.pname = a", FIELD_PROC_PNAME},
	{"container.id = abc and proc.pid = 1", FIELD_CONTAINER_ID},
	{"proc.exepath startswith /tmp and proc.cmdline contains b", FIELD_PROC_CMDLINE},
	{NOT_HOST, FIELD_COUNT},
	{NOT_HOST " and proc.pid = 1 and not proc.name = a", FIELD_COUNT},
};

static enum field_id trigger_of(const struct policy *p)
{
	const struct img_trigger *t = SECTION(p, img_trigger, triggers);
	const struct img_field *f = SECTION(p, img_field, fields);
	enum field_id found = FIELD_COUNT;
	unsigned i, k;

	for (i = 0; i < PRED_MAX; i++) {
		for (k = 0; t[i].n && k < FIELD_KERNEL_COUNT; k++) {
			const __u64 *words = section(p, f[k].preds_word);

			if (words[i / 64] >> (i % 64) & 1)
				found = k;
		}
	}
	return found;
}

static void triggers_are_selective(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		struct policy p = {};
		struct ruleset *rs = fake_policy(&triggers[i].condition, 1, &p);
		enum field_id f = trigger_of(&p);

		if (f != triggers[i].trigger)
			fail_msg("%s: %d", triggers[i].condition, f);
		done(rs, &p);
	}
}

/* Execs and opens, opens by number: three shapes. What a process must be is in the guards. */
static void shapes_and_guards(void **state)
{
	static const char *const conditions[] = {
		"evt.type in (execve, execveat) and " NOT_HOST " and proc.name = a",
		"evt.type in (execve, execveat) and " NOT_HOST " and proc.name = b",
		"evt.type = open and " NOT_HOST " and fd.name = /a",
		"evt.type = open and " NOT_HOST " and fd.name = /b and fd.num >= 0",
		"evt.type = open and " NOT_HOST " and fd.name = /c and fd.num >= 0",
	};
	struct policy p = {};
	struct ruleset *rs = fake_policy(conditions, 5, &p);
	const struct img_head *h = image_head(&p.image);
	const struct event_set types = image_types(&p.image);
	const struct event_set wanted = event_set_of_bits(
		EVENT_BIT(EVENT_EXECVE) | EVENT_BIT(EVENT_EXECVEAT) | EVENT_BIT(EVENT_OPEN));
	unsigned exec = h->type_slot[EVENT_EXECVE], open = h->type_slot[EVENT_OPEN];
	struct tables *t = tables_new(&p.image);
	struct proc host = {.name = "a", .container = "host"}, in = {.name = "c", .container = "x"};
	struct proc both = {.name = "a", .container = "x"};

	assert_int_equal(h->n_shapes, 3);
	assert_int_equal(h->n_conjs, 5);
	assert_int_equal(h->n_guards, 3);
	assert_true(event_set_equal(&types, &wanted));
	assert_int_equal(exec, h->type_slot[EVENT_EXECVEAT]);
	assert_true(exec < TYPE_SLOTS && open < TYPE_SLOTS && exec != open);
	assert_int_equal(h->type_slot[EVENT_OPENAT], TYPE_SLOT_NONE);
	assert_int_equal(__builtin_popcountll(h->type_shapes[open]), 2);
	assert_int_equal(h->type_nums[open], FIELD_BIT(FIELD_FD_NUM));
	assert_int_equal(h->type_nums[exec], 0);
	tables_process(t, &host, "a", 2, false, "/a");
	tables_process(t, &in, "a", 2, false, "/a");
	tables_process(t, &both, "a", 2, false, "/a");
	assert_int_equal(host.live, 0);
	assert_int_equal(in.live, h->type_shapes[open]);
	assert_int_equal(both.live, h->type_shapes[open] | h->type_shapes[exec]);
	tables_free(&t);
	done(rs, &p);
}

/* A text that was not read to its end can still make a process a candidate. */
static void cut_texts_stay_candidates(void **state)
{
	const char *condition = "proc.cmdline contains needle";
	struct policy p = {};
	struct ruleset *rs = fake_policy(&condition, 1, &p);
	struct tables *t = tables_new(&p.image);
	struct proc whole = {.name = "a"}, cut = {.name = "a"};

	tables_process(t, &whole, "a\0nee", 6, false, "/a");
	tables_process(t, &cut, "a\0nee", 6, true, "/a");
	assert_int_equal(whole.live, 0);
	assert_int_not_equal(cut.live, 0);
	assert_true(cut.unknown & FIELD_BIT(FIELD_PROC_CMDLINE));
	tables_free(&t);
	done(rs, &p);
}

static void fields_to_send(void **state)
{
	const char *condition = "proc.pname = a and fd.name.written = /etc and user.name = root";
	struct policy p = {};
	struct ruleset *rs = fake_policy(&condition, 1, &p);
	const struct img_rule *r = SECTION(&p, img_rule, rules);

	/* its output is "%proc.exeline %fd.name" */
	assert_int_equal(r[0].needs, FIELD_BIT(FIELD_PROC_EXE) | FIELD_BIT(FIELD_PROC_ARGS) |
					     FIELD_BIT(FIELD_FD_NAME) |
					     FIELD_BIT(FIELD_PROC_PNAME) |
					     FIELD_BIT(FIELD_USER_UID));
	assert_int_equal(p.rules[0].n_residual, 1);
	done(rs, &p);
}

/* ---- limits: rules made by number, all of which hold for the sample ---- */

static struct ruleset *many(size_t n, const char *format, struct policy *p)
{
	char **conditions = calloc(n, sizeof(*conditions));
	struct ruleset *rs;
	size_t i;

	for (i = 0; i < n; i++) {
		char *s = NULL, *at;

		assert_true(asprintf(&s, "%s", format) > 0);
		/* @ stands for the number of the rule */
		while ((at = strchr(s, '@'))) {
			char *next = NULL;

			assert_true(asprintf(&next, "%.*s%zu%s", (int)(at - s), s, i, at + 1) > 0);
			free(s);
			s = next;
		}
		conditions[i] = s;
	}
	rs = fake_policy((const char *const *)conditions, n, p);
	for (i = 0; i < n; i++)
		free(conditions[i]);
	free(conditions);
	return rs;
}

static const struct {
	size_t n;
	const char *condition;
} limits[] = {
	/* more than one list of conjunctions that nothing triggers */
	{700, "evt.type = openat and " NOT_HOST " and not proc.name = x@"},
	/* more than the list of one trigger */
	{700, "evt.type = openat and fd.name = /etc/passwd and not proc.name = x@"},
	/* more shapes than there are */
	{60, "evt.type = openat and proc.pid != @ and proc.ppid != @ and fd.name = /etc/passwd"},
	/* more guards than there are */
	{500, "evt.type = openat and fd.name = /etc/passwd and "
	      "(not proc.exe = /@ or not proc.args = b@) and "
	      "(not proc.name = p or not proc.cmdline = q)"},
	/* more process predicates, and event predicates, than there are */
	{1500, "evt.type = openat and not proc.cmdline contains x@y"},
	{1500, "evt.type = openat and not fd.name startswith /@"},
	/* more derived predicates than there are */
	{100, "evt.type = openat and not proc.pname = x@"},
	/* more ranges of a field than there are */
	{100, "evt.type = openat and proc.pid >= 100 and proc.pid != @"},
	/* the same, and all must be true: some share a bit */
	{2500, "evt.type = openat and fd.name in (/etc/passwd, /@)"},
	{2500, "evt.type = openat and proc.args in (x@, \"-c true\") and fd.name = /etc/passwd"},
	/* as many rules as there are */
	{8192, "evt.type = openat and not fd.name = /@"},
};

static void limits_lose_nothing(void **state)
{
	static struct hit hits[RULE_MAX];
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct policy p = {};
		struct ruleset *rs = many(limits[i].n, limits[i].condition, &p);
		size_t n = decide(&p, EVENT_OPENAT, hits, RULE_MAX), k, unsure = 0;

		if (n != limits[i].n)
			fail_msg("%s: %zu of %zu rules", limits[i].condition, n, limits[i].n);
		for (k = 0; k < n; k++)
			unsure += hits[k].flags & HIT_UNSURE;
		for (k = 0; k < p.n_rules; k++)
			unsure -= p.rules[k].n_residual > 0;
		/* who says that userspace decides, and only who says so */
		assert_int_equal(unsure, 0);
		assert_int_equal(decide(&p, EVENT_EXECVE, hits, RULE_MAX), 0);
		done(rs, &p);
	}
}

/* However many rules there are, what none of them names is not sent to userspace. */
static void many_comparisons_stay_selective(void **state)
{
	static const char *const conditions[] = {
		"evt.type = openat and fd.name startswith /nosuch@/",
		"evt.type = openat and proc.cmdline contains nosuch@ and fd.num >= 0",
		"evt.type = openat and proc.name in (a@, b@) and fd.name contains x@x",
		"evt.type in (execve, openat) and proc.exepath = /nosuch@ and not proc.name = x@",
	};
	struct hit hits[1];
	size_t i;

	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct policy p = {};
		struct ruleset *rs = many(2500, conditions[i], &p);

		assert_int_equal(p.n_rules, 2500);
		assert_int_equal(decide(&p, EVENT_OPENAT, hits, 1), 0);
		assert_int_equal(decide(&p, EVENT_EXECVE, hits, 1), 0);
		done(rs, &p);
	}
}

/* A list that is too long for an automaton is cut, not left out: other paths stay out. */
static void long_lists_stay_selective(void **state)
{
	char *condition = NULL;
	size_t size, i;
	FILE *to = open_memstream(&condition, &size);
	struct policy p = {};
	struct ruleset *rs;
	struct hit hits[2];
	const char *conditions[2];

	fprintf(to, "evt.type = openat and fd.name in (/etc/%%d");
	for (i = 0; i < 60000; i++)
		fprintf(to, ", /nosuch/%zu/file", i);
	fprintf(to, ")");
	fclose(to);
	conditions[0] = condition;
	conditions[1] = "evt.type = openat and fd.name = /etc/passwd";
	rs = fake_policy(conditions, 2, &p);
	assert_int_equal(decide(&p, EVENT_OPENAT, hits, 2), 1);
	assert_int_equal(hits[0].rule, 1);
	assert_int_equal(hits[0].flags, 0);
	assert_int_equal(p.rules[0].n_residual, 1);
	assert_int_equal(p.rules[1].n_residual, 0);
	done(rs, &p);
	free(condition);
}

/* More exclusions than fit in one chunk, of two to three tests each; the event satisfies only what
 * is asked for in the last ones. */
static void exclusions_hold_back(void **state)
{
	static const struct {
		const char *last;
		size_t n_hits, flags;
	} cases[] = {
		{"fd.name = /etc/passwd and proc.name = bash", 0, 0},
		{"fd.name = /etc/passwd and proc.name = other", 1, 0},
		{"fd.name = /etc/passwd and proc.exepath = /usr/bin/bash and fd.num = 3", 0, 0},
		{"fd.name = /etc/passwd and proc.exepath = /usr/bin/bash and fd.num = 4", 1, 0},
		/* not known: userspace decides, unless something else says no */
		{"fd.name = /etc/passwd and proc.env contains \"A=1\"", 1, HIT_UNSURE},
		{"fd.name = /etc/other and proc.env contains \"A=1\"", 1, 0},
		{"fd.name = /etc/passwd and proc.env contains \"A=1\") and not (proc.name = bash "
		 "and "
		 "fd.num = 3",
		 0, 0},
	};
	size_t i, k, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *condition = NULL;
		size_t size;
		FILE *to = open_memstream(&condition, &size);
		struct policy p = {};
		struct hit hits[4];
		struct ruleset *rs;

		fprintf(to, "evt.type = openat and fd.name startswith /etc");
		for (k = 0; k < 30; k++)
			fprintf(to, " and not (proc.name = n%zu and fd.name = /f%zu%s)", k, k,
				k % 2 ? " and fd.num = 7" : "");
		fprintf(to, " and not (%s)", cases[i].last);
		fclose(to);
		rs = fake_policy((const char *const *)&condition, 1, &p);
		assert_int_equal(image_head(&p.image)->n_conjs, 1);
		n = decide(&p, EVENT_OPENAT, hits, 4);
		if (n != cases[i].n_hits || (n && hits[0].flags != cases[i].flags))
			fail_msg("not (%s): %zu hits, flags %u", cases[i].last, n,
				 n ? hits[0].flags : 0);
		assert_int_equal(p.rules[0].n_residual, 0);
		done(rs, &p);
		free(condition);
	}
}

/* One conjunction over more words than it can test. */
static void too_many_words(void **state)
{
	char *condition = NULL;
	size_t size, i, n;
	FILE *to = open_memstream(&condition, &size);
	struct policy p = {};
	struct ruleset *rs;
	struct hit hits[RULE_MAX];
	const char *conditions[1];

	/* Alternating signs and fields, so that nothing is joined. */
	fprintf(to, "evt.type = openat and fd.name = /etc/passwd");
	for (i = 0; i < 900; i++)
		fprintf(to,
			" and (proc.cmdline contains bash or proc.exepath = /x%zu) and "
			"not (proc.exepath = /y%zu and proc.name = z%zu)",
			i, i, i);
	fclose(to);
	conditions[0] = condition;
	rs = fake_policy(conditions, 1, &p);
	n = decide(&p, EVENT_OPENAT, hits, RULE_MAX);
	assert_int_equal(n, 1);
	assert_true(hits[0].flags & HIT_UNSURE);
	assert_true(p.rules[0].n_residual > 0);
	done(rs, &p);
	free(condition);
}

static void more_rules_than_there_are(void **state)
{
	const struct gen_options all = {.minimum = PRIORITY_DEBUG};
	struct ruleset *rs = ruleset_new();
	struct policy p = {};
	char *yaml = NULL;
	size_t size, i;
	FILE *to = open_memstream(&yaml, &size);

	for (i = 0; i <= RULE_MAX; i++)
		fprintf(to,
			"- {rule: r%zu, desc: d, output: o, priority: INFO, "
			"condition: proc.name = a}\n",
			i);
	fclose(to);
	assert_int_equal(ruleset_load_text(rs, "test", yaml, size), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	assert_true(gen_compile(rs, &all, &p) < 0);
	assert_int_equal(rs->diags.errors, 1);
	assert_null(p.image.data);
	ruleset_free(&rs);
	free(yaml);
}

/* Rules of less priority than wanted, and disabled ones, are not in the image. */
static void only_wanted_rules(void **state)
{
	static const char yaml[] =
		"- {rule: a, desc: d, output: o, priority: WARNING, condition: proc.name = a}\n"
		"- {rule: b, desc: d, output: o, priority: NOTICE, condition: proc.name = a}\n"
		"- {rule: c, desc: d, output: o, priority: ERROR, condition: proc.name = a,\n"
		"   enabled: false}\n"
		"- {rule: d, desc: d, output: o, priority: ERROR, condition: proc.name = a}\n";
	const struct gen_options warnings = {.minimum = PRIORITY_WARNING};
	struct ruleset *rs = ruleset_new();
	struct policy p = {};

	assert_int_equal(ruleset_load_text(rs, "test", yaml, sizeof(yaml) - 1), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	assert_int_equal(gen_compile(rs, &warnings, &p), 0);
	assert_int_equal(p.n_rules, 2);
	assert_string_equal(p.rules[0].rule->name, "a");
	assert_string_equal(p.rules[1].rule->name, "d");
	assert_int_equal(p.n_preds, 1);
	done(rs, &p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triggers_are_selective),
		cmocka_unit_test(shapes_and_guards),
		cmocka_unit_test(cut_texts_stay_candidates),
		cmocka_unit_test(fields_to_send),
		cmocka_unit_test(many_comparisons_stay_selective),
		cmocka_unit_test(long_lists_stay_selective),
		cmocka_unit_test(limits_lose_nothing),
		cmocka_unit_test(exclusions_hold_back),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(more_rules_than_there_are),
		cmocka_unit_test(only_wanted_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
