/* SPDX-License-Identifier: Apache-2.0 */
/* A map from names to things, for macros, lists and rules. Nothing is ever taken out. */
#pragma once
#include <stddef.h>

struct arena;

struct names {
	struct arena *arena;
	struct name_slot {
		const char *name;
		void *thing;
	} * slots;
	size_t n, cap;
};

/* NULL if there is none. */
void *names_get(const struct names *t, const char *name);
void *names_get_part(const struct names *t, const char *s, size_t len);
/* Name must not be there yet, and outlive the map. */
void names_put(struct names *t, const char *name, void *thing);
