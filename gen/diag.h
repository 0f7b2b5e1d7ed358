/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors and warnings about rule files: where, what, and what to do. Printed as
 *
 *   FILE:LINE:COLUMN: error: MESSAGE [CODE (short text of the code)]
 *       the line of the file
 *           ^
 *       hint: did you mean 'X'?
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include "gen/ast.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diag {
	enum severity severity;
	struct place at;
	const char *code;	 /* Falco's LOAD_* where it has one, else LINT_* */
	const char *message;	 /* in the arena */
	const char *hint;	 /* remedy, or NULL */
	const char *context;	 /* "rule 'X'", or NULL */
	struct place context_at; /* where that item stands */
};

/* The text of a rule file, so that a message can show the line it is about. */
struct diag_source {
	const char *file;
	const char *text; /* lives as long as the arena */
	size_t len;
	struct diag_source *next;
};

struct diags {
	struct arena *arena;
	struct diag_source *sources;
	struct diag *list;
	size_t n;
	size_t errors, warnings;
	const char *context; /* put into what is added from now on */
	struct place context_at;
};

/* Adds one; the message is formatted into the arena. Returns -EINVAL, so that a caller can
 * report and fail in one expression. hint may be NULL. */
int diag_add(struct diags *d, enum severity s, struct place at, const char *code, const char *hint,
	     const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Takes over what another list of the same arena has gathered; what is there already (the same
 * message about the same place) is left out. */
void diag_merge(struct diags *d, const struct diags *from);
void diag_source_add(struct diags *d, const char *file, const char *text, size_t len);
/* All, in the order in which they were found. */
void diag_print(const struct diags *d, FILE *out, bool color);
/* The first error, for where there is room for one line only: "FILE:LINE:COLUMN: MESSAGE (and N
 * more errors)". False if there is none. */
bool diag_first_error(const struct diags *d, char *out, size_t size);
/* The one at index n. */
void diag_print_one(const struct diags *d, size_t n, FILE *out, bool color);
/* Only its line and the caret below it; nothing if the file is not at hand. */
void diag_print_snippet(const struct diags *d, struct place at, FILE *out);
/* Byte offset of a place in its file, 0 if the file is not at hand. */
size_t diag_offset(const struct diags *d, struct place at);
