/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a webhook of Discord: embeds. */
#include "user/sink.h"

#include <string.h>

#include "user/chat.h"
#include "user/json.h"
#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->discord_webhookurl;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->discord_minimumpriority;
}

static int open_discord(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "discord",
		.base = cfg->discord_webhookurl,
		.checkcert = cfg->discord_checkcert,
		.mutualtls = cfg->discord_mutualtls,
	};

	return sidekick_open(&k, cfg, state);
}

/* Discord refuses messages beyond these, in characters; bytes are never less. */
#define FIELDS_MAX	25
#define DESCRIPTION_MAX 2000
#define NAME_MAX_	200
#define VALUE_MAX	1000
#define ALL_MAX		5500

static const char *color(enum priority p)
{
	static const char *const colors[] = {
		[PRIORITY_EMERGENCY] = "15158332",    [PRIORITY_ALERT] = "11027200",
		[PRIORITY_CRITICAL] = "15105570",     [PRIORITY_ERROR] = "15844367",
		[PRIORITY_WARNING] = "12745742",      [PRIORITY_NOTICE] = "3066993",
		[PRIORITY_INFORMATIONAL] = "3447003", [PRIORITY_DEBUG] = "12370112",
	};

	return colors[p];
}

/* Cut within max bytes, but not within a character. */
static void shorten(struct buf *b, size_t max)
{
	if (b->len <= max)
		return;
	while (max && (b->s[max] & 0xc0) == 0x80)
		max--;
	b->s[max] = '\0';
	b->len = max;
	buf_str(b, "[...]");
}

/* What is left of the message's room, in bytes, goes down. False: it has no room. */
static bool field(struct buf *out, bool *first, const char *name, struct buf *value, size_t *left)
{
	bool first_member = true;
	size_t n;

	shorten(value, VALUE_MAX);
	n = strlen(name) + value->len;
	if (n > *left || strlen(name) > NAME_MAX_)
		return false;
	*left -= n;
	out->failed |= value->failed;
	buf_str(out, *first ? "{" : ",{");
	*first = false;
	chat_member(out, &first_member, "name", name);
	chat_member(out, &first_member, "value", buf_text(value));
	json_name(out, &first_member, "inline");
	buf_str(out, "true}");
	return true;
}

static void plain_field(struct buf *out, bool *first, const char *name, const char *text,
			size_t *left)
{
	_cleanup_(buf_free) struct buf value = {};

	chat_escape(&value, text, CHAT_MARKDOWN);
	field(out, first, name, &value, left);
}

static void value_field(struct buf *out, bool *first, const struct alert_field *f, size_t *left)
{
	_cleanup_(buf_free) struct buf text = {}, value = {};

	chat_escape(&text, f->str, CHAT_CODE);
	shorten(&text, VALUE_MAX - 16);
	buf_printf(&value, "```%s%s```", buf_text(&text),
		   text.len && text.s[text.len - 1] == '`' ? " " : "");
	value.failed |= text.failed;
	field(out, first, f->name, &value, left);
}

static void add_fields(const struct alert *a, struct buf *out, size_t left)
{
	_cleanup_(buf_free) struct buf time = {};
	bool first = true;
	size_t n = 3, reserve = 400; /* for the last three */

	chat_time(&time, a);
	left -= reserve;
	for (size_t i = 0; i < a->n_fields && n < FIELDS_MAX; i++) {
		if (a->fields[i].kind != ALERT_STR)
			continue;
		value_field(out, &first, &a->fields[i], &left);
		n++;
	}
	left += reserve;
	plain_field(out, &first, "rule", a->rule, &left);
	plain_field(out, &first, "priority", priority_name(a->priority), &left);
	plain_field(out, &first, "time", buf_text(&time), &left);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf text = {};
	bool first = true, first_inner = true;

	chat_output(&text, a, chat_is_long(a, cfg), CHAT_MARKDOWN);
	shorten(&text, DESCRIPTION_MAX);
	out->failed |= text.failed;
	buf_char(out, '{');
	chat_member(out, &first, "content", "");
	chat_member(out, &first, "avatar_url", cfg->discord_icon);
	json_name(out, &first, "embeds");
	buf_str(out, "[{");
	chat_member(out, &first_inner, "title", "");
	chat_member(out, &first_inner, "url", "");
	chat_member(out, &first_inner, "description", buf_text(&text));
	chat_member(out, &first_inner, "color", color(a->priority));
	json_name(out, &first_inner, "fields");
	buf_char(out, '[');
	add_fields(a, out, ALL_MAX - text.len);
	/* Nobody is called, whatever stands in it. */
	buf_str(out, "]}],\"allowed_mentions\":{\"parse\":[]}}");
}

const struct sink_ops sink_discord = {
	.name = "discord",
	.keys = "discord.",
	.off = "discord.webhookurl=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_discord,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
