/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a webhook of Slack. */
#include "user/sink.h"

#include "user/post.h"
#include "user/sink_chat.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->slack_webhookurl;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->slack_minimumpriority;
}

static int open_slack(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "slack",
		.base = cfg->slack_webhookurl,
		.checkcert = cfg->slack_checkcert,
		.mutualtls = cfg->slack_mutualtls,
	};

	return chat_open(&k, cfg->slack_messageformat, cfg, state);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	const struct slack_style style = {
		.chat = CHAT_SLACK,
		.format = cfg->slack_outputformat,
		.text = chat_template(state),
		.username = cfg->slack_username,
		.icon = cfg->slack_icon,
		.channel = cfg->slack_channel,
		.footer = cfg->slack_footer,
	};

	slack_message(a, cfg, &style, out);
}

const struct sink_ops sink_slack = {
	.name = "slack",
	.keys = "slack.",
	.off = "slack.webhookurl=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_slack,
	.render = render,
	.delivery = {.send = chat_send, .rest = post_rest},
	.close = chat_close,
};
