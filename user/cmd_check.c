/* SPDX-License-Identifier: Apache-2.0 */
/* check: are rule files, or one condition, right? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cmd_rules.h"
#include "user/report.h"
#include "user/rulefiles.h"
#include "user/util.h"

static struct rule_args args;
static struct arg_list validate;
static const char *condition;
static bool syntax, json;

static const struct opt opts[] = {
	RULE_OPTIONS(&args, 'o'),
	{"validate", 'V', OPT_LIST, &validate, "FILE", "the same as -r: Falco's name"},
	{"condition", 0, OPT_TEXT, &condition, "EXPR",
	 "validate this condition; the macros of the rules are known"},
	{"syntax", 0, OPT_FLAG, &syntax, NULL,
	 "with --condition: its grammar alone, unknown macros and fields pass"},
	{"json", 0, OPT_FLAG, &json, NULL, "the report as one JSON object, with Falco's names"},
	{},
};

static const struct cmd cmd = {
	.name = "check",
	.args = "[OPTION]... [FILE|DIR]...",
	.about = "Validates rule files, loaded in the given order (-r, -V, then others; without "
		 "any\n"
		 "those of the configuration), or one condition; with -c the configuration, too. "
		 "Errors\n"
		 "and warnings go to standard output, those of the configuration to standard "
		 "error.\n"
		 "Status 0: right, perhaps with warnings; 1: wrong.\n",
	.opts = opts,
};

static int append(struct arg_list *to, const struct arg_list *from)
{
	const char **v = realloc(to->v, (to->n + from->n + 1) * sizeof(*v));

	if (!v)
		return -1;
	if (from->n)
		memcpy(v + to->n, from->v, from->n * sizeof(*v));
	to->v = v;
	to->n += from->n;
	return 0;
}

/* Falco has it so too: the object is there whether all went well or not. */
static int print_json(const struct ruleset *rs)
{
	_cleanup_(buf_free) struct buf b = {};

	buf_char(&b, '{');
	report_json(rs, &b);
	buf_char(&b, '}');
	if (b.failed)
		return EXIT_FAIL;
	puts(b.s);
	return EXIT_OK;
}

static int report(const struct ruleset *rs, int status)
{
	if (json)
		return print_json(rs) ? EXIT_FAIL : status;
	report_text(rs, stdout, isatty(STDOUT_FILENO));
	return status;
}

static int check_files(void)
{
	int status = rule_args_load(&args);

	if (args.rs->diags.errors)
		status = EXIT_FAIL;
	return report(args.rs, status);
}

static int check_condition(void)
{
	int err = 0;

	if (!syntax && args.rules.n)
		err = rule_args_load(&args);
	else if (!syntax)
		err = rulefiles_base(args.rs);
	if (!err && !ruleset_condition(args.rs, condition, syntax))
		err = -1;
	if (json)
		return report(args.rs, err ? EXIT_FAIL : EXIT_OK);
	if (err)
		rulefiles_print(args.rs, stdout);
	else
		puts("condition: Ok");
	return err ? EXIT_FAIL : EXIT_OK;
}

static int check(const struct arg_list *files)
{
	int status;

	if (append(&args.rules, &validate) || append(&args.rules, files))
		return EXIT_FAIL;
	if (syntax && !condition)
		return cmd_usage(&cmd, "--syntax needs --condition");
	status = rule_args_begin(&args);
	if (args.config_file && !json)
		printf("%s: %s\n", args.config_file,
		       status		      ? "Invalid"
		       : args.config.warnings ? "Ok, with warnings"
					      : "Ok");
	if (status)
		return status;
	return condition ? check_condition() : check_files();
}

int cmd_check(int argc, char **argv)
{
	struct arg_list files = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &files))
		status = check(&files);
	arg_list_free(&files);
	arg_list_free(&validate);
	rule_args_end(&args);
	return status;
}
