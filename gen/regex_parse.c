/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of regular expressions: see regex.h. The texts of errors are those of RE2. */
#include <stdlib.h>
#include <string.h>

#include "gen/regex_private.h"

#define DEPTH_MAX   500
#define PATTERN_MAX 16384

struct pattern_parser {
	struct arena *arena;
	const char *at, *end;
	const char *why; /* the first thing that is wrong */
	unsigned depth;
};

typedef VEC(struct rune_range) ranges_t;
typedef VEC(struct regex_node *) nodes_t;

static struct regex_node *parse_alternatives(struct pattern_parser *p);

uint32_t rune_next(const char **s, const char *end, bool *valid)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)*s;
	unsigned len = *u < 0x80   ? 1
		       : *u < 0xc2 ? 0
		       : *u < 0xe0 ? 2
		       : *u < 0xf0 ? 3
		       : *u < 0xf5 ? 4
				   : 0;
	uint32_t rune = len > 1 ? *u & (0x7f >> len) : *u;
	unsigned i;

	++*s;
	for (i = 1; i < len && *s - 1 + i < end && (u[i] & 0xc0) == 0x80; i++)
		rune = rune << 6 | (u[i] & 0x3f);
	if (!len || i < len || rune < least[len] || rune > RUNE_MAX ||
	    (rune >= 0xd800 && rune < 0xe000)) {
		*valid = false;
		return RUNE_INVALID;
	}
	*s += len - 1;
	return rune;
}

static void *fail(struct pattern_parser *p, const char *what, const char *from, const char *to)
{
	if (!p->why && from < to)
		p->why = arena_printf(p->arena, "%s: %.*s", what, (int)(to - from), from);
	else if (!p->why)
		p->why = what;
	return NULL;
}

static struct regex_node *node_new(struct pattern_parser *p, enum regex_kind kind)
{
	struct regex_node *n = arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	return n;
}

/* ---- sets of characters ---- */

static void add_range(struct pattern_parser *p, ranges_t *r, uint32_t low, uint32_t high)
{
	if (low <= high)
		*vec_add(p->arena, r) = (struct rune_range){low, high};
}

static int range_order(const void *x, const void *y)
{
	const struct rune_range *a = x, *b = y;

	return a->low < b->low ? -1 : a->low > b->low;
}

static void merge(ranges_t *r)
{
	size_t i, n = 0;

	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), range_order);
	for (i = 0; i < r->n; i++) {
		if (n && r->v[i].low <= r->v[n - 1].high + 1) {
			if (r->v[i].high > r->v[n - 1].high)
				r->v[n - 1].high = r->v[i].high;
		} else {
			r->v[n++] = r->v[i];
		}
	}
	r->n = n;
}

/* r is merged. */
static void negate(struct pattern_parser *p, ranges_t *r)
{
	ranges_t out = {};
	uint32_t next = 0;
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->v[i].low)
			add_range(p, &out, next, r->v[i].low - 1);
		next = r->v[i].high + 1;
	}
	add_range(p, &out, next, RUNE_MAX);
	*r = out;
}

static struct regex_node *set_node(struct pattern_parser *p, const ranges_t *r)
{
	struct regex_node *n = node_new(p, REGEX_SET);
	struct rune_set set = {r->v, r->n};

	n->set = arena_copy(p->arena, &set, sizeof(set));
	return n;
}

static struct regex_node *rune_node(struct pattern_parser *p, uint32_t rune)
{
	ranges_t r = {};

	add_range(p, &r, rune, rune);
	return set_node(p, &r);
}

static struct regex_node *any_node(struct pattern_parser *p)
{
	ranges_t r = {};

	add_range(p, &r, 0, '\n' - 1);
	add_range(p, &r, '\n' + 1, RUNE_MAX);
	return set_node(p, &r);
}

