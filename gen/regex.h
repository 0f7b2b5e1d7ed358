/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as Falco's users know them: the syntax of POSIX egrep as RE2 reads it, over
 * Unicode characters, always for the whole text. In time linear in the text, whatever it is.
 *
 *   .              any character but a line end     [a-z] [^a-z] [[:alpha:]]
 *   ^ $            begin and end of a line          (x) x|y
 *   x* x+ x? x{n} x{n,} x{n,m}                      n and m at most 1000, nested ones too
 *   \. and other punctuation stands for itself; \n \r \t \a \f \v \123 \xHH \x{H...}
 *   There are no \d, \w, \s, \b, no (?...) and no references back.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct regex;

/* In the arena. NULL if the pattern is wrong or too large: the reason is in *why, in the arena. */
const struct regex *regex_compile(struct arena *a, const char *pattern, const char **why);
/* Whether the whole text matches. Bytes that are not UTF-8 stand for U+FFFD each. Ends the
 * program if there is no memory. */
bool regex_match(const struct regex *re, const char *text, size_t len);
