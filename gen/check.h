/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meaning of a resolved tree: fields exist, operators suit their types, values can be read. Sets
 * expr.field and literal.number. A tree may share nodes with others: checking one twice is
 * harmless.
 */
#pragma once
#include "gen/ast.h"
#include "gen/diag.h"
#include "gen/text.h"

#define OUTPUT_WIDTH_MAX 4096 /* what %20field pads or cuts to */

/* 0; -ENOENT if all that is wrong are fields or event types that are not known (Falco lets such
 * a rule be skipped), else -EINVAL. The reasons are in d. */
int check_tree(struct diags *d, struct node *n);
/* The fields that an output names. 0, or -ENOENT as above; each reason stands at its token. */
int check_output(struct diags *d, const struct text *output);
/* What is wrong with the argument of a field in an output, or NULL. */
struct field_token;
const char *output_argument_problem(struct arena *a, const struct field_token *t);
