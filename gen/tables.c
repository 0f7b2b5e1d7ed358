/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled tables on the host: see tables.h. Values come from an event, one field at a time,
 * where the kernel reads streams; matching and deciding are the kernel's own code.
 */
#include "gen/tables.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/caps.h"
#include "gen/arg.h"
#include "gen/calls.h"
#include "gen/event_args.h"
#include "gen/facts.h"
#include "gen/literal.h"
#include "gen/tables_text.h"
#include "gen/types.h"
#include "kern/decide.h"

struct tables {
	struct img im;
	const struct img_head *h;
	struct facts_of *facts;
	/* of the event under way */
	enum event_id type;
	__u32 slot; /* of its type */
	__u64 truth[PRED_WORDS];
	__u64 unknown[PRED_WORDS];
	bool unsure;   /* something is missing that the kernel always has */
	__s64 num[64]; /* by field, those of have */
	__u64 have;
	__u64 live, shapes, paths;
	__u32 flags;
	__u16 view_flags;
	struct hit *hits; /* all so far */
	size_t n_hits;
	__u32 *place; /* per rule: its hit plus one */
};

struct tables *tables_new(const struct image *im)
{
	struct tables *t = calloc(1, sizeof(*t));
	size_t n = image_head(im)->n_rules + 1;

	if (!t)
		return NULL;
	t->im = (struct img){im->data, UINT_MAX};
	t->h = image_head(im);
	t->hits = calloc(n, sizeof(*t->hits));
	t->place = calloc(n, sizeof(*t->place));
	t->facts = facts_new(im);
	if (!t->hits || !t->place || !t->facts)
		tables_free(&t);
	return t;
}

void tables_free(struct tables **t)
{
	if (!*t)
		return;
	facts_free(&(*t)->facts);
	free((*t)->hits);
	free((*t)->place);
	free(*t);
	*t = NULL;
}

static const struct img_field *field_of(const struct tables *t, enum field_id f)
{
	return img_field_of(t->im, f);
}

/* ---- fields of an event ---- */

static void set_exists(struct tables *t, enum field_id f)
{
	if (field_of(t, f)->exists)
		match_pred(t->truth, field_of(t, f)->exists - 1);
}

static void add_text(struct tables *t, const struct event *ev, enum field_id f)
{
	struct value v = {};
	enum have have = ev->get(ev, f, NULL, &v);

	if (have == HAVE_MISSING && fields[f].presence == PRESENCE_SOME)
		return;
	if (have == HAVE_MISSING)
		t->unsure = true;
	else
		set_exists(t, f);
	/* No path has such a last component, but a written event can. */
	if (f == FIELD_FD_FILENAME && have == HAVE_VALUE && memchr(v.str, '/', v.len))
		have = HAVE_UNKNOWN;
	if (have != HAVE_MISSING && v.str)
		scan_field(t->im, f, v.str, v.len, have == HAVE_VALUE, t->truth);
	if (have != HAVE_VALUE)
		decide_unknown(t->im, f, t->truth, t->unknown);
}

static void take_path(struct tables *t, enum field_id f, enum have have, const struct value *v)
{
	set_exists(t, f);
	if (v->str)
		scan_field(t->im, f, v->str, v->len, have == HAVE_VALUE, t->truth);
	if (have != HAVE_VALUE)
		decide_unknown(t->im, f, t->truth, t->unknown);
}

/* As an argument that is path n of the call. */
static bool add_path_argument(struct tables *t, const struct event *ev, enum field_id f, unsigned n)
{
	const char *type = types_name(t->type), *name;
	struct value v = {};
	enum have have;
	size_t len, i;
	char arg[64];

	for (i = 0; (name = event_arg_at(type, i, &len)) && len < sizeof(arg); i++) {
		const struct arg_source *s;

		memcpy(arg, name, len);
		arg[len] = '\0';
		s = arg_source(type, arg);
		if ((s->from != ARG_PATH && s->from != ARG_RAW) || s->n != n)
			continue;
		have = ev->get(ev, FIELD_EVT_ARG, arg, &v);
		if (have == HAVE_MISSING)
			continue;
		take_path(t, f, have, &v);
		return true;
	}
	return false;
}

/* A path of the call, which recorded events have under other names: as evt.arg.*, as fs.path.*, or
 * both. The tables compare it only where no name says otherwise. */
