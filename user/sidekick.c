/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sidekick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "user/alert.h"
#include "user/curl.h"

#define HEADERS_MAX 32

void sidekick_address(struct buf *out, const char *base, const char *path)
{
	size_t n = strlen(base);

	while (n && base[n - 1] == '/')
		n--;
	buf_add(out, base, n);
	if (*path != '/')
		buf_char(out, '/');
	buf_str(out, path);
}

/* ---- certificates ---- */

struct files {
	struct buf cert, key, ca;
};

/* The file itself if it is named, else one of the directory. */
static void choose(struct buf *out, const char *named, const char *dir, const char *name)
{
	if (*named)
		buf_str(out, named);
	else
		sidekick_address(out, dir, name);
}

static void free_files(struct files *f)
{
	buf_free(&f->cert);
	buf_free(&f->key);
	buf_free(&f->ca);
}

/* ---- headers ---- */

static int make_headers(const struct sidekick *k, char *lines[HEADERS_MAX + 1])
{
	size_t n = 0;

	if (k->header) {
		lines[n] = strdup(k->header);
		if (!lines[n++])
			return -ENOMEM;
	}
	for (size_t i = 0; k->headers && i + 1 < k->headers->n; i += 2) {
		const char *name = k->headers->v[i], *value = k->headers->v[i + 1];

		if (n == HEADERS_MAX || strpbrk(name, ":\r\n ") || strpbrk(value, "\r\n")) {
			log_error("%s.customheaders: '%s' cannot be a header", k->name, name);
			return -EINVAL;
		}
		if (asprintf(&lines[n], "%s: %s", name, value) < 0) {
			lines[n] = NULL;
			return -ENOMEM;
		}
		n++;
	}
	return 0;
}

static void free_headers(char *lines[HEADERS_MAX + 1])
{
	for (size_t i = 0; i < HEADERS_MAX; i++)
		free(lines[i]);
}

/* ---- opening ---- */

static int open_poster(const struct sidekick *k, const struct config *cfg, struct files *f,
		       char *const *lines, struct poster **p)
{
	_cleanup_(buf_free) struct buf url = {}, user = {};
	struct poster_options o = {
		.name = k->name,
		.content_type =
			k->content_type ? k->content_type : "application/json; charset=utf-8",
		.user_agent = "Falcosidekick",
		.method = k->method,
		.headers = (const char *const *)lines,
		.insecure = !k->checkcert && !k->mutualtls,
	};

	if (k->path)
		sidekick_address(&url, k->base, k->path);
	else
		buf_str(&url, k->base);
	if (k->user && *k->user)
		buf_printf(&user, "%s:%s", k->user, k->password);
	if (k->mutualtls) {
		choose(&f->cert, cfg->mtls_cert, cfg->mtls_path, "client.crt");
		choose(&f->key, cfg->mtls_key, cfg->mtls_path, "client.key");
		choose(&f->ca, cfg->mtls_ca, cfg->mtls_path, "ca.crt");
		o.client_cert = buf_text(&f->cert);
		o.client_key = buf_text(&f->key);
		o.ca_file = buf_text(&f->ca);
	} else {
		o.ca_file = cfg->tls_ca;
	}
	o.url = buf_text(&url);
	o.user = user.len ? user.s : NULL;
	return poster_new(p, &o);
}

int sidekick_open(const struct sidekick *k, const struct config *cfg, void **state)
{
	char *lines[HEADERS_MAX + 1] = {};
	struct files f = {};
	int err = make_headers(k, lines);

	if (!err)
		err = open_poster(k, cfg, &f, lines, (struct poster **)state);
	free_headers(lines);
	free_files(&f);
	return err;
}

/* ---- the alert ---- */

/* Random, of version 4. */
static void add_uuid(struct buf *out)
{
	static const char between[] = "\3\5\7\11";
	unsigned char b[16] = {};

	if (getrandom(b, sizeof(b), 0) < 0)
		memset(b, 0, sizeof(b));
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(b); i++) {
		buf_printf(out, "%02x", b[i]);
		if (i && strchr(between, (int)i))
			buf_char(out, '-');
	}
}

void sidekick_json(const struct alert *a, const struct config *cfg, const char *begin,
		   struct buf *out)
{
	_cleanup_(buf_free) struct buf json = {};
	struct config all = *cfg; /* what it points to stays cfg's */

	all.json_include_output_property = true;
	all.json_include_output_fields_property = true;
	all.json_include_tags_property = true;
	alert_json(a, &all, &json);
	out->failed |= json.failed;
	buf_char(out, '{');
	buf_str(out, begin);
	buf_str(out, "\"uuid\":\"");
	add_uuid(out);
	buf_str(out, "\",");
	buf_str(out, json.len ? json.s + 1 : "}");
}
