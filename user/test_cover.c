/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_cover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct test_cover_rule *find(const struct test_cover *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->rules[i].name, name))
			return &c->rules[i];
	return NULL;
}

static int add_rule(struct test_cover *c, const char *name)
{
	struct test_cover_rule *more;

	if (find(c, name))
		return 0;
	more = realloc(c->rules, (c->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	c->rules = more;
	more[c->n] = (struct test_cover_rule){.name = strdup(name)};
	if (!more[c->n].name)
		return -ENOMEM;
	c->n++;
	return 0;
}

static void add_case(struct test_cover *c, const struct test_case *t)
{
	struct test_cover_rule *rule;

	for (size_t i = 0; i < t->n_alerts; i++) {
		rule = find(c, t->alerts[i].rule);
		if (rule)
			rule->expected = true;
	}
	for (size_t i = 0; i < t->n_no_alerts; i++) {
		rule = find(c, t->no_alerts[i].text);
		if (rule)
			rule->forbidden = true;
	}
}

int test_cover_add(struct test_cover *c, const struct policy *p, const struct test_file *f)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		int err = add_rule(c, p->rules[i].rule->name);

		if (err)
			return err;
	}
	for (size_t i = 0; i < f->n_cases; i++)
		add_case(c, &f->cases[i]);
	return 0;
}

size_t test_cover_print(const struct test_cover *c, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct test_cover_rule *r = &c->rules[i];

		if (r->expected && r->forbidden)
			continue;
		n++;
		buf_printf(out, "rule '%s' has no test that %s\n", r->name,
			   r->expected	  ? "names it in no_alerts"
			   : r->forbidden ? "expects its alert"
					  : "names it");
	}
	return n;
}

void test_cover_free(struct test_cover *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->rules[i].name);
	free(c->rules);
	*c = (struct test_cover){};
}
