/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to Loki. */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "user/chat.h"
#include "user/json.h"
#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->loki_hostport;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->loki_minimumpriority;
}

static int open_loki(const struct config *cfg, void **state)
{
	_cleanup_free_ char *tenant = NULL;
	struct sidekick k = {
		.name = "loki",
		.base = cfg->loki_hostport,
		.path = cfg->loki_endpoint,
		.content_type = "application/json",
		.user = *cfg->loki_apikey ? cfg->loki_user : NULL,
		.password = cfg->loki_apikey,
		.checkcert = cfg->loki_checkcert,
		.mutualtls = cfg->loki_mutualtls,
		.headers = &cfg->loki_customheaders,
	};

	if (strpbrk(cfg->loki_tenant, "\r\n")) {
		log_error("loki.tenant: it has more than one line");
		return -EINVAL;
	}
	if (*cfg->loki_tenant) {
		if (asprintf(&tenant, "X-Scope-OrgID: %s", cfg->loki_tenant) < 0)
			return -ENOMEM;
		k.header = tenant;
	}
	return sidekick_open(&k, cfg, state);
}

/* As falcosidekick names labels. */
static void label(struct buf *out, bool *first, const char *name, const char *value)
{
	_cleanup_(buf_free) struct buf label_name = {}, text = {};

	for (; *name; name++)
		if (!strchr(".[]", *name))
			buf_char(&label_name, *name);
	for (; *value; value++)
		if (*value != '"')
			buf_char(&text, *value);
	chat_member(out, first, buf_text(&label_name), buf_text(&text));
}

/* Whether a list with commas or blanks names it. */
static bool is_named(const char *list, const char *name)
{
	size_t n = strlen(name), len;

	for (; *list; list += len) {
		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (len == n && !memcmp(list, name, n))
			return true;
	}
	return false;
}

static void labels(const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf tags = {};
	bool first = true;

	chat_tags(&tags, a, ",");
	buf_char(out, '{');
	chat_member(out, &first, "rule", a->rule);
	chat_member(out, &first, "source", a->source);
	chat_member(out, &first, "priority", priority_name(a->priority));
	for (size_t i = 0; i < a->n_fields; i++)
		if (a->fields[i].kind == ALERT_STR &&
		    is_named(cfg->loki_extralabels, a->fields[i].name))
			label(out, &first, a->fields[i].name, a->fields[i].str);
	if (*a->hostname)
		chat_member(out, &first, "hostname", a->hostname);
	if (tags.len)
		chat_member(out, &first, "tags", tags.s);
	buf_char(out, '}');
}

/* Text is escaped as in a text alert: people look at it in a terminal, too. */
static void line(const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf raw = {}, text = {};

	if (cfg->loki_format == LOKI_JSON) {
		sidekick_json(a, cfg, "", out);
		return;
	}
	alert_output(a, &raw);
	out->failed |= raw.failed;
	json_escape(&text, buf_text(&raw), raw.len);
	out->failed |= text.failed;
	chat_hide(out, buf_text(&text));
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf text = {};

	line(cfg, a, &text);
	out->failed |= text.failed;
	buf_str(out, "{\"streams\":[{\"stream\":");
	labels(cfg, a, out);
	buf_printf(out, ",\"values\":[[\"%" PRId64 "\",", a->time);
	json_str(out, buf_text(&text), text.len);
	buf_str(out, "]]}]}");
}

const struct sink_ops sink_loki = {
	.name = "loki",
	.keys = "loki.",
	.off = "loki.hostport=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_loki,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
