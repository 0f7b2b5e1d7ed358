/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands and their options. An option is a row: parsing and the text of --help follow from it.
 * A new command is a user/cmd_x.c with int cmd_x(argc, argv) and a row in user/commands.def.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { EXIT_OK = 0, EXIT_FAIL = 1, EXIT_USAGE = 2 };

/* Arguments of an option given several times, or those that are no options. They stay in argv. */
struct arg_list {
	const char **v;
	size_t n;
};

enum opt_type {
	OPT_FLAG,    /* bool: true if given */
	OPT_TEXT,    /* const char * */
	OPT_LIST,    /* struct arg_list: may be repeated */
	OPT_UINT,    /* unsigned */
	OPT_MAYBE,   /* const char *: --name or --name=VALUE; "" without a value */
	OPT_REFUSED, /* not taken; target is a const char * that says why. With arg as OPT_NULL */
	OPT_NULL,    /* accepted and without effect; target NULL. With arg it takes an argument */
};

struct opt {
	const char *name; /* without --; NULL: only the letter */
	char letter;	  /* 0: only the name */
	enum opt_type type;
	void *target;
	const char *arg;  /* name of its argument in help, NULL for flags */
	const char *help; /* NULL: not shown */
};

struct cmd {
	const char *name;
	const char *args;	/* "[OPTION]... [FILE]..." */
	const char *about;	/* what it does: a few lines, each ending in \n */
	const struct opt *opts; /* ends with a row of zeros */
};

/*
 * Sets the targets. Options may stand after other arguments; what follows -- is none. -h and
 * --help print and end the program. Returns 0 with the other arguments in rest (free rest->v
 * and the v of every list with arg_list_free), or -EINVAL after having said what is wrong: the
 * command returns EXIT_USAGE; or -EOPNOTSUPP after an option that is refused. rest NULL: no other
 * arguments are allowed.
 */
int cmd_parse(const struct cmd *c, int argc, char **argv, struct arg_list *rest);
void arg_list_free(struct arg_list *l);
/* "tiercel CMD: ..." and where to find help, to stderr; returns EXIT_USAGE. */
int cmd_usage(const struct cmd *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define COMMAND(name, summary) int cmd_##name(int argc, char **argv);
#include "user/commands.def"
#undef COMMAND
