/* SPDX-License-Identifier: Apache-2.0 */
/* What a left- or right-hand side of a condition is for an event: fields and transformers. */
#pragma once
#include "gen/arena.h"
#include "gen/ast.h"
#include "gen/event.h"

/* The value of a checked e; type is set to that of the field or of what the transformer makes.
 * Texts that transformers make are in the arena, which e without a transformer does not need.
 * A transformer that fails (b64 of no base64) makes HAVE_MISSING. */
/* Copies the texts of v, so that get() may be called again. */
void value_keep(struct arena *a, struct value *v);
enum have expr_value(const struct expr *e, const struct event *ev, struct arena *a,
		     struct value *out);
