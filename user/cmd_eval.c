/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval: rules or one condition on events that are given as JSON lines, by the interpreter or by
 * the compiled tables, as the kernel would.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"

#include "user/alert.h"
#include "user/cmd_rules.h"
#include "user/decide.h"
#include "user/rulefiles.h"

#define CONDITION_RULE "condition given to eval"

struct eval {
	enum engine engine;
	struct policy policy;
	struct decider decider;
	struct alerter *alerter;
	struct buf line;
};

static struct rule_args args;
static const char *condition, *engine_name = "interp";
static bool trace, json;

static const struct opt opts[] = {
	RULE_OPTIONS(&args, 'o'),
	{"condition", 0, OPT_TEXT, &condition, "EXPR",
	 "print true or false for each event instead of alerts"},
	{"engine", 0, OPT_TEXT, &engine_name, "NAME",
	 "interp: the reference interpreter (the default); tables: the compiled tables"},
	{"trace", 0, OPT_FLAG, &trace, NULL, "show the truth of every comparison, on stderr"},
	{"json", 0, OPT_FLAG, &json, NULL, "alerts as JSON"},
	{},
};

static const struct cmd cmd = {
	.name = "eval",
	.args = "[OPTION]... [EVENTS.jsonl|-]",
	.about = "Reads events, one JSON object of field names and values a line, and prints the\n"
		 "alerts that 'run' would print. A value that is absent or null is missing. Needs "
		 "no\n"
		 "privileges.\n",
	.opts = opts,
};

/* ---- printing ---- */

static bool is_condition(const struct eval *e, unsigned rule)
{
	return !strcmp(e->policy.rules[rule].rule->name, CONDITION_RULE);
}

static void print_truth(const struct eval *e)
{
	bool truth = false;

	for (size_t i = 0; i < e->decider.n_matches; i++)
		truth |= is_condition(e, e->decider.matches[i].rule);
	puts(truth ? "true" : "false");
}

static int print_alerts(struct eval *e, struct event *ev)
{
	size_t n = e->decider.n_matches;

	if (n && args.config.rule_matching == MATCHING_FIRST)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		struct alert a;
		int err;

		ev->view = e->decider.matches[i].view;
		err = alert_make(e->alerter, e->decider.matches[i].rule, ev, &a);
		if (err)
			return err;
		buf_clear(&e->line);
		alert_line(&a, &args.config, &e->line);
		alert_free(&a);
		fwrite(buf_text(&e->line), 1, e->line.len, stdout);
	}
	return 0;
}

/* ---- events ---- */

static int fail(const char *file, size_t number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int fail(const char *file, size_t number, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%zu: error: ", file, number);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -EINVAL;
}

/* -EINVAL for an event that is wrong: the next one may be right. -EIO if there is no way to print.
 */
static int eval_line(struct eval *e, struct arena *a, const char *file, size_t number,
		     const char *line, size_t len)
{
	struct json_error err;
	struct json_event event;
	const struct json *object = json_read(a, line, len, &err);
	char why[200];

	if (!object)
		return fail(file, number, "column %zu: %s", err.position + 1, err.why);
	if (json_event_open(&event, a, object, why, sizeof(why)))
		return fail(file, number, "%s", why);
	decider_run(&e->decider, e->engine, &event);
	if (condition)
		print_truth(e);
	else if (print_alerts(e, &event.ev))
		return fail(file, number, "no memory");
	return fflush(stdout) ? -EIO : 0;
}

static int eval_stream(struct eval *e, const char *file, FILE *in)
{
	_cleanup_free_ char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t len;
	int err = 0, worst = 0;

	while (err != -EIO && (len = getline(&line, &cap, in)) >= 0) {
		struct arena *a;

		number++;
		if (strspn(line, " \t\r\n") == (size_t)len)
			continue;
		a = arena_new();
		if (!a)
			return fail(file, number, "no memory");
		err = eval_line(e, a, file, number, line, len);
		arena_free(&a);
		worst = err ? err : worst;
	}
	return ferror(in) ? fail(file, number, "%s", strerror(errno)) : worst;
}

static int eval_file(struct eval *e, const char *path)
{
	_cleanup_fclose_ FILE *f = NULL;

	if (!path || !strcmp(path, "-"))
		return eval_stream(e, "standard input", stdin);
	f = fopen(path, "re");
	if (!f) {
		log_error("%s: %s", path, strerror(errno));
		return -errno;
	}
	return eval_stream(e, path, f);
}

/* ---- rules ---- */

/* The condition as a rule after the others, so that both engines see it as they see rules. */
static int add_condition(struct ruleset *rs)
{
	_cleanup_(buf_free) struct buf yaml = {};

	buf_str(&yaml, "- rule: " CONDITION_RULE "\n  desc: none\n  condition: ");
	buf_yaml(&yaml, condition);
	buf_str(&yaml, "\n  output: none\n  priority: DEBUG\n  warn_evttypes: false\n");
	if (yaml.failed)
		return -ENOMEM;
	return ruleset_load_text(rs, "condition", buf_text(&yaml), yaml.len);
}

static int compile_condition(struct policy *out)
{
	struct gen_options options = {.minimum = PRIORITY_DEBUG};
	int status = rule_args_begin(&args);
	int err = 0;

	if (status)
		return status;
	err = args.rules.n ? rulefiles_read(args.rs, args.rules.v, args.rules.n, &args.config)
			   : rulefiles_base(args.rs);
	if (!err)
		err = add_condition(args.rs);
	if (!err)
		err = ruleset_finish(args.rs, false);
	if (!err)
		err = gen_compile(args.rs, &options, out);
	if (err)
		rulefiles_print(args.rs, stderr);
	return err ? EXIT_FAIL : EXIT_OK;
}

static int prepare(struct eval *e)
{
	int status = condition ? compile_condition(&e->policy)
			       : rule_args_compile(&args, &e->policy, false);
	char why[200];

	if (status)
		return status;
	args.config.json_output |= json;
	e->alerter = alerter_new(&e->policy.image, &args.config, why, sizeof(why));
	if (!decider_open(&e->decider, &e->policy) && e->alerter)
		return EXIT_OK;
	log_error("%s", e->alerter ? "no memory" : why);
	return EXIT_FAIL;
}

static int eval(const struct arg_list *files)
{
	struct eval e = {};
	int status;

	if (engine_parse(engine_name, &e.engine))
		return cmd_usage(&cmd, "there is no engine '%s'; use interp or tables",
				 engine_name);
	if (files->n > 1)
		return cmd_usage(&cmd, "one file of events is expected, not %zu", files->n);
	status = prepare(&e);
	e.decider.trace = trace ? stderr : NULL;
	if (!status && eval_file(&e, files->n ? files->v[0] : NULL))
		status = EXIT_FAIL;
	alerter_free(&e.alerter);
	decider_close(&e.decider);
	image_free(&e.policy.image);
	buf_free(&e.line);
	return status;
}

int cmd_eval(int argc, char **argv)
{
	struct arg_list files = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &files))
		status = eval(&files);
	arg_list_free(&files);
	rule_args_end(&args);
	return status;
}
