/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets: the ends of a connection from the kernel's own structures, and what kind of thing a
 * descriptor is. An address that the caller gave counts only where the kernel keeps none.
 */
#pragma once
#include "kern/compat.h"
#include "kern/scratch.h"

#define PORT(be) __builtin_bswap16(be)

/* The sixteen bytes of an IPv6 address that stands for one of IPv4, before its last four. */
INLINE bool is_mapped(const __u8 *addr)
{
	const __u32 *words = (const __u32 *)addr;

	return !words[0] && !words[1] && words[2] == __builtin_bswap32(0xffff);
}

INLINE bool is_zero(const __u8 *addr)
{
	const __u64 *words = (const __u64 *)addr;

	return !words[0] && !words[1];
}

INLINE void unmap(__u8 *addr)
{
	__u32 *words = (__u32 *)addr;

	words[0] = words[3];
	words[1] = words[2] = words[3] = 0;
}

/* IPv4 on an IPv6 socket: shown as what it is. */
INLINE void sock_unmap(struct socket_info *i)
{
	if (i->family != AF_INET6)
		return;
	if (!is_mapped(i->raddr) && !(is_zero(i->raddr) && is_mapped(i->laddr)))
		return;
	unmap(i->raddr);
	unmap(i->laddr);
	i->family = AF_INET;
}

INLINE void sock_ends(struct socket_info *i, struct sock *sk)
{
	struct sock_common *c = &sk->__sk_common;

	i->lport = BPF_CORE_READ(c, skc_num);
	i->rport = PORT(BPF_CORE_READ(c, skc_dport));
	if (i->family == AF_INET) {
		*(__u32 *)i->laddr = BPF_CORE_READ(c, skc_rcv_saddr);
		*(__u32 *)i->raddr = BPF_CORE_READ(c, skc_daddr);
	} else if (bpf_core_field_exists(c->skc_v6_daddr)) {
		bpf_core_read(i->laddr, sizeof(i->laddr), &c->skc_v6_rcv_saddr);
		bpf_core_read(i->raddr, sizeof(i->raddr), &c->skc_v6_daddr);
	}
}

INLINE bool sock_is_inet(const struct socket_info *i)
{
	return i->family == AF_INET || i->family == AF_INET6;
}

/* The path that a unix socket is bound to. */
INLINE void sock_bound(struct call_state *c, struct sock *sk)
{
	struct unix_address *a = BPF_CORE_READ((struct unix_sock *)sk, addr);
	__u32 len;

	if (!a)
		return;
	len = BPF_CORE_READ(a, len) - sizeof(__u16);
	OPAQUE(len);
	if (!len || len > SUN_MAX)
		return;
	/* behind the family */
	if (!bpf_probe_read_kernel(c->sun, len,
				   (char *)a + bpf_core_field_offset(struct unix_address, name) +
					   sizeof(__u16)))
		c->sun_len = len;
}

INLINE void sock_unix(struct call_state *c, struct sock *sk)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);

	if (peer) {
		c->sock.flags |= SOCKET_CONNECTED;
		sock_bound(c, peer);
	}
	if (!c->sun_len)
		sock_bound(c, sk);
}

/* Which end is the server where the call does not say it: a listening socket's, or the one with
 * the port that looks like a service's. */
INLINE bool sock_looks_served(const struct socket_info *i)
{
	return i->lport && i->rport && i->lport < 32768 && i->rport >= 32768;
}

INLINE void sock_read(struct call_state *c)
{
	struct sock *sk = (void *)c->sk;
	struct socket_info *i = &c->sock;
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	i->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	i->type = BPF_CORE_READ(sk, sk_type);
	i->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (i->family == AF_UNIX) {
		sock_unix(c, sk);
		return;
	}
	if (!sock_is_inet(i))
		return;
	sock_ends(i, sk);
	if (i->type == SOCK_STREAM ? state != TCP_LISTEN && i->rport : i->rport)
		i->flags |= SOCKET_CONNECTED;
	if (state == TCP_LISTEN || sock_looks_served(i))
		i->flags |= SOCKET_SERVER;
}

/* struct sockaddr of any family, as a program gives it. */
struct address {
	__u16 family;
	__u16 port;
	__u8 rest[SUN_MAX]; /* IPv4: the address; IPv6: behind four bytes of flow */
};

