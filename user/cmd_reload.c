/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel reload: tells the running detector to read its files again, and what came of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "user/config.h"
#include "user/request.h"

static struct request_args args;
static const char *pidfile;

static const struct opt opts[] = {
	REQUEST_OPTIONS(&args),
	{"pidfile", 'P', OPT_TEXT, &pidfile, "FILE",
	 "only send SIGHUP to the process of this file; its log says what came of it"},
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

static int send_signal(void)
{
	FILE *f = fopen(pidfile, "re");
	int pid = 0, n = f ? fscanf(f, "%d", &pid) : 0;

	if (!f) {
		log_error("%s: %s", pidfile, strerror(errno));
		return EXIT_NO_DETECTOR;
	}
	fclose(f);
	if (n != 1 || pid <= 1) {
		log_error("%s holds no process id", pidfile);
		return EXIT_NO_DETECTOR;
	}
	if (kill(pid, SIGHUP)) {
		log_error("process %d: %s", pid, strerror(errno));
		return EXIT_NO_DETECTOR;
	}
	printf("SIGHUP was sent to process %d; its log says what comes of it\n", pid);
	return EXIT_OK;
}

int cmd_reload(int argc, char **argv)
{
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, NULL))
		status = pidfile ? send_signal() : request_send(&args, "reload");
	arg_list_free(&args.options);
	return status;
}
