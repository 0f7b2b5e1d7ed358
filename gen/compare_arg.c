/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of arguments (evt.arg.flags, evt.rawarg.mode) as comparisons of the numbers that
 * they are shown for: what gen/arg_text.c makes of a number, backwards.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arg.h"
#include "gen/calls.h"
#include "gen/event_args.h"
#include "gen/form.h"
#include "gen/match.h"
#include "gen/types.h"

static bool is_flags(const struct arg_source *s)
{
	return s->form == AS_FLAGS || s->form == AS_MODE;
}

static bool is_equality(enum op op)
{
	return op == OP_EQ || op == OP_EQ2 || op == OP_NE || op == OP_IN || op == OP_INTERSECTS;
}

static bool is_ordered(enum op op)
{
	return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

/* ---- which number ---- */

static enum field_id field_of(const struct arg_source *s)
{
	switch (s->from) {
	case ARG_REGISTER:
		return FIELD_REGISTER_0 + s->n;
	case ARG_RESULT:
		return FIELD_EVT_RAWRES;
	case ARG_OPEN_FLAGS:
		return FIELD_OPEN_FLAGS;
	case ARG_OPEN_MODE:
		return FIELD_OPEN_MODE;
	case ARG_FIELD:
		return s->field;
	default:
		return FIELD_COUNT;
	}
}

/* The paths of a call are read as the call takes them: made absolute, or as they stand. */
static enum field_id path_of(enum event_id type, const struct arg_source *s, bool raw)
{
	struct call_shape shape = call_shape(type);
	bool second = s->n == 2, stands;

	if (event_is_open(type))
		return s->from == ARG_PATH && !second && !raw ? FIELD_FD_NAME : FIELD_COUNT;
	if (!shape.known || (second ? shape.path2 : shape.path1) == CALL_NO)
		return FIELD_COUNT;
	stands = (second ? shape.dir2 : shape.dir1) == CALL_RAW;
	if (stands != (s->from == ARG_RAW) || (raw && !stands))
		return FIELD_COUNT;
	return second ? FIELD_PATH2 : FIELD_PATH1;
}

/* The path of an open is what fd.name is, in both views; a text of the process is its field. */
static enum field_id same_as(enum event_id type, const struct arg_source *s, bool raw)
{
	if (s->from == ARG_PATH || s->from == ARG_RAW)
		return path_of(type, s, raw);
	if (s->from == ARG_FIELD && s->form == AS_TEXT && s->meaning == s->field)
		return s->field;
	return FIELD_COUNT;
}

static const char *name_of(enum event_id type, const char *arg, char copy[64])
{
	const char *name = arg;
	size_t len = strlen(arg);

	if (arg[strspn(arg, "0123456789")])
		return arg;
	if (len > 4)
		return NULL;
	name = event_arg_at(types_name(type), strtoul(arg, NULL, 10), &len);
	if (!name || len >= 64)
		return NULL;
	memcpy(copy, name, len);
	copy[len] = '\0';
	return copy;
}

static const struct arg_source *source_of(enum event_id type, const char *arg)
{
	char copy[64];
	const char *name = name_of(type, arg, copy);

	return name ? arg_source(types_name(type), name) : NULL;
}

/* All types that are still under way and have it from the same source. */
static struct event_set alike(const struct lower *l, const char *arg, bool raw)
{
	const struct arg_source *s = source_of(l->type, arg);
	enum field_id like = s ? same_as(l->type, s, raw) : FIELD_COUNT;
	struct event_set same = {};
	unsigned id;

	for_each_event(id, &l->alike)
	{
		if (source_of(id, arg) == s && (!s || same_as(id, s, raw) == like))
			event_set_add(&same, id);
	}
	return same;
}

struct arg_target arg_target(struct lower *l, const struct expr *e)
{
	bool raw = e->field->id == FIELD_EVT_RAWARG, is_open;
	struct arg_target t = {.field = FIELD_COUNT, .raw = raw};
	struct event_set open = types_of_family("open"), exec = types_of_family("exec"), same;

	t.source = source_of(l->type, e->key);
	same = alike(l, e->key, raw);
	lower_asks(l, &same);
	if (!t.source)
		return t;
	is_open = lower_asks(l, &open);
	t.field = same_as(l->type, t.source, raw);
	/* Raw, some are a number by their name, whatever the event has: no text is compared. */
	if (raw && event_arg_type(e->key) != TYPE_STR && t.field < FIELD_COUNT &&
	    fields[t.field].source != SOURCE_NUM)
		t.field = FIELD_COUNT;
	t.is_field = t.field != FIELD_COUNT;
	if (t.is_field || (t.source->from == ARG_REGISTER && (is_open || lower_asks(l, &exec))))
		return t;
	t.field = field_of(t.source);
	if (t.field < FIELD_COUNT && fields[t.field].source != SOURCE_NUM)
		t.field = FIELD_COUNT;
	return t;
}

/* ---- ranges of a number in a register ---- */

static void add(struct lower *l, alts_t *alts, uint64_t mask, uint64_t low, uint64_t high)
{
	*vec_add(l->arena, alts) = (struct alt){.mask = mask, .low = low, .high = high};
}

/* As it is narrowed: without a sign, numbers below zero follow those above. */
static void add_range(struct lower *l, alts_t *alts, const struct arg_target *t, int64_t low,
		      int64_t high)
{
	uint64_t mask = t->source->from == ARG_REGISTER ? arg_mask(t->source) : UINT64_MAX;
	bool negative = arg_is_signed(t->source);
	int64_t max = negative ? mask >> 1 : mask, min = negative ? -max - 1 : 0;

	if (mask == UINT64_MAX) {
		min = INT64_MIN;
		max = INT64_MAX;
	}
	low = low > min ? low : min;
	high = high < max ? high : max;
	if (low > high)
		return;
	if (mask == UINT64_MAX) {
		add(l, alts, mask, low, high);
		return;
	}
	if (low < 0)
		add(l, alts, mask, low & mask, (high < 0 ? high : -1) & mask);
	if (high >= 0)
		add(l, alts, mask, low > 0 ? low : 0, high);
}

static void add_number(struct lower *l, alts_t *alts, const struct arg_target *t, enum op op,
		       int64_t n)
{
	switch (op) {
	case OP_LT:
		if (n != INT64_MIN)
			add_range(l, alts, t, INT64_MIN, n - 1);
		break;
	case OP_LE:
		add_range(l, alts, t, INT64_MIN, n);
		break;
	case OP_GT:
		if (n != INT64_MAX)
			add_range(l, alts, t, n + 1, INT64_MAX);
		break;
	case OP_GE:
		add_range(l, alts, t, n, INT64_MAX);
		break;
	default:
		add_range(l, alts, t, n, n);
		break;
	}
}

/* ---- flags ---- */

static uint64_t all_bits(const struct arg_domain *d)
{
	static const struct arg_member none = {};

	return arg_member_mask(d, &none);
}

/* Those bits that have names: all numbers with them are shown alike. */
static void add_flags(struct lower *l, alts_t *alts, const struct arg_target *t, int64_t n)
{
	uint64_t bits = all_bits(t->source->domain);

	add(l, alts, bits, n & bits, n & bits);
}

/* Whether no other bits are shown as these are: values of several bits can be unnamed. */
static bool is_only(const struct arg_domain *d, int64_t n)
{
	size_t i, k;

	for (i = 0; i < d->n; i++) {
		const struct arg_member *m = &d->members[i];

		if (!m->mask || m->mask == m->value)
			continue;
		for (k = 0; k < d->n; k++) {
			if (d->members[k].mask == m->mask &&
			    ((uint64_t)n & m->mask) == d->members[k].value)
				break;
		}
		if (k == d->n)
			return false;
	}
	return true;
}

static bool has_name(const struct arg_domain *d, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (strlen(d->members[i].text) == len && !memcmp(d->members[i].text, text, len))
			return true;
	}
	return false;
}

