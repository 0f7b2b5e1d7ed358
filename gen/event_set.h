/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of event types, by enum event_id: small enough to be passed by value. All zero is the
 * empty one.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "kern/abi.h"

#define EVENT_SET_WORDS (EVENT_MAX / 64)

struct event_set {
	__u64 words[EVENT_SET_WORDS];
};

/* for each id of the set, in order */
#define for_each_event(id, set)                                                                    \
	for ((id) = event_set_next((set), 0); (id) < EVENT_MAX;                                    \
	     (id) = event_set_next((set), (id) + 1))

static inline bool event_set_has(const struct event_set *s, unsigned id)
{
	return id < EVENT_MAX && s->words[id / 64] >> (id % 64) & 1;
}

static inline void event_set_add(struct event_set *s, unsigned id)
{
	if (id < EVENT_MAX)
		s->words[id / 64] |= 1ULL << (id % 64);
}

/* The first id of the set from on, EVENT_MAX if there is none. */
static inline unsigned event_set_next(const struct event_set *s, unsigned from)
{
	unsigned w = from / 64;
	__u64 rest;

	if (from >= EVENT_MAX)
		return EVENT_MAX;
	rest = s->words[w] >> (from % 64) << (from % 64);
	while (!rest && ++w < EVENT_SET_WORDS)
		rest = s->words[w];
	return rest ? w * 64 + __builtin_ctzll(rest) : EVENT_MAX;
}

static inline bool event_set_is_empty(const struct event_set *s)
{
	return event_set_next(s, 0) == EVENT_MAX;
}

static inline size_t event_set_count(const struct event_set *s)
{
	size_t n = 0, w;

	for (w = 0; w < EVENT_SET_WORDS; w++)
		n += __builtin_popcountll(s->words[w]);
	return n;
}

static inline bool event_set_equal(const struct event_set *a, const struct event_set *b)
{
	__u64 differ = 0;
	size_t w;

	for (w = 0; w < EVENT_SET_WORDS; w++)
		differ |= a->words[w] ^ b->words[w];
	return !differ;
}

/* What is in both. */
static inline struct event_set event_set_both(const struct event_set *a, const struct event_set *b)
{
	struct event_set s;
	size_t w;

	for (w = 0; w < EVENT_SET_WORDS; w++)
		s.words[w] = a->words[w] & b->words[w];
	return s;
}

/* What is in a and not in b. */
static inline struct event_set event_set_without(const struct event_set *a,
						 const struct event_set *b)
{
	struct event_set s;
	size_t w;

	for (w = 0; w < EVENT_SET_WORDS; w++)
		s.words[w] = a->words[w] & ~b->words[w];
	return s;
}

static inline bool event_set_meets(const struct event_set *a, const struct event_set *b)
{
	struct event_set both = event_set_both(a, b);

	return !event_set_is_empty(&both);
}

/* Adds all of b to a. */
static inline void event_set_join(struct event_set *a, const struct event_set *b)
{
	size_t w;

	for (w = 0; w < EVENT_SET_WORDS; w++)
		a->words[w] |= b->words[w];
}

/* Of EVENT_BIT()s, as kern/hooks.def has them. */
static inline struct event_set event_set_of_bits(__u64 bits)
{
	return (struct event_set){.words = {bits}};
}
