/* SPDX-License-Identifier: Apache-2.0 */
#include "user/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "user/buf.h"

#define NS_PER_S  1000000000LL
#define CONTAINER "container.id"
#define COUNT	  "aggregated.count"

/* A rule in a container. The last alert is a copy in an arena of its own. */
struct row {
	char *rule, *container;
	uint32_t hash; /* of both */
	int64_t due;   /* ns */
	unsigned seconds;
	uint64_t n; /* since the one that was handed on */
	struct arena *arena;
	struct alert last;
};

struct aggregate {
	void (*emit)(void *ctx, const struct alert *a);
	void *ctx;
	struct row *rows; /* in no order */
	size_t n, cap;
};

struct aggregate *aggregate_new(void (*emit)(void *ctx, const struct alert *a), void *ctx)
{
	struct aggregate *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->emit = emit;
	g->ctx = ctx;
	return g;
}

static void free_row(struct row *r)
{
	free(r->rule);
	free(r->container);
	arena_free(&r->arena);
}

void aggregate_free(struct aggregate **g)
{
	if (!*g)
		return;
	for (size_t i = 0; i < (*g)->n; i++)
		free_row(&(*g)->rows[i]);
	free((*g)->rows);
	free(*g);
	*g = NULL;
}

/* ---- copies ---- */

static const char *copy_text(struct arena *a, const char *text)
{
	return text ? arena_str(a, text, strlen(text)) : NULL;
}

static const char *copy_tags(struct arena *a, const char *tags)
{
	const char *end = tags;

	if (!tags)
		return NULL;
	while (*end)
		end += strlen(end) + 1;
	return arena_copy(a, tags, end - tags + 1);
}

/* With room for one more field. */
static void copy(struct arena *arena, struct alert *to, const struct alert *from)
{
	*to = *from;
	to->rule = copy_text(arena, from->rule);
	to->source = copy_text(arena, from->source);
	to->hostname = copy_text(arena, from->hostname);
	to->tags = copy_tags(arena, from->tags);
	to->message = (char *)copy_text(arena, from->message);
	to->fields = arena_alloc(arena, (from->n_fields + 1) * sizeof(*to->fields));
	for (size_t i = 0; i < from->n_fields; i++) {
		to->fields[i] = from->fields[i];
		to->fields[i].name = copy_text(arena, from->fields[i].name);
		to->fields[i].str = (char *)copy_text(arena, from->fields[i].str);
	}
}

/* False: there is no memory for it. */
static bool keep(struct row *r, const struct alert *a)
{
	struct arena *arena = arena_new();

	if (!arena)
		return false;
	copy(arena, &r->last, a);
	arena_free(&r->arena);
	r->arena = arena;
	return true;
}

/* ---- handing on ---- */

/* Where the field of the number belongs among those that are sorted by name. */
static void add_count(struct alert *a, uint64_t n)
{
	size_t at = a->n_fields++;

	for (; at && strcmp(a->fields[at - 1].name, COUNT) > 0; at--)
		a->fields[at] = a->fields[at - 1];
	a->fields[at] = (struct alert_field){.name = COUNT, .kind = ALERT_INT, .num = n};
}

static void hand_on(struct aggregate *g, struct row *r)
{
	struct alert *a = &r->last;

	a->message = arena_printf(r->arena, "%s (%llu more in the last %u s)", a->message,
				  (unsigned long long)r->n, r->seconds);
	add_count(a, r->n);
	g->emit(g->ctx, a);
	r->n = 0;
	arena_free(&r->arena);
}

/* ---- rows ---- */

static const char *container_of_alert(const struct alert *a)
{
	for (size_t i = 0; i < a->n_fields; i++)
		if (!strcmp(a->fields[i].name, CONTAINER) && a->fields[i].kind == ALERT_STR)
			return a->fields[i].str;
	return "";
}

static uint32_t hash_of(const char *rule, const char *container)
{
	uint32_t h = 2166136261u;

	for (; *rule; rule++)
		h = (h ^ (unsigned char)*rule) * 16777619u;
	for (h *= 16777619u; *container; container++)
		h = (h ^ (unsigned char)*container) * 16777619u;
	return h;
}

static struct row *find(struct aggregate *g, const char *rule, const char *container)
{
	uint32_t hash = hash_of(rule, container);

	for (size_t i = 0; i < g->n; i++)
		if (g->rows[i].hash == hash && !strcmp(g->rows[i].rule, rule) &&
		    !strcmp(g->rows[i].container, container))
			return &g->rows[i];
	return NULL;
}

static void append(struct aggregate *g, const char *rule, const char *container, unsigned seconds,
		   int64_t now)
{
	struct row r = {
		.rule = strdup(rule),
		.container = strdup(container),
		.hash = hash_of(rule, container),
		.due = now + seconds * NS_PER_S,
		.seconds = seconds,
	};
	size_t cap = g->cap ? 2 * g->cap : 16;
	struct row *more = g->rows;

	if (g->n == g->cap && g->n < AGGREGATE_MAX) {
		more = realloc(g->rows, cap * sizeof(*more));
		if (more) {
			g->rows = more;
			g->cap = cap;
		}
	}
	if (g->n == g->cap || !r.rule || !r.container)
		free_row(&r); /* the next one is handed on at once, too */
	else
		g->rows[g->n++] = r;
}

void aggregate_add(struct aggregate *g, const struct alert *a, unsigned seconds, int64_t now)
{
	const char *container = container_of_alert(a);
	struct row *r;

	if (!seconds) {
		aggregate_flush(g);
		g->emit(g->ctx, a);
		return;
	}
	aggregate_expire(g, now);
	r = find(g, a->rule, container);
	if (r && keep(r, a)) {
		r->n++;
		return;
	}
	g->emit(g->ctx, a);
	if (!r)
		append(g, a->rule, container, seconds, now);
}

/* A row that had something goes on: its next time begins now. */
static void end_time(struct aggregate *g, size_t i)
{
	struct row *r = &g->rows[i];

	if (r->n) {
		r->due += r->seconds * NS_PER_S;
		hand_on(g, r);
		return;
	}
	free_row(r);
	*r = g->rows[--g->n];
}

void aggregate_expire(struct aggregate *g, int64_t now)
{
	for (size_t i = g->n; i-- > 0;)
		if (g->rows[i].due <= now)
			end_time(g, i);
}

int64_t aggregate_next(const struct aggregate *g)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < g->n; i++)
		if (g->rows[i].due < next)
			next = g->rows[i].due;
	return next;
}

void aggregate_flush(struct aggregate *g)
{
	while (g->n) {
		struct row *r = &g->rows[--g->n];

		if (r->n)
			hand_on(g, r);
		free_row(r);
	}
}
