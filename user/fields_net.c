/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of sockets: their ends, who is the server, the protocol. */
#include "user/fields.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "gen/calls.h"

/* "ip:port->ip:port", IPv6 in full */
#define TUPLE_MAX (2 * (INET6_ADDRSTRLEN + 6) + 3)

static const struct socket_info *socket_of(const struct record_event *e)
{
	size_t len;

	return (const void *)record_tail(e, TAIL_SOCKET, &len);
}

static bool is_inet(const struct socket_info *s)
{
	return s && (s->family == AF_INET || s->family == AF_INET6);
}

/* One end of a connection. */
struct end {
	const __u8 *addr;
	unsigned port;
};

static bool is_there(struct end end)
{
	static const __u8 none[16];

	return end.port || memcmp(end.addr, none, sizeof(none));
}

static struct end end_of(const struct socket_info *s, bool local)
{
	return local ? (struct end){s->laddr, s->lport} : (struct end){s->raddr, s->rport};
}

static struct end client_of(const struct socket_info *s)
{
	return end_of(s, !(s->flags & SOCKET_SERVER));
}

static struct end server_of(const struct socket_info *s)
{
	return end_of(s, s->flags & SOCKET_SERVER);
}

/* Whether both ends are of this machine: Falco then takes the server for the local one. */
static bool is_within(const struct socket_info *s)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

	if (!memcmp(s->laddr, s->raddr, sizeof(s->laddr)))
		return true;
	if (s->family == AF_INET)
		return s->laddr[0] == 127 && s->raddr[0] == 127;
	return !memcmp(s->raddr, &loopback, sizeof(loopback));
}

static struct end local_of(const struct socket_info *s)
{
	return is_within(s) ? server_of(s) : end_of(s, true);
}

static struct end remote_of(const struct socket_info *s)
{
	return is_within(s) ? client_of(s) : end_of(s, false);
}

/* ---- addresses ---- */

static enum have address_text(struct record_event *e, enum field_id f, struct end end,
			      struct value *out)
{
	char *to = field_room(e, f, INET6_ADDRSTRLEN);

	if (!is_there(end))
		return HAVE_MISSING;
	if (!to || !inet_ntop(socket_of(e)->family, end.addr, to, INET6_ADDRSTRLEN))
		return HAVE_UNKNOWN;
	return field_text(out, to);
}

