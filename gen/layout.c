/* SPDX-License-Identifier: Apache-2.0 */
/* See layout.h. The only place that gives the sections of kern/abi.h their offsets. */
#include "gen/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FNV_START 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

struct writer {
	unsigned char *data;
	size_t size, cap;
	int err;
};

__u64 image_sum(const void *data, size_t size)
{
	const unsigned char *c = data;
	size_t i = offsetof(struct img_head, checksum) + sizeof(__u64);
	__u64 h = FNV_START;

	for (; i < size; i++)
		h = (h ^ c[i]) * FNV_PRIME;
	return h;
}

static bool make_room(struct writer *w, size_t n)
{
	size_t cap = w->cap ? w->cap : 65536;
	unsigned char *data;

	while (cap - w->size < n)
		cap *= 2;
	if (cap == w->cap)
		return true;
	data = realloc(w->data, cap);
	if (!data) {
		w->err = -ENOMEM;
		return false;
	}
	memset(data + w->size, 0, cap - w->size);
	w->data = data;
	w->cap = cap;
	return true;
}

/* Appends n bytes and pads to eight; their offset. */
static __u32 put(struct writer *w, const void *from, size_t n)
{
	size_t at = w->size, padded = (n + 7) & ~(size_t)7;

	if (w->err || !make_room(w, padded))
		return 0;
	if (n)
		memcpy(w->data + at, from, n);
	w->size += padded;
	return at;
}

#define PUT(w, vec) put((w), (vec).v, (vec).n * sizeof(*(vec).v))

static void put_rules(struct writer *w, const struct plan *p, struct img_head *h)
{
	size_t i;

	h->n_rules = p->rules.n;
	h->rules = w->size;
	for (i = 0; i < p->rules.n; i++) {
		struct img_rule r = {.needs = p->rules.v[i].needs};

		put(w, &r, sizeof(r));
	}
}

static void put_guards(struct writer *w, const struct plan *p, struct img_head *h)
{
	size_t i;

	h->n_guards = p->guards.n;
	h->guards = w->size;
	for (i = 0; i < p->guards.n; i++) {
		const struct plan_guard *g = &p->guards.v[i];
		struct img_guard out = {
			.shapes = g->shapes, .first_test = g->tests.first, .n_tests = g->tests.n};

		put(w, &out, sizeof(out));
	}
}

static void put_conjs(struct writer *w, const struct plan *p, struct img_head *h)
{
	size_t i;

	h->n_conjs = p->conjs.n;
	h->conjs = w->size;
	for (i = 0; i < p->conjs.n; i++) {
		const struct plan_conj *c = &p->conjs.v[i];
		struct img_conj out = {.types = c->slots,
				       .first_test = c->tests.first,
				       .n_tests = c->tests.n,
				       .first_exclude = c->excludes.first,
				       .n_exclude = c->excludes.n,
				       .rule = c->rule,
				       .flags = c->way.why ? CONJ_RESIDUAL : 0,
				       .shape = c->shape};

		put(w, &out, sizeof(out));
	}
}

/* ---- fields ---- */

/* Bits of a field's predicates, and which one is its existence. */
static void field_preds(const struct plan *p, enum field_id f, __u64 words[PRED_WORDS],
			struct img_field *out)
{
	size_t i;

	for (i = 0; i < p->preds.list.n; i++) {
		const struct pred *pred = p->preds.list.v[i];

		if (pred->field != f || pred->bit < 0 || pred->dropped)
			continue;
		words[pred->bit / 64] |= 1ULL << (pred->bit % 64);
		if (!pred->n_alts && !pred_is_derived(pred))
			out->exists = pred->bit + 1;
	}
}

static void put_fields(struct writer *w, const struct plan *p, struct img_head *h)
{
	struct img_field out[FIELD_KERNEL_COUNT] = {};
	int f;

	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		const struct set *s = &p->sets[f];
		__u64 words[PRED_WORDS] = {};

		field_preds(p, f, words, &out[f]);
		out[f].preds_word = put(w, words, sizeof(words));
		if (!s->slots)
			continue;
		out[f].set = put(w, s->slots, (s->mask + 1) * sizeof(*s->slots));
		out[f].set_mask = s->mask;
		out[f].set_seed = s->seed;
	}
	h->fields = put(w, out, sizeof(out));
}

