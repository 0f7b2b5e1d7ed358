/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded rules in Falco's form for those who ask what is loaded: run -L, -l and -V. */
#pragma once
#include <stdio.h>
#include "gen/ruleset.h"
#include "user/buf.h"
#include "user/config.h"

/* A table of names and descriptions: all rules, or those of that name. -ENOENT if there is none. */
int describe_text(const struct ruleset *rs, const char *name, FILE *out);
/* One object: rules, macros, lists, required_engine_version, required_plugin_versions; with a name
 * only the rule. -ENOENT, -ENOMEM. The ruleset is finished; texts are made in its arena. */
int describe_json(struct ruleset *rs, const struct config *cfg, const char *name, struct buf *out);
