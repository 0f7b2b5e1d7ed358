/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Typed reads of the policy image, for the kernel programs and for the host. In the kernel
 * every offset is masked to stay inside the map value, whatever the image says; on the host
 * image_check() has vouched for it and the mask has all bits set.
 */
#pragma once
#include "kern/abi.h"

#ifdef __bpf__
#define bool _Bool
#define true 1
#define false 0
#define INLINE static __attribute__((always_inline)) inline
/* A function that the verifier checks once, on its own, for any arguments. */
#define GLOBAL __attribute__((noinline))
/* Keeps clang from dropping a bound that only the verifier needs. */
#define OPAQUE(x) asm volatile("" : "+r"(x))
#else
#include <stdbool.h>
#define INLINE	  static inline
#define OPAQUE(x) ((void)0)
#endif

struct img {
	const unsigned char *data;
	__u32 mask; /* size of the map value without IMAGE_SLACK, minus one */
};

INLINE const struct img_head *img_head(struct img im)
{
	return (const struct img_head *)im.data;
}

/* Element i of a section of structures (all of them multiples of eight bytes). */
INLINE const void *img_at(struct img im, __u32 section, __u32 i, __u32 size)
{
	__u64 off = section + i * size;

	OPAQUE(off);
	off &= im.mask & ~7u;
	return im.data + off;
}

INLINE __u32 img_u8(struct img im, __u32 off)
{
	__u64 o = off;

	OPAQUE(o);
	o &= im.mask;
	return im.data[o];
}

INLINE __u32 img_u16(struct img im, __u32 off)
{
	__u64 o = off;

	OPAQUE(o);
	o &= im.mask & ~1u;
	return *(const __u16 *)(im.data + o);
}

INLINE __u32 img_u32(struct img im, __u32 off)
{
	__u64 o = off;

	OPAQUE(o);
	o &= im.mask & ~3u;
	return *(const __u32 *)(im.data + o);
}

INLINE __u64 img_u64(struct img im, __u32 off)
{
	__u64 o = off;

	OPAQUE(o);
	o &= im.mask & ~7u;
	return *(const __u64 *)(im.data + o);
}
