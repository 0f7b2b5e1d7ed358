/* SPDX-License-Identifier: Apache-2.0 */
#include "user/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/nearest.h"

#define HELP_COLUMN 30

void arg_list_free(struct arg_list *l)
{
	free(l->v);
	*l = (struct arg_list){};
}

static int list_add(struct arg_list *l, const char *value)
{
	const char **more = realloc(l->v, (l->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->v = more;
	l->v[l->n++] = value;
	return 0;
}

int cmd_usage(const struct cmd *c, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "tiercel %s: ", c->name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'tiercel %s --help'.\n", c->name);
	return EXIT_USAGE;
}

static void print_opt(const struct opt *o)
{
	char left[64];
	int n;

	if (!o->help)
		return;
	n = snprintf(left, sizeof(left), "  %c%c%s%s%s%s%s", o->letter ? '-' : ' ',
		     o->letter ? o->letter : ' ', o->letter && o->name ? ", " : "  ",
		     o->name ? "--" : "", o->name ? o->name : "", o->arg ? " " : "",
		     o->arg ? o->arg : "");
	if (n >= HELP_COLUMN)
		printf("%s\n%*s%s\n", left, HELP_COLUMN, "", o->help);
	else
		printf("%-*s%s\n", HELP_COLUMN, left, o->help);
}

static void print_help(const struct cmd *c)
{
	printf("Usage: tiercel %s %s\n\n%s", c->name, c->args, c->about);
	printf("\nOptions:\n");
	for (const struct opt *o = c->opts; o->name || o->letter; o++)
		print_opt(o);
	print_opt(&(struct opt){.name = "help", .letter = 'h', .help = "this text"});
}

static int parse_uint(const struct cmd *c, const char *text, unsigned *out)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || n > 0x7fffffff) {
		cmd_usage(c, "'%s' is not a number from 0 to %d", text, 0x7fffffff);
		return -EINVAL;
	}
	*out = n;
	return 0;
}

static int refuse(const struct cmd *c, const struct opt *o)
{
	if (o->letter)
		cmd_usage(c, "option '-%c' does not exist: %s", o->letter, (const char *)o->target);
	else
		cmd_usage(c, "option '--%s' does not exist: %s", o->name, (const char *)o->target);
	return -EOPNOTSUPP;
}

static int set(const struct cmd *c, const struct opt *o, const char *value)
{
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)o->target = true;
		return 0;
	case OPT_TEXT:
		*(const char **)o->target = value;
		return 0;
	case OPT_LIST:
		return list_add(o->target, value);
	case OPT_UINT:
		return parse_uint(c, value, o->target);
	case OPT_MAYBE:
		*(const char **)o->target = value ? value : "";
		return 0;
	case OPT_NULL:
		return 0;
	case OPT_REFUSED:
		return refuse(c, o);
	}
	return -EINVAL;
}

static const struct opt *find_long(const struct cmd *c, const char *name, size_t len)
{
	for (const struct opt *o = c->opts; o->name || o->letter; o++) {
		if (o->name && strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	}
	return NULL;
}

static const struct opt *find_letter(const struct cmd *c, char letter)
{
	for (const struct opt *o = c->opts; o->name || o->letter; o++) {
		if (o->letter == letter)
			return o;
	}
	return NULL;
}

static int unknown_long(const struct cmd *c, const char *name)
{
	struct nearest n = {.wanted = name};

	for (const struct opt *o = c->opts; o->name || o->letter; o++) {
		if (o->name)
			nearest_offer(&n, o->name);
	}
	if (n.best)
		cmd_usage(c, "there is no option '--%s'; did you mean '--%s'?", name, n.best);
	else
		cmd_usage(c, "there is no option '--%s'", name);
	return -EINVAL;
}

/* *i: index of the option, moved on if its argument is the next element. */
static int take_value(const struct cmd *c, const struct opt *o, const char *inside, int *i,
		      int argc, char **argv)
{
	if (!o->arg)
		return set(c, o, NULL);
	if (inside || o->type == OPT_MAYBE || o->type == OPT_REFUSED)
		return set(c, o, inside);
	if (*i + 1 >= argc) {
		cmd_usage(c, "option '%s' needs an argument: %s", argv[*i], o->arg);
		return -EINVAL;
	}
	return set(c, o, argv[++*i]);
}

static int parse_long(const struct cmd *c, int *i, int argc, char **argv)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct opt *o = find_long(c, name, len);

	if (!o && !strcmp(name, "help")) {
		print_help(c);
		exit(EXIT_OK);
	}
	if (!o)
		return unknown_long(c, name);
	if (equals && !o->arg) {
		cmd_usage(c, "option '--%s' takes no argument", o->name);
		return -EINVAL;
	}
	return take_value(c, o, equals ? equals + 1 : NULL, i, argc, argv);
}

/* -abc VALUE, -cVALUE */
static int parse_letters(const struct cmd *c, int *i, int argc, char **argv)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct opt *o = find_letter(c, *p);
		int err;

		if (!o && *p == 'h') {
			print_help(c);
			exit(EXIT_OK);
		}
		if (!o) {
			cmd_usage(c, "there is no option '-%c'", *p);
			return -EINVAL;
		}
		if (o->arg)
			return take_value(c, o, p[1] ? p + 1 : NULL, i, argc, argv);
		err = set(c, o, NULL);
		if (err)
			return err;
	}
	return 0;
}

static int take_rest(const struct cmd *c, struct arg_list *rest, const char *arg)
{
	if (rest)
		return list_add(rest, arg);
	cmd_usage(c, "no argument is expected here: '%s'", arg);
	return -EINVAL;
}

int cmd_parse(const struct cmd *c, int argc, char **argv, struct arg_list *rest)
{
	bool only_rest = false;
	int err = 0;

	for (int i = 1; i < argc && !err; i++) {
		if (only_rest || argv[i][0] != '-' || !argv[i][1])
			err = take_rest(c, rest, argv[i]);
		else if (!strcmp(argv[i], "--"))
			only_rest = true;
		else if (argv[i][1] == '-')
			err = parse_long(c, &i, argc, argv);
		else
			err = parse_letters(c, &i, argc, argv);
	}
	return err;
}
