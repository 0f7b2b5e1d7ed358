/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this a policy image? Every offset, index and count is looked at once here, so that neither
 * the kernel programs nor gen/tables.c can be led outside by a damaged or hostile file. A new
 * section or index in kern/abi.h needs its check here.
 */
#include "gen/image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen/layout.h"
#include "gen/ruleset.h"

struct check {
	const unsigned char *data;
	const struct img_head *h;
	char *why;
	size_t why_size;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct check *c, const char *format, ...)
{
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(c->why, c->why_size, "not a valid policy: %s; compile it again", what);
	return -EINVAL;
}

/* n elements of size bytes from off on lie in the kernel's part and are aligned. */
static bool is_inside(const struct check *c, __u64 off, __u64 n, size_t size)
{
	return off <= c->h->kernel_size && off % 8 == 0 && n <= (c->h->kernel_size - off) / size;
}

static bool is_part(__u32 first, __u32 n, __u32 total)
{
	return first <= total && n <= total - first;
}

static int check_head(struct check *c, size_t size)
{
	const struct img_head *h = c->h;

	if (size < sizeof(*h) || h->magic != IMAGE_MAGIC)
		return refuse(c, "it does not begin like one");
	if (h->version != IMAGE_VERSION)
		return refuse(c, "it has version %u, this program reads %u", h->version,
			      IMAGE_VERSION);
	if (h->size != size)
		return refuse(c, "it has %zu bytes and should have %u", size, h->size);
	if (h->checksum != image_sum(c->data, size))
		return refuse(c, "its checksum is wrong");
	if (h->kernel_size < sizeof(*h) || h->kernel_size > size || h->kernel_size > IMAGE_MAX)
		return refuse(c, "the size of its kernel part is wrong");
	if (h->text != h->kernel_size || h->text_size != size - h->text || h->text % 8)
		return refuse(c, "the size of its text part is wrong");
	return 0;
}

static int check_sections(struct check *c)
{
	const struct img_head *h = c->h;
	const struct {
		const char *name;
		__u32 off, n, max;
		size_t size;
	} sections[] = {
		{"rules", h->rules, h->n_rules, RULE_MAX, sizeof(struct img_rule)},
		{"shapes", h->shapes, h->n_shapes, SHAPE_MAX, sizeof(struct img_shape)},
		{"guards", h->guards, h->n_guards, GUARD_MAX, sizeof(struct img_guard)},
		{"conjunctions", h->conjs, h->n_conjs, CONJ_MAX, sizeof(struct img_conj)},
		{"tests", h->tests, h->n_tests, IMAGE_MAX, sizeof(struct img_test)},
		{"lists", h->lists, h->n_lists, IMAGE_MAX, sizeof(__u16)},
		{"triggers", h->triggers, PRED_MAX, PRED_MAX, sizeof(struct img_trigger)},
		{"fields", h->fields, FIELD_KERNEL_COUNT, FIELD_KERNEL_COUNT,
		 sizeof(struct img_field)},
		{"ranges", h->ranges, h->n_ranges, TYPE_RANGE_MAX * TYPE_SLOTS,
		 sizeof(struct img_range)},
		{"outputs", h->outs, h->n_outs, IMAGE_MAX, sizeof(struct img_out)},
		{"automata", h->automata, AUT_COUNT, AUT_COUNT, sizeof(struct img_automaton)},
		{"derived predicates", h->derived, h->n_derived, DERIVED_MAX,
		 sizeof(struct img_derived)},
	};
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (sections[i].n > sections[i].max)
			return refuse(c, "it has too many %s", sections[i].name);
		if (!is_inside(c, sections[i].off, sections[i].n, sections[i].size))
			return refuse(c, "its %s lie outside", sections[i].name);
	}
	return 0;
}

#define SECTION(c, type, member) ((const struct type *)((c)->data + (c)->h->member))

static bool has_tests(const struct check *c, __u32 first, __u32 n)
{
	return n <= TEST_MAX && is_part(first, n, c->h->n_tests);
}

/* Bits of n things. */
static __u64 low_bits(unsigned n)
{
	return n < 64 ? (1ULL << n) - 1 : ~0ULL;
}

static int check_tests(struct check *c)
{
	const struct img_test *t = SECTION(c, img_test, tests);
	__u32 i;

	for (i = 0; i < c->h->n_tests; i++) {
		if (t[i].word >= PRED_WORDS)
			return refuse(c, "test %u has a wrong word", i);
		if (t[i].last > 1)
			return refuse(c, "test %u has a wrong mark", i);
	}
	return 0;
}

static int check_shapes(struct check *c)
{
	const struct img_shape *s = SECTION(c, img_shape, shapes);
	const struct img_head *h = c->h;
	__u32 i;

	for (i = 0; i < h->n_shapes; i++) {
		if (!has_tests(c, s[i].first_test, s[i].n_tests))
			return refuse(c, "shape %u has wrong tests", i);
		if (!is_part(s[i].first_always, s[i].n_always, h->n_lists) ||
		    s[i].n_always > LIST_MAX || !s[i].n_always != !(s[i].flags & SHAPE_HAS_ALWAYS))
			return refuse(c, "shape %u has a wrong list", i);
		if (s[i].paths & ~low_bits(FIELD_KERNEL_COUNT))
			return refuse(c, "shape %u has wrong masks", i);
	}
	for (i = 0; i < h->n_shapes; i++) {
		if ((h->path_shapes >> i & 1) && (s[i].flags || !s[i].paths))
			return refuse(c, "shape %u has wrong masks", i);
	}
	return 0;
}

