/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. What a command does is in its own cmd_<name>.c. */
#include <stdio.h>
#include <string.h>

#include "gen/nearest.h"
#include "gen/ruleset.h"

#include "user/cmd.h"
#include "user/try_actions.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
#define COMMAND(name, summary) {#name, cmd_##name, summary},
#include "user/commands.def"
#undef COMMAND
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int version(void)
{
	printf("tiercel " VERSION "\nrules: engine %s of Falco\n", ruleset_engine);
	return EXIT_OK;
}

static void help(FILE *out)
{
	fprintf(out, "Usage: tiercel COMMAND [OPTION]...\n\n"
		     "Decides Falco rules inside the Linux kernel and reports what matches.\n\n"
		     "Commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "  %-9s %s\n", "version", "print the version");
	fprintf(out, "  %-9s %s\n", "help",
		"this text, or that of a command: tiercel help COMMAND");
	fprintf(out, "\n'tiercel COMMAND --help' describes a command; tiercel(8) is the manual.\n");
}

static int unknown(const char *name)
{
	struct nearest n = {.wanted = name};

	for (size_t i = 0; i < N_COMMANDS; i++)
		nearest_offer(&n, commands[i].name);
	if (n.best)
		fprintf(stderr, "tiercel: there is no command '%s'; did you mean '%s'?\n", name,
			n.best);
	else
		fprintf(stderr, "tiercel: there is no command '%s'\n", name);
	fprintf(stderr, "Try 'tiercel help'.\n");
	return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].run(argc, argv);
	}
	return unknown(argv[0]);
}

static bool is_word(const char *arg, const char *word, const char *option, const char *letter)
{
	return !strcmp(arg, word) || !strcmp(arg, option) || !strcmp(arg, letter);
}

int main(int argc, char **argv)
{
	if (is_stand_in())
		return stand_in_main();
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (is_word(argv[1], "version", "--version", "-V"))
		return version();
	if (!is_word(argv[1], "help", "--help", "-h"))
		return dispatch(argc - 1, argv + 1);
	if (argc > 2) {
		char *ask[] = {argv[2], "--help", NULL};

		return dispatch(2, ask);
	}
	help(stdout);
	return EXIT_OK;
}
