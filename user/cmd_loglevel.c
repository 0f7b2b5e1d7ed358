/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel loglevel: how much the running detector says about itself. */
#include <stdio.h>
#include <string.h>

#include "user/config.h"
#include "user/request.h"

static struct request_args args;

static const struct opt opts[] = {
	REQUEST_OPTIONS(&args),
	{},
};

static const struct cmd cmd = {
	.name = "loglevel",
	.args = "[OPTION]... [error|warning|info|debug]",
	.about = "Sets what the running detector logs, until its configuration is read again, or "
		 "shows\n"
		 "it. Status 3: no detector answers.\n",
	.opts = opts,
};

static int send_level(const struct arg_list *rest)
{
	enum log_level level;
	char request[64] = "loglevel";

	if (rest->n > 1)
		return cmd_usage(&cmd, "give one level");
	if (rest->n && log_level_parse(rest->v[0], &level))
		return cmd_usage(&cmd, "'%s' is not a level: error, warning, info or debug",
				 rest->v[0]);
	if (rest->n)
		snprintf(request, sizeof(request), "loglevel %s", log_level_name(level));
	return request_send(&args, request);
}

int cmd_loglevel(int argc, char **argv)
{
	struct arg_list rest = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &rest))
		status = send_level(&rest);
	arg_list_free(&rest);
	arg_list_free(&args.options);
	return status;
}
