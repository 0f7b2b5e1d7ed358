/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which part of a cgroup's name is the id of a container where the id is no number but a name that
 * someone chose. Pure: the daemon reads /proc by the same rules.
 */
#pragma once
#include "kern/abi.h"

#define NAME_BYTES 256

/* kern/compat.h has them for BPF; here for both. */
#define ID_INLINE static inline __attribute__((always_inline, unused))

/* A part of a name. */
struct id_part {
	__u32 from, len; /* len 0: none */
};

/* name has NAME_BYTES; only len of them count. */
ID_INLINE _Bool id_starts(const unsigned char *name, __u32 len, const char *text, __u32 n)
{
	if (len <= n)
		return 0;
	for (__u32 i = 0; i < n; i++) {
		if (name[i] != (unsigned char)text[i])
			return 0;
	}
	return 1;
}

ID_INLINE _Bool id_ends(const unsigned char *name, __u32 len, const char *text, __u32 n)
{
	if (len <= n)
		return 0;
	for (__u32 i = 0; i < n; i++) {
		if (name[(len - n + i) & (NAME_BYTES - 1)] != (unsigned char)text[i])
			return 0;
	}
	return 1;
}

#define ID_STARTS(name, len, text) id_starts(name, len, text, sizeof(text) - 1)
#define ID_ENDS(name, len, text)   id_ends(name, len, text, sizeof(text) - 1)
#define ID_BETWEEN(first, last, len)                                                               \
	((struct id_part){sizeof(first) - 1, (len) - (sizeof(first) - 1) - (sizeof(last) - 1)})

/* Whether the digits that begin at from are of a monitor (crio-conmon-ID.scope), which runs on the
 * host. */
ID_INLINE _Bool id_of_monitor(const unsigned char *name, __u32 from)
{
	return ID_ENDS(name, from, "-conmon-");
}

/* LXC and systemd-nspawn say what they are. */
ID_INLINE struct id_part id_of_named(const unsigned char *name, __u32 len)
{
	if (ID_STARTS(name, len, "lxc.payload."))
		return ID_BETWEEN("lxc.payload.", "", len);
	if (ID_STARTS(name, len, "systemd-nspawn@") && ID_ENDS(name, len, ".service"))
		return ID_BETWEEN("systemd-nspawn@", ".service", len);
	if (ID_STARTS(name, len, "machine-") && ID_ENDS(name, len, ".scope"))
		return ID_BETWEEN("machine-", ".scope", len);
	return (struct id_part){0, 0};
}

/*
 * containerd's /NAMESPACE/NAME and LXC's /lxc/NAME are any two components: such a cgroup is one of
 * a container only for processes in a pid namespace of their own, and never if systemd made it.
 */
ID_INLINE struct id_part id_of_second(const unsigned char *name, __u32 len)
{
	if (!len || ID_ENDS(name, len, ".service") || ID_ENDS(name, len, ".slice") ||
	    ID_ENDS(name, len, ".scope"))
		return (struct id_part){0, 0};
	return (struct id_part){0, len};
}

/* What is kept of an id: what container.id shows of it, a NUL and, of one that is longer, three
 * bytes that tell it from others with this beginning. None may be taken for the host. */
#define ID_SHOWN 12
ID_INLINE void id_keep(char out[SHORT_SIZE], const unsigned char *name, struct id_part p)
{
	__u32 h = 2166136261u;

	__builtin_memset(out, 0, SHORT_SIZE);
	for (__u32 i = 0; i < NAME_BYTES; i++) {
		unsigned char c;

		if (i >= p.len)
			break;
		c = name[(p.from + i) & (NAME_BYTES - 1)];
		h = (h ^ c) * 16777619u;
		if (i < ID_SHOWN)
			out[i] = c;
	}
	if (p.len > ID_SHOWN) {
		out[13] = h;
		out[14] = h >> 8;
		out[15] = h >> 16;
	}
	if (p.len == 4 && out[0] == 'h' && out[1] == 'o' && out[2] == 's' && out[3] == 't')
		out[4] = '.';
}
