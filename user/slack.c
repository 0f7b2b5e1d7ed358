/* SPDX-License-Identifier: Apache-2.0 */
#include "user/slack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/format.h"
#include "user/json.h"
#include "user/util.h"

#define SHORT_MAX  36	/* characters: shorter values stand side by side */
#define ALERT_MAX  4096 /* bytes of JSON from which on long values are cut ... */
#define VALUE_MAX  512	/* ... those longer than this ... */
#define VALUE_KEEP 507	/* ... to this and a mark */
#define CUT_MARK   "[...]"

static const char *color(enum priority p)
{
	static const char *const colors[] = {
		[PRIORITY_EMERGENCY] = "#e20b0b",     [PRIORITY_ALERT] = "#ff5400",
		[PRIORITY_CRITICAL] = "#ff5400",      [PRIORITY_ERROR] = "#e20b0b",
		[PRIORITY_WARNING] = "#ffc700",	      [PRIORITY_NOTICE] = "#5bffb5",
		[PRIORITY_INFORMATIONAL] = "#68c2ff", [PRIORITY_DEBUG] = "#ccfff2",
	};

	return colors[p];
}

static size_t n_characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void member(struct buf *out, bool *first, const char *name, const char *value)
{
	json_name(out, first, name);
	json_str(out, value, strlen(value));
}

static void field(struct buf *out, bool *first, const char *title, const char *value, bool is_short)
{
	bool first_member = true;

	if (!*first)
		buf_char(out, ',');
	*first = false;
	buf_char(out, '{');
	member(out, &first_member, "title", title);
	member(out, &first_member, "value", value);
	json_name(out, &first_member, "short");
	buf_str(out, is_short ? "true}" : "false}");
}

static void tags_field(const struct alert *a, struct buf *out, bool *first)
{
	struct buf tags = {};

	for (const char *tag = a->tags; *tag; tag += strlen(tag) + 1) {
		if (tag != a->tags)
			buf_str(&tags, ", ");
		buf_str(&tags, tag);
	}
	field(out, first, "tags", buf_text(&tags), n_characters(buf_text(&tags)) < SHORT_MAX);
	buf_free(&tags);
}

/* A long value of a long alert; NULL if it stays as it is. */
static char *cut_value(const char *value)
{
	char *cut;

	if (strlen(value) <= VALUE_MAX)
		return NULL;
	cut = malloc(VALUE_KEEP + sizeof(CUT_MARK));
	if (!cut)
		return NULL;
	memcpy(cut, value, VALUE_KEEP);
	memcpy(cut + VALUE_KEEP, CUT_MARK, sizeof(CUT_MARK));
	return cut;
}

static void output_fields(const struct alert *a, bool cut, struct buf *out, bool *first)
{
	for (size_t i = 0; i < a->n_fields; i++) {
		const struct alert_field *f = &a->fields[i];
		_cleanup_free_ char *shorter = NULL;
		const char *value = f->str;

		if (f->kind != ALERT_STR)
			continue;
		if (cut)
			shorter = cut_value(value);
		if (shorter)
			value = shorter;
		field(out, first, f->name, value, n_characters(value) < SHORT_MAX);
	}
}

/* As Go prints a time: no zeros at the end of the fraction. */
static void time_field(const struct alert *a, struct buf *out, bool *first)
{
	long rest;
	time_t s = format_time_split(a->time, &rest);
	char day[32], fraction[16] = "", text[80];
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	if (rest)
		snprintf(fraction, sizeof(fraction), ".%09ld", rest);
	for (n = strlen(fraction); n && fraction[n - 1] == '0'; n--)
		fraction[n - 1] = '\0';
	snprintf(text, sizeof(text), "%s%s +0000 UTC", day, fraction);
	field(out, first, "time", text, false);
}

static void fields_member(const struct alert *a, bool cut, struct buf *out)
{
	bool first = true;

	buf_char(out, '[');
	field(out, &first, "rule", a->rule, true);
	field(out, &first, "priority", priority_name(a->priority), true);
	field(out, &first, "source", a->source, true);
	if (*a->hostname)
		field(out, &first, "hostname", a->hostname, true);
	if (a->tags && *a->tags)
		tags_field(a, out, &first);
	output_fields(a, cut, out, &first);
	time_field(a, out, &first);
	buf_char(out, ']');
}

static void replace_all(struct buf *text, const char *old, const char *new)
{
	struct buf out = {};
	const char *s = buf_text(text), *found;

	while ((found = strstr(s, old))) {
		buf_add(&out, s, found - s);
		buf_str(&out, new);
		s = found + strlen(old);
	}
	buf_str(&out, s);
	buf_free(text);
	*text = out;
}

/* The whole text of the alert, with long values cut there too. */
static void make_output(const struct alert *a, bool cut, struct buf *out)
{
	alert_output(a, out);
	for (size_t i = 0; cut && i < a->n_fields; i++) {
		_cleanup_free_ char *shorter = NULL;

		if (a->fields[i].kind == ALERT_STR)
			shorter = cut_value(a->fields[i].str);
		if (shorter)
			replace_all(out, a->fields[i].str, shorter);
	}
}

static void attachment(const struct alert *a, const struct config *cfg, bool cut, struct buf *out)
{
	struct buf text = {};
	bool first = true;

	make_output(a, cut, &text);
	out->failed |= text.failed;
	buf_char(out, '{');
	member(out, &first, "fallback", buf_text(&text));
	member(out, &first, "color", color(a->priority));
	if (cfg->slack_outputformat != SLACK_FIELDS)
		member(out, &first, "text", buf_text(&text));
	if (cfg->slack_outputformat != SLACK_TEXT) {
		json_name(out, &first, "fields");
		fields_member(a, cut, out);
	}
	if (*cfg->slack_footer)
		member(out, &first, "footer", cfg->slack_footer);
	buf_char(out, '}');
	buf_free(&text);
}

static bool is_long(const struct alert *a, const struct config *cfg)
{
	struct buf json = {};
	bool is;

	alert_json(a, cfg, &json);
	is = json.len > ALERT_MAX;
	buf_free(&json);
	return is;
}

void slack_message(const struct alert *a, const struct config *cfg, struct buf *out)
{
	bool first = true;

	buf_char(out, '{');
	if (*cfg->slack_username)
		member(out, &first, "username", cfg->slack_username);
	if (*cfg->slack_icon)
		member(out, &first, "icon_url", cfg->slack_icon);
	if (*cfg->slack_channel)
		member(out, &first, "channel", cfg->slack_channel);
	json_name(out, &first, "attachments");
	buf_char(out, '[');
	attachment(a, cfg, is_long(a, cfg), out);
	buf_str(out, "]}");
}
