/* SPDX-License-Identifier: Apache-2.0 */
/* test: unit tests for rules. user/test_file.h says what a file of them holds. */
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/arena.h"
#include "gen/nearest.h"

#include "user/cmd_rules.h"
#include "user/log.h"
#include "user/rulefiles.h"
#include "user/test_cover.h"
#include "user/test_report.h"

#define CODE "TEST_FILE"

static struct rule_args args;
static const char *engine_name = "both", *junit, *only;
static bool json, verbose, complete;

static const struct opt opts[] = {
	RULE_OPTIONS(&args, 'o'),
	{"engine", 0, OPT_TEXT, &engine_name, "NAME",
	 "interpreter, tables or both (the default): then a difference fails a test"},
	{"only", 0, OPT_TEXT, &only, "GLOB", "only tests whose name matches"},
	{"complete", 0, OPT_FLAG, &complete, NULL,
	 "fail if a rule lacks a test that expects its alert or one that forbids it"},
	{"junit", 0, OPT_TEXT, &junit, "FILE", "also write the results as JUnit XML"},
	{"json", 0, OPT_FLAG, &json, NULL, "one JSON object for each test"},
	{"verbose", 'v', OPT_FLAG, &verbose, NULL,
	 "show every test and alert, and the comparisons of a rule that did not match"},
	{},
};

static const struct cmd cmd = {
	.name = "test",
	.args = "[OPTION]... FILE|DIR...",
	.about = "Unit tests for rules. A file of tests names its rule files (-r replaces them), "
		 "and holds\n"
		 "events with the alerts that they must and must not raise:\n\n"
		 "  rules: [my_rules.yaml]\n"
		 "  tests:\n"
		 "    - name: a shell in a container\n"
		 "      event: {evt.type: execve, proc.name: sh, container.id: 0123456789ab}\n"
		 "      alerts: [{rule: Shell in container, priority: Warning, contains: sh}]\n"
		 "    - name: a shell on the host\n"
		 "      event: {evt.type: execve, proc.name: sh, container.id: host}\n"
		 "      alerts: []\n\n"
		 "Of a directory all .yaml and .yml files. Needs no privileges. Status 0: all "
		 "passed.\n",
	.opts = opts,
};

struct session {
	enum test_engines engines;
	struct test_report report;
	struct test_cover cover;
};

/* ---- names of rules in tests ---- */

static const struct rule *find_rule(const struct ruleset *rs, const char *name, const char **near)
{
	struct nearest n = {.wanted = name};

	for (size_t i = 0; i < rs->n_rules; i++) {
		if (!strcmp(rs->rules[i]->name, name))
			return rs->rules[i];
		nearest_offer(&n, rs->rules[i]->name);
	}
	*near = n.best;
	return NULL;
}

static bool is_in_policy(const struct policy *p, const struct rule *rule)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].rule == rule)
			return true;
	return false;
}

static void check_name(struct ruleset *rs, const struct policy *p, struct place at,
		       const char *name, bool expected)
{
	const char *near = NULL;
	const struct rule *rule = find_rule(rs, name, &near);

	if (!rule)
		diag_add(&rs->diags, SEVERITY_ERROR, at, CODE,
			 near ? arena_printf(rs->arena, "did you mean '%s'?", near) : NULL,
			 "no rule '%s' is loaded", name);
	else if (expected && !is_in_policy(p, rule))
		diag_add(&rs->diags, SEVERITY_ERROR, at, CODE, NULL,
			 "rule '%s' is disabled, skipped or of too low a priority: it raises no "
			 "alerts",
			 name);
}

static int check_names(struct ruleset *rs, const struct policy *p, const struct test_file *f)
{
	for (size_t i = 0; i < f->n_cases; i++) {
		const struct test_case *c = &f->cases[i];

		for (size_t k = 0; k < c->n_alerts; k++)
			check_name(rs, p, c->alerts[k].at, c->alerts[k].rule, true);
		for (size_t k = 0; k < c->n_no_alerts; k++)
			check_name(rs, p, c->no_alerts[k].at, c->no_alerts[k].text, false);
	}
	return rs->diags.errors ? -EINVAL : 0;
}

