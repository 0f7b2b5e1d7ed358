/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel reload: tells the running detector to read its files again, and what came of it. */
#include "user/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "user/config.h"
#include "user/json.h"
#include "user/server.h"

static struct {
	const char *config, *socket, *pidfile;
	struct arg_list options;
} opt;

static const struct opt opts[] = {
	{"socket", 0, OPT_TEXT, &opt.socket, "FILE",
	 "where the detector answers, instead of the key control_socket"},
	{"pidfile", 'P', OPT_TEXT, &opt.pidfile, "FILE",
	 "only send SIGHUP to the process of this file; its log says what came of it"},
	{"config", 'c', OPT_TEXT, &opt.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"option", 'o', OPT_LIST, &opt.options, "KEY=VALUE", "set a key of the configuration"},
	{},
};

static const struct cmd cmd = {
	.name = "reload",
	.args = "[OPTION]...",
	.about = "Lets the running detector read configuration and rules again, waits and says "
		 "what\n"
		 "came of it. Status 0: the new policy is in force; 1: it is not right, the old "
		 "one\n"
		 "stays; 3: no detector answers.\n",
	.opts = opts,
};

enum { EXIT_NO_DETECTOR = 3 };

static int send_signal(void)
{
	FILE *f = fopen(opt.pidfile, "re");
	int pid = 0, n = f ? fscanf(f, "%d", &pid) : 0;

	if (!f) {
		log_error("%s: %s", opt.pidfile, strerror(errno));
		return EXIT_NO_DETECTOR;
	}
	fclose(f);
	if (n != 1 || pid <= 1) {
		log_error("%s holds no process id", opt.pidfile);
		return EXIT_NO_DETECTOR;
	}
	if (kill(pid, SIGHUP)) {
		log_error("process %d: %s", pid, strerror(errno));
		return EXIT_NO_DETECTOR;
	}
	printf("SIGHUP was sent to process %d; its log says what comes of it\n", pid);
	return EXIT_OK;
}

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

static int ask(const char *path)
{
	struct buf answer = {};
	char why[300];
	int fd = server_connect(path, why, sizeof(why)), status = EXIT_NO_DETECTOR, err;

	if (fd < 0) {
		log_error("%s", why);
		return EXIT_NO_DETECTOR;
	}
	err = server_ask(fd, "reload", &answer);
	close(fd);
	if (err)
		log_error("the detector did not answer: %s", strerror(-err));
	else
		status = show(buf_text(&answer), answer.len);
	buf_free(&answer);
	return status;
}

static int reload(void)
{
	struct config config = {};
	int status;

	if (opt.pidfile)
		return send_signal();
	if (opt.socket)
		return ask(opt.socket);
	if (config_load(&config, opt.config, opt.options.v, opt.options.n))
		return EXIT_FAIL;
	if (*config.control_socket) {
		status = ask(config.control_socket);
	} else {
		log_error("control_socket is empty: use --pidfile");
		status = EXIT_NO_DETECTOR;
	}
	config_free(&config);
	return status;
}

int cmd_reload(int argc, char **argv)
{
	int status = cmd_parse(&cmd, argc, argv, NULL) ? EXIT_USAGE : reload();

	arg_list_free(&opt.options);
	return status;
}
