/* SPDX-License-Identifier: Apache-2.0 */
#include "user/slack.h"

#include <string.h>

#include "user/json.h"
#include "user/template.h"
#include "user/util.h"

#define SHORT_MAX 36 /* characters: shorter values stand side by side */

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

/* What all parts of one message need. */
struct message {
	const struct alert *a;
	const struct slack_style *style;
	bool cut;
	struct buf *out;
};

static void field(struct message *m, bool *first, const char *title, const char *value,
		  bool is_short)
{
	_cleanup_(buf_free) struct buf text = {};
	bool first_member = true;

	chat_value(&text, value, m->cut, m->style->chat);
	m->out->failed |= text.failed;
	if (!*first)
		buf_char(m->out, ',');
	*first = false;
	buf_char(m->out, '{');
	chat_member(m->out, &first_member, "title", title);
	chat_member(m->out, &first_member, "value", buf_text(&text));
	json_name(m->out, &first_member, "short");
	buf_str(m->out, is_short ? "true}" : "false}");
}

/* By the length of the value as it is meant, without escapes. */
static void long_field(struct message *m, bool *first, const char *title, const char *value)
{
	field(m, first, title, value, n_characters(value) < SHORT_MAX);
}

static void tags_field(struct message *m, bool *first)
{
	_cleanup_(buf_free) struct buf tags = {};

	chat_tags(&tags, m->a, ", ");
	long_field(m, first, "tags", buf_text(&tags));
}

static void time_field(struct message *m, bool *first)
{
	_cleanup_(buf_free) struct buf text = {};

	chat_time(&text, m->a);
	field(m, first, "time", buf_text(&text), false);
}

static void fields_member(struct message *m)
{
	const struct alert *a = m->a;
	bool first = true;

	buf_char(m->out, '[');
	field(m, &first, "rule", a->rule, true);
	field(m, &first, "priority", priority_name(a->priority), true);
	field(m, &first, "source", a->source, true);
	if (*a->hostname)
		field(m, &first, "hostname", a->hostname, true);
	if (a->tags && *a->tags)
		tags_field(m, &first);
	for (size_t i = 0; i < a->n_fields; i++)
		if (a->fields[i].kind == ALERT_STR)
			long_field(m, &first, a->fields[i].name, a->fields[i].str);
	time_field(m, &first);
	buf_char(m->out, ']');
}

static void attachment(struct message *m)
{
	_cleanup_(buf_free) struct buf text = {};
	bool first = true;

	chat_output(&text, m->a, m->cut, m->style->chat);
	m->out->failed |= text.failed;
	buf_char(m->out, '{');
	chat_member(m->out, &first, "fallback", buf_text(&text));
	chat_member(m->out, &first, "color", color(m->a->priority));
	if (m->style->format != SLACK_FIELDS)
		chat_member(m->out, &first, "text", buf_text(&text));
	if (m->style->format != SLACK_TEXT) {
		json_name(m->out, &first, "fields");
		fields_member(m);
	}
	if (*m->style->footer)
		chat_member(m->out, &first, "footer", m->style->footer);
	buf_char(m->out, '}');
}

void slack_message(const struct alert *a, const struct config *cfg, const struct slack_style *style,
		   struct buf *out)
{
	struct message m = {a, style, chat_is_long(a, cfg), out};
	bool first = true;

	buf_char(out, '{');
	if (style->text) {
		_cleanup_(buf_free) struct buf text = {};

		template_render(style->text, a, style->chat, &text);
		out->failed |= text.failed;
		chat_member(out, &first, "text", buf_text(&text));
	}
	if (*style->username)
		chat_member(out, &first, "username", style->username);
	if (*style->icon)
		chat_member(out, &first, "icon_url", style->icon);
	if (*style->channel)
		chat_member(out, &first, "channel", style->channel);
	json_name(out, &first, "attachments");
	buf_char(out, '[');
	attachment(&m);
	buf_str(out, "]}");
}
