/* SPDX-License-Identifier: Apache-2.0 */
#include "user/curl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "user/buf.h"
#include "user/json.h"
#include "user/libcurl.h"
#include "user/log.h"
#include "user/util.h"

#define CONNECT_TIMEOUT_MS 5000
#define TIMEOUT_MS	   15000
#define WAIT_MAX_S	   3600 /* whatever a server asks for */
#define ANSWER_MAX	   1024 /* bytes of what it says that are logged */
#define GZIP_WINDOW	   (15 + 16)

struct poster {
	const char *name;
	bool gzip, echo;
	unsigned max_timeouts, timeouts;
	const struct libcurl *lib;
	CURL *curl;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	char *url;
	struct buf answer;
	const struct delivery *delivery; /* of the try that is under way */
};

static size_t keep_answer(char *data, size_t size, size_t n, void *ctx)
{
	struct poster *p = ctx;
	size_t len = size * n, room = ANSWER_MAX - p->answer.len;

	buf_add(&p->answer, data, len < room ? len : room);
	return len;
}

/* Called by libcurl now and then: anything but 0 ends the transfer. */
static int progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct poster *p = ctx;

	return p->delivery && delivery_is_over(p->delivery);
}

/* ---- options ---- */

#define SET(option, value) p->lib->easy_setopt(p->curl, CURLOPT_##option, value)

static CURLcode set_tls(struct poster *p, const struct poster_options *o)
{
	CURLcode bad = 0;

	if (o->insecure) {
		bad |= SET(SSL_VERIFYPEER, 0L);
		bad |= SET(SSL_VERIFYHOST, 0L);
	}
	if (o->ca_file && *o->ca_file)
		bad |= SET(CAINFO, o->ca_file);
	if (o->ca_dir && *o->ca_dir)
		bad |= SET(CAPATH, o->ca_dir);
	if (o->client_cert && *o->client_cert) {
		bad |= SET(SSLCERT, o->client_cert);
		bad |= SET(SSLKEY, o->client_key);
	}
	return bad;
}

static CURLcode set_options(struct poster *p, const struct poster_options *o)
{
	CURLcode bad = 0;

#if LIBCURL_VERSION_NUM >= 0x075500
	bad |= SET(PROTOCOLS_STR, "http,https");
#else
	bad |= SET(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	bad |= SET(POST, 1L);
	if (o->method && *o->method && strcmp(o->method, "POST"))
		bad |= SET(CUSTOMREQUEST, o->method);
	if (o->user && *o->user) {
		bad |= SET(HTTPAUTH, (long)CURLAUTH_BASIC);
		bad |= SET(USERPWD, o->user);
	}
	bad |= SET(HTTPHEADER, p->headers);
	bad |= SET(USERAGENT, o->user_agent);
	bad |= SET(NOSIGNAL, 1L);
	bad |= SET(CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	bad |= SET(TIMEOUT_MS, (long)(o->timeout_ms ? o->timeout_ms : TIMEOUT_MS));
	bad |= SET(ERRORBUFFER, p->error);
	bad |= SET(WRITEFUNCTION, keep_answer);
	bad |= SET(WRITEDATA, p);
	bad |= SET(NOPROGRESS, 0L);
	bad |= SET(XFERINFOFUNCTION, progress);
	bad |= SET(XFERINFODATA, p);
	if (o->close)
		bad |= SET(FORBID_REUSE, 1L);
	return bad | set_tls(p, o);
}

static bool add_header(struct poster *p, const char *line)
{
	struct curl_slist *more = p->lib->slist_append(p->headers, line);

	if (more)
		p->headers = more;
	return more != NULL;
}

static bool make_headers(struct poster *p, const struct poster_options *o)
{
	char line[160];
	bool ok;

	snprintf(line, sizeof(line), "Content-Type: %s", o->content_type);
	ok = add_header(p, line);
	/* No question beforehand whether a large body is welcome: it costs a second at servers that
	 * do not know the question. */
	ok = ok && add_header(p, "Expect:");
	ok = ok && (!o->gzip || add_header(p, "Content-Encoding: gzip"));
	for (size_t i = 0; ok && o->headers && o->headers[i]; i++)
		ok = add_header(p, o->headers[i]);
	return ok;
}

/* libcurl would say so only at the first message, and not which file it is. */
static int check_file(const char *name, const char *path)
{
	if (!path || !*path || !access(path, R_OK))
		return 0;
	log_error("%s: %s: %s", name, path, strerror(errno));
	return -errno;
}

static int check(const struct poster_options *o)
{
	const char *files[] = {o->ca_file, o->ca_dir, o->client_cert,
			       o->client_cert && *o->client_cert ? o->client_key : NULL};
	int err = 0;

	if (o->url && strncasecmp(o->url, "http://", 7) && strncasecmp(o->url, "https://", 8)) {
		log_error("%s: its address does not begin with http:// or https://", o->name);
		return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_LEN(files) && !err; i++)
		err = check_file(o->name, files[i]);
	return err;
}

int poster_new(struct poster **out, const struct poster_options *o)
{
	int err = check(o);
	struct poster *p = err ? NULL : calloc(1, sizeof(*p));

	if (!p)
		return err ? err : -ENOMEM;
	p->name = o->name;
	p->gzip = o->gzip;
	p->echo = o->echo;
	p->max_timeouts = o->max_timeouts;
	p->lib = libcurl();
	p->url = o->url ? strdup(o->url) : NULL;
	p->curl = p->lib ? p->lib->easy_init() : NULL;
	if (!p->curl || (o->url && !p->url) || !make_headers(p, o) || set_options(p, o)) {
		log_error("%s: libcurl cannot be set up", o->name);
		poster_free(p);
		return -EIO;
	}
	*out = p;
	return 0;
}

void poster_free(struct poster *p)
{
	if (!p)
		return;
	if (p->lib) {
		p->lib->easy_cleanup(p->curl);
		p->lib->slist_free_all(p->headers);
	}
	buf_free(&p->answer);
	free(p->url);
	free(p);
}

/* ---- sending ---- */

static int compress_body(const char *body, size_t len, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)body, .avail_in = len};
	int end;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, 0))
		return -ENOMEM;
	do {
		unsigned char piece[4096];

		z.next_out = piece;
		z.avail_out = sizeof(piece);
		end = deflate(&z, Z_FINISH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	} while (end == Z_OK);
	deflateEnd(&z);
	return end == Z_STREAM_END && !out->failed ? 0 : -ENOMEM;
}

