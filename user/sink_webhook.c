/* SPDX-License-Identifier: Apache-2.0 */
/* The alert as JSON to any server. */
#include "user/sink.h"

#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->webhook_address;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->webhook_minimumpriority;
}

static int open_webhook(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "webhook",
		.base = cfg->webhook_address,
		.method = cfg->webhook_method,
		.checkcert = cfg->webhook_checkcert,
		.mutualtls = cfg->webhook_mutualtls,
		.headers = &cfg->webhook_customheaders,
	};

	return sidekick_open(&k, cfg, state);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	sidekick_json(a, cfg, "", out);
}

const struct sink_ops sink_webhook = {
	.name = "webhook",
	.keys = "webhook.",
	.off = "webhook.address=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_webhook,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
