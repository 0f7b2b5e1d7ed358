/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text of a literal means for a type: numbers, ports, addresses, networks, bytes in
 * hexadecimal.
 */
#pragma once
#include "gen/ast.h"
#include "gen/field.h"

/* An address (prefix: all bits) or network (the other bits are 0). */
struct address {
	uint8_t bytes[16];
	uint8_t len; /* in bytes: 4 or 16 */
	uint8_t prefix;
};

/* Reads l->text as a value that a field of type t is compared with by op, and sets what the type
 * needs of number, address and bytes. NULL, or what is wrong with it, in the arena. */
const char *literal_read(struct arena *a, struct value_type t, enum op op, struct literal *l);

/* Decimal, with or without a sign, in 64 bits. */
bool number_parse(const char *s, int64_t *out);
/* By inet_pton(): with a dot but no colon IPv4, else IPv6. */
bool address_parse(const char *s, struct address *out);
bool address_equal(const struct address *a, const struct address *b);
/* The address lies in the network. */
bool address_within(const struct address *a, const struct address *net);