/* A text that no flags are shown as: one of its words is no name. */
static bool has_stranger(const struct arg_domain *d, const char *text)
{
	for (;; text++) {
		size_t len = strcspn(text, "|");

		if (!has_name(d, text, len))
			return true;
		text += len;
		if (!*text)
			return false;
	}
}

/* What a name must hold for the whole text to pass; false if more than names matters. */
static bool part_of(enum op op, const struct literal *v, struct literal *part)
{
	*part = *v;
	if (op == OP_CONTAINS || op == OP_ICONTAINS)
		return v->len && !strchr(v->text, '|');
	if ((op != OP_GLOB && op != OP_IGLOB) || v->len < 3)
		return false;
	part->text = v->text + 1;
	part->len = v->len - 2;
	return *v->text == '*' && v->text[v->len - 1] == '*' &&
	       strcspn(part->text, "*?[]\\|") == part->len;
}

static bool part_is_in(enum op op, const struct literal *part, const char *text)
{
	size_t i, len = strlen(text);
	bool fold = op == OP_ICONTAINS || op == OP_IGLOB;

	for (i = 0; i + part->len <= len; i++) {
		if (fold ? !strncasecmp(text + i, part->text, part->len)
			 : !strncmp(text + i, part->text, part->len))
			return true;
	}
	return false;
}