static const struct {
	const char *name;
	const char *ranges; /* pairs */
} classes[] = {
	{"[:alnum:]", "09AZaz"},
	{"[:alpha:]", "AZaz"},
	{"[:ascii:]", "\1\x7f"},
	{"[:blank:]", "\t\t  "},
	{"[:cntrl:]", "\1\x1f\x7f\x7f"},
	{"[:digit:]", "09"},
	{"[:graph:]", "!~"},
	{"[:lower:]", "az"},
	{"[:print:]", " ~"},
	{"[:punct:]", "!/:@[`{~"},
	{"[:space:]", "\t\r  "},
	{"[:upper:]", "AZ"},
	{"[:word:]", "09AZaz__"},
	{"[:xdigit:]", "09AFaf"},
};

/* Takes [:name:] or [:^name:]. 1 if there was one, 0 if not, -1 if it is unknown. */
static int parse_named(struct pattern_parser *p, ranges_t *into)
{
	const char *close =
		p->end - p->at > 2 ? memmem(p->at + 2, p->end - p->at - 2, ":]", 2) : NULL;
	ranges_t r = {};
	bool negated;
	size_t i, len;
	const char *s;

	if (p->at[0] != '[' || p->at[1] != ':' || !close)
		return 0;
	negated = p->at[2] == '^';
	len = close + 2 - p->at - negated;
	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		s = classes[i].name;
		if (strlen(s) == len && !memcmp(s + 2, p->at + 2 + negated, len - 2))
			break;
	}
	if (i == sizeof(classes) / sizeof(classes[0])) {
		fail(p, "invalid character class range", p->at, close + 2);
		return -1;
	}
	for (s = classes[i].ranges; *s; s += 2)
		add_range(p, &r, s[0] == '\1' ? 0 : (unsigned char)s[0], (unsigned char)s[1]);
	merge(&r);
	if (negated)
		negate(p, &r);
	for (i = 0; i < r.n; i++)
		add_range(p, into, r.v[i].low, r.v[i].high);
	p->at = close + 2;
	return 1;
}

/* ---- escapes ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Behind \x: HH or {H...}. False if it is neither. */
static bool parse_hex(struct pattern_parser *p, uint32_t *out)
{
	const bool braces = *p->at == '{';
	uint32_t rune = 0;
	unsigned digits = 0;

	p->at += braces;
	while (hex_digit(*p->at) >= 0 && digits < (braces ? 8 : 2) && rune <= RUNE_MAX) {
		rune = rune << 4 | hex_digit(*p->at++);
		digits++;
	}
	if (!digits || rune > RUNE_MAX || (braces ? *p->at != '}' : digits != 2))
		return false;
	p->at += braces;
	*out = rune;
	return true;
}

/* Behind the backslash and a digit. */
static bool parse_octal(struct pattern_parser *p, char first, uint32_t *out)
{
	unsigned i;

	/* One digit other than 0 would refer back to a group. */
	if (first != '0' && !is_octal(*p->at))
		return false;
	*out = first - '0';
	for (i = 0; i < 2 && is_octal(*p->at); i++)
		*out = *out << 3 | (*p->at++ - '0');
	return true;
}

