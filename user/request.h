/* SPDX-License-Identifier: Apache-2.0 */
/* A command that lets the running detector do something and prints what came of it. */
#pragma once
#include "user/cmd.h"

enum { EXIT_NO_DETECTOR = 3 };

struct request_args {
	const char *config, *socket;
	struct arg_list options;
};

#define REQUEST_OPTIONS(a)                                                                           \
	{"socket",     0,      OPT_TEXT,                                                             \
	 &(a)->socket, "FILE", "where the detector answers, instead of the key control_socket"},     \
		{"config",     'c',    OPT_TEXT,                                                     \
		 &(a)->config, "FILE", "configuration; without it " CONFIG_FILE ", if it is there"}, \
	{                                                                                            \
		"option", 'o', OPT_LIST, &(a)->options, "KEY=VALUE",                                 \
			"set a key of the configuration"                                             \
	}

/* Sends the request, waits, prints the answer. The exit status: EXIT_FAIL if it was refused,
 * EXIT_NO_DETECTOR if nobody answers. */
int request_send(const struct request_args *a, const char *request);