static void add_members(struct lower *l, alts_t *alts, const struct arg_domain *d, enum op op,
			const struct literal *v)
{
	struct literal part;
	size_t i;

	part_of(op, v, &part);
	for (i = 0; i < d->n; i++) {
		const struct arg_member *m = &d->members[i];

		if (part_is_in(op, &part, m->text))
			add(l, alts, arg_member_mask(d, m), m->value, m->value);
	}
}

/* Flags are read in any order, and shown in one. */
static bool is_shown(const struct arg_source *s, int64_t n, const char *text)
{
	char shown[ARG_TEXT_MAX];

	arg_show(s, n, shown);
	return !strcmp(shown, text);
}

static const char *flags_problem(const struct arg_source *s, enum op op, const struct literal *v)
{
	const struct arg_domain *d = s->domain;
	struct literal part;
	int64_t n;

	if (d->magic)
		return "these flags can be covered by a magic number";
	if (part_of(op, v, &part))
		return part_is_in(op, &part, "0") ? "the kernel compares flags by their names"
						  : NULL;
	if (!is_equality(op))
		return "the kernel does not compare the order of flags";
	if (v->text[strspn(v->text, "0123456789")] && has_stranger(d, v->text))
		return NULL;
	if (!arg_read(s, v->text, &n) || !is_only(d, n) || !is_shown(s, n, v->text))
		return "the kernel does not tell such a combination of flags";
	return NULL;
}

/* ---- texts of which there is one ---- */

/* Whether a decimal number can pass. */
static bool passes_number(const struct literal *v)
{
	size_t i;
	int brackets = 0;

	for (i = 0; i < v->len; i++) {
		char c = v->text[i];

		brackets += (c == '[') - (c == ']' && brackets);
		if (!brackets && (isalpha((unsigned char)c) || c == '_' || c == '<'))
			return false;
	}
	return true;
}

static const char *one_problem(const struct arg_target *t, enum op op, const struct literal *v)
{
	const struct arg_source *s = t->source;
	int64_t n;

	if (s->form == AS_ENUM && s->domain->otherwise)
		return NULL;
	if (op == OP_REGEX)
		return "the kernel's tables hold no regular expressions";
	if (s->form == AS_FD)
		return is_equality(op) && arg_read(s, v->text, &n) && n < 0
			       ? NULL
			       : "the kernel does not know the names of all descriptors";
	if (is_equality(op))
		return NULL;
	if ((s->form == AS_ENUM || s->form == AS_ERRNO) && !passes_number(v))
		return NULL;
	return "the kernel compares numbers as numbers only";
}

static bool is_named(const struct arg_domain *d, uint64_t n)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (d->members[i].value == n)
			return true;
	}
	return false;
}

