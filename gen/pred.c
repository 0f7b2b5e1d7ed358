/* SPDX-License-Identifier: Apache-2.0 */
/* See pred.h. Knows fields and values, but neither rules nor how a predicate is decided. */
#include "gen/pred.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gen/caps.h"
#include "gen/op.h"

static int alt_order(const void *x, const void *y)
{
	const struct alt *a = x, *b = y;
	size_t len = a->len < b->len ? a->len : b->len;
	int c = len ? memcmp(a->text, b->text, len) : 0;

	if (a->op != b->op)
		return a->op < b->op ? -1 : 1;
	if (c)
		return c;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	if (a->mask != b->mask)
		return a->mask < b->mask ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->high < b->high ? -1 : a->high > b->high;
}

/* Ranges of the same bits that touch are one. */
static bool join_alts(struct alt *a, const struct alt *b, bool numbers)
{
	if (!numbers)
		return !alt_order(a, b);
	if (a->mask != b->mask || (a->high != INT64_MAX && b->low > a->high + 1))
		return false;
	if (b->high > a->high)
		a->high = b->high;
	return true;
}

static size_t sort_alts(struct alt *alts, size_t n, bool numbers)
{
	size_t i, kept = 0;

	if (n)
		qsort(alts, n, sizeof(*alts), alt_order);
	for (i = 0; i < n; i++) {
		if (kept && join_alts(&alts[kept - 1], &alts[i], numbers))
			continue;
		alts[kept++] = alts[i];
	}
	return kept;
}

static uint32_t mix(uint32_t h, const void *data, size_t n)
{
	const unsigned char *c = data;

	while (n--)
		h = (h ^ *c++) * 16777619u;
	return h;
}

static uint32_t hash_pred(const struct pred *p)
{
	uint32_t h = mix(2166136261u, &p->field, sizeof(p->field));
	size_t i;

	h = mix(h, &p->depth, sizeof(p->depth));
	for (i = 0; i < p->n_alts; i++) {
		h = mix(h, &p->alts[i].op, sizeof(p->alts[i].op));
		h = mix(h, p->alts[i].text, p->alts[i].len);
		h = mix(h, &p->alts[i].mask, sizeof(p->alts[i].mask));
		h = mix(h, &p->alts[i].low, sizeof(p->alts[i].low));
		h = mix(h, &p->alts[i].high, sizeof(p->alts[i].high));
	}
	return h;
}

static bool is_same(const struct pred *a, const struct pred *b)
{
	size_t i;

	if (a->field != b->field || a->depth != b->depth || a->n_alts != b->n_alts)
		return false;
	for (i = 0; i < a->n_alts; i++) {
		if (alt_order(&a->alts[i], &b->alts[i]))
			return false;
	}
	return true;
}

bool pred_is_number(const struct pred *p)
{
	enum field_source s = fields[p->field].source;

	return s == SOURCE_NUM || s == SOURCE_ENUM || s == SOURCE_CAPS || s == SOURCE_ADDR;
}

bool pred_is_derived(const struct pred *p)
{
	enum field_source s = fields[p->field].source;

	return s == SOURCE_PARENT || s == SOURCE_ANCESTOR;
}

bool pred_is_process(const struct pred *p)
{
	enum field_source s = fields[p->field].source;

	return s == SOURCE_SHORT || s == SOURCE_PROC || s == SOURCE_CONTAINER;
}

bool pred_is_fact(const struct pred *p)
{
	return p->field == FIELD_CONTAINER_FACTS || p->field == FIELD_NAME_FACTS;
}

bool pred_is_text(const struct pred *p)
{
	return p->n_alts && !pred_is_number(p) && !pred_is_fact(p);
}

/* A parent has values if there is one. That is asked as a comparison that its name always
 * passes. */
static struct pred *base_of(struct preds *ps, const struct pred *p)
{
	const struct alt any = {.op = OP_STARTSWITH, .text = ""};

	if (!p->n_alts)
		return pred_intern(ps, FIELD_PROC_NAME, 0, &any, 1);
	return pred_intern(ps, fields[p->field].base, 0, p->alts, p->n_alts);
}

struct pred *pred_intern(struct preds *ps, enum field_id field, unsigned depth,
			 const struct alt *alts, size_t n)
{
	struct pred key = {.field = field, .depth = depth, .bit = -1}, *p, **bucket;

	key.alts = arena_copy(ps->arena, alts, n * sizeof(*alts));
	key.n_alts = sort_alts(key.alts, n, pred_is_number(&key));
	bucket = &ps->buckets[hash_pred(&key) % PRED_BUCKETS];
	for (p = *bucket; p; p = p->next) {
		if (is_same(p, &key))
			return p;
	}
	p = arena_copy(ps->arena, &key, sizeof(key));
	p->index = ps->list.n;
	p->next = *bucket;
	*bucket = p;
	*vec_add(ps->arena, &ps->list) = p;
	if (pred_is_derived(p))
		p->base = base_of(ps, p);
	return p;
}