static bool parse_letter(struct pattern_parser *p, char c, uint32_t *out)
{
	static const char from[] = "nrtafv", to[] = "\n\r\t\a\f\v";
	const char *known = strchr(from, c);

	if (c == 'x')
		return parse_hex(p, out);
	if (is_octal(c))
		return parse_octal(p, c, out);
	if (known)
		*out = to[known - from];
	return known;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

/* At a backslash. */
static bool parse_escape(struct pattern_parser *p, uint32_t *out)
{
	const char *start = p->at++;
	bool valid = true;

	if (p->at == p->end)
		return fail(p, "trailing \\", NULL, NULL);
	if ((unsigned char)*p->at >= 0x80) {
		rune_next(&p->at, p->end, &valid);
		return fail(p, "invalid escape sequence", start, p->at);
	}
	if (!is_word(*p->at)) {
		*out = *p->at++;
		return true;
	}
	if (parse_letter(p, *p->at++, out))
		return true;
	return fail(p, "invalid escape sequence", start, p->at);
}

/* One character, maybe escaped. */
static bool parse_rune(struct pattern_parser *p, uint32_t *out)
{
	const char *start = p->at;
	bool valid = true;

	if (*p->at == '\\')
		return parse_escape(p, out);
	*out = rune_next(&p->at, p->end, &valid);
	return valid || fail(p, "invalid UTF-8", start, start);
}

/* ---- [...] ---- */

static bool parse_range(struct pattern_parser *p, ranges_t *r)
{
	const char *start = p->at;
	uint32_t low, high;

	if (!parse_rune(p, &low))
		return false;
	high = low;
	if (p->end - p->at >= 2 && p->at[0] == '-' && p->at[1] != ']') {
		p->at++;
		if (!parse_rune(p, &high))
			return false;
	}
	if (high < low)
		return fail(p, "invalid character class range", start, p->at);
	add_range(p, r, low, high);
	return true;
}

/* A '-' that is neither first nor last. */
static bool is_stray_dash(const struct pattern_parser *p, bool first)
{
	return *p->at == '-' && !first && p->at + 1 < p->end && p->at[1] != ']';
}

static struct regex_node *parse_class(struct pattern_parser *p)
{
	const char *start = p->at++;
	ranges_t r = {};
	bool negated = *p->at == '^', first = true;

	p->at += negated;
	for (; p->at < p->end && (*p->at != ']' || first); first = false) {
		int named = parse_named(p, &r);

		if (named < 0)
			return NULL;
		if (named)
			continue;
		if (is_stray_dash(p, first)) {
			const char *after = p->at + 1;
			bool valid = true;

			rune_next(&after, p->end, &valid);
			return fail(p, "invalid character class range", p->at, after);
		}
		if (!parse_range(p, &r))
			return NULL;
	}
	if (p->at == p->end)
		return fail(p, "missing ]", start, p->end);
	p->at++;
	merge(&r);
	if (negated)
		negate(p, &r);
	return set_node(p, &r);
}

/* ---- repetition ---- */

/* Decimal digits, saturated; false if there are none. */
static bool parse_count(const char **s, uint32_t *out)
{
	const char *start = *s;

	for (*out = 0; **s >= '0' && **s <= '9'; ++*s)
		*out = *out > REPEAT_MAX ? *out : *out * 10 + (**s - '0');
	return *s > start;
}

/* {n}, {n,} or {n,m}: its end, NULL if it is none of them and the brace stands for itself. */
static const char *parse_braces(const char *s, uint32_t *min, uint32_t *max)
{
	s++;
	if (!parse_count(&s, min))
		return NULL;
	*max = *min;
	if (*s == ',') {
		s++;
		if (!parse_count(&s, max))
			*max = REPEAT_NO_END;
	}
	return *s == '}' ? s + 1 : NULL;
}

/* Notes what is known of the kids. */
static struct regex_node *finish(struct pattern_parser *p, struct regex_node *n)
{
	size_t i;

	n->copies = 1;
	for (i = 0; i < n->n_kids; i++) {
		if (n->kids[i]->copies > n->copies)
			n->copies = n->kids[i]->copies;
		if (n->kids[i]->depth + 1 > n->depth)
			n->depth = n->kids[i]->depth + 1;
	}
	if (n->kind == REGEX_REPEAT && n->max == REPEAT_NO_END)
		n->copies *= n->min > 1 ? n->min : 1;
	else if (n->kind == REGEX_REPEAT)
		n->copies *= n->max > 1 ? n->max : 1;
	if (n->copies > REPEAT_MAX)
		n->copies = REPEAT_MAX + 1;
	return n->depth <= DEPTH_MAX ? n : fail(p, "expression nests too deeply", NULL, NULL);
}

static struct regex_node *repeat_node(struct pattern_parser *p, struct regex_node *kid,
				      uint32_t min, uint32_t max)
{
	struct regex_node *n = node_new(p, REGEX_REPEAT);

	n->min = min;
	n->max = max;
	n->kids = arena_copy(p->arena, &kid, sizeof(kid));
	n->n_kids = 1;
	return finish(p, n);
}

/* What repeats here: its end, NULL if nothing does. */
static const char *parse_repeat(struct pattern_parser *p, uint32_t *min, uint32_t *max)
{
	*min = *p->at == '+';
	*max = *p->at == '?' ? 1 : REPEAT_NO_END;
	if (p->at < p->end && strchr("*+?", *p->at))
		return p->at + 1;
	return *p->at == '{' ? parse_braces(p->at, min, max) : NULL;
}

static struct regex_node *parse_repeats(struct pattern_parser *p, struct regex_node *n)
{
	uint32_t min, max;
	const char *end;

	while (n && (end = parse_repeat(p, &min, &max))) {
		if (min > REPEAT_MAX || (max > REPEAT_MAX && max != REPEAT_NO_END) || min > max)
			return fail(p, "invalid repetition size", p->at, end);
		n = repeat_node(p, n, min, max);
		if (n && n->copies > REPEAT_MAX)
			return fail(p, "invalid repetition size", p->at, end);
		p->at = end;
	}
	return n;
}

/* ---- the rest ---- */

static struct regex_node *parse_group(struct pattern_parser *p)
{
	const char *start = p->at++;
	struct regex_node *n;

	if (++p->depth > DEPTH_MAX)
		return fail(p, "expression nests too deeply", NULL, NULL);
	n = parse_alternatives(p);
	p->depth--;
	if (!n)
		return NULL;
	if (p->at == p->end)
		return fail(p, "missing )", start, p->end);
	p->at++;
	return n;
}

static struct regex_node *parse_atom(struct pattern_parser *p)
{
	uint32_t rune;

	switch (*p->at) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_class(p);
	case '.':
		p->at++;
		return any_node(p);
	case '^':
		p->at++;
		return node_new(p, REGEX_LINE_BEGIN);
	case '$':
		p->at++;
		return node_new(p, REGEX_LINE_END);
	case '*':
	case '+':
	case '?':
		return fail(p, "no argument for repetition operator", p->at, p->at + 1);
	case '{':
		if (parse_braces(p->at, &(uint32_t){0}, &(uint32_t){0}))
			return fail(p, "no argument for repetition operator", p->at,
				    parse_braces(p->at, &(uint32_t){0}, &(uint32_t){0}));
		break;
	default:
		break;
	}
	return parse_rune(p, &rune) ? rune_node(p, rune) : NULL;
}

