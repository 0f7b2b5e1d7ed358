/* SPDX-License-Identifier: Apache-2.0 */
#include "user/report.h"

#include <stdlib.h>
#include <string.h>

#include "gen/code.h"

#include "user/json.h"
#include "user/rulefiles.h"
#include "user/util.h"

/* file NULL: what is about no file. */
static bool is_about(const struct diag *d, const char *file)
{
	if (!d->at.file || !file)
		return !d->at.file && !file;
	return !strcmp(d->at.file, file);
}

static size_t count(const struct diags *d, enum severity s, const char *file)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->list[i].severity == s && is_about(&d->list[i], file);
	return n;
}

/* ---- text ---- */

static void print_severity(const struct diags *d, enum severity s, const char *file, FILE *out,
			   bool color)
{
	static const char *const titles[] = {"Errors", "Warnings", "Notes"};
	size_t n = count(d, s, file);

	if (n)
		fprintf(out, "%zu %s:\n", n, titles[s]);
	for (size_t i = 0; i < d->n; i++) {
		if (d->list[i].severity == s && is_about(&d->list[i], file))
			diag_print_one(d, i, out, color);
	}
}

static const char *verdict(const struct diags *d, const char *file)
{
	if (count(d, SEVERITY_ERROR, file))
		return "Invalid";
	return count(d, SEVERITY_WARNING, file) ? "Ok, with warnings" : "Ok";
}

static void print_all(const struct diags *d, const char *file, FILE *out, bool color)
{
	for (enum severity s = SEVERITY_ERROR; s <= SEVERITY_NOTE; s++)
		print_severity(d, s, file, out, color);
}

static bool is_shown(const struct ruleset *rs, const char *file)
{
	return strcmp(file, BASE_NAME) || count(&rs->diags, SEVERITY_ERROR, file) ||
	       count(&rs->diags, SEVERITY_WARNING, file);
}

void report_text(const struct ruleset *rs, FILE *out, bool color)
{
	const struct rule_file *f;

	for (size_t i = 0; (f = ruleset_file(rs, i)); i++) {
		if (!is_shown(rs, f->name))
			continue;
		fprintf(out, "%s: %s\n", f->name, verdict(&rs->diags, f->name));
		print_all(&rs->diags, f->name, out, color);
	}
	print_all(&rs->diags, NULL, out, color);
}

/* ---- JSON ---- */

static void add_text(struct buf *b, bool *first, const char *name, const char *value)
{
	json_name(b, first, name);
	json_str(b, value, strlen(value));
}

static void add_position(struct buf *b, const struct diags *d, struct place at)
{
	bool first = true;

	buf_str(b, ",\"position\":{");
	add_text(b, &first, "name", at.file ? at.file : "");
	buf_printf(b, ",\"line\":%u,\"column\":%u,\"offset\":%zu}", at.line ? at.line - 1 : 0,
		   at.column ? at.column - 1 : 0, diag_offset(d, at));
}

static void add_location(struct buf *b, const struct diags *d, const char *type, const char *name,
			 size_t name_len, struct place at)
{
	bool first = true;

	buf_char(b, '{');
	add_text(b, &first, "item_type", type);
	json_name(b, &first, "item_name");
	json_str(b, name, name_len);
	add_position(b, d, at);
	buf_char(b, '}');
}

/* "rule 'X'" is an item of type rule and name X. */
static void add_item(struct buf *b, const struct diags *d, const struct diag *i)
{
	size_t len = strcspn(i->context, " ");
	_cleanup_free_ char *type = strndup(i->context, len);
	const char *name = i->context + len;
	size_t name_len = strlen(name);

	if (name_len > 3) { /* blank and two quotes */
		name += 2;
		name_len -= 3;
	}
	buf_char(b, ',');
	add_location(b, d, type ? type : "", name, name_len, i->context_at);
}

