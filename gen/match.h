/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each operator means for one text and one value. The interpreter and the generator's
 * tests rest on it; it knows neither events nor missing values.
 */
#pragma once
#include "gen/ast.h"

/* False for operators that do not compare texts. */
bool match_text(enum op op, const char *text, size_t len, const struct literal *value);