/* What no connection, or none that went well, means. Neither text of libcurl has the address in
 * it but for the name of the host. */
static enum delivery_result failed(struct poster *p, CURLcode bad, struct delivery_try *t)
{
	snprintf(t->why, sizeof(t->why), "%s", p->error[0] ? p->error : p->lib->easy_strerror(bad));
	if (bad == CURLE_OPERATION_TIMEDOUT && ++p->timeouts == p->max_timeouts)
		log_warn("%s: %u time-outs in a row: the server hangs", p->name, p->timeouts);
	return DELIVERY_AGAIN;
}

static unsigned asked_wait(struct poster *p)
{
	curl_off_t seconds = 0;

	p->lib->easy_getinfo(p->curl, CURLINFO_RETRY_AFTER, &seconds);
	return seconds <= 0 ? 0 : 1000 * (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S);
}

static enum delivery_result answered(struct poster *p, struct delivery_try *t)
{
	_cleanup_(buf_free) struct buf said = {};
	long status = 0;

	p->timeouts = 0;
	p->lib->easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
	json_escape(&said, buf_text(&p->answer), p->answer.len);
	if (p->echo)
		log_info("%s: the server answered %ld: %s", p->name, status, buf_text(&said));
	if (status >= 200 && status < 300)
		return DELIVERY_DONE;
	snprintf(t->why, sizeof(t->why), "the server answered %ld%s%.120s", status,
		 said.len ? ": " : "", buf_text(&said));
	if (status == 429 || status == 503)
		t->wait_ms = asked_wait(p);
	switch (status) {
	case 408:
	case 425:
	case 429:
	case 502:
	case 503:
	case 504:
		return DELIVERY_AGAIN;
	}
	return status >= 500 ? DELIVERY_ERROR : DELIVERY_REFUSED;
}

enum delivery_result poster_send(struct poster *p, const char *url, const char *body, size_t len,
				 struct delivery_try *t)
{
	_cleanup_(buf_free) struct buf packed = {};
	CURLcode bad;

	if (p->gzip) {
		if (compress_body(body, len, &packed)) {
			snprintf(t->why, sizeof(t->why), "no memory");
			return DELIVERY_AGAIN;
		}
		body = packed.s;
		len = packed.len;
	}
	p->error[0] = '\0';
	buf_clear(&p->answer);
	p->delivery = t->delivery;
	SET(URL, url ? url : p->url);
	SET(POSTFIELDS, body);
	SET(POSTFIELDSIZE_LARGE, (curl_off_t)len);
	bad = p->lib->easy_perform(p->curl);
	return bad ? failed(p, bad, t) : answered(p, t);
}
