/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_report.h"

#include <stdio.h>
#include <string.h>

#include "user/buf.h"
#include "user/json.h"

#define ID_SHOWN 12

static const char *outcome_text(enum try_outcome o)
{
	switch (o) {
	case TRY_FIRED:
		return "fired";
	case TRY_SILENT:
		return "did not fire";
	case TRY_DONE:
		return "done";
	case TRY_BROKEN:
		return "not possible";
	default:
		return "no action known";
	}
}

static void add_command(struct buf *out, const struct try_command *c)
{
	for (size_t i = 0; c->argv[i]; i++) {
		const char *quote = strchr(c->argv[i], ' ') ? "\"" : "";

		buf_printf(out, "%s%s%s%s", i ? " " : "", quote, c->argv[i], quote);
	}
}

/* ---- lines to read ---- */

static size_t name_width(const struct try_report *r)
{
	size_t width = 0;

	for (size_t i = 0; i < r->n_rules; i++)
		if (strlen(r->rules[i].name) > width)
			width = strlen(r->rules[i].name);
	return width;
}

static void print_command(const struct try_report *r, const struct try_command *c)
{
	struct buf line = {0};

	add_command(&line, c);
	if (c->stand_in)
		buf_str(&line, " (stand-in)");
	if (c->broken)
		buf_str(&line, ": could not be run");
	printf("  %s\n", buf_text(&line));
	for (size_t i = 0; i < c->alerts.n; i++)
		printf("      %s\n", c->alerts.v[i]);
	if (r->watched && !c->alerts.n)
		printf("      no alert\n");
	buf_free(&line);
}

/* Actions are made of texts in rule files: control characters are not for a terminal. */
static void print_rule(const struct try_rule *rule, int width)
{
	struct buf action = {0};

	if (rule->action)
		json_escape(&action, rule->action, strlen(rule->action));
	printf("  %-15s  %-*s  %s%s%s%s\n", outcome_text(rule->outcome), width, rule->name,
	       buf_text(&action), rule->host ? " (on the host)" : "",
	       rule->why && rule->action ? ": " : "", rule->why ? rule->why : "");
	buf_free(&action);
}

static size_t count(const struct try_report *r, enum try_outcome o)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_rules; i++)
		n += r->rules[i].outcome == o;
	return n;
}

static void print_sums(const struct try_report *r)
{
	static const enum try_outcome all[] = {TRY_FIRED, TRY_SILENT, TRY_DONE, TRY_BROKEN,
					       TRY_NO_ACTION};
	const char *before = ": ";

	printf("%zu rules", r->n_rules);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n = count(r, all[i]);

		if (!n)
			continue;
		printf("%s%zu %s", before, n, outcome_text(all[i]));
		before = ", ";
	}
	printf("\n");
}

void try_report_text(const struct try_report *r)
{
	int width = name_width(r);

	printf("Test commands in container %.*s\n", ID_SHOWN, r->container);
	for (size_t i = 0; i < r->n_commands; i++)
		print_command(r, &r->commands[i]);
	printf("One action for each rule; its programs are stand-ins that only have the name\n");
	for (size_t i = 0; i < r->n_rules; i++)
		print_rule(&r->rules[i], width);
	print_sums(r);
}

/* ---- JSON ---- */

static void add_text(struct buf *out, bool *first, const char *name, const char *text)
{
	json_name(out, first, name);
	if (text)
		json_str(out, text, strlen(text));
	else
		buf_str(out, "null");
}

static void add_bool(struct buf *out, bool *first, const char *name, bool value)
{
	json_name(out, first, name);
	buf_str(out, value ? "true" : "false");
}

static void add_list(struct buf *out, bool *first, const char *name, const struct texts *t)
{
	json_name(out, first, name);
	buf_char(out, '[');
	for (size_t i = 0; i < t->n; i++) {
		if (i)
			buf_char(out, ',');
		json_str(out, t->v[i], strlen(t->v[i]));
	}
	buf_char(out, ']');
}

static void command_json(struct buf *out, const struct try_command *c)
{
	struct buf text = {0};
	bool first = true;

	add_command(&text, c);
	buf_char(out, '{');
	add_text(out, &first, "command", buf_text(&text));
	add_bool(out, &first, "stand_in", c->stand_in);
	add_bool(out, &first, "done", !c->broken);
	add_list(out, &first, "alerts", &c->alerts);
	buf_str(out, "}\n");
	buf_free(&text);
}

static void rule_json(struct buf *out, const struct try_rule *rule)
{
	bool first = true;

	buf_char(out, '{');
	add_text(out, &first, "rule", rule->name);
	add_text(out, &first, "result", outcome_text(rule->outcome));
	add_text(out, &first, "action", rule->action);
	add_text(out, &first, "reason", rule->why);
	add_bool(out, &first, "host", rule->host);
	buf_str(out, "}\n");
}

void try_report_json(const struct try_report *r)
{
	struct buf out = {0};

	for (size_t i = 0; i < r->n_commands; i++)
		command_json(&out, &r->commands[i]);
	for (size_t i = 0; i < r->n_rules; i++)
		rule_json(&out, &r->rules[i]);
	fputs(buf_text(&out), stdout);
	buf_free(&out);
}
