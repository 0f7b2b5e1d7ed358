/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: options of every type, in every form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "user/cmd.h"

static bool flag, other;
static const char *text;
static struct arg_list list, rest;
static unsigned number;

static const struct opt opts[] = {
	{"flag", 'f', OPT_FLAG, &flag, NULL, "a flag"},
	{"other", 'g', OPT_FLAG, &other, NULL, "another"},
	{"text", 't', OPT_TEXT, &text, "TEXT", "a text"},
	{"list", 'l', OPT_LIST, &list, "ITEM", "a list"},
	{"number", 'n', OPT_UINT, &number, "N", "a number"},
	{NULL, 'p', OPT_NULL, NULL, "FORMAT", NULL},
	{},
};
static const struct cmd cmd = {"sample", "[OPTION]...", "A sample.\n", opts};

/* Arguments after the command's name; NULL ends. */
static int parse(struct arg_list *others, const char *const *args)
{
	char *argv[16] = {"sample"};
	int argc = 1;

	flag = other = false;
	text = NULL;
	number = 0;
	arg_list_free(&list);
	arg_list_free(&rest);
	for (; *args; args++)
		argv[argc++] = (char *)*args;
	return cmd_parse(&cmd, argc, argv, others);
}
#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void forms(void **state)
{
	assert_int_equal(parse(&rest, ARGS("--flag", "--text", "a", "-n", "7", "--list=x", "-ly",
					   "file", "-l", "z", "-")),
			 0);
	assert_true(flag);
	assert_false(other);
	assert_string_equal(text, "a");
	assert_int_equal(number, 7);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0], "x");
	assert_string_equal(list.v[1], "y");
	assert_string_equal(list.v[2], "z");
	assert_int_equal(rest.n, 2);
	assert_string_equal(rest.v[0], "file");
	assert_string_equal(rest.v[1], "-");
}

static void letters_together(void **state)
{
	assert_int_equal(parse(&rest, ARGS("-fgt", "a")), 0);
	assert_true(flag && other);
	assert_string_equal(text, "a");
	assert_int_equal(parse(&rest, ARGS("-fta", "-pc", "-p", "%x")), 0);
	assert_string_equal(text, "a");
	assert_int_equal(rest.n, 0);
}

static void double_dash_ends_options(void **state)
{
	assert_int_equal(parse(&rest, ARGS("--", "--flag", "--")), 0);
	assert_false(flag);
	assert_int_equal(rest.n, 2);
	assert_string_equal(rest.v[0], "--flag");
}

/* What is said on stderr, in a static buffer. */
static const char *refusal(struct arg_list *others, const char *const *args)
{
	static char said[2000];
	int saved = dup(STDERR_FILENO);
	FILE *f = tmpfile();
	size_t n;
	int err;

	assert_non_null(f);
	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	err = parse(others, args);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	fclose(f);
	assert_int_not_equal(err, 0);
	assert_non_null(strstr(said, "tiercel sample --help"));
	return said;
}

static void wrong_use_is_explained(void **state)
{
	assert_non_null(strstr(refusal(&rest, ARGS("--txet", "a")), "did you mean '--text'"));
	assert_non_null(strstr(refusal(&rest, ARGS("-x")), "'-x'"));
	assert_non_null(strstr(refusal(&rest, ARGS("--text")), "TEXT"));
	assert_non_null(strstr(refusal(&rest, ARGS("--flag=1")), "takes no argument"));
	assert_non_null(strstr(refusal(&rest, ARGS("-n", "-1")), "'-1'"));
	assert_non_null(strstr(refusal(&rest, ARGS("-n", "7x")), "'7x'"));
	assert_non_null(strstr(refusal(&rest, ARGS("-n", "99999999999999999999")), "not a number"));
	assert_non_null(strstr(refusal(NULL, ARGS("file")), "'file'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(letters_together),
		cmocka_unit_test(double_dash_ends_options),
		cmocka_unit_test(wrong_use_is_explained),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arg_list_free(&list);
	arg_list_free(&rest);
	return failed;
}
