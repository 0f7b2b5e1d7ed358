/* SPDX-License-Identifier: Apache-2.0 */
#include "user/rulefiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/nearest.h"
#include "user/buf.h"
#include "user/log.h"
#include "user/util.h"

#include "base_yaml.h"

int rulefiles_base(struct ruleset *rs)
{
	return ruleset_load_text(rs, BASE_NAME, (const char *)base_yaml, sizeof(base_yaml));
}

static int load_all(struct ruleset *rs, const char *const *paths, size_t n, bool may_miss)
{
	for (size_t i = 0; i < n; i++) {
		int err;

		if (may_miss && access(paths[i], F_OK))
			continue;
		err = ruleset_load(rs, paths[i]);
		if (err)
			return err;
	}
	return 0;
}

int rulefiles_read(struct ruleset *rs, const char *const *paths, size_t n, const struct config *cfg)
{
	bool named = n > 0;
	int err = rulefiles_base(rs);

	rs->families = cfg->evt_type_families;
	if (!named) {
		paths = (const char *const *)cfg->rules_files.v;
		n = cfg->rules_files.n;
	}
	return err ? err : load_all(rs, paths, n, !named);
}

static const char *nearest_name(const struct ruleset *rs, const struct rule_selection *s)
{
	struct nearest near = {.wanted = s->pattern};

	for (size_t i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];

		if (!s->by_tag)
			nearest_offer(&near, r->name);
		for (size_t t = 0; t < r->n_tags && s->by_tag; t++)
			nearest_offer(&near, r->tags[t]);
	}
	return near.best;
}

static void warn_nothing(struct ruleset *rs, const char *key, const struct rule_selection *s)
{
	const char *near = nearest_name(rs, s);

	diag_add(&rs->diags, SEVERITY_WARNING, (struct place){}, "LINT_SELECTS_NOTHING",
		 near ? arena_printf(rs->arena, "did you mean '%s'?", near) : NULL,
		 "configuration key %s: no loaded rule has the %s '%s'", key,
		 s->by_tag ? "tag" : "name", s->pattern);
}

static int select_rules(struct ruleset *rs, const struct config *cfg)
{
	for (size_t i = 0; i < cfg->rules.n; i++) {
		struct rule_selection s;

		if (config_selection(cfg->rules.v[i], &s))
			return -EINVAL;
		if (!ruleset_select(rs, &s))
			warn_nothing(rs, "rules", &s);
	}
	return 0;
}

static bool is_there(const struct ruleset *rs, const struct rule_selection *s)
{
	for (size_t i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];

		if (!s->by_tag && !strcmp(r->name, s->pattern))
			return true;
		for (size_t t = 0; t < r->n_tags && s->by_tag; t++)
			if (!strcmp(r->tags[t], s->pattern))
				return true;
	}
	return false;
}

/* Names in append_output that stand for no rule. */
static void warn_append(struct ruleset *rs, const struct config *cfg)
{
	for (size_t i = 0; i < cfg->append.n; i++) {
		const struct append_entry *e = &cfg->append.v[i];
		struct rule_selection s = {.pattern = e->rule};

		if (e->rule && *e->rule && !is_there(rs, &s))
			warn_nothing(rs, "append_output", &s);
		for (size_t t = 0; t < e->tags.n; t++) {
			s = (struct rule_selection){.by_tag = true, .pattern = e->tags.v[t]};
			if (!is_there(rs, &s))
				warn_nothing(rs, "append_output", &s);
		}
	}
}

int rulefiles_load(struct ruleset *rs, const char *const *paths, size_t n, const struct config *cfg)
{
	int err = rulefiles_read(rs, paths, n, cfg);

	if (!err)
		err = select_rules(rs, cfg);
	if (!err)
		warn_append(rs, cfg);
	rs->minimum = cfg->priority;
	if (!err)
		err = ruleset_finish(rs, cfg->rule_matching == MATCHING_FIRST);
	return err;
}

/* ---- what is said of them ---- */

static bool is_about_unseen(const struct diag *d)
{
	return d->severity == SEVERITY_WARNING && !strcmp(d->code, "LINT_EVENT_OFF");
}

static bool has_text(const struct texts *t, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i], text))
			return true;
	return false;
}

/* Adds the event types that a condition names and no hook sees. */
static void add_unseen(const struct node *n, struct texts *types)
{
	for (size_t i = 0; i < n->n_kids; i++)
		add_unseen(n->kids[i], types);
	if (n->kind != NODE_COMPARE || !n->left->field || n->left->field->id != FIELD_EVT_TYPE)
		return;
	for (size_t i = 0; i < n->n_values; i++) {
		const struct event_type *type = event_type_find(n->values[i].text);

		if (type && type->kind != EVENT_SEEN && !has_text(types, type->name))
			texts_add(types, type->name);
	}
}

static void log_unseen(const struct ruleset *rs)
{
	_cleanup_(buf_free) struct buf names = {};
	struct texts types = {};

	for (size_t i = 0; i < rs->n_rules; i++)
		if (rs->rules[i]->enabled && rs->rules[i]->tree)
			add_unseen(rs->rules[i]->tree, &types);
	for (size_t i = 0; i < types.n; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", types.v[i]);
	if (types.n)
		log_warn("rules name event types that are not seen: %s; 'tiercel check' says where",
			 buf_text(&names));
	texts_free(&types);
}

void rulefiles_log(const struct ruleset *rs)
{
	struct diags shown = rs->diags;
	struct log_text text;

	shown.list = arena_alloc(rs->arena, (rs->diags.n + 1) * sizeof(*shown.list));
	shown.n = 0;
	for (size_t i = 0; i < rs->diags.n; i++)
		if (!is_about_unseen(&rs->diags.list[i]))
			shown.list[shown.n++] = rs->diags.list[i];
	diag_print(&shown, log_text_open(&text), log_is_terminal());
	log_text_close(&text, LEVEL_WARN);
	log_unseen(rs);
}

void rulefiles_print(const struct ruleset *rs, FILE *out)
{
	diag_print(&rs->diags, out, isatty(fileno(out)));
}
