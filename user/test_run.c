/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_run.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "gen/interp.h"
#include "user/util.h"

#define SHOWN_MAX 10 /* names in one sentence */

static int fail(struct test_result *res, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int fail(struct test_result *res, const char *format, ...)
{
	_cleanup_(buf_free) struct buf b = {};
	va_list ap;

	va_start(ap, format);
	buf_va(&b, format, ap);
	va_end(ap);
	return b.failed ? -ENOMEM : texts_add(&res->failures, buf_text(&b));
}

/* "event 3: " where there is more than one. */
static const char *event_text(const struct test_result *res, size_t event, char text[32])
{
	if (res->test->n_events > 1)
		snprintf(text, 32, "event %zu: ", event + 1);
	else
		*text = '\0';
	return text;
}

/* ---- deciding ---- */

static void add_names(const struct decider *d, const struct match *m, size_t n, struct buf *out)
{
	if (!n)
		buf_str(out, "nothing");
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
		buf_printf(out, "%s'%s'%s", i ? ", " : "", d->policy->rules[m[i].rule].rule->name,
			   m[i].view ? " (by the path as resolved)" : "");
	if (n > SHOWN_MAX)
		buf_printf(out, " and %zu more", n - SHOWN_MAX);
}

static int engines_differ(struct test_runner *r, struct test_result *res, size_t event,
			  const struct match *interp, size_t n)
{
	_cleanup_(buf_free) struct buf said = {}, tables = {};
	char where[32];

	add_names(&r->decider, interp, n, &said);
	add_names(&r->decider, r->decider.matches, r->decider.n_matches, &tables);
	return fail(res, "%sthe engines differ: by the interpreter %s, by the tables %s",
		    event_text(res, event, where), buf_text(&said), buf_text(&tables));
}

/* Leaves what the tables say in the decider if both agree or both are not asked. */
static int decide(struct test_runner *r, struct test_result *res, size_t event,
		  struct json_event *je)
{
	_cleanup_free_ struct match *interp = NULL;
	struct decider *d = &r->decider;
	size_t n;

	decider_run(d, r->engines == TEST_TABLES ? ENGINE_TABLES : ENGINE_INTERP, je);
	if (r->engines != TEST_BOTH)
		return 0;
	n = d->n_matches;
	interp = malloc((n + 1) * sizeof(*interp));
	if (!interp)
		return -ENOMEM;
	memcpy(interp, d->matches, n * sizeof(*interp));
	decider_run(d, ENGINE_TABLES, je);
	if (n == d->n_matches && !memcmp(interp, d->matches, n * sizeof(*interp)))
		return 0;
	return engines_differ(r, res, event, interp, n);
}

static int raise(struct test_runner *r, struct test_result *res, size_t event, struct event *ev)
{
	size_t n = r->decider.n_matches;
	struct test_raised *more;

	if (n && r->config->rule_matching == MATCHING_FIRST)
		n = 1;
	more = realloc(res->raised, (res->n_raised + n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	res->raised = more;
	for (size_t i = 0; i < n; i++) {
		struct test_raised *to = &more[res->n_raised];

		ev->view = r->decider.matches[i].view;
		if (alert_make(r->alerter, r->decider.matches[i].rule, ev, &to->alert))
			return -ENOMEM;
		to->event = event;
		res->n_raised++;
	}
	return 0;
}

static int play(struct test_runner *r, struct test_result *res)
{
	int err = 0;

	for (size_t i = 0; i < res->test->n_events && !err; i++) {
		struct json_event je;
		char why[200];

		if (json_event_open(&je, r->arena, res->test->events[i], why, sizeof(why)))
			err = fail(res, "event %zu: %s", i + 1, why);
		else
			err = decide(r, res, i, &je);
		if (!err)
			err = raise(r, res, i, &je.ev);
	}
	return err;
}

/* ---- comparing ---- */

static void field_text(const struct alert_field *f, struct buf *out)
{
	switch (f->kind) {
	case ALERT_NULL:
		break;
	case ALERT_STR:
	case ALERT_RAW:
		buf_str(out, f->str);
		break;
	case ALERT_INT:
		buf_printf(out, "%" PRId64, f->num);
		break;
	case ALERT_BOOL:
		buf_str(out, f->num ? "true" : "false");
		break;
	}
}

static const struct alert_field *find_field(const struct alert *a, const char *name)
{
	for (size_t i = 0; i < a->n_fields; i++)
		if (!strcmp(a->fields[i].name, name))
			return &a->fields[i];
	return NULL;
}

/* Appends to why what is wrong, if anything; returns whether the value is as expected. */
static bool is_field(const struct alert *a, const struct test_value *v, struct buf *why)
{
	const struct alert_field *f = find_field(a, v->name);
	_cleanup_(buf_free) struct buf is = {};

	if (!f) {
		buf_printf(why, "its output does not print %s", v->name);
		return false;
	}
	field_text(f, &is);
	if (f->kind == ALERT_NULL ? !v->text : v->text && !strcmp(v->text, buf_text(&is)))
		return true;
	if (f->kind == ALERT_NULL)
		buf_printf(why, "%s is missing, not '%s'", v->name, v->text);
	else if (!v->text)
		buf_printf(why, "%s is '%s', not missing", v->name, buf_text(&is));
	else
		buf_printf(why, "%s is '%s', not '%s'", v->name, buf_text(&is), v->text);
	return false;
}

static bool is_expected(const struct alert *a, const struct test_alert *x, struct buf *why)
{
	if (x->has_priority && a->priority != x->priority) {
		buf_printf(why, "its priority is %s, not %s", priority_name(a->priority),
			   priority_name(x->priority));
		return false;
	}
	if (x->output && strcmp(a->message, x->output)) {
		buf_printf(why, "its output is '%s', not '%s'", a->message, x->output);
		return false;
	}
	for (size_t i = 0; i < x->n_contains; i++) {
		if (strstr(a->message, x->contains[i].text))
			continue;
		buf_printf(why, "there is no '%s' in its output '%s'", x->contains[i].text,
			   a->message);
		return false;
	}
	for (size_t i = 0; i < x->n_fields; i++)
		if (!is_field(a, &x->fields[i], why))
			return false;
	return true;
}

/* What the rule's comparisons came to, for each event. */
static int explain(struct test_runner *r, struct test_result *res, const char *rule)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	const struct policy *p = r->decider.policy;

	if (!to)
		return -ENOMEM;
	for (size_t i = 0; i < res->test->n_events; i++) {
		struct json_event je;
		char why[200];

		if (json_event_open(&je, r->arena, res->test->events[i], why, sizeof(why)))
			continue;
		for (size_t k = 0; k < p->n_rules; k++)
			if (!strcmp(p->rules[k].rule->name, rule))
				interp_eval_views(p->rules[k].rule->tree, &je.ev, to);
	}
	if (fclose(to))
		return -ENOMEM;
	return fail(res, "the comparisons of rule '%s':\n%s", rule, text);
}

static int not_raised(struct test_runner *r, struct test_result *res, const struct test_alert *x)
{
	_cleanup_(buf_free) struct buf others = {};
	int err;

	for (size_t i = 0; i < res->n_raised && i < SHOWN_MAX; i++)
		buf_printf(&others, "%s'%s'", i ? ", " : "; raised were ",
			   res->raised[i].alert.rule);
	err = fail(res, "rule '%s' raised no alert%s", x->rule, buf_text(&others));
	return err || !r->trace ? err : explain(r, res, x->rule);
}

static int compare_alert(struct test_runner *r, struct test_result *res, const struct test_alert *x)
{
	_cleanup_(buf_free) struct buf why = {};
	size_t of_rule = 0, right = 0;

	for (size_t i = 0; i < res->n_raised; i++) {
		const struct alert *a = &res->raised[i].alert;

		if (strcmp(a->rule, x->rule))
			continue;
		if (of_rule++)
			buf_str(&why, "; ");
		right += is_expected(a, x, &why);
	}
	if (x->count ? right == x->count : right)
		return 0;
	if (!of_rule)
		return not_raised(r, res, x);
	if (x->count && right)
		return fail(res, "rule '%s' raised %zu such alerts, not %u", x->rule, right,
			    x->count);
	return fail(res, "rule '%s' alerted, but %s", x->rule, buf_text(&why));
}

static bool is_listed(const struct test_case *c, const char *rule)
{
	for (size_t i = 0; i < c->n_alerts; i++)
		if (!strcmp(c->alerts[i].rule, rule))
			return true;
	return false;
}

static bool is_forbidden(const struct test_case *c, const char *rule)
{
	for (size_t i = 0; i < c->n_no_alerts; i++)
		if (!strcmp(c->no_alerts[i].text, rule))
			return true;
	return c->exact && !is_listed(c, rule);
}

static int compare(struct test_runner *r, struct test_result *res)
{
	const struct test_case *c = res->test;
	int err = 0;
	char where[32];

	for (size_t i = 0; i < c->n_alerts && !err; i++)
		err = compare_alert(r, res, &c->alerts[i]);
	for (size_t i = 0; i < res->n_raised && !err; i++) {
		const struct test_raised *x = &res->raised[i];

		if (is_forbidden(c, x->alert.rule))
			err = fail(res, "%srule '%s' must not alert, but did: %s",
				   event_text(res, x->event, where), x->alert.rule,
				   x->alert.message);
	}
	return err;
}

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int test_run(struct test_runner *r, const struct test_case *c, struct test_result *out)
{
	double began = seconds_now();
	int err;

	*out = (struct test_result){.test = c};
	err = play(r, out);
	if (!err)
		err = compare(r, out);
	out->seconds = seconds_now() - began;
	return err;
}

void test_result_free(struct test_result *res)
{
	for (size_t i = 0; i < res->n_raised; i++)
		alert_free(&res->raised[i].alert);
	free(res->raised);
	texts_free(&res->failures);
	*res = (struct test_result){};
}
