/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with places: see text.h. */
#include "gen/text.h"

#include <string.h>

#include "gen/arena.h"

static void add_bytes(struct text *t, const char *s, size_t len)
{
	size_t cap = t->cap ? t->cap : 64;

	while (cap < t->len + len + 1)
		cap *= 2;
	if (cap > t->cap) {
		t->s = arena_grow(t->arena, t->s, t->cap, cap);
		t->cap = cap;
	}
	if (len)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

static void add_piece(struct text *t, const struct text_piece *p)
{
	t->pieces = arena_push(t->arena, t->pieces, t->n_pieces, sizeof(*p));
	t->pieces[t->n_pieces++] = *p;
}

struct text text_at(struct arena *a, struct place at, const char *s)
{
	struct text t = {.arena = a};

	text_add(&t, at, s, strlen(s));
	return t;
}

void text_add(struct text *t, struct place at, const char *s, size_t len)
{
	add_piece(t, &(struct text_piece){.start = t->len, .place = at});
	add_bytes(t, s, len);
}

void text_add_node(struct text *t, struct ynode *n, size_t offset, size_t len)
{
	add_piece(t, &(struct text_piece){.start = t->len, .node = n, .offset = offset});
	add_bytes(t, n->text + offset, len);
}

/* Index of the piece that byte offset belongs to; there is at least one. */
static size_t piece_of(const struct text *t, size_t offset)
{
	size_t low = 0, high = t->n_pieces, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (t->pieces[middle].start <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void text_add_part(struct text *t, const struct text *from, size_t offset, size_t len)
{
	size_t end = offset + len, i, start;
	struct text_piece p;

	if (!len)
		return;
	for (i = piece_of(from, offset); i < from->n_pieces && from->pieces[i].start < end; i++) {
		p = from->pieces[i];
		start = p.start > offset ? p.start : offset;
		p.offset += start - p.start;
		p.start = t->len + (start - offset);
		add_piece(t, &p);
	}
	add_bytes(t, from->s + offset, len);
}

void text_cut(struct text *t, size_t len)
{
	while (t->n_pieces && t->pieces[t->n_pieces - 1].start >= len)
		t->n_pieces--;
	t->len = len;
	t->s[len] = '\0';
}

struct place text_place(const struct text *t, size_t offset)
{
	const struct text_piece *p;

	if (!t->n_pieces)
		return (struct place){0};
	p = &t->pieces[piece_of(t, offset)];
	return p->node ? ynode_place(t->arena, p->node, p->offset + (offset - p->start)) : p->place;
}
