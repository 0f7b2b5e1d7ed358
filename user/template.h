/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of Go's text/template that falcosidekick's users write in messageformat: {{ .Rule }},
 * {{ index .OutputFields "proc.name" }}, {{ if }} {{ else if }} {{ else }} {{ end }}, pipes,
 * parentheses, comments, {{- and -}}, and the functions index, print, printf, len, eq, ne, and, or,
 * not. Compiled once; what is not understood is an error with its place.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/alert.h"
#include "user/buf.h"
#include "user/chat.h"

struct template;

struct template_error {
	size_t position; /* byte in the text, from 0 */
	char why[160];
};

/* 0, or -errno with the reason in err. */
int template_compile(const char *text, struct template **out, struct template_error *err);
void template_free(struct template **t);
/* Text of the template stands as it is, values of the alert are escaped for this chat. */
void template_render(const struct template *t, const struct alert *a, enum chat chat,
		     struct buf *out);
