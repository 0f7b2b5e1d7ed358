/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as programs for a machine that is in many places at once: for every
 * character it moves all of them, so the time is that of the text times that of the program,
 * which is bounded. Nothing is ever tried again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/regex_private.h"

#define PROGRAM_MAX 10000 /* instructions */

enum code { CODE_SET, CODE_SPLIT, CODE_JUMP, CODE_LINE_BEGIN, CODE_LINE_END, CODE_MATCH };

struct instruction {
	enum code code;
	uint32_t to, other;	    /* JUMP, SPLIT */
	const struct rune_set *set; /* SET */
};

struct regex {
	struct arena *arena;
	VEC(struct instruction) code;
};

/* ---- compiling ---- */

static uint32_t emit(struct regex *re, enum code code, const struct rune_set *set)
{
	*vec_add(re->arena, &re->code) = (struct instruction){.code = code, .set = set};
	return re->code.n - 1;
}

static bool emit_node(struct regex *re, const struct regex_node *n);

static bool emit_alternatives(struct regex *re, const struct regex_node *n)
{
	uint32_t *ends = arena_alloc(re->arena, n->n_kids * sizeof(*ends)), split;
	size_t i;

	for (i = 0; i + 1 < n->n_kids; i++) {
		split = emit(re, CODE_SPLIT, NULL);
		re->code.v[split].to = split + 1;
		if (!emit_node(re, n->kids[i]))
			return false;
		ends[i] = emit(re, CODE_JUMP, NULL);
		re->code.v[split].other = re->code.n;
	}
	if (!emit_node(re, n->kids[i]))
		return false;
	while (i--)
		re->code.v[ends[i]].to = re->code.n;
	return true;
}

static bool emit_loop(struct regex *re, const struct regex_node *kid)
{
	uint32_t split = emit(re, CODE_SPLIT, NULL), jump;

	if (!emit_node(re, kid))
		return false;
	jump = emit(re, CODE_JUMP, NULL);
	re->code.v[jump].to = split;
	re->code.v[split].to = split + 1;
	re->code.v[split].other = re->code.n;
	return true;
}

static bool emit_repeat(struct regex *re, const struct regex_node *n)
{
	const uint32_t more = n->max == REPEAT_NO_END ? 0 : n->max - n->min;
	uint32_t *splits, i;

	for (i = 0; i < n->min; i++) {
		if (!emit_node(re, n->kids[0]))
			return false;
	}
	if (n->max == REPEAT_NO_END)
		return emit_loop(re, n->kids[0]);
	splits = arena_alloc(re->arena, (more + 1) * sizeof(*splits));
	for (i = 0; i < more; i++) {
		splits[i] = emit(re, CODE_SPLIT, NULL);
		re->code.v[splits[i]].to = splits[i] + 1;
		if (!emit_node(re, n->kids[0]))
			return false;
	}
	while (i--)
		re->code.v[splits[i]].other = re->code.n;
	return true;
}

/* False if the program becomes too large. */
static bool emit_node(struct regex *re, const struct regex_node *n)
{
	size_t i;

	if (re->code.n > PROGRAM_MAX)
		return false;
	switch (n->kind) {
	case REGEX_EMPTY:
		break;
	case REGEX_SET:
		emit(re, CODE_SET, n->set);
		break;
	case REGEX_LINE_BEGIN:
		emit(re, CODE_LINE_BEGIN, NULL);
		break;
	case REGEX_LINE_END:
		emit(re, CODE_LINE_END, NULL);
		break;
	case REGEX_CAT:
		for (i = 0; i < n->n_kids; i++) {
			if (!emit_node(re, n->kids[i]))
				return false;
		}
		break;
	case REGEX_ALT:
		return emit_alternatives(re, n);
	case REGEX_REPEAT:
		return emit_repeat(re, n);
	}
	return true;
}

const struct regex *regex_compile(struct arena *a, const char *pattern, const char **why)
{
	struct regex *re = arena_alloc(a, sizeof(*re));
	const struct regex_node *n = regex_parse(a, pattern, why);

	if (!n)
		return NULL;
	re->arena = a;
	if (!emit_node(re, n)) {
		*why = "pattern too large";
		return NULL;
	}
	emit(re, CODE_MATCH, NULL);
	return re;
}

/* ---- matching ---- */

/* The places that the machine is in, all at instructions that take a character or match. */
struct places {
	uint32_t *v;
	size_t n;
};

struct machine {
	const struct regex *re;
	struct places now, next;
	uint32_t *seen;	 /* per instruction: the step in which it was reached last */
	uint32_t *stack; /* instructions that are still to be followed */
	uint32_t step;
	bool line_begin, line_end; /* true of the place before the next character */
};

static void *take(size_t n)
{
	void *p = calloc(n, sizeof(uint32_t));

	if (!p) {
		fputs("tiercel: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void push(struct machine *m, size_t *n, uint32_t pc)
{
	if (m->seen[pc] == m->step)
		return;
	m->seen[pc] = m->step;
	m->stack[(*n)++] = pc;
}

/* Adds pc, and where it leads without taking a character. */
static void follow(struct machine *m, struct places *into, uint32_t pc)
{
	size_t n = 0;

	push(m, &n, pc);
	while (n) {
		const struct instruction *i;

		pc = m->stack[--n];
		i = &m->re->code.v[pc];
		switch (i->code) {
		case CODE_SET:
		case CODE_MATCH:
			into->v[into->n++] = pc;
			break;
		case CODE_SPLIT:
			push(m, &n, i->other);
			push(m, &n, i->to);
			break;
		case CODE_JUMP:
			push(m, &n, i->to);
			break;
		case CODE_LINE_BEGIN:
			if (m->line_begin)
				push(m, &n, pc + 1);
			break;
		case CODE_LINE_END:
			if (m->line_end)
				push(m, &n, pc + 1);
			break;
		}
	}
}

static bool has_rune(const struct rune_set *set, uint32_t rune)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (set->v[mid].high < rune)
			low = mid + 1;
		else
			high = mid;
	}
	return low < set->n && set->v[low].low <= rune;
}

static void take_rune(struct machine *m, uint32_t rune)
{
	struct places swap = m->now;
	size_t i;

	m->step++;
	m->next.n = 0;
	for (i = 0; i < m->now.n; i++) {
		const struct instruction *at = &m->re->code.v[m->now.v[i]];

		if (at->code == CODE_SET && has_rune(at->set, rune))
			follow(m, &m->next, m->now.v[i] + 1);
	}
	m->now = m->next;
	m->next = swap;
}

static bool run(struct machine *m, const char *s, const char *end)
{
	bool valid = true;
	size_t i;

	m->line_begin = true;
	m->line_end = s == end || *s == '\n';
	m->step = 1;
	follow(m, &m->now, 0);
	while (s < end && m->now.n) {
		uint32_t rune = rune_next(&s, end, &valid);

		m->line_begin = rune == '\n';
		m->line_end = s == end || *s == '\n';
		take_rune(m, rune);
	}
	for (i = 0; i < m->now.n && s == end; i++) {
		if (m->re->code.v[m->now.v[i]].code == CODE_MATCH)
			return true;
	}
	return false;
}

bool regex_match(const struct regex *re, const char *text, size_t len)
{
	const size_t n = re->code.n;
	uint32_t *room = take(4 * n);
	struct machine m = {
		.re = re,
		.now.v = room,
		.next.v = room + n,
		.seen = room + 2 * n,
		.stack = room + 3 * n,
	};
	bool found = run(&m, text, text + len);

	free(room);
	return found;
}
