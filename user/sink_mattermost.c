/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a webhook of Mattermost. */
#include "user/sink.h"

#include "user/post.h"
#include "user/sink_chat.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->mattermost_webhookurl;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->mattermost_minimumpriority;
}

static int open_mattermost(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "mattermost",
		.base = cfg->mattermost_webhookurl,
		.checkcert = cfg->mattermost_checkcert,
		.mutualtls = cfg->mattermost_mutualtls,
	};

	return chat_open(&k, cfg->mattermost_messageformat, cfg, state);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	const struct slack_style style = {
		.chat = CHAT_MARKDOWN,
		.format = cfg->mattermost_outputformat,
		.text = chat_template(state),
		.username = cfg->mattermost_username,
		.icon = cfg->mattermost_icon,
		.channel = "",
		.footer = cfg->mattermost_footer,
	};

	slack_message(a, cfg, &style, out);
}

const struct sink_ops sink_mattermost = {
	.name = "mattermost",
	.keys = "mattermost.",
	.off = "mattermost.webhookurl=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_mattermost,
	.render = render,
	.delivery = {.send = chat_send, .rest = post_rest},
	.close = chat_close,
};