static int number_order(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

/* All numbers that have no name. */
static void add_otherwise(struct lower *l, alts_t *alts, const struct arg_target *t)
{
	const struct arg_domain *d = t->source->domain;
	uint64_t *named = arena_alloc(l->arena, d->n * sizeof(*named)), next = 0;
	size_t i;

	for (i = 0; i < d->n; i++)
		named[i] = d->members[i].value;
	qsort(named, d->n, sizeof(*named), number_order);
	for (i = 0; i < d->n; i++) {
		if (named[i] > next)
			add_range(l, alts, t, next, named[i] - 1);
		next = named[i] + 1;
	}
	add_range(l, alts, t, next, INT64_MAX);
}

static void add_enum(struct lower *l, alts_t *alts, const struct arg_target *t, enum op op,
		     const struct literal *v)
{
	const struct arg_domain *d = t->source->domain;
	int64_t n;
	size_t i;

	for (i = 0; i < d->n; i++) {
		const struct arg_member *m = &d->members[i];

		if (match_text(op, m->text, strlen(m->text), v))
			add_number(l, alts, t, OP_EQ, m->value);
	}
	if (d->otherwise && match_text(op, d->otherwise, strlen(d->otherwise), v))
		add_otherwise(l, alts, t);
	if (!d->otherwise && is_equality(op) && arg_read(t->source, v->text, &n) && !is_named(d, n))
		add_number(l, alts, t, OP_EQ, n);
}

/* Names of errors, which are negative. */
static void add_errors(struct lower *l, alts_t *alts, const struct arg_target *t, enum op op,
		       const struct literal *v)
{
	size_t i, n = 0;
	const struct domain_entry *errors = field_domain(FIELD_EVT_RES, &n);
	int64_t number;

	for (i = 0; i < n; i++) {
		if (errors[i].code && match_text(op, errors[i].text, strlen(errors[i].text), v))
			add_number(l, alts, t, OP_EQ, -errors[i].code);
	}
	if (is_equality(op) && arg_read(t->source, v->text, &number))
		add_number(l, alts, t, OP_EQ, number);
}

/* ---- for gen/compare.c ---- */

static bool has_codes(const struct arg_source *s)
{
	return s->form == AS_ENUM || is_flags(s);
}

static const char *raw_problem(const struct arg_target *t, const struct node *n, size_t i)
{
	const struct arg_source *s = t->source;

	if (!has_codes(s))
		return NULL;
	if (!is_equality(n->op))
		return "the kernel has other numbers for it";
	if (s->form == AS_ENUM && s->domain->otherwise && !n->values[i].number)
		return "the kernel has several numbers for it";
	if (is_flags(s))
		return "the kernel has other bits for these flags";
	return NULL;
}

static const char *text_problem(const struct arg_target *t, const struct node *n, size_t i)
{
	if (is_ordered(n->op))
		return "the kernel does not compare texts by their order";
	if (is_flags(t->source))
		return flags_problem(t->source, n->op, &n->values[i]);
	if (!arg_is_number(t->source) && t->source->form != AS_FD)
		return "the kernel does not know what the number stands for";
	return one_problem(t, n->op, &n->values[i]);
}

const char *arg_problem(const struct arg_target *t, const struct node *n)
{
	const char *why = NULL;
	size_t i;

	if (n->op == OP_EXISTS)
		return NULL;
	for (i = 0; i < n->n_values && !why; i++)
		why = t->raw ? raw_problem(t, n, i) : text_problem(t, n, i);
	return why;
}

void arg_add(struct lower *l, alts_t *alts, const struct arg_target *t, enum op op,
	     const struct literal *v)
{
	const struct arg_source *s = t->source;
	int64_t n = v->number;
	struct literal part;

	if (t->raw && has_codes(s) && !arg_read_code(s, n, &n))
		return;
	if (t->raw && is_flags(s))
		add_flags(l, alts, t, n);
	else if (t->raw)
		add_number(l, alts, t, op, n);
	else if (is_flags(s) && part_of(op, v, &part))
		add_members(l, alts, s->domain, op, v);
	else if (is_flags(s) && arg_read(s, v->text, &n))
		add_flags(l, alts, t, n);
	else if (s->form == AS_ENUM)
		add_enum(l, alts, t, op, v);
	else if (s->form == AS_ERRNO || s->form == AS_FD)
		add_errors(l, alts, t, op, v);
	else if (!is_flags(s) && arg_read(s, v->text, &n))
		add_number(l, alts, t, OP_EQ, n);
}
