/* SPDX-License-Identifier: Apache-2.0 */
/* check: are rule files, or one condition, right? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cmd_rules.h"
#include "user/rulefiles.h"

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
	{"json", 0, OPT_FLAG, &json, NULL, "one JSON object for each error and warning"},
	{},
};

static const struct cmd cmd = {
	.name = "check",
	.args = "[OPTION]... [FILE|DIR]...",
	.about = "Validates rule files, loaded in the given order (-r, -V, then others; without "
		 "any\n"
		 "those of the configuration), or one condition. Errors and warnings go to "
		 "standard\n"
		 "output. Status 0: right, perhaps with warnings; 1: wrong.\n",
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

static bool is_of(const struct diag *d, const char *path)
{
	size_t n = strlen(path);

	if (!d->at.file || strncmp(d->at.file, path, n))
		return false;
	return !d->at.file[n] || d->at.file[n] == '/' || (n && path[n - 1] == '/');
}

static size_t count(const struct diags *d, enum severity s, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->list[i].severity == s && is_of(&d->list[i], path);
	return n;
}

/* Falco's words for each file. */
static void print_verdict(const struct diags *d, const char *path)
{
	if (count(d, SEVERITY_ERROR, path))
		printf("%s: Invalid\n", path);
	else if (count(d, SEVERITY_WARNING, path))
		printf("%s: Ok, with warnings\n", path);
	else
		printf("%s: Ok\n", path);
}

/* After an error the files behind it were not looked at. */
static void print_verdicts(const struct diags *d)
{
	for (size_t i = 0; i < args.rules.n; i++) {
		print_verdict(d, args.rules.v[i]);
		if (count(d, SEVERITY_ERROR, args.rules.v[i]))
			break;
	}
}

static int check_files(void)
{
	int status = rule_args_load(&args);

	if (args.rs->diags.errors)
		status = EXIT_FAIL;
	rulefiles_print(args.rs, stdout, json);
	if (!json)
		print_verdicts(&args.rs->diags);
	return status;
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
	if (json || err)
		rulefiles_print(args.rs, stdout, json);
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
