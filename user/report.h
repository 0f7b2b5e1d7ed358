/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of each rule file, with Falco's words:
 *
 *   FILE: Invalid
 *   1 Errors:
 *   FILE:LINE:COLUMN: error: ... as gen/diag.h prints it
 *
 * or as one JSON object of Falco's shape (falco_load_results).
 */
#pragma once
#include <stdio.h>
#include "gen/ruleset.h"
#include "user/buf.h"

/* All files that were read. The built-in one is shown only if something is wrong with it. */
void report_text(const struct ruleset *rs, FILE *out, bool color);
/* The member "falco_load_results" with its value. Positions count from 0, as in Falco; "line" and
 * "column" beside them from 1. */
void report_json(const struct ruleset *rs, struct buf *out);
