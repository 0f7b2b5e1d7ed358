/* SPDX-License-Identifier: Apache-2.0 */
/* Makes bolt databases: buckets within values, the outermost in a page of its own. */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BOLT_PAGE 4096
#define BOLT_ROWS 16

struct bolt_row {
	const char *key;
	const void *value;
	size_t len;
	int sub; /* value is what bolt_leaf() made */
};

static void bolt_16(unsigned char *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void bolt_32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void bolt_64(unsigned char *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* A leaf page of n rows, sorted by key; its length. */
static size_t bolt_leaf(unsigned char *to, uint64_t id, const struct bolt_row *rows, size_t n)
{
	size_t at = 16 + 16 * n;

	memset(to, 0, at);
	bolt_64(to, id);
	bolt_16(to + 8, 2);
	bolt_16(to + 10, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char *e = to + 16 + 16 * i;
		size_t key = strlen(rows[i].key), head = rows[i].sub ? 16 : 0;

		bolt_32(e, rows[i].sub);
		bolt_32(e + 4, at - (16 + 16 * i));
		bolt_32(e + 8, key);
		bolt_32(e + 12, head + rows[i].len);
		memcpy(to + at, rows[i].key, key);
		at += key;
		memset(to + at, 0, head); /* of a bucket that is within the value */
		at += head;
		if (rows[i].len)
			memcpy(to + at, rows[i].value, rows[i].len);
		at += rows[i].len;
	}
	return at;
}

static void bolt_meta(unsigned char *page, uint64_t id, uint64_t root, uint64_t transaction)
{
	uint64_t sum = 0xcbf29ce484222325u;
	unsigned char *m = page + 16;

	bolt_64(page, id);
	bolt_16(page + 8, 4);
	bolt_32(m, 0xED0CDAED);
	bolt_32(m + 4, 2);
	bolt_32(m + 8, BOLT_PAGE);
	bolt_64(m + 16, root);
	bolt_64(m + 48, transaction);
	for (int i = 0; i < 56; i++)
		sum = (sum ^ m[i]) * 0x100000001b3u;
	bolt_64(m + 56, sum);
}

/* A database of 4 pages: two that describe it and a root of those rows in page 3. */
static const unsigned char *bolt_make(const struct bolt_row *rows, size_t n, size_t *len)
{
	static unsigned char all[4 * BOLT_PAGE];

	memset(all, 0, sizeof(all));
	bolt_meta(all, 0, 3, 6);
	bolt_meta(all + BOLT_PAGE, 1, 3, 5);
	bolt_leaf(all + 3 * BOLT_PAGE, 3, rows, n);
	*len = sizeof(all);
	return all;
}
