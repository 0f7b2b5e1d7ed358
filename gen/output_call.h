/* SPDX-License-Identifier: Apache-2.0 */
/* Transformers in outputs: %toupper(proc.name). */
#pragma once
#include "gen/ast.h"
#include "gen/diag.h"
#include "gen/text.h"

/* Length of the call of a transformer that s begins with, up to its last bracket; 0 if s begins
 * with none. Of one that does not end, all of s. */
size_t output_call_len(const char *s);
/* Parsed and checked; NULL with errors in d, which stand where they are in the call. */
struct expr *output_call(struct diags *d, const struct text *call);
/* Calls f for each field in it. */
void output_call_fields(const struct expr *e, void (*f)(void *ctx, const struct expr *field),
			void *ctx);