/* The part of the item that a code is about. */
static const char *part_of(const struct diag *i)
{
	bool macro = i->context && !strncmp(i->context, "macro ", strlen("macro "));

	if (!strcmp(i->code, "LOAD_ERR_COMPILE_CONDITION"))
		return macro ? "macro condition" : "rule condition";
	return strcmp(i->code, "LOAD_ERR_COMPILE_OUTPUT") ? "value for" : "rule output";
}

static void add_context(struct buf *b, const struct diags *d, const struct diag *i)
{
	_cleanup_free_ char *snippet = NULL;
	size_t len = 0;
	FILE *out;

	buf_str(b, ",\"context\":{\"locations\":[");
	add_location(b, d, "rules content", "", 0, (struct place){.file = i->at.file});
	if (i->context) {
		add_item(b, d, i);
		buf_char(b, ',');
		add_location(b, d, part_of(i), "", 0, i->at);
	}
	buf_str(b, "],\"snippet\":");
	out = open_memstream(&snippet, &len);
	if (out) {
		diag_print_snippet(d, i->at, out);
		fclose(out);
	}
	json_str(b, snippet ? snippet : "", len);
	buf_char(b, '}');
}

static void add_one(struct buf *b, const struct diags *d, const struct diag *i)
{
	const struct code *code = code_find(i->code);
	bool first = true;

	buf_char(b, '{');
	add_text(b, &first, "code", i->code);
	/* Falco gives errors their short text here, and warnings the long one. */
	add_text(b, &first, "codedesc",
		 !code				   ? ""
		 : i->severity == SEVERITY_WARNING ? code->description
						   : code->brief);
	add_text(b, &first, "message", i->message);
	if (i->hint)
		add_text(b, &first, "hint", i->hint);
	buf_printf(b, ",\"line\":%u,\"column\":%u", i->at.line, i->at.column);
	add_context(b, d, i);
	buf_char(b, '}');
}

static void add_list(struct buf *b, const struct diags *d, enum severity s, const char *name,
		     const char *file)
{
	bool first = true;

	buf_printf(b, ",\"%s\":[", name);
	for (size_t i = 0; i < d->n; i++) {
		if (d->list[i].severity != s || !is_about(&d->list[i], file))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		add_one(b, d, &d->list[i]);
	}
	buf_char(b, ']');
}

static void add_schema(struct buf *b, const struct rule_file *f)
{
	buf_printf(b, ",\"schema_valid\":%s,\"schema_warnings\":[",
		   f->read && !f->n_schema_warnings ? "true" : "false");
	for (size_t i = 0; i < f->n_schema_warnings; i++) {
		if (i)
			buf_char(b, ',');
		json_str(b, f->schema_warnings[i], strlen(f->schema_warnings[i]));
	}
	buf_char(b, ']');
}

/* f NULL: what is about no file. */
static void add_file(struct buf *b, const struct diags *d, const struct rule_file *f)
{
	const char *file = f ? f->name : NULL;
	bool first = true;

	buf_char(b, '{');
	add_text(b, &first, "name", file ? file : "");
	if (f)
		add_schema(b, f);
	buf_printf(b, ",\"successful\":%s", count(d, SEVERITY_ERROR, file) ? "false" : "true");
	add_list(b, d, SEVERITY_ERROR, "errors", file);
	add_list(b, d, SEVERITY_WARNING, "warnings", file);
	add_list(b, d, SEVERITY_NOTE, "notes", file);
	buf_char(b, '}');
}

void report_json(const struct ruleset *rs, struct buf *out)
{
	const struct rule_file *f;
	bool first = true;

	buf_str(out, "\"falco_load_results\":[");
	for (size_t i = 0; (f = ruleset_file(rs, i)); i++) {
		if (!is_shown(rs, f->name))
			continue;
		if (!first)
			buf_char(out, ',');
		first = false;
		add_file(out, &rs->diags, f);
	}
	if (count(&rs->diags, SEVERITY_ERROR, NULL)) {
		if (!first)
			buf_char(out, ',');
		add_file(out, &rs->diags, NULL);
	}
	buf_char(out, ']');
}
