/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: texts written as valid UTF-8 with the escapes that Falco uses, and a reader for one
 * document. The reader is for lines that anyone may have written: it bounds depth and takes no
 * value apart that it does not understand.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/buf.h"

struct arena;

#define JSON_DEPTH_MAX 64

/* With quotes. A byte that is not part of valid UTF-8 becomes U+FFFD. */
void json_str(struct buf *out, const char *s, size_t len);
/* The same without quotes: how text alerts are written. */
void json_escape(struct buf *out, const char *s, size_t len);
/* "name": with quotes and colon, and a comma before it if it is not the first. */
void json_name(struct buf *out, bool *first, const char *name);

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STR, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	int64_t num;	 /* INT, BOOL */
	double real;	 /* REAL: a number with fraction or exponent, or beyond 64 bits */
	const char *str; /* STR: NUL-terminated, may hold other NULs */
	size_t len;
	struct json *items; /* ARRAY, OBJECT */
	const char **names; /* OBJECT: of the items */
	size_t n;
};

struct json_error {
	size_t position; /* byte in the text */
	const char *why;
};

/* Everything is made in the arena. NULL with the reason in err. */
struct json *json_read(struct arena *a, const char *text, size_t len, struct json_error *err);
/* The last one of that name, NULL if there is none. */
const struct json *json_get(const struct json *object, const char *name);
/* A member that is an array of n texts. */
void json_texts(struct buf *b, bool *first, const char *name, const char *const *v, size_t n);
