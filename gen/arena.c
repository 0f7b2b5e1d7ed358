/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one compilation. Chunks in a list, the one in use first; a large piece gets one of its
 * own behind it. Knows nothing of what it holds.
 */
#include "gen/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 << 10)
#define LARGE	   (CHUNK_SIZE / 4)

struct chunk {
	struct chunk *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *chunks;
};

static _Noreturn void no_memory(void)
{
	fputs("tiercel: out of memory\n", stderr);
	abort();
}

static size_t round_up(size_t size)
{
	const size_t align = alignof(max_align_t);

	if (size > SIZE_MAX / 2)
		no_memory();
	return (size + align - 1) & ~(align - 1);
}

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena **a)
{
	struct chunk *c, *next;

	if (!*a)
		return;
	for (c = (*a)->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	free(*a);
	*a = NULL;
}

/* Puts it where *place is. */
static struct chunk *chunk_add(struct chunk **place, size_t size)
{
	struct chunk *c = calloc(1, sizeof(*c) + size);

	if (!c)
		no_memory();
	c->size = size;
	c->next = *place;
	*place = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct chunk *c = a->chunks;
	void *piece;

	/* Two empty pieces are still two places. */
	size = round_up(size ? size : 1);
	if (c && c->size - c->used < size && size > LARGE)
		c = chunk_add(&c->next, size);
	else if (!c || c->size - c->used < size)
		c = chunk_add(&a->chunks, size > CHUNK_SIZE ? size : CHUNK_SIZE);
	piece = c->data + c->used;
	c->used += size;
	return piece;
}

void *arena_copy(struct arena *a, const void *from, size_t size)
{
	void *piece = arena_alloc(a, size);

	if (size)
		memcpy(piece, from, size);
	return piece;
}

char *arena_str(struct arena *a, const char *s, size_t len)
{
	char *text = arena_alloc(a, len + 1);

	if (len)
		memcpy(text, s, len);
	return text;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	char *text, *copy;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		no_memory();
	copy = arena_str(a, text, (size_t)len);
	free(text);
	return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(a, format, args);
	va_end(args);
	return text;
}

/* Fresh memory of a chunk is zero, so that what is gained needs no clearing. */
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
	struct chunk *c = a->chunks;
	size_t had = round_up(old_size ? old_size : 1), wanted = round_up(new_size ? new_size : 1);
	unsigned char *piece = old;

	if (wanted <= had && old)
		return old;
	if (c && old && piece + had == c->data + c->used && wanted - had <= c->size - c->used) {
		c->used += wanted - had;
		return old;
	}
	piece = arena_alloc(a, new_size);
	if (old && old_size)
		memcpy(piece, old, old_size);
	return piece;
}

/* The array has room for the next power of two. */
void *arena_push(struct arena *a, void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return arena_grow(a, array, n * size, (n ? n * 2 : 1) * size);
}
