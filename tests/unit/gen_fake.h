/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of gen/: events made of a table of values, and policies made of conditions. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"
#include "gen/event.h"
#include "gen/gen.h"
#include "gen/interp.h"
#include "gen/parse.h"

struct fake_value {
	enum field_id field;
	const char *arg; /* NULL: none */
	enum have have;
	const char *str;
	int64_t num;
};

struct fake {
	struct event ev;
	struct fake_value v[32];
	size_t n;
};

static inline enum have fake_get(const struct event *ev, enum field_id f, const char *arg,
				 struct value *out)
{
	const struct fake *e = (const struct fake *)ev;
	size_t i;

	for (i = 0; i < e->n; i++) {
		const struct fake_value *v = &e->v[i];

		if (v->field != f || !v->arg != !arg || (arg && strcmp(arg, v->arg)))
			continue;
		*out = (struct value){.type = fields[f].type,
				      .str = v->str,
				      .len = v->str ? strlen(v->str) : 0,
				      .num = v->num};
		return v->have;
	}
	return HAVE_MISSING;
}

static inline struct fake fake_new(void)
{
	return (struct fake){.ev = {.get = fake_get, .views = 1}};
}

static inline void fake_text(struct fake *e, enum field_id f, const char *s)
{
	e->v[e->n++] = (struct fake_value){.field = f, .have = HAVE_VALUE, .str = s};
}

static inline void fake_number(struct fake *e, enum field_id f, int64_t n)
{
	e->v[e->n++] = (struct fake_value){.field = f, .have = HAVE_VALUE, .num = n};
}

static inline void fake_ancestor(struct fake *e, const char *level, const char *name)
{
	e->v[e->n++] = (struct fake_value){
		.field = FIELD_PROC_ANAME, .arg = level, .have = HAVE_VALUE, .str = name};
}

/* Of evt.rawarg. */
static inline void fake_argument(struct fake *e, const char *name, const char *s)
{
	e->v[e->n++] = (struct fake_value){
		.field = FIELD_EVT_RAWARG, .arg = name, .have = HAVE_VALUE, .str = s};
}

/* s: the readable beginning, or NULL. */
static inline void fake_unknown(struct fake *e, enum field_id f, const char *s)
{
	e->v[e->n++] = (struct fake_value){.field = f, .have = HAVE_UNKNOWN, .str = s};
}

/* A condition, resolved and checked. */
static inline struct node *fake_tree(struct arena *a, const char *condition)
{
	struct diags d = {.arena = a};
	struct node *n = condition_parse(a, &d, (struct place){"test", 1, 1}, condition, false);

	if (!n)
		diag_print(&d, stderr, false);
	assert_non_null(n);
	return n;
}

/* Compiles n conditions into rules r0, r1, ... The ruleset owns what explain says. */
static inline struct ruleset *fake_policy(const char *const *conditions, size_t n,
					  struct policy *out)
{
	const struct gen_options all = {.minimum = PRIORITY_DEBUG};
	struct ruleset *rs = ruleset_new();
	char *yaml = NULL;
	size_t size, i;
	FILE *to = open_memstream(&yaml, &size);

	for (i = 0; i < n; i++)
		fprintf(to,
			"- rule: r%zu\n  desc: d\n  output: '%%proc.exeline %%fd.name'\n"
			"  priority: INFO\n  tags: [x, y]\n  condition: '%s'\n",
			i, conditions[i]);
	fclose(to);
	assert_non_null(rs);
	if (ruleset_load_text(rs, "test", yaml, size) || ruleset_finish(rs, false) ||
	    gen_compile(rs, &all, out)) {
		diag_print(&rs->diags, stderr, false);
		fail();
	}
	free(yaml);
	return rs;
}