#define ADDRESS(id, which)                                                                         \
	GETTER(id)                                                                                 \
	{                                                                                          \
		const struct socket_info *s = socket_of(e);                                        \
                                                                                                   \
		return is_inet(s) ? address_text(e, FIELD_##id, which(s), out) : HAVE_MISSING;     \
	}

ADDRESS(FD_CIP, client_of)
ADDRESS(FD_SIP, server_of)
ADDRESS(FD_LIP, local_of)
ADDRESS(FD_RIP, remote_of)
ADDRESS(FD_CNET, client_of)
ADDRESS(FD_SNET, server_of)
ADDRESS(FD_LNET, local_of)
ADDRESS(FD_RNET, remote_of)

/* ---- ports ---- */

#define PORT(id, which)                                                                            \
	GETTER(id)                                                                                 \
	{                                                                                          \
		const struct socket_info *s = socket_of(e);                                        \
                                                                                                   \
		return is_inet(s) && is_there(which(s)) ? field_number(out, which(s).port)         \
							: HAVE_MISSING;                            \
	}

PORT(FD_CPORT, client_of)
PORT(FD_SPORT, server_of)
PORT(FD_LPORT, local_of)
PORT(FD_RPORT, remote_of)

static const char *protocol_name(const struct socket_info *s)
{
	if (s->type == SOCK_RAW)
		return NULL;
	return s->protocol == IPPROTO_UDP ? "udp" : s->protocol == IPPROTO_TCP ? "tcp" : NULL;
}

/* The name of a port's service, else its number. */
static enum have service_text(struct record_event *e, enum field_id f, struct end end,
			      struct value *out)
{
	const struct servent *service = getservbyport(htons(end.port), protocol_name(socket_of(e)));
	char number[16];

	if (!is_there(end))
		return HAVE_MISSING;
	snprintf(number, sizeof(number), "%u", end.port);
	if (service)
		return field_copy(e, f, service->s_name, strlen(service->s_name), out);
	return field_copy(e, f, number, strlen(number), out);
}

#define SERVICE(id, which)                                                                         \
	GETTER(id)                                                                                 \
	{                                                                                          \
		const struct socket_info *s = socket_of(e);                                        \
                                                                                                   \
		return is_inet(s) ? service_text(e, FIELD_##id, which(s), out) : HAVE_MISSING;     \
	}

SERVICE(FD_CPROTO, client_of)
SERVICE(FD_SPROTO, server_of)
SERVICE(FD_LPROTO, local_of)
SERVICE(FD_RPROTO, remote_of)

/* ---- either end ---- */

static enum have either(struct record_event *e, struct value *out,
			enum have (*client)(struct record_event *, const char *, struct value *),
			enum have (*server)(struct record_event *, const char *, struct value *),
			bool numbers)
{
	struct value ends[2] = {};
	size_t n = 0;

	out->list = e->ends;
	for (int i = 0; i < 2; i++) {
		if ((i ? server : client)(e, NULL, &ends[i]) != HAVE_VALUE)
			continue;
		if (numbers)
			snprintf(e->end_text[n], sizeof(e->end_text[n]), "%lld",
				 (long long)ends[i].num);
		else
			snprintf(e->end_text[n], sizeof(e->end_text[n]), "%s", ends[i].str);
		e->ends[n] = e->end_text[n];
		n++;
	}
	out->n_list = n;
	return n ? HAVE_VALUE : HAVE_MISSING;
}

GETTER(FD_IP)
{
	return either(e, out, get_FD_CIP, get_FD_SIP, false);
}

GETTER(FD_NET)
{
	return either(e, out, get_FD_CIP, get_FD_SIP, false);
}

GETTER(FD_PORT)
{
	return either(e, out, get_FD_CPORT, get_FD_SPORT, true);
}

GETTER(FD_PROTO)
{
	return either(e, out, get_FD_CPORT, get_FD_SPORT, true);
}

/* Names of addresses would have to be asked for in the net. */
#define NAMELESS(id)                                                                               \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return HAVE_MISSING;                                                               \
	}

NAMELESS(FD_CIP_NAME)
NAMELESS(FD_SIP_NAME)
NAMELESS(FD_LIP_NAME)
NAMELESS(FD_RIP_NAME)

/* ---- the socket ---- */

static const char *l4_name(const struct socket_info *s)
{
	if (!is_inet(s))
		return "<NA>";
	if (s->type == SOCK_RAW)
		return "raw";
	switch (s->protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return "icmp";
	default:
		return "<NA>";
	}
}

/* Of a file: that it is no socket. */
static bool is_file(const struct record_event *e)
{
	return e->rec->fd_type || (field_is_open(e) && e->rec->res >= 0);
}

GETTER(FD_L4PROTO)
{
	const struct socket_info *s = socket_of(e);

	return s || is_file(e) ? field_text(out, l4_name(s)) : HAVE_MISSING;
}

static enum have flag_of(const struct record_event *e, unsigned flag, struct value *out)
{
	const struct socket_info *s = socket_of(e);

	return s || is_file(e) ? field_number(out, s && (s->flags & flag)) : HAVE_MISSING;
}

GETTER(FD_IS_SERVER)
{
	return flag_of(e, SOCKET_SERVER, out);
}

GETTER(FD_CONNECTED)
{
	return flag_of(e, SOCKET_CONNECTED, out);
}

GETTER(FD_NAME_CHANGED)
{
	return flag_of(e, SOCKET_CHANGED, out);
}

GETTER(FD_SOCKFAMILY)
{
	const struct socket_info *s = socket_of(e);

	if (!s)
		return HAVE_MISSING;
	if (s->family == AF_UNIX)
		return field_text(out, "unix");
	return is_inet(s) ? field_text(out, "ip") : HAVE_MISSING;
}

/* ---- its name: fd.name ---- */

static int put_end(char *to, size_t size, const struct socket_info *s, struct end end)
{
	char addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(s->family, end.addr, addr, sizeof(addr));
	return snprintf(to, size, "%s:%u", addr, end.port);
}

static enum have tuple_text(struct record_event *e, const struct socket_info *s, struct value *out)
{
	struct end client = client_of(s), server = server_of(s);
	char *to = field_room(e, FIELD_FD_NAME, TUPLE_MAX);
	int n = 0;

	if (!to)
		return HAVE_UNKNOWN;
	*to = '\0';
	if (is_there(client) && is_there(server)) {
		n = put_end(to, TUPLE_MAX, s, client);
		n += snprintf(to + n, TUPLE_MAX - n, "->");
		put_end(to + n, TUPLE_MAX - n, s, server);
	} else if (is_there(server)) {
		put_end(to, TUPLE_MAX, s, server);
	}
	return field_text(out, to);
}

/* The addresses in the kernel that Falco puts in front are not told. */
static enum have unix_text(struct record_event *e, struct value *out)
{
	size_t len = 0;
	const char *path = record_tail(e, TAIL_SUN, &len);
	char *to = field_room(e, FIELD_FD_NAME, len + 6);

	if (!to)
		return HAVE_UNKNOWN;
	out->len = sprintf(to, "0->0 %.*s", (int)len, path ? path : "");
	out->str = to;
	return HAVE_VALUE;
}

bool field_socket_name(struct record_event *e, struct value *out, enum have *have)
{
	const struct socket_info *s = socket_of(e);

	if (!s)
		return false;
	if (s->family == AF_UNIX)
		*have = unix_text(e, out);
	else
		*have = is_inet(s) ? tuple_text(e, s, out) : field_text(out, "");
	return true;
}
