/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files as texts, for tests of what is made of them. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "gen/arena.h"
#include "gen/ruleset.h"

/* A rule of which only the condition matters. */
#define RULE(name, condition)                                                                      \
	"- rule: " name "\n"                                                                       \
	"  desc: d\n"                                                                              \
	"  output: o\n"                                                                            \
	"  priority: INFO\n"                                                                       \
	"  condition: " condition "\n"

/* What the loader says is in *err. */
static inline struct ruleset *load_text(const char *text, int *err)
{
	struct ruleset *rs = ruleset_new();

	assert_non_null(rs);
	*err = ruleset_load_text(rs, "test.yaml", text, strlen(text));
	if (!*err)
		*err = ruleset_finish(rs, false);
	if (*err)
		assert_int_not_equal(rs->diags.errors, 0);
	return rs;
}

static inline struct ruleset *load_good(const char *text)
{
	struct ruleset *rs;
	int err;

	rs = load_text(text, &err);
	if (err)
		diag_print(&rs->diags, stderr, false);
	assert_int_equal(err, 0);
	return rs;
}

static inline const struct diag *find_diag(const struct ruleset *rs, const char *code,
					   const char *part)
{
	size_t i;

	for (i = 0; i < rs->diags.n; i++) {
		if (!strcmp(rs->diags.list[i].code, code) &&
		    strstr(rs->diags.list[i].message, part))
			return &rs->diags.list[i];
	}
	return NULL;
}

/* Like find_diag, and must be there; prints what is there instead. */
static inline const struct diag *want_diag(const struct ruleset *rs, const char *code,
					   const char *part)
{
	const struct diag *d = find_diag(rs, code, part);

	if (!d) {
		fprintf(stderr, "no %s with \"%s\" among:\n", code, part);
		diag_print(&rs->diags, stderr, false);
	}
	assert_non_null(d);
	return d;
}

/* The text must be refused with this. */
static inline void refuse(const char *text, const char *code, const char *part)
{
	struct ruleset *rs;
	int err;

	rs = load_text(text, &err);
	assert_int_equal(err, -22);
	assert_int_equal(want_diag(rs, code, part)->severity, SEVERITY_ERROR);
	ruleset_free(&rs);
}

/* The text must load, with this warning. */
static inline void warn(const char *text, const char *code, const char *part)
{
	struct ruleset *rs = load_good(text);

	assert_int_equal(want_diag(rs, code, part)->severity, SEVERITY_WARNING);
	ruleset_free(&rs);
}

/* The text must load, without any such warning. */
static inline void no_warning(const char *text, const char *code)
{
	struct ruleset *rs = load_good(text);

	assert_null(find_diag(rs, code, ""));
	ruleset_free(&rs);
}

static inline const struct rule *rule_named(const struct ruleset *rs, const char *name)
{
	size_t i;

	for (i = 0; i < rs->n_rules; i++) {
		if (!strcmp(rs->rules[i]->name, name))
			return rs->rules[i];
	}
	fail_msg("no rule '%s'", name);
	return NULL;
}

static inline const char *condition_of(const struct ruleset *rs, const char *name)
{
	const struct rule *r = rule_named(rs, name);

	assert_non_null(r->tree);
	return ast_print(rs->arena, r->tree);
}

/* The condition of rule r must come out as this. */
static inline void resolves_to(const char *text, const char *condition)
{
	struct ruleset *rs = load_good(text);

	assert_string_equal(condition_of(rs, "r"), condition);
	ruleset_free(&rs);
}
