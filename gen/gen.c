/* SPDX-License-Identifier: Apache-2.0 */
/* The way from rules to an image, step by step: see gen.h. */
#include "gen/gen.h"

#include <errno.h>
#include <string.h>

#include "gen/explain.h"
#include "gen/layout.h"
#include "gen/needs.h"
#include "gen/plan.h"

static struct plan *plan_new(struct arena *a)
{
	struct plan *p = arena_alloc(a, sizeof(*p));

	p->arena = a;
	p->preds.arena = a;
	p->outs.arena = a;
	p->tests.arena = a;
	return p;
}

static void add_rule(struct plan *p, const struct rule *rule)
{
	struct plan_rule *r = vec_add(p->arena, &p->rules);

	r->rule = rule;
	r->why.arena = p->arena;
	r->needs = needs_output(rule->output) | needs_condition(rule->tree);
	r->groups = lower_all(&p->preds, &r->why, rule->tree);
}

static int add_rules(struct plan *p, struct ruleset *rs, const struct gen_options *opt)
{
	size_t i;

	for (i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];

		if (!r->enabled || !r->tree || r->priority > opt->minimum)
			continue;
		if (p->rules.n == RULE_MAX)
			return diag_add(&rs->diags, SEVERITY_ERROR, r->at, "LOAD_ERR_VALIDATE",
					"disable rules that are not needed",
					"more than %d rules are enabled", RULE_MAX);
		add_rule(p, r);
	}
	return 0;
}

static int too_large(struct ruleset *rs, const char *what)
{
	diag_add(&rs->diags, SEVERITY_ERROR, (struct place){}, "LOAD_ERR_VALIDATE",
		 "disable rules that are not needed, or load fewer files", "%s", what);
	return -E2BIG;
}

int gen_compile(struct ruleset *rs, const struct gen_options *opt, struct policy *out)
{
	struct plan *p = plan_new(rs->arena);
	struct policy policy = {};
	int err = add_rules(p, rs, opt);

	if (err)
		return err;
	plan_match(p);
	err = plan_decide(p);
	if (err)
		return too_large(rs, "too many rules compare no text: the kernel would have to "
				     "try all of them at every event");
	err = layout(p, &policy.image);
	if (err == -E2BIG)
		return too_large(rs, "the rules together are too large for the kernel's tables");
	if (err)
		return err;
	explain(p, &policy);
	*out = policy;
	return 0;
}