/* A path that a program gave for an address. */
INLINE void sock_given_sun(struct call_state *c, __u64 from, __u64 len)
{
	__u64 left;
	long n;

	if (c->sun_len || len <= sizeof(__u16) || len > sizeof(__u16) + SUN_MAX)
		return;
	n = bpf_probe_read_user_str(c->sun, SUN_MAX, (void *)(from + sizeof(__u16)));
	if (n > 1) {
		c->sun_len = n - 1;
		return;
	}
	/* an abstract one: a NUL comes first */
	left = len - sizeof(__u16);
	OPAQUE(left);
	left &= SUN_ROOM - 1;
	if (!bpf_probe_read_user(c->sun, left, (void *)(from + sizeof(__u16))))
		c->sun_len = left;
}

/* The address that the caller gave, for the end that the socket itself does not know. */
INLINE void sock_given(struct call_state *c, __u64 from, __u64 len, bool local)
{
	struct socket_info *i = &c->sock;
	__u8 *addr = local ? i->laddr : i->raddr;
	__u16 port = local ? i->lport : i->rport;
	struct {
		__u16 family, port;
		__u32 word[7];
	} a = {};

	if (!from || bpf_probe_read_user(&a, 16, (void *)from))
		return;
	if (a.family == AF_UNIX && i->family == AF_UNIX) {
		sock_given_sun(c, from, len);
		return;
	}
	if (!sock_is_inet(i) || port)
		return;
	if (a.family == AF_INET) {
		i->family = AF_INET; /* an IPv6 socket takes such an address, too */
		*(__u32 *)addr = a.word[0];
	} else if (a.family == AF_INET6) {
		bpf_probe_read_user(addr, 16, (void *)(from + 8));
	} else {
		return;
	}
	if (local)
		i->lport = PORT(a.port);
	else
		i->rport = PORT(a.port);
}

/* Whether a socket without a connection sends to another peer than the last time. */
INLINE bool sock_is_new_peer(struct call_state *c)
{
	struct file *f = (void *)c->file;
	__u64 key = c->sk ^ (BPF_CORE_READ(f, f_inode, i_ino) << 40);
	struct peer now = {.port = c->sock.rport}, *last;

	__builtin_memcpy(now.addr, c->sock.raddr, sizeof(now.addr));
	last = bpf_map_lookup_elem(&peers, &key);
	if (last && last->port == now.port && last->addr[0] == now.addr[0] &&
	    last->addr[1] == now.addr[1])
		return false;
	bpf_map_update_elem(&peers, &key, &now, BPF_ANY);
	return true;
}

/* The letter of fd.typechar of an anonymous file, by the name that the kernel gave it. */
INLINE __u32 type_of_name(struct file *f)
{
	const unsigned char *name = BPF_CORE_READ(f, f_path.dentry, d_name.name);
	char n[16] = {};

	bpf_probe_read_kernel_str(n, sizeof(n), name);
	if (n[0] == 'i' && n[1] == 'n' && n[2] == 'o') /* inotify stands without brackets */
		return 'i';
	if (n[0] != '[')
		return 'f';
	switch (n[1]) {
	case 'b': /* [bpf-map], [bpf-prog], ... */
		return 'b';
	case 'e': /* [eventfd], [eventpoll] */
		return n[6] == 'f' ? 'e' : 'l';
	case 's':
		return 's';
	case 't':
		return 't';
	case 'u':
		return 'u';
	case 'i': /* [io_uring] */
		return 'r';
	case 'p': /* [pidfd], [perf_event] */
		return n[2] == 'i' ? 'P' : 'o';
	default:
		return 'o';
	}
}

INLINE __u32 type_of_socket(const struct call_state *c)
{
	switch (c->sock.family) {
	case AF_INET:
		return '4';
	case AF_INET6:
		return '6';
	case AF_UNIX:
		return 'u';
	case AF_NETLINK:
		return 'n';
	default:
		return 'o';
	}
}

INLINE __u32 type_of_file(const struct call_state *c, __u16 mode)
{
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return type_of_socket(c);
	case S_IFDIR:
		return 'd';
	case S_IFIFO:
		return 'p';
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
		return 'f';
	default:
		return type_of_name((void *)c->file);
	}
}

/* c->file in; its type and, of a socket, its ends out, which were cleared before. */
INLINE void read_fd_kind(struct call_state *c)
{
	struct file *f = (void *)c->file;
	__u16 mode;

	if (!f)
		return;
	__builtin_memset(&c->sock, 0, sizeof(c->sock));
	mode = BPF_CORE_READ(f, f_inode, i_mode);
	if ((mode & S_IFMT) == S_IFSOCK) {
		struct socket *s = BPF_CORE_READ(f, private_data);

		c->sk = (__u64)BPF_CORE_READ(s, sk);
		c->has_socket = c->sk != 0;
		if (c->sk)
			sock_read(c);
	}
	c->fd_type = type_of_file(c, mode);
}