static int check_types(struct check *c)
{
	const struct img_head *h = c->h;
	__u32 i;

	for (i = 0; i < EVENT_MAX; i++) {
		if (h->type_slot[i] >= TYPE_SLOTS && h->type_slot[i] != TYPE_SLOT_NONE)
			return refuse(c, "event type %u has a wrong slot", i);
	}
	for (i = 0; i < TYPE_SLOTS; i++) {
		if (h->type_shapes[i] & ~low_bits(h->n_shapes) ||
		    h->type_nums[i] & ~low_bits(FIELD_KERNEL_COUNT) ||
		    h->type_ranges[i].n > TYPE_RANGE_MAX ||
		    !is_part(h->type_ranges[i].first, h->type_ranges[i].n, h->n_ranges))
			return refuse(c, "the masks of type slot %u are wrong", i);
	}
	return 0;
}

static int check_guards(struct check *c)
{
	const struct img_guard *g = SECTION(c, img_guard, guards);
	__u32 i;

	for (i = 0; i < c->h->n_guards; i++) {
		if (!has_tests(c, g[i].first_test, g[i].n_tests) ||
		    g[i].shapes & ~low_bits(c->h->n_shapes))
			return refuse(c, "guard %u is wrong", i);
	}
	return 0;
}

/* One that crosses the end of a chunk, or has none, would be cut. */
static bool has_excludes(const struct check *c, const struct img_conj *j)
{
	const struct img_test *t = SECTION(c, img_test, tests);
	__u32 i, n = j->n_exclude;

	if (!n)
		return true;
	if (n > EXCLUDE_TESTS_MAX || !is_part(j->first_exclude, n, c->h->n_tests))
		return false;
	t += j->first_exclude;
	for (i = EXCLUDE_CHUNK; i < n; i += EXCLUDE_CHUNK) {
		if (!t[i - 1].last)
			return false;
	}
	return t[n - 1].last;
}

static int check_conjs(struct check *c)
{
	const struct img_conj *j = SECTION(c, img_conj, conjs);
	__u32 i;

	for (i = 0; i < c->h->n_conjs; i++) {
		if (!has_tests(c, j[i].first_test, j[i].n_tests) || j[i].rule >= c->h->n_rules ||
		    j[i].shape >= c->h->n_shapes || !has_excludes(c, &j[i]))
			return refuse(c, "conjunction %u is wrong", i);
	}
	return 0;
}

static int check_lists(struct check *c)
{
	const __u16 *list = (const __u16 *)(c->data + c->h->lists);
	const struct img_trigger *t = SECTION(c, img_trigger, triggers);
	__u32 i;

	for (i = 0; i < c->h->n_lists; i++) {
		if (list[i] >= c->h->n_conjs)
			return refuse(c, "entry %u of its lists is wrong", i);
	}
	for (i = 0; i < PRED_MAX; i++) {
		bool is_set = c->h->trigger_words[i / 64] >> (i % 64) & 1;

		if (!is_part(t[i].first, t[i].n, c->h->n_lists) || t[i].n > LIST_MAX ||
		    is_set != (t[i].n > 0))
			return refuse(c, "the trigger of predicate %u is wrong", i);
	}
	return 0;
}

static int check_outs(struct check *c)
{
	const struct img_out *o = SECTION(c, img_out, outs);
	__u32 i, k;

	for (i = 0; i < c->h->n_outs; i++) {
		for (k = 0; k < OUT_WORDS; k++) {
			if (o[i].set[k].word >= PRED_WORDS)
				return refuse(c, "output %u has a wrong word", i);
		}
	}
	return 0;
}

static int check_set(struct check *c, unsigned f, const struct img_field *field)
{
	const struct img_slot *s = (const struct img_slot *)(c->data + field->set);
	__u64 n = (__u64)field->set_mask + 1, i;

	if (n & (n - 1) || !is_inside(c, field->set, n, sizeof(*s)))
		return refuse(c, "the hash set of field %u is wrong", f);
	for (i = 0; i < n; i++) {
		if (s[i].out > c->h->n_outs)
			return refuse(c, "a slot of the hash set of field %u is wrong", f);
	}
	return 0;
}

static int check_fields(struct check *c)
{
	const struct img_field *f = SECTION(c, img_field, fields);
	unsigned i;
	int err = 0;

	for (i = 0; i < FIELD_KERNEL_COUNT && !err; i++) {
		if (f[i].exists > PRED_MAX ||
		    !is_inside(c, f[i].preds_word, PRED_WORDS, sizeof(__u64)))
			return refuse(c, "field %u is wrong", i);
		if (f[i].set)
			err = check_set(c, i, &f[i]);
	}
	return err;
}

