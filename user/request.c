/* SPDX-License-Identifier: Apache-2.0 */
#include "user/request.h"

#include <string.h>
#include <unistd.h>

#include "gen/arena.h"
#include "user/config.h"
#include "user/json.h"
#include "user/server.h"

static int show(const char *answer, size_t len)
{
	struct arena *a = arena_new();
	struct json_error why;
	const struct json *j = a ? json_read(a, answer, len, &why) : NULL, *ok = NULL, *text = NULL;
	int status = EXIT_FAIL;

	if (j && j->kind == JSON_OBJECT) {
		ok = json_get(j, "ok");
		text = json_get(j, "text");
	}
	if (ok && ok->kind == JSON_BOOL && text && text->kind == JSON_STR) {
		fprintf(ok->num ? stdout : stderr, "%s\n", text->str);
		status = ok->num ? EXIT_OK : EXIT_FAIL;
	} else {
		log_error("the detector's answer makes no sense");
	}
	arena_free(&a);
	return status;
}

static int ask(const char *path, const char *request)
{
	struct buf answer = {};
	char why[300];
	int fd = server_connect(path, why, sizeof(why)), status = EXIT_NO_DETECTOR, err;

	if (fd < 0) {
		log_error("%s", why);
		return EXIT_NO_DETECTOR;
	}
	err = server_ask(fd, request, &answer);
	close(fd);
	if (err)
		log_error("the detector did not answer: %s", strerror(-err));
	else
		status = show(buf_text(&answer), answer.len);
	buf_free(&answer);
	return status;
}

int request_send(const struct request_args *a, const char *request)
{
	struct config config = {};
	int status;

	if (a->socket)
		return ask(a->socket, request);
	if (config_load(&config, a->config, a->options.v, a->options.n))
		return EXIT_FAIL;
	if (*config.control_socket) {
		status = ask(config.control_socket, request);
	} else {
		log_error("control_socket is empty: nobody can be asked");
		status = EXIT_NO_DETECTOR;
	}
	config_free(&config);
	return status;
}
