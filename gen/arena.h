/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of one compilation: taken piece by piece, freed as a whole. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

struct arena;
/* NULL if there is no memory. */
struct arena *arena_new(void);
void arena_free(struct arena **a);
/* Zeroed, aligned for any type. Ends the program if there is no memory: a compilation has no
 * way to go on without. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_copy(struct arena *a, const void *from, size_t size);
char *arena_str(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args);
/* Room for one more element at the end of an array of n elements of size bytes each that is only
 * ever grown by this. */
void *arena_push(struct arena *a, void *array, size_t n, size_t size);
/* Grows an array that was allocated last or copies it: for vectors. */
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);
