/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a webhook of Rocket.Chat. */
#include "user/sink.h"

#include "user/post.h"
#include "user/sink_chat.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->rocketchat_webhookurl;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->rocketchat_minimumpriority;
}

static int open_rocketchat(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "rocketchat",
		.base = cfg->rocketchat_webhookurl,
		.checkcert = cfg->rocketchat_checkcert,
		.mutualtls = cfg->rocketchat_mutualtls,
	};

	return chat_open(&k, cfg->rocketchat_messageformat, cfg, state);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	const struct slack_style style = {
		.chat = CHAT_MARKDOWN,
		.format = cfg->rocketchat_outputformat,
		.text = chat_template(state),
		.username = cfg->rocketchat_username,
		.icon = cfg->rocketchat_icon,
		.channel = "",
		.footer = cfg->rocketchat_footer,
	};

	slack_message(a, cfg, &style, out);
}

const struct sink_ops sink_rocketchat = {
	.name = "rocketchat",
	.keys = "rocketchat.",
	.off = "rocketchat.webhookurl=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_rocketchat,
	.render = render,
	.delivery = {.send = chat_send, .rest = post_rest},
	.close = chat_close,
};
