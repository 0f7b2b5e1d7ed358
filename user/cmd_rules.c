/* SPDX-License-Identifier: Apache-2.0 */
#include "user/cmd_rules.h"

#include "user/rulefiles.h"

int rule_args_begin(struct rule_args *a)
{
	if (config_load(&a->config, a->config_file, a->options.v, a->options.n))
		return EXIT_FAIL;
	a->rs = ruleset_new();
	if (!a->rs)
		log_error("no memory");
	else
		a->rs->families = a->config.evt_type_families;
	return a->rs ? EXIT_OK : EXIT_FAIL;
}

int rule_args_load(struct rule_args *a)
{
	return rulefiles_load(a->rs, a->rules.v, a->rules.n, &a->config) ? EXIT_FAIL : EXIT_OK;
}

int rule_args_compile(struct rule_args *a, struct policy *out, bool warnings)
{
	struct gen_options options;
	int status = rule_args_begin(a);

	if (status)
		return status;
	options.minimum = a->config.priority;
	status = rule_args_load(a);
	if (!status && gen_compile(a->rs, &options, out))
		status = EXIT_FAIL;
	if (status || warnings)
		rulefiles_print(a->rs, stderr);
	return status;
}

void rule_args_end(struct rule_args *a)
{
	if (a->rs)
		ruleset_free(&a->rs);
	config_free(&a->config);
	arg_list_free(&a->rules);
	arg_list_free(&a->options);
}
