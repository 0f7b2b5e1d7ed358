/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rule files are loaded: those named on the command line, else those of the configuration;
 * before them always the built-in base.yaml with the standard macros, so that no file depends on
 * being read after another. What a file defines again replaces what is built in.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "gen/ruleset.h"
#include "user/config.h"

#define BASE_NAME "base.yaml" /* of the built-in file in messages */

/* Only the built-in file. 0 or -errno (diags). */
int rulefiles_base(struct ruleset *rs);
/* Reads the files; the caller may add more before ruleset_finish(). 0 or -errno (diags). */
int rulefiles_read(struct ruleset *rs, const char *const *paths, size_t n,
		   const struct config *cfg);
/* Reads, resolves, checks and lints. 0 or -errno; what is wrong is in rs->diags. */
int rulefiles_load(struct ruleset *rs, const char *const *paths, size_t n,
		   const struct config *cfg);
/* Errors and warnings of rs, one after the other. For a report file by file: user/report.h. */
void rulefiles_print(const struct ruleset *rs, FILE *out);
/* The same for a log: on stderr, and event types that no hook sees in one line. */
void rulefiles_log(const struct ruleset *rs);
