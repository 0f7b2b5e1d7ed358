/* SPDX-License-Identifier: Apache-2.0 */
/* What check, explain, eval and compile share: the options that say which rules, and loading. */
#pragma once
#include "gen/gen.h"
#include "gen/ruleset.h"
#include "user/cmd.h"
#include "user/config.h"

struct rule_args {
	struct arg_list rules, options;
	const char *config_file;
	struct config config;
	struct ruleset *rs; /* once loaded */
};

/* option_letter: that of --option, 0 where -o means something else. */
#define RULE_OPTIONS(a, option_letter)                                                             \
	{"rules", 'r', OPT_LIST, &(a)->rules, "FILE|DIR", "load these rules; may be repeated"},    \
		{"config",	    'c',    OPT_TEXT,                                              \
		 &(a)->config_file, "FILE", "configuration file instead of " CONFIG_FILE},         \
	{                                                                                          \
		"option", option_letter, OPT_LIST, &(a)->options, "KEY=VALUE",                     \
			"set a configuration key; may be repeated"                                 \
	}

/* Reads the configuration and makes an empty ruleset. EXIT_OK, or another exit status after
 * having said why. */
int rule_args_begin(struct rule_args *a);
/* Loads the rules into it. Nothing is printed: what is wrong is in a->rs->diags. */
int rule_args_load(struct rule_args *a);
/* begin, load and compile; says on stderr what is wrong. warnings: even if all went well. */
int rule_args_compile(struct rule_args *a, struct policy *out, bool warnings);
void rule_args_end(struct rule_args *a);
