/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a webhook of Microsoft Teams: cards. */
#include "user/sink.h"

#include "user/chat.h"
#include "user/json.h"
#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->teams_webhookurl;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->teams_minimumpriority;
}

static int open_teams(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "teams",
		.base = cfg->teams_webhookurl,
		.checkcert = cfg->teams_checkcert,
		.mutualtls = cfg->teams_mutualtls,
	};

	return sidekick_open(&k, cfg, state);
}

static const char *color(enum priority p)
{
	static const char *const colors[] = {
		[PRIORITY_EMERGENCY] = "e20b0b",     [PRIORITY_ALERT] = "ff5400",
		[PRIORITY_CRITICAL] = "ff9000",	     [PRIORITY_ERROR] = "ffc700",
		[PRIORITY_WARNING] = "ffff00",	     [PRIORITY_NOTICE] = "5bffb5",
		[PRIORITY_INFORMATIONAL] = "68c2ff", [PRIORITY_DEBUG] = "ccfff2",
	};

	return colors[p];
}

static void fact(struct buf *out, bool *first, const char *name, const char *value, bool cut)
{
	_cleanup_(buf_free) struct buf text = {};
	bool first_member = true;

	chat_value(&text, value, cut, CHAT_HTML);
	out->failed |= text.failed;
	buf_str(out, *first ? "{" : ",{");
	*first = false;
	chat_member(out, &first_member, "name", name);
	chat_member(out, &first_member, "value", buf_text(&text));
	buf_char(out, '}');
}

static void facts(const struct alert *a, bool cut, struct buf *out)
{
	bool first = true;

	buf_char(out, '[');
	for (size_t i = 0; i < a->n_fields; i++)
		if (a->fields[i].kind == ALERT_STR)
			fact(out, &first, a->fields[i].name, a->fields[i].str, cut);
	fact(out, &first, "rule", a->rule, cut);
	fact(out, &first, "priority", priority_name(a->priority), cut);
	buf_char(out, ']');
}

static void section(const struct config *cfg, const struct alert *a, const char *text, bool cut,
		    struct buf *out)
{
	_cleanup_(buf_free) struct buf time = {};
	bool first = true;

	chat_time(&time, a);
	buf_char(out, '{');
	chat_member(out, &first, "activityTitle", "Falco Sidekick");
	chat_member(out, &first, "activitySubtitle", buf_text(&time));
	if (*cfg->teams_activityimage)
		chat_member(out, &first, "activityImage", cfg->teams_activityimage);
	chat_member(out, &first, "text", cfg->teams_outputformat != TEAMS_FACTS ? text : "");
	if (cfg->teams_outputformat != TEAMS_TEXT) {
		json_name(out, &first, "facts");
		facts(a, cut, out);
	}
	json_name(out, &first, "markdown");
	buf_str(out, "false}");
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf text = {};
	bool cut = chat_is_long(a, cfg), first = true;

	chat_output(&text, a, cut, CHAT_HTML);
	out->failed |= text.failed;
	buf_char(out, '{');
	chat_member(out, &first, "@type", "MessageCard");
	chat_member(out, &first, "summary", buf_text(&text));
	chat_member(out, &first, "themeColor", color(a->priority));
	json_name(out, &first, "sections");
	buf_char(out, '[');
	section(cfg, a, buf_text(&text), cut, out);
	buf_str(out, "]}");
}

const struct sink_ops sink_teams = {
	.name = "teams",
	.keys = "teams.",
	.off = "teams.webhookurl=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_teams,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