static void add_path(struct tables *t, const struct event *ev, enum field_id f)
{
	static const enum field_id names[] = {FIELD_FS_PATH_NAME, FIELD_FS_PATH_SOURCE,
					      FIELD_FS_PATH_TARGET};
	enum call_path want = f == FIELD_PATH1 ? CALL_PATH_FIRST : CALL_PATH_SECOND;
	struct value v = {};
	size_t i;

	if (add_path_argument(t, ev, f, f == FIELD_PATH1 ? 1 : 2))
		return;
	for (i = 0; i < 3; i++) {
		if (call_path_of(t->type, names[i]) != want ||
		    ev->get(ev, names[i], NULL, &v) != HAVE_VALUE)
			continue;
		take_path(t, f, HAVE_VALUE, &v);
		return;
	}
	decide_unknown(t->im, f, t->truth, t->unknown);
}

static __s64 code_of(enum field_id f, const struct value *v)
{
	size_t i, n = 0;
	const struct domain_entry *d = field_domain(f, &n);
	int64_t number;

	for (i = 0; i < n; i++) {
		if (strlen(d[i].text) == v->len && !memcmp(d[i].text, v->str, v->len))
			return d[i].code;
	}
	/* An error without a name has its number as text. */
	number = f == FIELD_EVT_RES ? strtoll(v->str, NULL, 10) : -1;
	/* Any other text is none that a value can have. */
	return number ? number : INT64_MIN;
}

/* The bools that FIELD_TASK_FLAGS is made of, as far as the event has them. */
static void add_flags(struct tables *t, const struct event *ev)
{
	const struct img_ranges *r = &t->h->type_ranges[t->slot];
	__u64 flags = 0, doubt = 0;
	__u32 i;
	int f;

	for (f = 0; f < FIELD_COUNT; f++) {
		__u32 flag = field_task_flag(f);
		struct value v = {};

		switch (flag ? ev->get(ev, f, NULL, &v) : HAVE_MISSING) {
		case HAVE_VALUE:
			flags |= TASK_KNOWN(flag) | (v.num ? flag : 0);
			break;
		case HAVE_UNKNOWN:
			doubt |= TASK_KNOWN(flag);
			break;
		case HAVE_MISSING:
			break;
		}
	}
	doubt &= ~flags;
	t->num[FIELD_TASK_FLAGS] = flags;
	t->have |= FIELD_BIT(FIELD_TASK_FLAGS);
	for (i = r->first; i < r->first + r->n; i++) {
		const struct img_range *range =
			img_at(t->im, t->h->ranges, i, sizeof(struct img_range));

		if (range->field == FIELD_TASK_FLAGS && (range->mask & doubt))
			match_pred(t->unknown, range->pred);
	}
}

/* IPv4 alone: other addresses are unknown to the tables. */
static enum have address_code(const struct value *v, __s64 *out)
{
	struct address a;

	if (!address_parse(v->str, &a) || a.len != 4)
		return HAVE_UNKNOWN;
	*out = (__s64)a.bytes[0] << 24 | a.bytes[1] << 16 | a.bytes[2] << 8 | a.bytes[3];
	return HAVE_VALUE;
}

static enum have number_of(struct tables *t, enum field_id f, const struct value *v, __s64 *out)
{
	uint64_t mask;

	switch (fields[f].source) {
	case SOURCE_ADDR:
		return address_code(v, out);
	case SOURCE_ENUM:
		*out = code_of(f, v);
		return HAVE_VALUE;
	case SOURCE_CAPS:
		t->unsure |= !caps_parse(v->str, v->len, &mask);
		*out = mask;
		return HAVE_VALUE;
	default:
		*out = v->num;
		return HAVE_VALUE;
	}
}

static bool has_any(const struct event *ev, const enum field_id *list, size_t n)
{
	struct value v = {};
	size_t i;

	for (i = 0; i < n; i++) {
		if (ev->get(ev, list[i], NULL, &v) != HAVE_MISSING)
			return true;
	}
	return false;
}

/* A recorded event can have one of several fields that the kernel knows together or not at all:
 * then what the others are is not known. */
