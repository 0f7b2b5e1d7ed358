/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Falco's options that ask for something instead of watching: run -V, -L, -l, --list and so on.
 * They need no privileges.
 */
#pragma once
#include "user/cmd.h"
#include "user/config.h"

struct ask {
	struct arg_list validate;	 /* -V */
	bool describe_all;		 /* -L */
	const char *describe;		 /* -l */
	const char *fields;		 /* --list, "" without a source; NULL: not asked for */
	bool names_only;		 /* -N */
	bool events;			 /* --list-events */
	bool plugins;			 /* --list-plugins */
	const char *plugin;		 /* --plugin-info */
	bool ignored;			 /* -i */
	bool support, version, dry_run;	 /* --support, --version, --dry-run */
	bool rule_schema, config_schema; /* --rule-schema, --config-schema */
	const char *format;		 /* --format */
	bool markdown;			 /* --markdown */
	/* What they are answered from. */
	const char *config_file; /* NULL: the usual one */
	const struct arg_list *rules;
	const struct config *config;
	int argc;
	char **argv;
};

/* Something of it was asked for. */
bool ask_is(const struct ask *a);
/* Answers on stdout. The exit status, as Falco's: 0, or 1 if rules are wrong or the question is. */
int ask_answer(const struct ask *a);
void ask_free(struct ask *a);
