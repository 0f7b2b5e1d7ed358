/* SPDX-License-Identifier: Apache-2.0 */
#include "user/chat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "user/config.h"
#include "user/format.h"
#include "user/json.h"
#include "user/util.h"

#define ALERT_MAX  4096 /* bytes of JSON from which on long values are cut ... */
#define VALUE_MAX  512	/* ... those longer than this ... */
#define VALUE_KEEP 507	/* ... to this and a mark */
#define CUT_MARK   "[...]"
#define NO_WIDTH   "\xe2\x80\x8b" /* U+200B */

/* ---- escapes ---- */

/* Bytes of a character that must not be shown as it is: controls, marks that turn the direction
 * of writing, ends of lines; its number in *code. 0: it may. */
static size_t hidden(const unsigned char *s, unsigned *code)
{
	if (*s < 0x20 || *s == 0x7f) {
		*code = *s;
		return 1;
	}
	if (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0) {
		*code = s[1];
		return 2;
	}
	if (s[0] != 0xe2 || (s[1] != 0x80 && s[1] != 0x81) || (s[2] & 0xc0) != 0x80)
		return 0;
	*code = 0x2000 | (s[1] & 1) << 6 | (s[2] & 0x3f);
	return (*code >= 0x200e && *code <= 0x200f) || (*code >= 0x2028 && *code <= 0x202e) ||
			       (*code >= 0x2066 && *code <= 0x2069)
		       ? 3
		       : 0;
}

static void add_hidden(struct buf *out, unsigned code, enum chat chat)
{
	const char *slash = chat == CHAT_MARKDOWN ? "\\\\" : "\\";

	switch (code) {
	case '\n':
		buf_printf(out, "%sn", slash);
		break;
	case '\t':
		buf_printf(out, "%st", slash);
		break;
	case '\r':
		buf_printf(out, "%sr", slash);
		break;
	default:
		buf_printf(out, "%su%04x", slash, code);
	}
}

static bool add_entity(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_str(out, "&amp;");
		return true;
	case '<':
		buf_str(out, "&lt;");
		return true;
	case '>':
		buf_str(out, "&gt;");
		return true;
	}
	return false;
}

/* What stands behind @ calls somebody. */
static bool is_mention(const char *s, enum chat chat)
{
	static const char *const words[] = {"here", "channel", "everyone", "all"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strncasecmp(s, words[i], strlen(words[i])))
			return true;
	return chat == CHAT_MARKDOWN && ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'));
}

void chat_hide(struct buf *out, const char *line)
{
	unsigned code;

	for (; *line; line++) {
		size_t n = (unsigned char)*line < 0x7f ? 0
						       : hidden((const unsigned char *)line, &code);

		if (n) {
			buf_printf(out, "\\u%04x", code);
			line += n - 1;
		} else {
			buf_char(out, *line);
		}
	}
}

void chat_escape(struct buf *out, const char *text, enum chat chat)
{
	unsigned code;
	size_t n;

	for (; *text; text++) {
		n = hidden((const unsigned char *)text, &code);
		if (n) {
			add_hidden(out, code, chat);
			text += n - 1;
			continue;
		}
		if ((chat == CHAT_SLACK || chat == CHAT_HTML) && add_entity(out, *text))
			continue;
		if (chat == CHAT_MARKDOWN && strchr("\\`*_~|<>[]()#", *text))
			buf_char(out, '\\');
		buf_char(out, *text);
		if ((*text == '@' && is_mention(text + 1, chat)) ||
		    (chat == CHAT_CODE && *text == '`' && text[1] == '`'))
			buf_str(out, NO_WIDTH);
	}
}

/* ---- values ---- */

bool chat_is_long(const struct alert *a, const struct config *cfg)
{
	struct buf json = {};
	bool is;

	alert_json(a, cfg, &json);
	is = json.len > ALERT_MAX;
	buf_free(&json);
	return is;
}

/* Never within a character. */
static char *cut_value(const char *value)
{
	size_t n = VALUE_KEEP;
	char *cut;

	if (strlen(value) <= VALUE_MAX)
		return NULL;
	while (n && (value[n] & 0xc0) == 0x80)
		n--;
	cut = malloc(n + sizeof(CUT_MARK));
	if (!cut)
		return NULL;
	memcpy(cut, value, n);
	memcpy(cut + n, CUT_MARK, sizeof(CUT_MARK));
	return cut;
}

void chat_value(struct buf *out, const char *value, bool cut, enum chat chat)
{
	_cleanup_free_ char *shorter = cut ? cut_value(value) : NULL;

	chat_escape(out, shorter ? shorter : value, chat);
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

void chat_output(struct buf *out, const struct alert *a, bool cut, enum chat chat)
{
	struct buf text = {};

	alert_output(a, &text);
	for (size_t i = 0; cut && i < a->n_fields; i++) {
		_cleanup_free_ char *shorter = NULL;

		if (a->fields[i].kind == ALERT_STR)
			shorter = cut_value(a->fields[i].str);
		if (shorter)
			replace_all(&text, a->fields[i].str, shorter);
	}
	out->failed |= text.failed;
	chat_escape(out, buf_text(&text), chat);
	buf_free(&text);
}

/* No zeros at the end of the fraction. */
void chat_time(struct buf *out, const struct alert *a)
{
	long rest;
	time_t s = format_time_split(a->time, &rest);
	char day[32], fraction[16] = "";
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	if (rest)
		snprintf(fraction, sizeof(fraction), ".%09ld", rest);
	for (n = strlen(fraction); n && fraction[n - 1] == '0'; n--)
		fraction[n - 1] = '\0';
	buf_printf(out, "%s%s +0000 UTC", day, fraction);
}

void chat_tags(struct buf *out, const struct alert *a, const char *between)
{
	for (const char *tag = a->tags; tag && *tag; tag += strlen(tag) + 1) {
		if (tag != a->tags)
			buf_str(out, between);
		buf_str(out, tag);
	}
}

void chat_member(struct buf *out, bool *first, const char *name, const char *value)
{
	json_name(out, first, name);
	json_str(out, value, strlen(value));
}
