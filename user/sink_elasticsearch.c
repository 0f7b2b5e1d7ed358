/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to Elasticsearch or OpenSearch: documents. */
#include "user/sink.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "user/curl.h"
#include "user/format.h"
#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->elasticsearch_hostport;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->elasticsearch_minimumpriority;
}

static int open_elasticsearch(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "elasticsearch",
		.base = cfg->elasticsearch_hostport,
		.user = cfg->elasticsearch_username,
		.password = cfg->elasticsearch_password,
		.checkcert = cfg->elasticsearch_checkcert,
		.mutualtls = cfg->elasticsearch_mutualtls,
		.headers = &cfg->elasticsearch_customheaders,
	};

	return sidekick_open(&k, cfg, state);
}

/* The index by the day of the alert, so that it is the same when it comes from the spool. */
static void index_name(const struct config *cfg, const struct alert *a, struct buf *out)
{
	static const char *const formats[] = {
		[SUFFIX_DAILY] = "-%Y.%m.%d",
		[SUFFIX_MONTHLY] = "-%Y.%m",
		[SUFFIX_ANNUALLY] = "-%Y",
		[SUFFIX_NONE] = "",
	};
	const char *format = formats[cfg->elasticsearch_suffix];
	char suffix[16] = "";
	struct tm tm;
	long rest;
	time_t s = format_time_split(a->time, &rest);

	gmtime_r(&s, &tm);
	if (*format)
		strftime(suffix, sizeof(suffix), format, &tm);
	buf_printf(out, "%s%s/%s", cfg->elasticsearch_index, suffix, cfg->elasticsearch_type);
}

/* First the address, which depends on the day, then, in another line, the document. */
static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf path = {}, time = {};

	index_name(cfg, a, &path);
	sidekick_address(out, cfg->elasticsearch_hostport, buf_text(&path));
	buf_char(out, '\n');
	buf_str(&time, "\"@timestamp\":\"");
	format_time_utc(a->time, "Z", &time);
	buf_str(&time, "\",");
	sidekick_json(a, cfg, buf_text(&time), out);
}

static enum delivery_result send_document(void *state, const char *text, size_t len,
					  struct delivery_try *t)
{
	const char *end = memchr(text, '\n', len);
	_cleanup_free_ char *url = end ? strndup(text, end - text) : NULL;

	if (!url) {
		snprintf(t->why, sizeof(t->why), "the message has no address");
		return DELIVERY_REFUSED;
	}
	return poster_send(state, url, end + 1, text + len - end - 1, t);
}

const struct sink_ops sink_elasticsearch = {
	.name = "elasticsearch",
	.keys = "elasticsearch.",
	.off = "elasticsearch.hostport=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_elasticsearch,
	.render = render,
	.delivery = {.send = send_document, .rest = post_rest},
	.close = post_close,
};