static void put_automata(struct writer *w, const struct plan *p, struct img_head *h)
{
	struct img_automaton out[AUT_COUNT] = {};
	int a;

	for (a = 0; a < AUT_COUNT; a++) {
		const struct dfa *d = &p->dfas[a];

		if (!d->n_states)
			continue;
		out[a].n_states = d->n_states;
		out[a].n_classes = d->n_classes;
		out[a].start = d->start;
		out[a].first_out = d->first_out;
		out[a].classes = put(w, d->classes, sizeof(d->classes));
		out[a].trans =
			put(w, d->trans, (size_t)d->n_states * d->n_classes * sizeof(*d->trans));
		out[a].outs = put(w, d->outs, (d->n_states - d->first_out) * sizeof(*d->outs));
	}
	h->automata = put(w, out, sizeof(out));
}

/* ---- masks ---- */

/* Whether a process predicate can be true without its hash set saying so. */
static bool needs_texts(const struct pred *p)
{
	size_t i;

	if (fields[p->field].source == SOURCE_PROC)
		return true;
	for (i = 0; i < p->n_alts; i++) {
		if (p->field == FIELD_PROC_NAME && p->alts[i].op != OP_EQ)
			return true;
	}
	return false;
}

static void head_masks(const struct plan *p, struct img_head *h)
{
	size_t i, k;
	lit_t lit;
	int t;

	memcpy(h->type_slot, p->type_slot, sizeof(h->type_slot));
	for (i = 0; i < p->conjs.n; i++) {
		const struct plan_conj *c = &p->conjs.v[i];
		__u64 nums = 0;

		for (k = 0; (lit = way_lit(&c->way, k)) != LIT_NONE; k++) {
			if (pred_is_number(plan_pred(p, lit)))
				nums |= FIELD_BIT(plan_pred(p, lit)->field);
		}
		for (t = 0; t < TYPE_SLOTS; t++) {
			if (!(c->slots & TYPE_BIT(t)))
				continue;
			h->type_nums[t] |= nums;
			h->type_shapes[t] |= 1ULL << c->shape;
		}
	}
	for (i = 0; i < PRED_MAX; i++) {
		if (p->triggers[i].n)
			h->trigger_words[i / 64] |= 1ULL << (i % 64);
	}
	for (i = 0; i < p->shapes.n; i++) {
		if (p->shapes.v[i].paths && !p->shapes.v[i].flags &&
		    !(p->shapes.v[i].paths & FIELD_BIT(FIELD_PROC_CWD)))
			h->path_shapes |= 1ULL << i;
	}
	for (i = 0; i < p->derived.n; i++)
		h->base_words[p->derived.v[i].base / 64] |= 1ULL << (p->derived.v[i].base % 64);
	for (i = 0; i < p->preds.list.n; i++) {
		const struct pred *pred = p->preds.list.v[i];

		if (pred->bit < 0 || pred->dropped)
			continue;
		/* the others have one view only */
		if (fields[pred->field].source == SOURCE_PATH && pred->field != FIELD_PATH1 &&
		    pred->field != FIELD_PATH2 && pred->field != FIELD_FD_NAMERAW &&
		    pred->field != FIELD_PROC_CWD)
			h->path_words[pred->bit / 64 - PROC_WORDS] |= 1ULL << (pred->bit % 64);
		if (!pred_is_process(pred))
			continue;
		h->proc_fields |= FIELD_BIT(pred->field);
		if (needs_texts(pred))
			h->text_words[pred->bit / 64] |= 1ULL << (pred->bit % 64);
	}
}

/* The ranges of each type slot's fields, in a row; slots with the same fields share them. */
static void put_ranges(struct writer *w, const struct plan *p, struct img_head *h)
{
	size_t i;
	int t, u;

	h->ranges = w->size;
	for (t = 0; t < TYPE_SLOTS; t++) {
		for (u = 0; u < t && h->type_nums[u] != h->type_nums[t]; u++)
			;
		if (u < t) {
			h->type_ranges[t] = h->type_ranges[u];
			continue;
		}
		h->type_ranges[t].first = h->n_ranges;
		for (i = 0; i < p->ranges.n; i++) {
			if (!(h->type_nums[t] & FIELD_BIT(p->ranges.v[i].field)))
				continue;
			put(w, &p->ranges.v[i], sizeof(p->ranges.v[i]));
			h->n_ranges++;
		}
		h->type_ranges[t].n = h->n_ranges - h->type_ranges[t].first;
	}
}

/* ---- text ---- */