static int check_preds(struct check *c)
{
	const struct img_range *r = SECTION(c, img_range, ranges);
	const struct img_derived *d = SECTION(c, img_derived, derived);
	__u32 i;

	for (i = 0; i < c->h->n_ranges; i++) {
		if (r[i].pred >= PRED_MAX || r[i].field >= FIELD_KERNEL_COUNT)
			return refuse(c, "range %u is wrong", i);
	}
	for (i = 0; i < c->h->n_derived; i++) {
		if (d[i].pred >= PRED_MAX || d[i].base >= EVENT_PRED_BASE ||
		    d[i].depth > ANCESTORS_MAX || d[i].field >= FIELD_KERNEL_COUNT)
			return refuse(c, "derived predicate %u is wrong", i);
	}
	return 0;
}

static int check_states(struct check *c, unsigned n, const struct img_automaton *a)
{
	const unsigned char *classes = c->data + a->classes;
	const __u16 *trans = (const __u16 *)(c->data + a->trans);
	const __u32 *outs = (const __u32 *)(c->data + a->outs);
	__u32 i, total = a->n_states * a->n_classes;

	for (i = 0; i < SYM_COUNT; i++) {
		if (classes[i] >= a->n_classes)
			return refuse(c, "automaton %u has a wrong class", n);
	}
	for (i = 0; i < total; i++) {
		if (trans[i] >= a->n_states || (i < a->n_classes && trans[i]))
			return refuse(c, "automaton %u has a wrong transition", n);
	}
	for (i = 0; i < a->n_states - a->first_out; i++) {
		if (outs[i] >= c->h->n_outs)
			return refuse(c, "automaton %u has a wrong output", n);
	}
	return 0;
}

static int check_automata(struct check *c)
{
	const struct img_automaton *a = SECTION(c, img_automaton, automata);
	unsigned i;
	int err = 0;

	for (i = 0; i < AUT_COUNT && !err; i++) {
		if (!a[i].n_states)
			continue;
		if (a[i].n_states > 65535 || a[i].n_classes > 256 || !a[i].n_classes ||
		    a[i].start >= a[i].n_states || !a[i].first_out ||
		    a[i].first_out > a[i].n_states || !is_inside(c, a[i].classes, SYM_COUNT, 1) ||
		    !is_inside(c, a[i].trans, (__u64)a[i].n_states * a[i].n_classes, 2) ||
		    !is_inside(c, a[i].outs, a[i].n_states - a[i].first_out, sizeof(__u32)))
			return refuse(c, "automaton %u is wrong", i);
		err = check_states(c, i, &a[i]);
	}
	return err;
}

/* ---- text ---- */

static bool is_text(const struct check *c, __u32 off)
{
	return off < c->h->text_size &&
	       memchr(c->data + c->h->text + off, '\0', c->h->text_size - off);
}

/* Texts up to an empty one. */
static bool are_texts(const struct check *c, __u32 off)
{
	while (is_text(c, off)) {
		size_t len = strlen((const char *)c->data + c->h->text + off);

		if (!len)
			return true;
		off += len + 1;
	}
	return false;
}

static int check_text(struct check *c)
{
	const struct text_rule *r = (const struct text_rule *)(c->data + c->h->text);
	__u32 i;

	if (c->h->n_rules > c->h->text_size / sizeof(*r))
		return refuse(c, "its texts are cut off");
	for (i = 0; i < c->h->n_rules; i++) {
		if (!is_text(c, r[i].name) || !is_text(c, r[i].desc) || !is_text(c, r[i].output) ||
		    !is_text(c, r[i].source) || !is_text(c, r[i].condition) ||
		    !is_text(c, r[i].file) || !are_texts(c, r[i].tags) ||
		    r[i].priority > PRIORITY_DEBUG)
			return refuse(c, "the texts of rule %u are wrong", i);
	}
	return 0;
}

static int check_facts(struct check *c)
{
	const struct img_head *h = c->h;
	__u64 n = (__u64)h->n_facts + h->n_names, i;
	const struct text_fact *f;

	if (!n)
		return 0;
	if (h->facts < h->text || h->facts > h->size || h->facts % 8 ||
	    n > (h->size - h->facts) / sizeof(*f))
		return refuse(c, "its facts are cut off");
	f = (const struct text_fact *)(c->data + h->facts);
	for (i = 0; i < n; i++) {
		if (f[i].pred >= PRED_MAX || (f[i].pred < EVENT_PRED_BASE) != (i < h->n_facts) ||
		    !is_text(c, f[i].condition))
			return refuse(c, "fact %llu is wrong", i);
	}
	return 0;
}

int image_check(const void *data, size_t size, char *why, size_t why_size)
{
	static int (*const steps[])(struct check *) = {
		check_sections, check_tests, check_shapes, check_types,	 check_guards,
		check_conjs,	check_lists, check_outs,   check_fields, check_preds,
		check_automata, check_text,  check_facts,
	};
	struct check c = {.data = data, .h = data, .why = why, .why_size = why_size};
	int err = check_head(&c, size);
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++)
		err = steps[i](&c);
	return err;
}
