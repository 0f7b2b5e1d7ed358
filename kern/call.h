/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All other system calls: what they carry stands in kern/calls.def, so that this handler knows
 * none of them by name but those that say who is the client of a connection.
 *
 * A path is taken as written, made absolute and normal: the call is over, and what it made or
 * removed has no object that could be asked for its name.
 */
#pragma once
#include "kern/open.h"
#include "kern/sock.h"

/* An argument by its column of kern/calls.def. */
INLINE __u64 call_arg(const struct call_state *c, __s8 column)
{
	return c->args[column & 7];
}

INLINE bool call_serves(__u32 type)
{
	return type == EVENT_ACCEPT || type == EVENT_ACCEPT4 || type == EVENT_LISTEN ||
	       type == EVENT_BIND;
}

INLINE bool call_sends(__u32 type)
{
	return type == EVENT_CONNECT || type == EVENT_SENDTO || type == EVENT_SENDMSG ||
	       type == EVENT_SENDMMSG;
}

/* Address and its length: as arguments, or in the message header that an argument points to. */
INLINE void call_address(struct scratch *s)
{
	struct call_state *c = &s->call;
	struct {
		__u64 name;
		__u32 len, pad;
	} msg = {};
	__s8 column = c->shape.addr;

	if (!c->has_socket || column == CALL_NO)
		return;
	if (column & CALL_MSG) {
		bpf_probe_read_user(&msg, sizeof(msg), (void *)call_arg(c, column));
	} else {
		msg.name = call_arg(c, column);
		msg.len = call_arg(c, column + 1);
	}
	/* recvfrom: where the length is; the address is there in any case */
	if (s->type == EVENT_RECVFROM)
		msg.len = sizeof(struct address);
	sock_given(c, msg.name, msg.len, s->type == EVENT_BIND);
}

/* Who is the server, and what changed. */
INLINE void call_roles(struct scratch *s)
{
	struct call_state *c = &s->call;
	__u16 flags = c->sock.flags;

	if (call_serves(s->type))
		flags |= SOCKET_SERVER;
	else if (s->type == EVENT_CONNECT)
		flags &= ~SOCKET_SERVER;
	else if (c->sock.type == SOCK_DGRAM && !(flags & SOCKET_CONNECTED))
		flags = call_sends(s->type) ? flags & ~SOCKET_SERVER : flags | SOCKET_SERVER;
	if (s->type == EVENT_CONNECT || call_serves(s->type))
		flags |= SOCKET_CHANGED;
	else if (!(flags & SOCKET_CONNECTED) && c->sock.rport && sock_is_new_peer(c))
		flags |= SOCKET_CHANGED;
	c->sock.flags = flags;
}

/* What is asked of the descriptor of an event. */
#define FD_FIELDS                                                                                  \
	(FIELD_BIT(FIELD_FD_NUM) | FIELD_BIT(FIELD_FD_TYPECHAR) | FIELD_BIT(FIELD_FD_TYPE) |       \
	 FIELD_BIT(FIELD_FD_L4PROTO) | FIELD_BIT(FIELD_FD_CONNECTED) |                             \
	 FIELD_BIT(FIELD_FD_NAME_CHANGED) | FIELD_BIT(FIELD_FD_IS_SERVER) |                        \
	 FIELD_BIT(FIELD_FD_CIP) | FIELD_BIT(FIELD_FD_SIP) | FIELD_BIT(FIELD_FD_CPORT) |           \
	 FIELD_BIT(FIELD_FD_SPORT))

/* The descriptor that the event is about. */
GLOBAL int call_fd(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct call_state *c;
	__s8 column;

	if (!s)
		return 0;
	c = &s->call;
	c->file = c->sk = 0;
	c->fd = -1;
	c->fd_type = 0;
	c->has_socket = 0;
	c->sun_len = 0;
	column = c->shape.fd;
	if (!c->shape.known || column == CALL_NO)
		return 0;
	if (column != CALL_RES)
		c->fd = (__s32)call_arg(c, column);
	else if (c->res >= 0)
		c->fd = c->res;
	if (c->no_fd && c->res >= 0) {
		c->fd = -1;
		s->unsure |= FD_FIELDS;
		return 0;
	}
	c->file = c->given_file ? c->given_file : (__u64)file_of_fd(c->fd);
	read_fd_kind(c);
	if (s->type == EVENT_MEMFD_CREATE && c->fd_type)
		c->fd_type = 'm';
	if (c->has_socket) {
		call_address(s);
		sock_unmap(&c->sock);
		c->fd_type = type_of_socket(c);
		call_roles(s);
	}
	return 0;
}

