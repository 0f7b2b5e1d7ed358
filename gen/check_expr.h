/* SPDX-License-Identifier: Apache-2.0 */
/* Fields, transformers and val() of a condition: which exist, and of which type they are. */
#pragma once
#include "gen/ast.h"
#include "gen/diag.h"

/* One run of check_tree. */
struct check {
	struct diags *diags;
	bool unknown; /* a name that is not known */
	bool wrong;   /* anything else */
};

/* "did you mean ...?" in the arena; NULL for NULL. */
const char *check_did_you_mean(struct check *c, const char *name);
/* Notes an error that is not an unknown name. */
void check_fail(struct check *c, struct place at, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Sets type, and field and key of all fields in e. False if something is wrong with it. */
bool check_expr(struct check *c, struct expr *e);
/* Whether the right-hand side n->right suits n->left and n->op; both have been checked. */
bool check_right(struct check *c, const struct node *n);
