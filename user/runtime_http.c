/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_http.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "user/libcurl.h"
#include "user/runtime.h"
#include "user/runtime_json.h"

static size_t take(char *data, size_t size, size_t n, void *to)
{
	struct buf *b = to;

	if (n > RUNTIME_FILE_MAX || b->len > RUNTIME_FILE_MAX - n)
		return 0; /* ends the transfer */
	buf_add(b, data, n);
	return n;
}

static CURLcode perform(const struct libcurl *c, CURL *h, const char *socket, const char *url,
			struct buf *body, long *status)
{
	CURLcode code;

	c->easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, socket);
	c->easy_setopt(h, CURLOPT_URL, url);
	c->easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(h, CURLOPT_NOPROXY, "*");
	c->easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	c->easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)RUNTIME_SOCKET_MS);
	c->easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	c->easy_setopt(h, CURLOPT_WRITEDATA, body);
	code = c->easy_perform(h);
	c->easy_getinfo(h, CURLINFO_RESPONSE_CODE, status);
	return code;
}

static int ask(const char *socket, const char *path, struct buf *body, struct buf *why)
{
	const struct libcurl *c = libcurl();
	CURL *h = c ? c->easy_init() : NULL;
	char url[512];
	CURLcode code;
	long status = 0;

	if (!h)
		return -ENOENT;
	snprintf(url, sizeof(url), "http://localhost%s", path);
	code = perform(c, h, socket, url, body, &status);
	c->easy_cleanup(h);
	if (code == CURLE_COULDNT_CONNECT || status == 404)
		return -ENOENT;
	if (code != CURLE_OK) {
		buf_printf(why, "%s: %s", socket, c->easy_strerror(code));
		return code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO;
	}
	if (status != 200) {
		buf_printf(why, "%s answers %ld", socket, status);
		return -EPROTO;
	}
	return body->failed ? -ENOMEM : 0;
}

int runtime_http_get(const struct runtime_roots *roots, const char *socket, const char *path,
		     struct json_object **out, struct buf *why)
{
	char whole[PATH_MAX];
	struct buf body = {}, what = {};
	struct stat st;
	int err;

	*out = NULL;
	snprintf(whole, sizeof(whole), "%s%s", roots->host ? roots->host : "", socket);
	if (stat(whole, &st) || !S_ISSOCK(st.st_mode) ||
	    strlen(whole) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -ENOENT;
	err = ask(whole, path, &body, why);
	if (!err) {
		err = runtime_json_parse(buf_text(&body), body.len, out, &what);
		if (err == -EAGAIN) /* the answer is whole: nothing more comes */
			err = -EBADMSG;
		if (err)
			buf_printf(why, "what %s answers %s", whole,
				   what.len ? buf_text(&what) : "ends in the middle");
	}
	buf_free(&body);
	buf_free(&what);
	return err;
}
