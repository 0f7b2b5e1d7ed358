/* SPDX-License-Identifier: Apache-2.0 */
/* Each alert as the body of a POST, as Falco sends them: to falcosidekick, for one. */
#include "user/sink.h"

#include "user/curl.h"
#include "user/post.h"

static bool is_wanted(const struct config *cfg)
{
	return cfg->http_enabled;
}

static int open_http(const struct config *cfg, void **state)
{
	const char *ca_file = *cfg->http_ca_cert ? cfg->http_ca_cert : cfg->http_ca_bundle;
	const struct poster_options o = {
		.name = "http",
		.url = cfg->http_url,
		.content_type = cfg->json_output ? "application/json" : "text/plain",
		.user_agent = cfg->http_user_agent,
		.ca_file = ca_file,
		.ca_dir = *ca_file ? NULL : cfg->http_ca_path,
		.client_cert = cfg->http_mtls ? cfg->http_client_cert : NULL,
		.client_key = cfg->http_client_key,
		.insecure = cfg->http_insecure,
		.gzip = cfg->http_compress_uploads,
		.echo = cfg->http_echo,
		.close = !cfg->http_keep_alive,
		.max_timeouts = cfg->http_max_consecutive_timeouts,
	};

	if (cfg->json_output && !cfg->json_include_output_fields_property)
		log_warn("http: falcosidekick refuses alerts without "
			 "json_include_output_fields_property");
	return poster_new((struct poster **)state, &o);
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	if (cfg->json_output)
		alert_json(a, cfg, out);
	else
		alert_text(a, out);
}

const struct sink_ops sink_http = {
	.name = "http",
	.keys = "http_output.",
	.off = "http_output.enabled=false",
	.has_spool = true,
	.is_wanted = is_wanted,
	.open = open_http,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