/* A descriptor type by its letter as fd.type has it: two share the letter u. */
INLINE __s64 fd_type_code(const struct call_state *c)
{
	return c->fd_type == 'u' && !c->has_socket ? 'U' : c->fd_type;
}

/* What fd.l4proto can be: 0 for a socket that has none. */
INLINE __s64 l4_code(const struct socket_info *i)
{
	if (!sock_is_inet(i))
		return 0;
	if (i->type == SOCK_RAW)
		return SOCK_RAW << 8;
	switch (i->protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return IPPROTO_ICMP;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return i->protocol;
	default:
		return 0;
	}
}

/* IPv4 addresses are numbers in host order; one of IPv6 is left to userspace. */
INLINE void set_addr(struct scratch *s, enum field_id f, const __u8 *addr, __u16 port)
{
	if (!port && is_zero(addr))
		return;
	if (s->call.sock.family == AF_INET)
		set_num(s, f, __builtin_bswap32(*(const __u32 *)addr));
	else
		s->unsure |= FIELD_BIT(f);
}

INLINE void set_port(struct scratch *s, enum field_id f, const __u8 *addr, __u16 port)
{
	if (port || !is_zero(addr))
		set_num(s, f, port);
}

INLINE void socket_numbers(struct scratch *s)
{
	const struct socket_info *i = &s->call.sock;
	bool server = i->flags & SOCKET_SERVER;
	const __u8 *client_addr = server ? i->raddr : i->laddr;
	const __u8 *server_addr = server ? i->laddr : i->raddr;
	__u16 client_port = server ? i->rport : i->lport;
	__u16 server_port = server ? i->lport : i->rport;

	set_num(s, FIELD_FD_L4PROTO, l4_code(i));
	set_num(s, FIELD_FD_CONNECTED, !!(i->flags & SOCKET_CONNECTED));
	set_num(s, FIELD_FD_NAME_CHANGED, !!(i->flags & SOCKET_CHANGED));
	set_num(s, FIELD_FD_IS_SERVER, server);
	if (!sock_is_inet(i))
		return;
	set_addr(s, FIELD_FD_CIP, client_addr, client_port);
	set_addr(s, FIELD_FD_SIP, server_addr, server_port);
	set_port(s, FIELD_FD_CPORT, client_addr, client_port);
	set_port(s, FIELD_FD_SPORT, server_addr, server_port);
}

GLOBAL int call_numbers(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct call_state *c;
	struct img im;

	if (!s || !get_image(s, &im))
		return 0;
	c = &s->call;
	s->num[FIELD_EVT_RAWRES] = c->res;
	if (!c->no_result) {
		set_num(s, FIELD_EVT_RES, c->res < 0 ? -c->res : 0);
		set_num(s, FIELD_EVT_RAWRES, c->res);
		set_num(s, FIELD_EVT_FAILED, c->res < 0);
	}
	set_num(s, FIELD_EVT_IS_OPEN_READ, 0);
	set_num(s, FIELD_EVT_IS_OPEN_WRITE, 0);
	for (int i = 0; i < 6; i++)
		set_num(s, FIELD_REGISTER_0 + i, c->args[i]);
	s->num[FIELD_FD_NUM] = c->fd;
	if (c->shape.known && c->shape.fd != CALL_NO)
		set_num(s, FIELD_FD_NUM, c->fd);
	if (c->fd_type) {
		set_num(s, FIELD_FD_TYPECHAR, c->fd_type);
		set_num(s, FIELD_FD_TYPE, fd_type_code(c));
	}
	if (c->has_socket)
		socket_numbers(s);
	read_task_numbers(s, img_head(im)->type_nums[s->type_slot & 63]);
	return eval_numbers(idx);
}

/* ---- texts ---- */

/* Path of an argument into an area, and the directory that it starts from. */
INLINE void read_path_arg(__u32 idx, struct scratch *s, __s8 column, __s8 dir, enum area area,
			  struct text *text, enum area base_area, struct text *base)
{
	__u64 from = call_arg(&s->call, column);