struct pred *pred_union(struct preds *ps, struct pred *const *list, size_t n)
{
	VEC(struct alt) alts = {};
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < list[i]->n_alts; j++)
			*vec_add(ps->arena, &alts) = list[i]->alts[j];
	}
	return pred_intern(ps, list[0]->field, list[0]->depth, alts.v, alts.n);
}

void pred_use(struct pred *p)
{
	p->used = true;
	if (!p->base)
		return;
	p->base->is_base = true;
	pred_use(p->base);
}

/* ---- bits ---- */

#define SHARED_BITS 128 /* of each kind, where there are not enough */

/* The bits of process or of event predicates. */
struct bits {
	bool process;
	int next, end;
	const char *too_many;
};

static const struct bits kinds[] = {
	{true, 0, EVENT_PRED_BASE,
	 "the rules have more comparisons of processes than the kernel's tables hold"},
	{false, EVENT_PRED_BASE, PRED_MAX,
	 "the rules have more comparisons of events than the kernel's tables hold"},
};

static int field_order(const void *x, const void *y)
{
	const struct pred *a = *(struct pred *const *)x, *b = *(struct pred *const *)y;

	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

bool pred_can_share(const struct pred *p)
{
	return pred_is_text(p) && !pred_is_derived(p) && !p->is_base;
}

/* Neighbours share; no bit is for two fields. */
static void share_bits(struct pred *const *list, size_t n, int first, const char *why)
{
	int bit = first;
	size_t i;

	for (i = 0; i < n; i++) {
		int wanted = first + (int)(i * (SHARED_BITS - FIELD_KERNEL_COUNT) / n);

		if (wanted > bit)
			bit = wanted;
		else if (i && list[i]->field != list[i - 1]->field)
			bit++;
		list[i]->bit = bit;
		list[i]->shared = why;
	}
}

/* There are more than bits: those that cannot share come first. */
static void number_many(struct pred *const *list, size_t n, struct bits b, struct pred **rest)
{
	size_t i, n_rest = 0;

	b.end -= SHARED_BITS;
	for (i = 0; i < n; i++) {
		if (pred_can_share(list[i]))
			continue;
		if (b.next < b.end)
			list[i]->bit = b.next++;
		else
			list[i]->dropped = b.too_many;
	}
	for (i = 0; i < n; i++) {
		if (!pred_can_share(list[i]))
			continue;
		if (b.next < b.end)
			list[i]->bit = b.next++;
		else
			rest[n_rest++] = list[i];
	}
	share_bits(rest, n_rest, b.end, b.too_many);
}

static void number_kind(struct preds *ps, struct pred *const *sorted, struct bits b)
{
	struct pred **list = arena_alloc(ps->arena, 2 * ps->list.n * sizeof(*list));
	size_t i, n = 0;

	_Static_assert(FIELD_KERNEL_COUNT < SHARED_BITS, "each field can have a shared bit");
	for (i = 0; i < ps->list.n; i++) {
		if (sorted[i]->used && !sorted[i]->dropped &&
		    pred_is_process(sorted[i]) == b.process)
			list[n++] = sorted[i];
	}
	if (n > (size_t)(b.end - b.next)) {
		number_many(list, n, b, list + n);
		return;
	}
	for (i = 0; i < n; i++)
		list[i]->bit = b.next++;
}

void pred_number(struct preds *ps)
{
	size_t n = ps->list.n, i;
	struct pred **sorted = arena_copy(ps->arena, ps->list.v, n * sizeof(*sorted));

	if (n)
		qsort(sorted, n, sizeof(*sorted), field_order);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		number_kind(ps, sorted, kinds[i]);
}

/* ---- text ---- */

static bool needs_quotes(const char *s, size_t len)
{
	return !len || strcspn(s, " \t\n\r\b\f\"'(),=\\") != len;
}

static const char *quote(struct arena *a, const char *s, size_t len)
{
	char *q, *to;
	size_t i;

	if (!needs_quotes(s, len))
		return s;
	q = to = arena_alloc(a, 2 * len + 3);
	*to++ = '"';
	for (i = 0; i < len; i++) {
		static const char plain[] = "\"\\\n\r\t\b\f", escaped[] = "\"\\nrtbf";
		const char *e = strchr(plain, s[i]);

		if (e)
			*to++ = '\\';
		*to++ = e ? escaped[e - plain] : s[i];
	}
	*to = '"';
	return q;
}

/* All parts in one piece of memory: there can be very many. */
static const char *join(struct arena *a, const char *const *parts, size_t n, const char *between)
{
	size_t len = 1, i;
	char *s, *to;

	for (i = 0; i < n; i++)
		len += strlen(parts[i]) + strlen(between);
	s = to = arena_alloc(a, len);
	for (i = 0; i < n; i++)
		to = stpcpy(stpcpy(to, i ? between : ""), parts[i]);
	return s;
}

static const char *values_text(struct arena *a, const struct alt *alts, size_t n)
{
	const char **parts = arena_alloc(a, n * sizeof(*parts));
	size_t i;

	for (i = 0; i < n; i++)
		parts[i] = quote(a, alts[i].text, alts[i].len);
	return join(a, parts, n, ", ");
}

/* Alternatives of one operator. */
static const char *group_text(struct arena *a, const char *name, const struct alt *alts, size_t n)
{
	const char *values = values_text(a, alts, n), *op = ops[alts->op].text;

	if (alts->op == OP_EQ && n > 1)
		return arena_printf(a, "%s in (%s)", name, values);
	if (alts->op == OP_PMATCH)
		return arena_printf(a, "%s pmatch (%s)", name, values);
	if (n > 1)
		return arena_printf(a, "%s %s anyof (%s)", name, op, values);
	return arena_printf(a, "%s %s %s", name, op, values);
}

static const char *texts_text(struct arena *a, const char *name, const struct pred *p)
{
	const char *s = NULL, *group;
	size_t i = 0, from;

	while (i < p->n_alts) {
		from = i;
		while (i < p->n_alts && p->alts[i].op == p->alts[from].op)
			i++;
		group = group_text(a, name, p->alts + from, i - from);
		s = s ? arena_printf(a, "%s or %s", s, group) : group;
	}
	return s;
}

static const char *code_text(struct arena *a, enum field_id f, int64_t code)
{
	const char *s = fields[f].source == SOURCE_ENUM ? domain_text(f, code) : NULL;

	if (fields[f].type == TYPE_BOOL)
		return code ? "true" : "false";
	return s ? s : arena_printf(a, "%" PRId64, code);
}

static const char *caps_range_text(struct arena *a, const char *name, const struct alt *r)
{
	char text[2048];

	caps_text(r->mask == CAPS_NAMED ? (uint64_t)r->low : r->mask, text, sizeof(text));
	return arena_printf(a, "%s %s \"%s\"", name, r->mask == CAPS_NAMED ? "=" : "intersects",
			    text);
}

/* Truths of bools: which is known, and what it is. */
static const char *flag_range_text(struct arena *a, const struct alt *r)
{
	uint32_t flag = r->mask & (TASK_KNOWN(1u) - 1);
	enum field_id f = field_of_task_flag(flag ? flag : r->mask / TASK_KNOWN(1u));

	if (!flag)
		return arena_printf(a, "%s exists", fields[f].name);
	return arena_printf(a, "%s = %s", fields[f].name, r->low & flag ? "true" : "false");
}

static const char *range_text(struct arena *a, const char *name, enum field_id f,
			      const struct alt *r)
{
	const char *low = code_text(a, f, r->low), *high = code_text(a, f, r->high);

	if (fields[f].source == SOURCE_CAPS)
		return caps_range_text(a, name, r);
	if (f == FIELD_TASK_FLAGS)
		return flag_range_text(a, r);
	if (r->mask != UINT64_MAX)
		name = arena_printf(a, "%s & %#" PRIx64, name, r->mask);
	if (r->low == r->high)
		return arena_printf(a, "%s = %s", name, low);
	if (r->low == INT64_MIN)
		return arena_printf(a, "%s <= %s", name, high);
	if (r->high == INT64_MAX)
		return arena_printf(a, "%s >= %s", name, low);
	return arena_printf(a, "(%s >= %s and %s <= %s)", name, low, name, high);
}

static const char *ranges_text(struct arena *a, const char *name, const struct pred *p)
{
	const char **parts = arena_alloc(a, p->n_alts * sizeof(*parts));
	size_t i;

	for (i = 0; i < p->n_alts; i++)
		parts[i] = range_text(a, name, p->field, &p->alts[i]);
	return join(a, parts, p->n_alts, " or ");
}

static const char *fact_text(struct arena *a, const struct pred *p)
{
	const char **parts = arena_alloc(a, p->n_alts * sizeof(*parts));
	size_t i;

	for (i = 0; i < p->n_alts; i++)
		parts[i] = p->alts[i].text;
	return join(a, parts, p->n_alts, " or ");
}

const char *pred_text(struct arena *a, const struct pred *p)
{
	const char *name = fields[p->field].name;

	if (pred_is_fact(p))
		return fact_text(a, p);
	if (fields[p->field].source == SOURCE_ANCESTOR && p->depth)
		name = arena_printf(a, "%s[%u]", name, p->depth);
	if (!p->n_alts)
		return arena_printf(a, "%s exists", name);
	return pred_is_number(p) ? ranges_text(a, name, p) : texts_text(a, name, p);
}
