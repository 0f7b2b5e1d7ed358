/* SPDX-License-Identifier: Apache-2.0 */
/* gen/schema.def: rule files against their shape, and the shape as a JSON schema. */
#pragma once
#include <stdio.h>
#include "gen/ruleset.h"
#include "gen/yaml.h"

/* Adds what does not fit to the file's schema_warnings, a bounded number of them. */
void schema_check(struct arena *a, struct rule_file *file, struct ynode *const *documents,
		  size_t n);
/* The JSON schema. */
void schema_print(FILE *out);
