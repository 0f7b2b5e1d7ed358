/* SPDX-License-Identifier: Apache-2.0 */
#include "user/describe.h"

#include <errno.h>
#include <string.h>

#include "gen/describe.h"

#include "user/format.h"
#include "user/json.h"
#include "user/util.h"

#define NAME_COLUMN 50

/* ---- text ---- */

static void print_row(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%-*s %s\n", NAME_COLUMN, name, text);
}

int describe_text(const struct ruleset *rs, const char *name, FILE *out)
{
	bool found = false;

	for (size_t i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];

		if (name && strcmp(name, r->name))
			continue;
		if (!found)
			print_row(out, "Rule", "Description");
		if (!found)
			print_row(out, "----", "-----------");
		found = true;
		print_row(out, r->name, r->desc);
	}
	return found || !name ? 0 : -ENOENT;
}

/* ---- JSON ---- */

static void add_text(struct buf *b, bool *first, const char *name, const char *value)
{
	json_name(b, first, name);
	if (value)
		json_str(b, value, strlen(value));
	else
		buf_str(b, "null");
}

static void add_bool(struct buf *b, bool *first, const char *name, bool value)
{
	json_name(b, first, name);
	buf_str(b, value ? "true" : "false");
}

static void add_names(struct buf *b, bool *first, const char *name,
		      const struct described_names *list)
{
	json_texts(b, first, name, list->v, list->n);
}

/* The output as alerts will print it, and the fields in it. */
static void add_output(struct buf *b, bool *first, const struct rule *r, const struct config *cfg)
{
	_cleanup_(buf_free) struct buf text = {}, tags = {};
	struct append_rule added = {r->source, r->name};
	struct format *format = NULL;
	struct format_error err;
	bool first_field = true;
	size_t n = 0;

	buf_str(&text, r->output);
	for (size_t i = 0; i < r->n_tags; i++)
		buf_add(&tags, r->tags[i], strlen(r->tags[i]) + 1);
	added.tags = buf_text(&tags);
	append_text(&cfg->append, &added, &text);
	add_text(b, first, "output_compiled", buf_text(&text));
	json_name(b, first, "output_fields");
	buf_char(b, '[');
	if (!format_compile(r->output, &format, &err)) {
		const struct format_field *tokens = format_fields(format, &n);

		for (size_t i = 0; i < n; i++) {
			if (!first_field)
				buf_char(b, ',');
			first_field = false;
			json_str(b, tokens[i].token, strlen(tokens[i].token));
		}
		format_free(&format);
	}
	buf_char(b, ']');
}

static void add_rule_info(struct buf *b, const struct rule *r)
{
	bool first = true;

	buf_str(b, "{\"info\":{");
	add_text(b, &first, "name", r->name);
	add_text(b, &first, "condition", r->condition);
	add_text(b, &first, "priority", priority_name(r->priority));
	add_text(b, &first, "output", r->output);
	add_text(b, &first, "description", r->desc);
	add_bool(b, &first, "enabled", r->enabled);
	add_text(b, &first, "source", r->source);
	add_bool(b, &first, "capture", r->capture);
	json_name(b, &first, "capture_duration");
	buf_printf(b, "%lu", r->capture_duration);
	json_texts(b, &first, "tags", r->tags, r->n_tags);
	buf_char(b, '}');
}

static void add_condition(struct buf *b, bool *first, const struct described *d)
{
	add_names(b, first, "macros", &d->macros);
	add_names(b, first, "lists", &d->lists);
	add_names(b, first, "condition_operators", &d->operators);
	add_names(b, first, "condition_fields", &d->fields);
	add_names(b, first, "events", &d->events);
	add_text(b, first, "condition_compiled", d->compiled);
}

static void add_rule(struct buf *b, struct ruleset *rs, const struct config *cfg,
		     const struct rule *r)
{
	struct described d = describe_rule(rs, r);
	bool first = true;

	add_rule_info(b, r);
	buf_str(b, ",\"details\":{");
	add_condition(b, &first, &d);
	add_names(b, &first, "exception_names", &d.exception_names);
	add_names(b, &first, "exception_fields", &d.exception_fields);
	add_names(b, &first, "exception_operators", &d.exception_operators);
	add_output(b, &first, r, cfg);
	json_texts(b, &first, "plugins", NULL, 0);
	buf_str(b, "}}");
}

static int add_rules(struct buf *b, struct ruleset *rs, const struct config *cfg, const char *name)
{
	bool found = false;

	buf_str(b, "\"rules\":[");
	for (size_t i = 0; i < rs->n_rules; i++) {
		if (name && strcmp(name, rs->rules[i]->name))
			continue;
		if (found)
			buf_char(b, ',');
		found = true;
		add_rule(b, rs, cfg, rs->rules[i]);
	}
	buf_char(b, ']');
	return found || !name ? 0 : -ENOENT;
}

static void add_macros(struct buf *b, struct ruleset *rs)
{
	size_t n;
	const struct described *all = describe_macros(rs, &n);

	buf_str(b, ",\"macros\":[");
	for (size_t i = 0; i < n; i++) {
		bool first = true;

		buf_str(b, i ? ",{\"info\":{" : "{\"info\":{");
		add_text(b, &first, "name", all[i].name);
		add_text(b, &first, "condition", all[i].condition);
		buf_str(b, "},\"details\":{");
		first = true;
		add_bool(b, &first, "used", all[i].used);
		add_condition(b, &first, &all[i]);
		buf_str(b, "}}");
	}
	buf_char(b, ']');
}

static void add_lists(struct buf *b, struct ruleset *rs)
{
	size_t n;
	const struct described *all = describe_lists(rs, &n);

	buf_str(b, ",\"lists\":[");
	for (size_t i = 0; i < n; i++) {
		bool first = true;

		buf_str(b, i ? ",{\"info\":{" : "{\"info\":{");
		add_text(b, &first, "name", all[i].name);
		add_names(b, &first, "items", &all[i].items);
		buf_str(b, "},\"details\":{");
		first = true;
		add_bool(b, &first, "used", all[i].used);
		add_names(b, &first, "lists", &all[i].lists);
		buf_str(b, "}}");
	}
	buf_char(b, ']');
}

static void add_plugins(struct buf *b, const struct ruleset *rs)
{
	const char *wanted;

	buf_str(b, ",\"required_plugin_versions\":[");
	for (size_t i = 0; (wanted = ruleset_plugin(rs, i)); i++) {
		if (i)
			buf_char(b, ',');
		json_str(b, wanted, strlen(wanted));
	}
	buf_char(b, ']');
}

int describe_json(struct ruleset *rs, const struct config *cfg, const char *name, struct buf *out)
{
	bool first = false;
	int err;

	buf_char(out, '{');
	err = add_rules(out, rs, cfg, name);
	if (!name) {
		add_macros(out, rs);
		add_lists(out, rs);
		add_text(out, &first, "required_engine_version",
			 rs->required_engine ? rs->required_engine : "");
		add_plugins(out, rs);
	}
	buf_char(out, '}');
	return out->failed ? -ENOMEM : err;
}
