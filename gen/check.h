/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meaning of a resolved tree: fields exist, operators suit their types, values can be read. Sets
 * expr.field and literal.number. A tree may share nodes with others: checking one twice is
 * harmless.
 */
#pragma once
#include "gen/ast.h"
#include "gen/diag.h"

/* 0; -ENOENT if all that is wrong are fields or event types that are not known (Falco lets such
 * a rule be skipped), else -EINVAL. The reasons are in d. */
int check_tree(struct diags *d, struct node *n);
/* The fields that an output names. 0, -ENOENT or -EINVAL as above. */
int check_output(struct diags *d, struct place at, const char *output);
