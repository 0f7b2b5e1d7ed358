/* SPDX-License-Identifier: Apache-2.0 */
#include "user/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/ruleset.h"

#include "user/json.h"
#include "user/metrics.h"

#define PAGE_MS 100 /* the page of metrics is not made more often */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static const struct config *config_of(const struct service *s)
{
	return &s->reload->current->config;
}

/* ---- answers ---- */

static void add_text(struct buf *b, bool *first, const char *name, const char *text)
{
	json_name(b, first, name);
	json_str(b, text, strlen(text));
}

static void versions(struct http_answer *a)
{
	struct buf *b = &a->body;
	bool first = true;

	buf_char(b, '{');
	/* Falco gives the middle number alone, too. */
	add_text(b, &first, "engine_version", "63");
	add_text(b, &first, "engine_version_semver", ruleset_engine);
	add_text(b, &first, "falco_version", VERSION);
	json_name(b, &first, "plugin_versions");
	buf_str(b, "{}");
	add_text(b, &first, "tiercel_version", VERSION);
	buf_char(b, '}');
}

static void show_metrics(struct service *s, struct http_answer *a)
{
	int64_t now = now_ms();

	a->type = "text/plain; version=0.0.4; charset=utf-8";
	if (!config_of(s)->metrics_enabled || !config_of(s)->webserver_metrics) {
		buf_str(&a->body, "Metrics are off: set metrics.enabled and "
				  "webserver.prometheus_metrics_enabled.\n");
		return;
	}
	if (s->shown_at && now - s->shown_at < PAGE_MS) {
		a->status = 429;
		return;
	}
	s->shown_at = now;
	a->status = 200;
	metrics_page(s->reload, &a->body);
}

static void on_get(void *ctx, const char *path, struct http_answer *a)
{
	struct service *s = ctx;

	a->type = "application/json";
	if (!strcmp(path, config_of(s)->webserver_healthz)) {
		a->status = 200;
		buf_str(&a->body, "{\"status\": \"ok\"}");
	} else if (!strcmp(path, "/versions")) {
		a->status = 200;
		versions(a);
	} else if (!strcmp(path, "/metrics")) {
		show_metrics(s, a);
	}
}

/* ---- open and shut ---- */

void service_open(struct service *s, struct reload *r)
{
	static const struct http_ops ops = {on_get};
	const struct config *cfg = &r->current->config;
	char why[300];

	*s = (struct service){.reload = r};
	if (!cfg->webserver_enabled)
		return;
	if (cfg->webserver_ssl) {
		log_error("webserver.ssl_enabled: TLS is not offered: let a proxy do it, or turn "
			  "it off; nothing is answered over HTTP");
		return;
	}
	s->address = strdup(cfg->webserver_address);
	s->port = cfg->webserver_port;
	if (!s->address)
		return;
	s->is_open = !http_open(&s->http, s->address, s->port, &r->agent->reader, &ops, s, why,
				sizeof(why));
	if (s->is_open)
		log_info("HTTP at %s port %u", s->address, s->http.port);
	else
		log_warn("nothing is answered over HTTP: %s", why);
}

void service_change(struct service *s)
{
	const struct config *cfg = config_of(s);

	if (s->is_open && cfg->webserver_enabled && !cfg->webserver_ssl &&
	    s->port == cfg->webserver_port && !strcmp(s->address, cfg->webserver_address))
		return;
	service_close(s);
	service_open(s, s->reload);
}

void service_close(struct service *s)
{
	if (s->is_open)
		http_close(&s->http);
	free(s->address);
	*s = (struct service){.reload = s->reload};
}