static bool is_told_otherwise(const struct event *ev, enum field_id f)
{
	static const enum field_id ends[] = {FIELD_FD_CIP, FIELD_FD_SIP, FIELD_FD_CPORT,
					     FIELD_FD_SPORT},
				   either[] = {FIELD_FD_IP, FIELD_FD_NET, FIELD_FD_PORT},
				   results[] = {FIELD_EVT_RES, FIELD_EVT_RAWRES, FIELD_EVT_FAILED},
				   parts[] = {FIELD_FD_DIRECTORY, FIELD_FD_FILENAME,
					      FIELD_FD_SOCKFAMILY};

	switch (f) {
	case FIELD_FD_CIP:
	case FIELD_FD_SIP:
	case FIELD_FD_CPORT:
	case FIELD_FD_SPORT:
		return !has_any(ev, ends, 4) && has_any(ev, either, 3);
	case FIELD_EVT_FAILED:
		return true;
	case FIELD_FD_TYPECHAR: /* decides whether there is a directory, or what kind of socket */
		return has_any(ev, parts, 3);
	case FIELD_EVT_RES:
	case FIELD_EVT_RAWRES:
		return has_any(ev, results, 3);
	default:
		return false;
	}
}

static void add_number(struct tables *t, const struct event *ev, enum field_id f)
{
	struct value v = {};
	enum have have = ev->get(ev, f, NULL, &v);

	if (have == HAVE_MISSING && is_told_otherwise(ev, f)) {
		decide_unknown(t->im, f, t->truth, t->unknown);
		return;
	}
	if (have == HAVE_MISSING && fields[f].presence != PRESENCE_ALWAYS)
		return;
	if (have == HAVE_MISSING)
		t->unsure = true;
	if (have == HAVE_VALUE)
		have = number_of(t, f, &v, &t->num[f]);
	if (have == HAVE_VALUE) {
		t->have |= FIELD_BIT(f);
		return;
	}
	if (have != HAVE_MISSING)
		set_exists(t, f);
	decide_unknown(t->im, f, t->truth, t->unknown);
}

static void numbers(struct tables *t, const struct event *ev)
{
	const struct img_ranges *r = &t->h->type_ranges[t->slot];
	__u32 i;
	int f;

	t->have = 0;
	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (!(t->h->type_nums[t->slot] & FIELD_BIT(f)))
			continue;
		if (f == FIELD_TASK_FLAGS)
			add_flags(t, ev);
		else
			add_number(t, ev, f);
	}
	for (i = r->first; i < r->first + r->n; i++)
		match_range(t->im, i, t->num, t->have, t->truth);
}

/* ---- parents ---- */

static bool has_pred(const struct tables *t, enum field_id f, __u32 pred)
{
	return img_u64(t->im, field_of(t, f)->preds_word + 8 * (pred / 64)) >> (pred % 64) & 1;
}

static bool is_true(const __u64 *truth, __u32 pred)
{
	return truth[pred / 64] >> (pred % 64) & 1;
}

/* A field of another process: the predicates of its base, then those derived from them. */
static enum have add_other(struct tables *t, const struct event *ev, enum field_id f,
			   const char *arg, __u32 depth)
{
	__u64 base[PRED_WORDS] = {};
	struct value v = {};
	enum have have = ev->get(ev, f, arg, &v);
	__u32 i;

	if (have == HAVE_MISSING)
		return have;
	if (fields[f].base != FIELD_PROC_NAME)
		scan_field(t->im, FIELD_PROC_NAME, "", 0, true, base); /* that there is a process */
	if (v.str)
		scan_field(t->im, fields[f].base, v.str, v.len, have == HAVE_VALUE, base);
	for (i = 0; i < t->h->n_derived; i++) {
		const struct img_derived *d =
			img_at(t->im, t->h->derived, i, sizeof(struct img_derived));

		if (has_pred(t, f, d->pred) && is_true(base, d->base) &&
		    (!d->depth || d->depth == depth))
			match_pred(t->truth, d->pred);
	}
	if (have == HAVE_UNKNOWN)
		decide_unknown(t->im, f, t->truth, t->unknown);
	return have;
}

static void add_ancestors(struct tables *t, const struct event *ev, enum field_id f)
{
	__u32 depth;

	for (depth = 1; depth <= ANCESTORS_MAX; depth++) {
		char arg[16];

		snprintf(arg, sizeof(arg), "%u", depth);
		if (add_other(t, ev, f, arg, depth) == HAVE_MISSING)
			break;
	}
}

