/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy image as userspace sees it: kern/abi.h describes the part that the kernel reads;
 * the text part (from img_head.text on) holds, per rule and in order of img_rule:
 *
 *   struct text_rule, then at the offsets it names NUL-terminated texts
 *
 * so that an image runs without the rule files it came from.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/event_set.h"
#include "kern/abi.h"

/* Offsets from the first byte of the text part. */
struct text_rule {
	__u32 name, desc, output, source,
		tags;	 /* tags: texts one after the other, an empty one ends */
	__u32 condition; /* canonical, macros and lists expanded: gen/parse.c reads it back */
	__u32 priority;
	__u32 file; /* name of the rule file, and the place in it */
	__u32 line, column;
};

/* A predicate that userspace decides for each container or user, by a condition on that alone. */
struct text_fact {
	__u32 pred;
	__u32 condition; /* offset in the text part */
};

struct image {
	unsigned char *data; /* starts with struct img_head; 8-byte aligned */
	size_t size;
};

void image_free(struct image *im);
/* Checks magic, version, checksum, and that every offset, index and count stays inside, so
 * that neither the kernel nor the host tables can be led outside. 0, or -EINVAL with a
 * sentence in why (at least 160 bytes). */
int image_check(const void *data, size_t size, char *why, size_t why_size);
/* A file written by image_write. 0 or -errno; why as above. */
int image_read(const char *path, struct image *out, char *why, size_t why_size);
int image_write(const struct image *im, const char *path);

static inline const struct img_head *image_head(const struct image *im)
{
	return (const struct img_head *)im->data;
}
/* Event types that some rule of it watches. */
struct event_set image_types(const struct image *im);
const struct text_rule *image_rule(const struct image *im, unsigned rule);
const char *image_text(const struct image *im, __u32 offset);