	text->state = base->state = TEXT_NONE;
	if (column == CALL_NO || !from)
		return;
	read_given(s, from, s->call.ring, area, text);
	if (s->call.ring && text->len >= URING_TEXT - 1)
		text->state = TEXT_CUT;
	if (text->state != TEXT_WHOLE || dir == CALL_RAW || s->data[AREA(area)] == '/')
		return;
	read_base(idx, s, dir == CALL_CWD ? AT_FDCWD : (__s32)call_arg(&s->call, dir), base_area,
		  base);
}

/* Into s->written, s->base and their seconds. */
GLOBAL int call_read_paths(__u32 idx)
{
	struct scratch *s = scratch_at(idx);

	if (!s || !s->call.shape.known)
		return 0;
	read_path_arg(idx, s, s->call.shape.path1, s->call.shape.dir1, AREA_WRITTEN, &s->written,
		      AREA_BASE, &s->base);
	read_path_arg(idx, s, s->call.shape.path2, s->call.shape.dir2, AREA_SECOND, &s->written2,
		      AREA_RESOLVED, &s->base2);
	return 0;
}

INLINE void eval_path_arg(__u32 idx, struct scratch *s, enum field_id f, __s8 dir,
			  const struct text *text, const struct text *base)
{
	if (text->state == TEXT_WHOLE && dir != CALL_RAW) {
		normalise(idx, f == FIELD_PATH2);
		eval_given(idx, f, s->normal.off, s->normal.len, s->normal.state);
	} else {
		eval_given(idx, f, text->off, text->len, text->state);
	}
}

/* The name of a unix socket begins with the addresses of its ends, which nobody knows: what
 * stands here can be told apart from them by no sensible pattern. */
#define UNIX_ENDS "0->0 "

INLINE void eval_sun(__u32 idx, struct scratch *s)
{
	__u64 n = s->call.sun_len;
	unsigned char *to = s->data + AREA(AREA_NORMAL);

	if (!s->call.sun[0]) /* an abstract address shows as an empty path */
		n = 0;
	OPAQUE(n);
	if (n > SUN_MAX)
		return;
	__builtin_memcpy(to, UNIX_ENDS, sizeof(UNIX_ENDS) - 1);
	bpf_probe_read_kernel(to + sizeof(UNIX_ENDS) - 1, n, s->call.sun);
	eval_path(idx, AREA(AREA_NORMAL), n + sizeof(UNIX_ENDS) - 1, TEXT_WHOLE);
}

/* fd.name: the path of a file, the peer's path of a unix socket; other names userspace makes. */
GLOBAL int call_eval_name(__u32 idx)
{
	struct scratch *s = scratch_at(idx);

	if (!s)
		return 0;
	s->path_end = s->call.fd_type == 'd' ? SYM_END_DIR : SYM_END;
	if (!s->call.file) {
		/* a directory given as AT_FDCWD has an empty name */
		if (s->call.fd == AT_FDCWD)
			eval_path(idx, AREA(AREA_NORMAL), 0, TEXT_WHOLE);
		return 0;
	}
	if (s->call.has_socket && s->call.sock.family == AF_UNIX && s->call.sun_len > 0) {
		eval_sun(idx, s);
		return 0;
	}
	if (s->call.has_socket || (s->call.fd_type != 'f' && s->call.fd_type != 'd')) {
		eval_path(idx, AREA(AREA_NORMAL), 0, TEXT_UNREADABLE);
		return 0;
	}
	read_file_path(idx, s, AREA_RESOLVED, (struct file *)s->call.file, &s->resolved);
	eval_path(idx, s->resolved.off, s->resolved.len, s->resolved.state);
	return 0;
}

GLOBAL int call_eval_paths(__u32 idx)
{
	struct scratch *s = scratch_at(idx);

	if (!s)
		return 0;
	if (s->paths & FIELD_BIT(FIELD_FD_NAME))
		call_eval_name(idx);
	if (!(s->paths & (FIELD_BIT(FIELD_PATH1) | FIELD_BIT(FIELD_PATH2))))
		return 0;
	call_read_paths(idx);
	if (s->paths & FIELD_BIT(FIELD_PATH1))
		eval_path_arg(idx, s, FIELD_PATH1, s->call.shape.dir1, &s->written, &s->base);
	if (s->paths & FIELD_BIT(FIELD_PATH2))
		eval_path_arg(idx, s, FIELD_PATH2, s->call.shape.dir2, &s->written2, &s->base2);
	return 0;
}

/* ---- the record ---- */

INLINE bool has_second_cut(struct scratch *s)
{
	return is_cut(&s->written2) || is_cut(&s->base2);
}