/* ---- one file ---- */

static int load_rules(struct ruleset *rs, const struct test_file *f, struct policy *p)
{
	struct gen_options options = {.minimum = args.config.priority};
	size_t n = args.rules.n ? args.rules.n : f->n_rules;
	const char **paths = arena_alloc(rs->arena, (n + 1) * sizeof(*paths));
	struct place at = {.file = f->path};
	int err;

	if (!n)
		return diag_add(&rs->diags, SEVERITY_ERROR, at, CODE,
				"add the key 'rules', or name them with -r",
				"the file names no rules");
	for (size_t i = 0; i < n; i++)
		paths[i] = args.rules.n ? args.rules.v[i] : f->rules[i].text;
	err = rulefiles_load(rs, paths, n, &args.config);
	return err ? err : gen_compile(rs, &options, p);
}

static int run_cases(struct session *s, struct test_runner *runner, const struct test_file *f)
{
	int err = 0;

	for (size_t i = 0; i < f->n_cases && !err; i++) {
		struct test_result result;

		if (only && fnmatch(only, f->cases[i].name, 0))
			continue;
		err = test_run(runner, &f->cases[i], &result);
		if (!err)
			test_report_case(&s->report, &result);
		test_result_free(&result);
	}
	return err;
}

static int run_policy(struct session *s, struct ruleset *rs, const struct policy *p,
		      const struct test_file *f)
{
	struct test_runner runner = {
		.arena = rs->arena,
		.config = &args.config,
		.engines = s->engines,
		.trace = verbose,
	};
	struct place at = {.file = f->path};
	char why[200];
	int err = decider_open(&runner.decider, p);

	if (!err) {
		runner.alerter = alerter_new(&p->image, &args.config, why, sizeof(why));
		err = runner.alerter
			      ? run_cases(s, &runner, f)
			      : diag_add(&rs->diags, SEVERITY_ERROR, at, CODE, NULL, "%s", why);
	}
	if (!err && complete)
		err = test_cover_add(&s->cover, p, f);
	alerter_free(&runner.alerter);
	decider_close(&runner.decider);
	return err;
}

static int use_file(struct session *s, struct ruleset *rs, const char *path)
{
	struct policy policy = {};
	struct test_file f;
	int err = test_file_read(&rs->diags, path, &f);

	if (!err)
		err = load_rules(rs, &f, &policy);
	if (!err)
		err = check_names(rs, &policy, &f);
	if (!err)
		err = run_policy(s, rs, &policy, &f);
	image_free(&policy.image);
	return err;
}

static void report_broken(struct session *s, const struct ruleset *rs)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	rulefiles_print(rs, to);
	if (!fclose(to))
		test_report_broken(&s->report, text);
}

/* 0, or -errno if there is no going on; a file that is wrong is reported. */
static int test_path(struct session *s, const char *path)
{
	struct ruleset *rs = ruleset_new();
	int err;

	if (!rs)
		return -ENOMEM;
	test_report_file(&s->report, path);
	err = use_file(s, rs, path);
	if (rs->diags.errors)
		report_broken(s, rs);
	test_report_file_end(&s->report);
	err = rs->diags.errors ? 0 : err;
	ruleset_free(&rs);
	return err;
}

/* ---- files and directories ---- */

static bool is_yaml(const char *path)
{
	return !fnmatch("*.yaml", path, 0) || !fnmatch("*.yml", path, 0);
}

