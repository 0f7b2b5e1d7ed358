/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map with linear probing, at most half full. */
#include "gen/names.h"

#include <stdint.h>
#include <string.h>

#include "gen/arena.h"

static size_t hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	while (len--)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* The slot that has the name, or the free one where it belongs. */
static struct name_slot *slot_of(const struct names *t, const char *s, size_t len)
{
	size_t i = hash(s, len) & (t->cap - 1);

	while (t->slots[i].name && (strncmp(t->slots[i].name, s, len) || t->slots[i].name[len]))
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

void *names_get_part(const struct names *t, const char *s, size_t len)
{
	return t->cap ? slot_of(t, s, len)->thing : NULL;
}

void *names_get(const struct names *t, const char *name)
{
	return names_get_part(t, name, strlen(name));
}

static void grow(struct names *t)
{
	const struct names old = *t;
	size_t i;

	t->cap = old.cap ? old.cap * 2 : 64;
	t->slots = arena_alloc(t->arena, t->cap * sizeof(*t->slots));
	for (i = 0; i < old.cap; i++) {
		if (old.slots[i].name)
			*slot_of(t, old.slots[i].name, strlen(old.slots[i].name)) = old.slots[i];
	}
}

void names_put(struct names *t, const char *name, void *thing)
{
	if (t->n * 2 >= t->cap)
		grow(t);
	*slot_of(t, name, strlen(name)) = (struct name_slot){name, thing};
	t->n++;
}
