/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event as the interpreter and the formatter see it: something that can be asked for the
 * value of a field. Who makes events (records of the kernel, JSON lines, tests) embeds a
 * struct event and provides get.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/field.h"

enum have {
	HAVE_MISSING, /* the event has no such value: every comparison is false */
	HAVE_VALUE,
	HAVE_UNKNOWN, /* nobody can tell: it could not be read, or only its beginning, or is not
		       * seen live. Comparisons are unknown, exists too where the value may be
		       * missing; but a text may hold its readable beginning, and what is true of
		       * everything that begins so is true */
};

/*
 * What get() supplies for a field, by the type of the field:
 *
 *   STR, BYTES     str, len (a NUL follows, which len does not count; only BYTES hold others)
 *   INT, UINT,     num
 *   PORT, BOOL     (BOOL: 0 or 1)
 *   DOUBLE         real
 *   IPADDR, IPNET  str, len: the address as text, as inet_ntop() writes it, without a mask
 *   LIST           list, n_list: every item as text; numbers in decimal, true or false
 *   either end     list, n_list: as LIST, at most two items; none known is HAVE_MISSING
 *
 * type is set to that of the field (LIST for either end). All memory is the event's, valid until
 * the next call of get.
 */
struct value {
	enum field_type type;
	const char *str;
	size_t len;
	int64_t num;
	double real;
	const char *const *list;
	size_t n_list;
};

struct event {
	/* arg: the text between [ and ], or NULL. Sets *out only for HAVE_VALUE, or HAVE_UNKNOWN
	 * with a readable beginning (else out->str is NULL). */
	enum have (*get)(const struct event *ev, enum field_id field, const char *arg,
			 struct value *out);
	/* Fields can differ by view (a path as written or as resolved, a command line cut as
	 * Falco cuts it or whole): a condition holds if it holds in one of views. get answers
	 * for the current one. */
	unsigned views; /* at least 1 */
	unsigned view;
};
