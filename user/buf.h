/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that grows. Running out of memory is remembered and asked for once at the end, so that
 * writers need not look after every piece.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *s; /* NUL-terminated once something was added */
	size_t len, cap;
	bool failed;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_va(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_base64(struct buf *b, const void *data, size_t len);
/* A YAML scalar in double quotes. */
void buf_yaml(struct buf *b, const char *text);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);
/* The text, never NULL; empty if nothing was added. */
const char *buf_text(const struct buf *b);
/* Hands the memory over and leaves b empty; NULL if it failed. */
char *buf_take(struct buf *b);