static __u32 put_text(struct writer *w, const struct img_head *h, const char *s)
{
	size_t n = strlen(s) + 1, at = w->size;

	if (w->err || !make_room(w, n))
		return 0;
	memcpy(w->data + at, s, n);
	w->size += n;
	return at - h->text;
}

static __u32 put_tags(struct writer *w, const struct img_head *h, const struct rule *r)
{
	__u32 first = w->size - h->text;
	size_t i;

	for (i = 0; i < r->n_tags; i++) {
		if (*r->tags[i])
			put_text(w, h, r->tags[i]);
	}
	put_text(w, h, "");
	return first;
}

static struct text_rule rule_texts(struct writer *w, const struct img_head *h, struct arena *a,
				   const struct rule *r)
{
	return (struct text_rule){
		.name = put_text(w, h, r->name),
		.desc = put_text(w, h, r->desc ? r->desc : ""),
		.output = put_text(w, h, r->output),
		.source = put_text(w, h, r->source ? r->source : "syscall"),
		.tags = put_tags(w, h, r),
		.condition = put_text(w, h, ast_print(a, r->tree)),
		.priority = r->priority,
		.file = put_text(w, h, r->at.file ? r->at.file : ""),
		.line = r->at.line,
		.column = r->at.column,
	};
}

static void put_texts(struct writer *w, const struct plan *p, struct img_head *h)
{
	size_t n = p->rules.n * sizeof(struct text_rule), i;
	struct text_rule *rules = arena_alloc(p->arena, n);

	h->text = put(w, rules, n);
	for (i = 0; i < p->rules.n; i++)
		rules[i] = rule_texts(w, h, p->arena, p->rules.v[i].rule);
	if (w->err)
		return;
	if (n)
		memcpy(w->data + h->text, rules, n);
	h->text_size = w->size - h->text;
}

typedef VEC(struct text_fact) text_facts_t;

static void add_facts(struct writer *w, const struct plan *p, const struct img_head *h,
		      enum field_id f, text_facts_t *facts)
{
	size_t i;

	for (i = 0; i < p->preds.list.n; i++) {
		const struct pred *pred = p->preds.list.v[i];

		if (pred->field == f && pred->bit >= 0)
			*vec_add(p->arena, facts) = (struct text_fact){
				pred->bit, put_text(w, h, pred_text(p->arena, pred))};
	}
}

static void put_facts(struct writer *w, const struct plan *p, struct img_head *h)
{
	text_facts_t facts = {};

	add_facts(w, p, h, FIELD_CONTAINER_FACTS, &facts);
	h->n_facts = facts.n;
	add_facts(w, p, h, FIELD_NAME_FACTS, &facts);
	h->n_names = facts.n - h->n_facts;
	if (w->err || !make_room(w, 8))
		return;
	w->size = (w->size + 7) & ~(size_t)7;
	h->facts = PUT(w, facts);
	h->text_size = w->size - h->text;
}

int layout(const struct plan *p, struct image *out)
{
	struct img_head h = {.magic = IMAGE_MAGIC, .version = IMAGE_VERSION};
	struct writer w = {};

	put(&w, &h, sizeof(h));
	put_rules(&w, p, &h);
	h.n_shapes = p->shapes.n;
	h.shapes = PUT(&w, p->shapes);
	put_guards(&w, p, &h);
	put_conjs(&w, p, &h);
	h.n_tests = p->tests.list.n;
	h.tests = PUT(&w, p->tests.list);
	h.n_lists = p->lists.n;
	h.lists = PUT(&w, p->lists);
	h.triggers = put(&w, p->triggers, sizeof(p->triggers));
	put_fields(&w, p, &h);
	h.n_outs = p->outs.list.n;
	h.outs = PUT(&w, p->outs.list);
	put_automata(&w, p, &h);
	h.n_derived = p->derived.n;
	h.derived = PUT(&w, p->derived);
	head_masks(p, &h);
	put_ranges(&w, p, &h);
	h.kernel_size = w.size;
	put_texts(&w, p, &h);
	put_facts(&w, p, &h);
	h.size = w.size;
	if (!w.err && (h.kernel_size > IMAGE_MAX || w.size > UINT32_MAX))
		w.err = -E2BIG;
	if (w.err) {
		free(w.data);
		return w.err;
	}
	memcpy(w.data, &h, sizeof(h));
	h.checksum = image_sum(w.data, w.size);
	memcpy(w.data, &h, sizeof(h));
	*out = (struct image){w.data, w.size};
	return 0;
}
