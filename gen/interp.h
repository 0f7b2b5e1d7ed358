/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference interpreter: what a condition means. Falco's rules for missing values (every
 * comparison with one is false, NOT of it true) and a third truth value for what could not be
 * read. Everything else in the project that decides a condition is tested against this.
 */
#pragma once
#include <stdio.h>
#include "gen/ast.h"
#include "gen/event.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/* In the event's current view. trace: where to print the truth of every comparison, or NULL. */
enum truth interp_eval(const struct node *n, const struct event *ev, FILE *trace);
/* In any of its views: yes if one says yes, else unknown if one says unknown. Leaves ev->view
 * at the one that decided. */
enum truth interp_eval_views(const struct node *n, struct event *ev, FILE *trace);
/* One comparison of a text with values, as the operator op means it; for the generator, which
 * asks it for each text of a finite domain. */
bool interp_text(enum op op, const char *text, size_t len, const struct literal *values,
		 size_t n_values);
/* A comparison (NODE_COMPARE) with literal values, given the value of its left side. */
enum truth interp_compare(const struct node *n, const struct value *v);
