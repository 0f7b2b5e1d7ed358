/* SPDX-License-Identifier: Apache-2.0 */
/* For which types of events a condition can hold at all, by its comparisons of evt.type. */
#pragma once
#include "gen/ast.h"

/* False if no event of that type can satisfy the tree. The tree need not be checked. */
bool typeset_has(const struct node *n, const char *type);