static struct regex_node *group_node(struct pattern_parser *p, enum regex_kind kind,
				     const nodes_t *kids)
{
	struct regex_node *n;

	if (kids->n == 1)
		return kids->v[0];
	n = node_new(p, kind);
	n->kids = kids->v;
	n->n_kids = kids->n;
	return finish(p, n);
}

static struct regex_node *parse_sequence(struct pattern_parser *p)
{
	nodes_t kids = {};

	while (p->at < p->end && *p->at != '|' && *p->at != ')') {
		struct regex_node *n = parse_repeats(p, parse_atom(p));

		if (!n)
			return NULL;
		*vec_add(p->arena, &kids) = n;
	}
	return kids.n ? group_node(p, REGEX_CAT, &kids) : node_new(p, REGEX_EMPTY);
}

static struct regex_node *parse_alternatives(struct pattern_parser *p)
{
	nodes_t kids = {};

	for (;;) {
		struct regex_node *n = parse_sequence(p);

		if (!n)
			return NULL;
		*vec_add(p->arena, &kids) = n;
		if (p->at == p->end || *p->at != '|')
			return group_node(p, REGEX_ALT, &kids);
		p->at++;
	}
}

struct regex_node *regex_parse(struct arena *a, const char *pattern, const char **why)
{
	const size_t len = strlen(pattern);
	struct pattern_parser p = {.arena = a, .at = pattern, .end = pattern + len};
	struct regex_node *n = NULL;

	if (len > PATTERN_MAX)
		fail(&p, "pattern too large", NULL, NULL);
	else
		n = parse_alternatives(&p);
	if (n && p.at < p.end)
		n = fail(&p, "unexpected )", pattern, p.end);
	*why = p.why;
	return n;
}
