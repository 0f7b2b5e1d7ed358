/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files that others have published: they must load without an error, alone and beside the
 * project's own, and what is printed of their conditions must be read back as the same tree. They
 * are no part of the project: $FALCO_RULES_DIR names their directory, else one is looked for
 * beside the repository.
 */
#include "tests/conform/conform.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/parse.h"
#include "user/rulefiles.h"

#define BESIDE "../*/*-rules" /* from the root of the repository */

/* The rule files there, sorted; false if there are none. */
static bool find_files(glob_t *found)
{
	const char *dir = getenv("FALCO_RULES_DIR");
	char pattern[500];

	snprintf(pattern, sizeof(pattern), "%s/*.yaml", dir ? dir : BESIDE);
	return !glob(pattern, 0, NULL, found);
}

struct set {
	struct ruleset *rs;
	struct policy policy;
	int err;
};

static struct set set_load(const struct texts *paths)
{
	struct gen_options options = {.minimum = PRIORITY_DEBUG};
	struct set s = {.rs = ruleset_new()};
	struct config config;

	s.err = config_load(&config, "/dev/null", NULL, 0);
	if (!s.err)
		s.err = rulefiles_load(s.rs, (const char *const *)paths->v, paths->n, &config);
	if (!s.err)
		s.err = gen_compile(s.rs, &options, &s.policy);
	config_free(&config);
	return s;
}

static void set_free(struct set *s)
{
	image_free(&s->policy.image);
	ruleset_free(&s->rs);
}

static bool verdict(bool good, const char *name, const char *what)
{
	printf("%sok - conform/public: %s %s\n", good ? "" : "not ", name, what);
	return good;
}

/* The first rule whose condition is not read back as it was printed, NULL if there is none. */
static const struct rule *not_read_back(struct ruleset *rs)
{
	for (size_t i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];
		const struct node *again;

		if (!r->tree)
			continue;
		again = condition_parse(rs->arena, &rs->diags, r->tree->at,
					ast_print(rs->arena, r->tree), false);
		if (!again || !ast_equal(again, r->tree))
			return r;
	}
	return NULL;
}

static void print_totals(const struct set *s)
{
	size_t kernel = 0, partly = 0, unseen = 0;

	for (size_t i = 0; i < s->policy.n_rules; i++) {
		const struct explain_rule *r = &s->policy.rules[i];

		if (event_set_is_empty(&r->types))
			unseen++;
		else if (!r->n_residual)
			kernel++;
		else
			partly++;
	}
	printf("#   %zu rules of %zu: %zu in the kernel alone, %zu with a part for userspace, "
	       "%zu of event types without a hook; %zu comparisons, %zu bytes\n",
	       s->policy.n_rules, s->rs->n_rules, kernel, partly, unseen, s->policy.n_preds,
	       s->policy.image.size);
}

/* All of it about one list of files. */
static bool check_set(const char *name, const struct texts *paths)
{
	struct set s = set_load(paths);
	const struct rule *bad = s.err ? NULL : not_read_back(s.rs);
	bool good = verdict(!s.err && !s.rs->diags.errors, name, "load without an error");

	if (s.err)
		rulefiles_print(s.rs, stdout);
	else
		print_totals(&s);
	if (!s.err)
		good &= verdict(!bad, name, bad ? bad->name : "are read back as printed");
	set_free(&s);
	return good;
}

static bool check_each(const glob_t *found)
{
	bool good = true;

	for (size_t i = 0; i < found->gl_pathc; i++) {
		struct texts one = {};
		const char *slash = strrchr(found->gl_pathv[i], '/');

		texts_add(&one, found->gl_pathv[i]);
		good &= check_set(slash + 1, &one);
		texts_free(&one);
	}
	return good;
}

static bool check_all(const glob_t *found, bool own_first)
{
	static const char *const own[] = {"rules/base.yaml", "rules/custom.yaml"};
	struct texts all = {};
	bool good;

	for (int part = 0; part < 2; part++) {
		for (size_t i = 0; part == !own_first && i < ARRAY_LEN(own); i++)
			texts_add(&all, own[i]);
		for (size_t i = 0; part == own_first && i < found->gl_pathc; i++)
			texts_add(&all, found->gl_pathv[i]);
	}
	good = check_set(
		own_first ? "all behind the project's own" : "all before the project's own", &all);
	texts_free(&all);
	return good;
}

bool public_rules(void)
{
	glob_t found = {};
	bool good;

	if (!find_files(&found)) {
		printf("skip - conform/public: no directory of public rule files beside the "
		       "repository, and FALCO_RULES_DIR names none\n");
		return true;
	}
	good = check_each(&found);
	good &= check_all(&found, true);
	good &= check_all(&found, false);
	globfree(&found);
	return good;
}
