/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what became of each rule. */
#include <stdio.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/live.h"

#include "user/cmd_rules.h"
#include "user/json.h"

static struct rule_args args;
static bool json;

static const struct opt opts[] = {
	RULE_OPTIONS(&args, 'o'),
	{"json", 0, OPT_FLAG, &json, NULL, "one JSON object"},
	{},
};

static const struct cmd cmd = {
	.name = "explain",
	.args = "[OPTION]... [RULE]...",
	.about =
		"Shows for each rule, or those named: the event types it is evaluated for and the\n"
		"hooks that see them, its comparisons with what decides them, and what is left "
		"for\n"
		"userspace to decide (residual), and why.\n",
	.opts = opts,
};

static const char *event_name(enum event_id id)
{
	for (size_t i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_SEEN && event_types[i].id == id)
			return event_types[i].name;
	}
	return "?";
}

static bool is_asked(const struct arg_list *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!strcmp(names->v[i], name))
			return true;
	}
	return !names->n;
}

/* ---- text ---- */

static void print_types(const struct explain_rule *r)
{
	const char *comma = " ";
	unsigned id;

	printf("  events:");
	for_each_event(id, &r->types)
	{
		printf("%s%s", comma, event_name(id));
		comma = ", ";
	}
	puts(event_set_is_empty(&r->types) ? " none" : "");
}

static void print_names(const char *title, const char *const *names, size_t n)
{
	if (!n)
		return;
	printf("  %s: ", title);
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i ? ", " : "", names[i]);
	putchar('\n');
}

static void print_preds(const struct explain_rule *r)
{
	int width = 0;

	for (size_t i = 0; i < r->n_preds; i++) {
		int n = strlen(r->preds[i].text);

		if (n > width && n <= 60)
			width = n;
	}
	printf("  comparisons:\n");
	for (size_t i = 0; i < r->n_preds; i++)
		printf("    %-*s  %-9s %s\n", width, r->preds[i].text, r->preds[i].scope,
		       r->preds[i].matcher);
}

static void print_unseen(const struct explain_rule *r)
{
	struct arena *a = arena_new();
	const char *names = a ? live_unseen(a, r->rule->tree) : NULL;

	if (names)
		printf("  not seen live: %s (%s)\n", names,
		       live_is_unbounded(r->rule->tree)
			       ? "nothing else narrows the rule: it counts as missing"
			       : "the rule alerts if all else matches");
	arena_free(&a);
}

static void print_rule(const struct explain_rule *r)
{
	printf("%s (%s, %s:%u)\n", r->rule->name, priority_name(r->rule->priority),
	       r->rule->at.file, r->rule->at.line);
	print_types(r);
	print_names("seen by no hook", r->unhooked, r->n_unhooked);
	print_names("hooks", r->hooks, r->n_hooks);
	print_unseen(r);
	print_preds(r);
	printf("  ways to match: %zu\n", r->n_conjs);
	if (!r->n_residual)
		printf("  residual: none, the kernel decides everything\n\n");
	else
		printf("  residual: %zu\n", r->n_residual);
	for (size_t i = 0; i < r->n_residual; i++)
		printf("    %s\n%s", r->residual[i], i + 1 == r->n_residual ? "\n" : "");
}

static bool is_compiled(const struct policy *p, const struct rule *r)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].rule == r)
			return true;
	}
	return false;
}

static const char *why_not(const struct rule *r)
{
	if (!r->enabled)
		return "disabled";
	if (r->priority > args.config.priority)
		return "less than the minimum priority";
	return "skipped";
}

/* How many rules the kernel decides alone, which it decides but for a part, and for which it only
 * knows the type of event. */
struct totals {
	size_t kernel, partly, userspace;
	size_t unseen; /* of all these: no hook sees their events */
};

static struct totals count(const struct policy *p)
{
	struct totals t = {};

	for (size_t i = 0; i < p->n_rules; i++) {
		t.unseen += event_set_is_empty(&p->rules[i].types) && p->rules[i].n_unhooked;
		if (!p->rules[i].n_residual)
			t.kernel++;
		else if (p->rules[i].n_preds)
			t.partly++;
		else
			t.userspace++;
	}
	return t;
}