static int test_directory(struct session *s, const char *path)
{
	_cleanup_(buf_free) struct buf pattern = {};
	glob_t found = {};
	size_t n = 0;
	int err;

	/* What the name of the directory itself holds is no pattern. */
	for (const char *c = path; *c; c++) {
		if (strchr("*?[\\", *c))
			buf_char(&pattern, '\\');
		buf_char(&pattern, *c);
	}
	buf_str(&pattern, "/*.y*ml");
	if (pattern.failed)
		return -ENOMEM;
	err = glob(pattern.s, 0, NULL, &found);
	err = err && err != GLOB_NOMATCH ? -ENOMEM : 0;
	for (size_t i = 0; i < found.gl_pathc && !err; i++) {
		if (!is_yaml(found.gl_pathv[i]))
			continue;
		n++;
		err = test_path(s, found.gl_pathv[i]);
	}
	globfree(&found);
	if (!err && !n)
		log_error("%s: there is no .yaml or .yml file in it", path);
	return err || n ? err : -ENOENT;
}

static int test_all(struct session *s, const struct arg_list *paths)
{
	int err = 0;

	for (size_t i = 0; i < paths->n && !err; i++) {
		struct stat st;

		if (!stat(paths->v[i], &st) && S_ISDIR(st.st_mode))
			err = test_directory(s, paths->v[i]);
		else
			err = test_path(s, paths->v[i]);
	}
	return err;
}

/* ---- the whole ---- */

static int finish(struct session *s)
{
	_cleanup_(buf_free) struct buf lacking = {};
	const struct test_report *r = &s->report;
	size_t n = complete ? test_cover_print(&s->cover, &lacking) : 0;

	fputs(buf_text(&lacking), json ? stderr : stdout);
	test_report_end(&s->report);
	if (!r->all_passed && !r->all_failed && !r->errors)
		log_error(only ? "no test has a name that matches --only" : "there is no test");
	return r->all_passed && !r->all_failed && !r->errors && !n ? EXIT_OK : EXIT_FAIL;
}

static int run(struct session *s, const struct arg_list *paths)
{
	_cleanup_free_ char *suites = NULL;
	size_t size = 0;
	int status, err;

	s->report.json = json;
	s->report.verbose = verbose;
	s->report.junit = junit ? open_memstream(&suites, &size) : NULL;
	err = test_all(s, paths);
	if (s->report.junit && (fclose(s->report.junit) || s->report.no_memory))
		err = -ENOMEM;
	if (err == -ENOMEM)
		log_error("no memory");
	status = finish(s);
	if (!err && junit) {
		err = test_report_junit(&s->report, suites, size, junit);
		if (err)
			log_error("%s: %s", junit, strerror(-err));
	}
	return err ? EXIT_FAIL : status;
}

static int parse_engine(enum test_engines *out)
{
	enum engine engine;

	*out = TEST_BOTH;
	if (!strcmp(engine_name, "both"))
		return 0;
	if (engine_parse(engine_name, &engine))
		return cmd_usage(&cmd, "there is no engine '%s'; use interpreter, tables or both",
				 engine_name);
	*out = engine == ENGINE_TABLES ? TEST_TABLES : TEST_INTERP;
	return 0;
}

/* The same results on every host: what is configured on this one is used only if asked for. */
static int load_config(void)
{
	const char *file = args.config_file ? args.config_file : "/dev/null";

	if (config_load(&args.config, file, args.options.v, args.options.n))
		return EXIT_FAIL;
	for (size_t i = 0; i < args.config.append.n; i++)
		args.config.append.v[i].suggested = false;
	return EXIT_OK;
}

int cmd_test(int argc, char **argv)
{
	struct arg_list paths = {};
	struct session s = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &paths) && !parse_engine(&s.engines)) {
		status = paths.n ? load_config() : cmd_usage(&cmd, "a file of tests is expected");
		if (!status)
			status = run(&s, &paths);
	}
	buf_free(&s.report.suite);
	test_cover_free(&s.cover);
	arg_list_free(&paths);
	rule_args_end(&args);
	return status;
}
