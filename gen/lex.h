/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of a condition. What a word is depends on where it stands ("in" can be an operator, a
 * value or part of one), so the parser asks for the token it wants; each function takes it and
 * returns true, or leaves the position alone.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct span {
	const char *s;
	size_t len;
};

struct lex {
	const char *s; /* NUL-terminated */
	size_t len;
	size_t pos;
	struct span last; /* the token that was taken last, as it was written; not blanks */
};

bool lex_is_blank(char c);
bool lex_blank(struct lex *x); /* one or more */
bool lex_text(struct lex *x, const char *text);
/* text and the blank, '(' or end that must follow it; only text is taken. */
bool lex_word(struct lex *x, const char *text);
bool lex_identifier(struct lex *x, struct span *out);
bool lex_field(struct lex *x, struct span *out); /* name.name... */
bool lex_number(struct lex *x, struct span *out);
bool lex_bare(struct lex *x, struct span *out);
bool lex_argument(struct lex *x, struct span *out); /* bare text between [ and ] */
/* A quoted text. 1 and out in the arena, escapes undone; 0 if none begins here; or -EINVAL with
 * what is wrong in problem and its place in pos. */
int lex_quoted(struct lex *x, struct arena *a, struct span *out, const char **problem);

/* The text could stand there without quotes. */
bool lex_is_bare(const char *s);
bool lex_is_argument(const char *s);
bool lex_is_number(const char *s);