/* The text that stands beside the paths: short, what it names are names. */
#define CALL_TEXT_MAX 256

INLINE void call_text(struct scratch *s, struct record *r)
{
	unsigned char *to = s->data + AREA(AREA_ENV);
	long n = bpf_probe_read_user_str(to, CALL_TEXT_MAX,
					 (void *)call_arg(&s->call, s->call.shape.text - 1));

	if (n == CALL_TEXT_MAX)
		r->flags |= RECORD_TEXT_CUT;
	if (n > 0 && n <= CALL_TEXT_MAX)
		add_tail(s, TAIL_TEXT, to, n - 1);
}

/* Texts that no rule compared are read here, for who prints them. */
GLOBAL int call_record(__u32 idx)
{
	struct scratch *s = scratch_at(idx);
	struct record *r;

	if (!s)
		return 0;
	record_head(s);
	r = record_of(s);
	r->flags |= s->call.record_flags;
	r->nr = s->call.nr;
	r->fd = s->call.fd;
	r->fd_type = s->call.fd_type;
	__builtin_memcpy(r->args, s->call.args, sizeof(r->args));
	if (s->written.state == TEXT_NONE)
		call_read_paths(idx);
	if (s->resolved.state == TEXT_NONE && s->call.file && !s->call.has_socket &&
	    s->written2.state == TEXT_NONE)
		read_file_path(idx, s, AREA_RESOLVED, (struct file *)s->call.file, &s->resolved);
	if (has_second_cut(s))
		r->flags |= RECORD_SECOND_CUT;
	if (s->call.shape.text)
		call_text(s, r);
	add_text(s, TAIL_WRITTEN2, &s->written2);
	add_text(s, TAIL_BASE2, &s->base2);
	if (s->call.has_socket)
		add_tail(s, TAIL_SOCKET, &s->call.sock, sizeof(s->call.sock));
	if (s->call.has_socket && s->call.sun_len > 0)
		add_tail(s, TAIL_SUN, s->call.sun, s->call.sun_len);
	emit(idx);
	return 0;
}

/* The flags of clone3 stand at the start of what its first argument points to. */
INLINE void call_clone_flags(struct scratch *s)
{
	__u64 flags = 0;

	if (bpf_probe_read_user(&flags, sizeof(flags), (void *)s->call.args[0]))
		s->unsure |= FIELD_BIT(FIELD_REGISTER_0);
	s->call.args[0] = flags;
}

INLINE void call_event(__u32 idx, struct scratch *s)
{
	struct img im;

	if (!get_image(s, &im))
		return;
	eval_start(idx, s, im);
	call_fd(idx);
	if (!call_numbers(idx))
		return;
	read_derived(idx, s);
	if (s->paths)
		call_eval_paths(idx);
	eval_rules(idx, 0);
	if (s->n_hits || s->overflow)
		call_record(idx);
}

/* A system call that has returned, in a slot that the caller gives back. */
INLINE void call_returned(__u32 idx, struct scratch *s, const struct gate *g, __u32 type,
			  const struct call *call, long res)
{
	if (!proc_enter(idx, s, g, type))
		return;
	*(__u64 *)&s->call.shape = *(const volatile __u64 *)&call_shapes[type & (EVENT_MAX - 1)];
	s->call.res = res;
	s->call.no_result = 0;
	s->call.nr = call->nr;
	s->call.given_file = s->call.ring = s->call.no_fd = 0;
	s->call.record_flags = call->compat ? RECORD_COMPAT : 0;
	for (int i = 0; i < 6; i++)
		s->call.args[i] = call->args[i];
	if (type == EVENT_CLONE3)
		call_clone_flags(s);
	call_event(idx, s);
}

/* An event that is no system call: it has arguments, but no result. */
INLINE void call_without_result(enum hook_id hook, __u32 type, __u64 arg0, __u64 arg1, __u64 arg2,
				__u64 arg3)
{
	struct scratch *s = NULL;
	struct gate g;
	int idx;

	if (!gate_open(&g, hook))
		return;
	idx = scratch_take(&s);
	if (idx < 0)
		return;
	if (proc_enter(idx, s, &g, type)) {
		__builtin_memset(&s->call, 0, sizeof(s->call));
		s->call.no_result = 1;
		s->call.args[0] = arg0;
		s->call.args[1] = arg1;
		s->call.args[2] = arg2;
		s->call.args[3] = arg3;
		call_event(idx, s);
	}
	scratch_give(s);
}
