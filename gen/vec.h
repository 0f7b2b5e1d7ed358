/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing arrays in an arena. VEC(int) numbers = {}; *vec_add(arena, &numbers) = 7;
 * elements move when the array grows, so keep indexes and not addresses.
 */
#pragma once
#include "gen/arena.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

/* Address of a new last element, all zero. */
#define vec_add(arena, vec)                                                                        \
	((vec)->v = vec_room((arena), (vec)->v, (vec)->n, &(vec)->cap, sizeof(*(vec)->v)),         \
	 &(vec)->v[(vec)->n++])

static inline void *vec_room(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	size_t more = n ? 2 * n : 8;

	if (n < *cap)
		return v;
	v = arena_grow(a, v, n * size, more * size);
	*cap = more;
	return v;
}
