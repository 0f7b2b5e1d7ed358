/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to a Slack webhook. */
#include "user/sink.h"

#include "user/curl.h"
#include "user/post.h"
#include "user/slack.h"

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
	const struct poster_options o = {
		.name = "slack",
		.url = cfg->slack_webhookurl,
		.content_type = "application/json; charset=utf-8",
		.user_agent = "Falcosidekick",
	};

	return poster_new((struct poster **)state, &o);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	slack_message(a, cfg, out);
}

const struct sink_ops sink_slack = {
	.name = "slack",
	.keys = "slack.",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_slack,
	.render = render,
	.delivery = {.send = post_send},
	.close = post_close,
};
