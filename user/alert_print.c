/* SPDX-License-Identifier: Apache-2.0 */
/* An alert as a line: Falco's text and Falco's JSON, byte by byte. */
#include "user/alert.h"

#include <string.h>

#include "user/config.h"
#include "user/format.h"
#include "user/json.h"

/* As it would be shown on a terminal that takes any byte: escapes come later. */
static void raw_text(const struct alert *a, struct buf *out)
{
	if (a->iso)
		format_time_utc(a->time, "+0000", out);
	else
		format_time_local(a->time, out);
	buf_printf(out, ": %s %s", priority_name(a->priority), a->message);
}

void alert_output(const struct alert *a, struct buf *out)
{
	if (a->internal)
		buf_str(out, a->message);
	else
		raw_text(a, out);
}

void alert_text(const struct alert *a, struct buf *out)
{
	struct buf raw = {};

	raw_text(a, &raw);
	out->failed |= raw.failed;
	json_escape(out, buf_text(&raw), raw.len);
	buf_free(&raw);
}

static void text_member(struct buf *out, bool *first, const char *name, const char *value)
{
	json_name(out, first, name);
	json_str(out, value, strlen(value));
}

static void output_member(const struct alert *a, struct buf *out, bool *first)
{
	struct buf raw = {};

	alert_output(a, &raw);
	out->failed |= raw.failed;
	text_member(out, first, "output", buf_text(&raw));
	buf_free(&raw);
}

static void value(const struct alert_field *f, struct buf *out)
{
	switch (f->kind) {
	case ALERT_NULL:
		buf_str(out, "null");
		break;
	case ALERT_STR:
		json_str(out, f->str, strlen(f->str));
		break;
	case ALERT_RAW:
		buf_str(out, f->str);
		break;
	case ALERT_INT:
		buf_printf(out, "%lld", (long long)f->num);
		break;
	case ALERT_BOOL:
		buf_str(out, f->num ? "true" : "false");
		break;
	}
}

static void fields_member(const struct alert *a, struct buf *out, bool *first)
{
	bool first_field = true;

	json_name(out, first, "output_fields");
	buf_char(out, '{');
	for (size_t i = 0; i < a->n_fields; i++) {
		json_name(out, &first_field, a->fields[i].name);
		value(&a->fields[i], out);
	}
	buf_char(out, '}');
}

static void tags_member(const struct alert *a, struct buf *out, bool *first)
{
	json_name(out, first, "tags");
	buf_char(out, '[');
	for (const char *tag = a->tags; *tag; tag += strlen(tag) + 1) {
		if (tag != a->tags)
			buf_char(out, ',');
		json_str(out, tag, strlen(tag));
	}
	buf_char(out, ']');
}

void alert_json(const struct alert *a, const struct config *cfg, struct buf *out)
{
	bool first = true;

	buf_char(out, '{');
	text_member(out, &first, "hostname", a->hostname);
	if (cfg->json_include_message_property)
		text_member(out, &first, "message", a->message);
	if (cfg->json_include_output_property)
		output_member(a, out, &first);
	if (cfg->json_include_output_fields_property)
		fields_member(a, out, &first);
	text_member(out, &first, "priority", priority_name(a->priority));
	text_member(out, &first, "rule", a->rule);
	text_member(out, &first, "source", a->source);
	if (cfg->json_include_tags_property && a->tags)
		tags_member(a, out, &first);
	json_name(out, &first, "time");
	buf_char(out, '"');
	format_time_utc(a->time, "Z", out);
	buf_str(out, "\"}");
}

void alert_line(const struct alert *a, const struct config *cfg, struct buf *out)
{
	if (cfg->json_output)
		alert_json(a, cfg, out);
	else
		alert_text(a, out);
	buf_char(out, '\n');
}