static void print_text(const struct policy *p, const struct arg_list *names)
{
	struct totals t = count(p);

	for (size_t i = 0; i < p->n_rules; i++) {
		if (is_asked(names, p->rules[i].rule->name))
			print_rule(&p->rules[i]);
	}
	for (size_t i = 0; i < args.rs->n_rules; i++) {
		const struct rule *r = args.rs->rules[i];

		if (!is_compiled(p, r) && is_asked(names, r->name))
			printf("%s: not used: %s\n", r->name, why_not(r));
	}
	printf("%zu rules, %zu decided in the kernel alone, %zu partly, %zu by userspace; "
	       "%zu different comparisons; %zu bytes\n",
	       p->n_rules, t.kernel, t.partly, t.userspace, p->n_preds, p->image.size);
	if (t.unseen)
		printf("%zu of them ask only for events that no hook sees\n", t.unseen);
}

/* ---- JSON ---- */

static void json_text(struct buf *b, bool *first, const char *name, const char *value)
{
	json_name(b, first, name);
	json_str(b, value, strlen(value));
}

static void json_types(struct buf *b, bool *first, const struct explain_rule *r)
{
	const char *names[EVENT_COUNT];
	size_t n = 0;
	unsigned id;

	for_each_event(id, &r->types) names[n++] = event_name(id);
	json_texts(b, first, "events", names, n);
}

static void json_preds(struct buf *b, bool *first, const struct explain_rule *r)
{
	json_name(b, first, "predicates");
	buf_char(b, '[');
	for (size_t i = 0; i < r->n_preds; i++) {
		bool first_member = true;

		buf_str(b, i ? ",{" : "{");
		json_text(b, &first_member, "text", r->preds[i].text);
		json_text(b, &first_member, "scope", r->preds[i].scope);
		json_text(b, &first_member, "matcher", r->preds[i].matcher);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void json_rule(struct buf *b, const struct explain_rule *r)
{
	bool first = true;

	buf_char(b, '{');
	json_text(b, &first, "rule", r->rule->name);
	json_text(b, &first, "priority", priority_name(r->rule->priority));
	json_text(b, &first, "file", r->rule->at.file);
	json_name(b, &first, "line");
	buf_printf(b, "%u", r->rule->at.line);
	json_types(b, &first, r);
	json_texts(b, &first, "unhooked", r->unhooked, r->n_unhooked);
	json_texts(b, &first, "hooks", r->hooks, r->n_hooks);
	json_preds(b, &first, r);
	json_name(b, &first, "conjunctions");
	buf_printf(b, "%zu", r->n_conjs);
	json_texts(b, &first, "residual", r->residual, r->n_residual);
	buf_char(b, '}');
}

static int print_json(const struct policy *p, const struct arg_list *names)
{
	_cleanup_(buf_free) struct buf b = {};
	struct totals t = count(p);
	bool first = true;

	buf_str(&b, "{\"rules\":[");
	for (size_t i = 0; i < p->n_rules; i++) {
		if (!is_asked(names, p->rules[i].rule->name))
			continue;
		if (!first)
			buf_char(&b, ',');
		first = false;
		json_rule(&b, &p->rules[i]);
	}
	buf_printf(&b,
		   "],\"totals\":{\"rules\":%zu,\"kernel\":%zu,\"partly\":%zu,\"userspace\":%zu,"
		   "\"unseen\":%zu},"
		   "\"predicates\":%zu,\"bytes\":%zu}",
		   p->n_rules, t.kernel, t.partly, t.userspace, t.unseen, p->n_preds,
		   p->image.size);
	if (b.failed)
		return EXIT_FAIL;
	puts(b.s);
	return EXIT_OK;
}

static bool has_rule(const char *name)
{
	for (size_t i = 0; i < args.rs->n_rules; i++) {
		if (!strcmp(args.rs->rules[i]->name, name))
			return true;
	}
	return false;
}

static int explain(const struct arg_list *names)
{
	struct policy policy = {};
	int status = rule_args_compile(&args, &policy, true);

	if (status)
		return status;
	for (size_t i = 0; i < names->n; i++) {
		if (has_rule(names->v[i]))
			continue;
		log_error("there is no rule '%s'", names->v[i]);
		status = EXIT_FAIL;
	}
	if (!status && json)
		status = print_json(&policy, names);
	else if (!status)
		print_text(&policy, names);
	image_free(&policy.image);
	return status;
}

int cmd_explain(int argc, char **argv)
{
	struct arg_list names = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &names))
		status = explain(&names);
	arg_list_free(&names);
	rule_args_end(&args);
	return status;
}
