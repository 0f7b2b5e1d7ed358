/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to Alertmanager: texts are labels, the output is an annotation. */
#include "user/sink.h"

#include <string.h>

#include "user/chat.h"
#include "user/format.h"
#include "user/json.h"
#include "user/post.h"
#include "user/sidekick.h"

static bool is_wanted(const struct config *cfg)
{
	return *cfg->alertmanager_hostport;
}

static enum priority minimum(const struct config *cfg)
{
	return cfg->alertmanager_minimumpriority;
}

static int open_alertmanager(const struct config *cfg, void **state)
{
	const struct sidekick k = {
		.name = "alertmanager",
		.base = cfg->alertmanager_hostport,
		.path = cfg->alertmanager_endpoint,
		.checkcert = cfg->alertmanager_checkcert,
		.mutualtls = cfg->alertmanager_mutualtls,
		.headers = &cfg->alertmanager_customheaders,
	};

	return sidekick_open(&k, cfg, state);
}

static const char *severity(enum priority p)
{
	return p <= PRIORITY_CRITICAL  ? "critical"
	       : p <= PRIORITY_WARNING ? "warning"
				       : "information";
}

/* [a-zA-Z0-9_], never two _ in a row nor one at an end. */
static void label_name(struct buf *out, const char *name)
{
	for (; *name; name++) {
		if ((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9'))
			buf_char(out, *name);
		else if (out->len && out->s[out->len - 1] != '_')
			buf_char(out, '_');
	}
	while (out->len && out->s[out->len - 1] == '_')
		out->s[--out->len] = '\0';
}

/* Numbers that differ from alert to alert would make each one a new alert; texts do not. */
static void field_label(const struct alert_field *f, struct buf *out, bool *first)
{
	_cleanup_(buf_free) struct buf name = {};

	if (f->kind != ALERT_STR || !strncmp(f->name, "n_evts", 6))
		return;
	label_name(&name, f->name);
	if (name.len && (name.s[0] < '0' || name.s[0] > '9'))
		chat_member(out, first, name.s, f->str);
}

static void pairs(const struct texts *t, struct buf *out, bool *first)
{
	for (size_t i = 0; i + 1 < t->n; i += 2)
		chat_member(out, first, t->v[i], t->v[i + 1]);
}

static void labels(const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf tags = {};
	bool first = true;

	chat_tags(&tags, a, ",");
	buf_char(out, '{');
	for (size_t i = 0; i < a->n_fields; i++)
		field_label(&a->fields[i], out, &first);
	chat_member(out, &first, "source", "falco");
	chat_member(out, &first, "rule", a->rule);
	chat_member(out, &first, "eventsource", a->source);
	if (*a->hostname)
		chat_member(out, &first, "hostname", a->hostname);
	if (tags.len)
		chat_member(out, &first, "tags", tags.s);
	chat_member(out, &first, "priority", priority_name(a->priority));
	chat_member(out, &first, "severity", severity(a->priority));
	pairs(&cfg->alertmanager_extralabels, out, &first);
	buf_char(out, '}');
}

static void annotations(const struct config *cfg, const struct alert *a, struct buf *out)
{
	_cleanup_(buf_free) struct buf text = {};
	bool first = true;

	alert_output(a, &text);
	out->failed |= text.failed;
	buf_char(out, '{');
	chat_member(out, &first, "info", buf_text(&text));
	chat_member(out, &first, "description", buf_text(&text));
	chat_member(out, &first, "summary", a->rule);
	pairs(&cfg->alertmanager_extraannotations, out, &first);
	buf_char(out, '}');
}

static void render(void *state, const struct config *cfg, const struct alert *a, struct buf *out)
{
	bool first = true;

	buf_str(out, "[{");
	json_name(out, &first, "labels");
	labels(cfg, a, out);
	json_name(out, &first, "annotations");
	annotations(cfg, a, out);
	if (cfg->alertmanager_expiresafter) {
		json_name(out, &first, "endsAt");
		buf_char(out, '"');
		format_time_utc(a->time + cfg->alertmanager_expiresafter * 1000000000LL, "Z", out);
		buf_char(out, '"');
	}
	buf_str(out, "}]");
}

const struct sink_ops sink_alertmanager = {
	.name = "alertmanager",
	.keys = "alertmanager.",
	.off = "alertmanager.hostport=",
	.has_spool = true,
	.is_wanted = is_wanted,
	.minimum = minimum,
	.open = open_alertmanager,
	.render = render,
	.delivery = {.send = post_send, .rest = post_rest},
	.close = post_close,
};
