/* SPDX-License-Identifier: Apache-2.0 */
/* compile: rule files to a policy file, for `tiercel run --policy` elsewhere. */
#include <stdio.h>
#include <string.h>

#include "user/cmd_rules.h"

static struct rule_args args;
static const char *output;

static const struct opt opts[] = {
	RULE_OPTIONS(&args, 0),
	{"output", 'o', OPT_TEXT, &output, "FILE", "write the policy to this file"},
	{},
};

static const struct cmd cmd = {
	.name = "compile",
	.args = "[OPTION]... --output FILE",
	.about = "Compiles rules to one file that holds all 'tiercel run --policy FILE' needs. No\n"
		 "privileges are needed.\n",
	.opts = opts,
};

static int compile(void)
{
	struct policy policy;
	int status = rule_args_compile(&args, &policy, true);
	int err;

	if (status)
		return status;
	err = image_write(&policy.image, output);
	if (err)
		log_error("%s: %s", output, strerror(-err));
	else
		printf("%s: %zu rules, %zu predicates, %zu bytes\n", output, policy.n_rules,
		       policy.n_preds, policy.image.size);
	image_free(&policy.image);
	return err ? EXIT_FAIL : EXIT_OK;
}

int cmd_compile(int argc, char **argv)
{
	int status = EXIT_USAGE;

	if (cmd_parse(&cmd, argc, argv, NULL))
		status = EXIT_USAGE;
	else if (!output)
		cmd_usage(&cmd, "--output FILE is missing");
	else
		status = compile();
	rule_args_end(&args);
	return status;
}