static void add_others(struct tables *t, const struct event *ev)
{
	int f;

	if (!t->h->n_derived)
		return;
	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (fields[f].source == SOURCE_PARENT)
			add_other(t, ev, f, NULL, 1);
		if (fields[f].source == SOURCE_ANCESTOR)
			add_ancestors(t, ev, f);
	}
}

/* ---- deciding ---- */

static void guards(struct tables *t)
{
	__u32 i;

	t->live = 0;
	for (i = 0; i < t->h->n_guards; i++)
		if (decide_guard(t->im, guard_at(t->im, i), t->truth, t->unknown))
			t->live |= guard_at(t->im, i)->shapes;
}

static void shapes(struct tables *t)
{
	__u64 todo = t->live & t->h->type_shapes[t->slot];
	__u32 i;

	t->shapes = t->paths = 0;
	t->flags = 0;
	for (i = 0; i < t->h->n_shapes; i++) {
		const struct img_shape *s = shape_at(t->im, i);

		if (!(todo >> i & 1) || !decide_shape(t->im, i, t->truth, t->unknown))
			continue;
		t->shapes |= 1ULL << i;
		t->paths |= s->paths;
		t->flags |= s->flags;
	}
}

/* Of several ways and views, the surest and the first. */
static void add_hit(struct tables *t, struct hit hit)
{
	__u32 *place = &t->place[hit.rule];

	hit.flags |= t->view_flags | (t->unsure ? HIT_UNSURE : 0);
	if (!*place) {
		t->hits[t->n_hits++] = hit;
		*place = t->n_hits;
	} else if ((t->hits[*place - 1].flags & HIT_UNSURE) && !(hit.flags & HIT_UNSURE)) {
		t->hits[*place - 1] = hit;
	}
}

/* Whether exclusions take a hit back. */
static bool is_excluded(const struct tables *t, __u32 conj, struct hit *hit)
{
	__u32 n = decide_n_exclude(t->im, conj), from;

	for (from = 0; from < n; from += EXCLUDE_CHUNK) {
		if (!decide_excluded(hit, decide_exclude(t->im, conj, from, t->truth, t->unknown)))
			return true;
	}
	return false;
}

static void try_list(struct tables *t, __u32 first, __u32 n)
{
	struct hit hit = {};
	__u32 i;

	for (i = first; i < first + n; i++) {
		__u32 c = img_u16(t->im, t->h->lists + 2 * i);

		if (decide_conj(t->im, c, TYPE_BIT(t->slot), t->shapes, t->truth, t->unknown,
				&hit) &&
		    !is_excluded(t, c, &hit))
			add_hit(t, hit);
	}
}

static void try_triggers(struct tables *t)
{
	__u32 i = t->flags & SHAPE_PROC_TRIGGER ? 0 : EVENT_PRED_BASE;

	for (; i < PRED_MAX; i++) {
		const struct img_trigger *g;

		if (!is_true(t->h->trigger_words, i) ||
		    !(is_true(t->truth, i) || is_true(t->unknown, i)))
			continue;
		g = img_at(t->im, t->h->triggers, i, sizeof(*g));
		try_list(t, g->first, g->n);
	}
}

static void try_always(struct tables *t)
{
	__u32 i;

	for (i = 0; i < t->h->n_shapes; i++) {
		const struct img_shape *s = img_at(t->im, t->h->shapes, i, sizeof(*s));

		if (t->shapes >> i & 1)
			try_list(t, s->first_always, s->n_always);
	}
}

static void decide_view(struct tables *t, const struct event *ev)
{
	int f;

	memset(t->truth, 0, sizeof(t->truth));
	memset(t->unknown, 0, sizeof(t->unknown));
	t->unsure = false;
	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (!(t->h->proc_fields & FIELD_BIT(f)))
			continue;
		if (f != FIELD_CONTAINER_FACTS)
			add_text(t, ev, f);
		else if (!facts_decide(t->facts, FACT_CONTAINER, ev, t->truth))
			decide_unknown(t->im, f, t->truth, t->unknown);
	}
	guards(t);
	numbers(t, ev);
	shapes(t);
	if (t->flags & SHAPE_DERIVED)
		add_others(t, ev);
	if ((t->flags & SHAPE_NAMES) && !facts_decide(t->facts, FACT_NAMES, ev, t->truth))
		decide_unknown(t->im, FIELD_NAME_FACTS, t->truth, t->unknown);
	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (!(t->paths & FIELD_BIT(f)))
			continue;
		if (f == FIELD_PATH1 || f == FIELD_PATH2)
			add_path(t, ev, f);
		else
			add_text(t, ev, f);
	}
	try_triggers(t);
	if (t->flags & SHAPE_HAS_ALWAYS)
		try_always(t);
}

