/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a bolt database: one file of pages, in them B+ trees of keys and values; a value can be a
 * tree in turn, a bucket. containerd and podman keep what they know in such files and write
 * to them while we look.
 *
 * Pages are copied when they change and used anew one transaction later, so that what was read is
 * consistent as long as the number of the last transaction is the same afterwards: ask
 * bolt_changed(), and read again if it is not. Nothing in the file is trusted: a page that does
 * not hold what it says ends the search, depth and bytes are bounded.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bolt;

struct bolt_bytes {
	const unsigned char *data; /* valid until bolt_close() */
	size_t len;
};

struct bolt_bucket {
	uint64_t root;
	struct bolt_bytes page; /* of one that is small enough to be within a value */
};

/* A file below dir (user/runtime_file.h). 0; -EBADMSG if it is no such database or broken;
 * another -errno. */
int bolt_open(int dir, const char *path, struct bolt **out);
void bolt_close(struct bolt **b);
bool bolt_changed(const struct bolt *b);

struct bolt_bucket bolt_root(const struct bolt *b);
/* The bucket, or the value, of that key; false if there is none. */
bool bolt_sub(struct bolt *b, struct bolt_bucket in, const char *key, struct bolt_bucket *out);
bool bolt_get(struct bolt *b, struct bolt_bucket in, const char *key, struct bolt_bytes *out);
/* Calls each for the keys of a bucket, in order, until it returns false. sub: whether the value is
 * a bucket. */
typedef bool bolt_each_fn(void *to, struct bolt_bytes key, struct bolt_bytes value, bool sub);
void bolt_each(struct bolt *b, struct bolt_bucket in, bolt_each_fn *each, void *to);
