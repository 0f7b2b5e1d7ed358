/* SPDX-License-Identifier: Apache-2.0 */
/* See literal.h. A new type gets a case here. */
#include "gen/literal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"

bool number_parse(const char *s, int64_t *out)
{
	const char *digits = s + (*s == '-' || *s == '+');

	errno = 0;
	*out = strtoll(s, NULL, 10);
	return *digits && !digits[strspn(digits, "0123456789")] && !errno;
}

static const char *read_number(struct arena *a, enum field_type type, struct literal *l)
{
	int64_t n;

	if (!number_parse(l->text, &n))
		return arena_printf(a, "'%s' is not a valid number", l->text);
	/* Falco keeps these as unsigned numbers of 32 bits: -1 is the largest. */
	l->number = type == TYPE_UINT && n < 0 && n >= INT32_MIN ? (int64_t)(uint32_t)n : n;
	l->real = n;
	return NULL;
}

static const char *read_bool(struct arena *a, struct literal *l)
{
	if (strcmp(l->text, "true") && strcmp(l->text, "false"))
		return arena_printf(a, "unrecognized boolean value '%s'", l->text);
	l->number = !strcmp(l->text, "true");
	return NULL;
}

static const char *read_port(struct arena *a, struct literal *l)
{
	const struct servent *service;

	if (number_parse(l->text, &l->number)) {
		if (l->number >= 0 && l->number <= UINT16_MAX)
			return NULL;
		return arena_printf(a, "'%s' is not a valid number: ports are at most 65535",
				    l->text);
	}
	service = getservbyname(l->text, NULL);
	if (!service)
		return arena_printf(
			a, "'%s' is not a valid number, nor the name of a service in /etc/services",
			l->text);
	l->number = ntohs(service->s_port);
	return NULL;
}

bool address_parse(const char *s, struct address *out)
{
	const bool v4 = strchr(s, '.') && !strchr(s, ':');

	memset(out, 0, sizeof(*out));
	out->len = v4 ? 4 : 16;
	out->prefix = out->len * 8;
	return inet_pton(v4 ? AF_INET : AF_INET6, s, out->bytes) == 1;
}

static const char *version(const char *s)
{
	return strchr(s, '.') && !strchr(s, ':') ? "IPv4" : "IPv6";
}

static const char *read_address(struct arena *a, struct literal *l)
{
	struct address address;

	if (!address_parse(l->text, &address))
		return arena_printf(a, "unrecognized %s address '%s'", version(l->text), l->text);
	l->address = arena_copy(a, &address, sizeof(address));
	return NULL;
}

static void mask(struct address *net)
{
	unsigned bit;

	for (bit = net->prefix; bit < net->len * 8u; bit++)
		net->bytes[bit / 8] &= ~(0x80 >> bit % 8);
}

static const char *read_network(struct arena *a, struct literal *l)
{
	const char *slash = strchr(l->text, '/');
	struct address net;
	int64_t prefix = -1;

	if (!slash)
		return arena_printf(a, "unrecognized %s network '%s': it needs a length, as in /24",
				    version(l->text), l->text);
	if (!address_parse(arena_str(a, l->text, slash - l->text), &net) || slash[1] < '0' ||
	    slash[1] > '9' || !number_parse(slash + 1, &prefix) || prefix > net.prefix)
		return arena_printf(a, "unrecognized %s network '%s'", version(l->text), l->text);
	net.prefix = prefix;
	mask(&net);
	l->address = arena_copy(a, &net, sizeof(net));
	return NULL;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? at - digits : -1;
}

static const char *read_hex(struct arena *a, struct literal *l)
{
	char *bytes = arena_alloc(a, l->len / 2 + 1);
	size_t i;

	for (i = 0; i < l->len; i++) {
		int digit = hex_value(l->text[i]);

		if (digit < 0 || l->len % 2)
			return arena_printf(a, "'%s' is not a valid hex string", l->text);
		bytes[i / 2] = (char)(bytes[i / 2] << 4 | digit);
	}
	l->bytes = bytes;
	l->n_bytes = l->len / 2;
	return NULL;
}

const char *literal_read(struct arena *a, struct value_type t, enum op op, struct literal *l)
{
	switch (t.type == TYPE_LIST ? t.item : t.type) {
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_DOUBLE:
		return read_number(a, t.type == TYPE_LIST ? t.item : t.type, l);
	case TYPE_BOOL:
		return read_bool(a, l);
	case TYPE_PORT:
		return read_port(a, l);
	case TYPE_IPADDR:
		return read_address(a, l);
	case TYPE_IPNET:
		return read_network(a, l);
	case TYPE_BYTES:
		if (op == OP_BCONTAINS || op == OP_BSTARTSWITH)
			return read_hex(a, l);
		return NULL;
	case TYPE_STR:
	case TYPE_LIST:
	case TYPE_COUNT:
		break;
	}
	return NULL;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

bool address_within(const struct address *a, const struct address *net)
{
	struct address masked = *a;

	if (a->len != net->len)
		return false;
	masked.prefix = net->prefix;
	mask(&masked);
	return address_equal(&masked, net);
}