size_t tables_decide(struct tables *t, enum event_id type, struct event *ev, struct hit *hits,
		     size_t max)
{
	unsigned view;
	size_t i;

	t->type = type;
	t->slot = t->h->type_slot[type];
	t->n_hits = 0;
	if (t->slot == TYPE_SLOT_NONE)
		return 0;
	memset(t->place, 0, t->h->n_rules * sizeof(*t->place));
	for (view = 0; view < ev->views; view++) {
		ev->view = view;
		t->view_flags = view ? HIT_RESOLVED : 0;
		decide_view(t, ev);
	}
	ev->view = 0;
	for (i = 0; i < t->n_hits && i < max; i++)
		hits[i] = t->hits[i];
	return t->n_hits;
}

/* ---- what is kept for a process ---- */

/* Whether the stream says where the name ends; if argv was cut in its first text, it does not. */
static bool process_command(const struct tables *t, const char *name, const char *argv, size_t len,
			    bool cut, __u64 *truth)
{
	const char *nul = memchr(argv, '\0', len);
	size_t exe = nul ? (size_t)(nul - argv) + 1 : len;
	__u32 state = scan_start(t->im, AUT_CMD);

	state = scan_text(t->im, AUT_CMD, state, name, strnlen(name, SHORT_SIZE - 1), truth);
	if (len > exe) {
		state = scan_symbol(t->im, AUT_CMD, state, SYM_SEP, truth);
		/* The NUL behind the last argument is no blank. */
		state = scan_text(t->im, AUT_CMD, state, argv + exe, len - exe - !cut, truth);
	}
	if (!cut)
		scan_symbol(t->im, AUT_CMD, state, SYM_END, truth);
	scan_whole(t->im, AUT_EXE, argv, nul ? exe - 1 : len, nul || !cut, truth);
	return len > exe || !cut;
}

void tables_process(struct tables *t, struct proc *p, const char *argv, size_t argv_len,
		    bool argv_cut, const char *exepath)
{
	bool name_ends;
	int f;

	memset(t->truth, 0, sizeof(t->truth));
	memset(t->unknown, 0, sizeof(t->unknown));
	scan_set(t->im, FIELD_PROC_NAME, p->name, strnlen(p->name, SHORT_SIZE - 1), t->truth);
	scan_set(t->im, FIELD_CONTAINER_ID, p->container, strnlen(p->container, SHORT_SIZE - 1),
		 t->truth);
	scan_whole(t->im, AUT_CONTAINER, p->container, strnlen(p->container, SHORT_SIZE - 1), true,
		   t->truth);
	name_ends = process_command(t, p->name, argv, argv_len, argv_cut, t->truth);
	if (exepath)
		scan_whole(t->im, AUT_EXEPATH, exepath, strlen(exepath), true, t->truth);
	p->unknown = FIELD_BIT(FIELD_PROC_ENV) | FIELD_BIT(FIELD_CONTAINER_FACTS);
	if (!exepath)
		p->unknown |= FIELD_BIT(FIELD_PROC_EXEPATH);
	if (argv_cut)
		p->unknown |= FIELD_BIT(FIELD_PROC_CMDLINE) | FIELD_BIT(FIELD_PROC_ARGS) |
			      FIELD_BIT(FIELD_PROC_EXE);
	if (!name_ends)
		p->unknown |= FIELD_BIT(FIELD_PROC_NAME);
	for (f = 0; f < FIELD_KERNEL_COUNT; f++) {
		if (p->unknown & FIELD_BIT(f))
			decide_unknown(t->im, f, t->truth, t->unknown);
	}
	guards(t);
	memcpy(p->bits, t->truth, sizeof(p->bits));
	p->live = t->live;
}
