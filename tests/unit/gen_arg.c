/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of events: where they come from, and numbers as Falco shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/arg.h"
#include "gen/event_args.h"

static const struct {
	const char *types, *name;
} rows[] = {
#define ARG(types, name, from, n, form, bits, domain) {types, name},
#define ARG_OF(types, name, field, meaning, form)     {types, name},
#include "gen/arg.def"
#undef ARG
#undef ARG_OF
};

static const struct arg_source *source(const char *type, const char *name)
{
	const struct arg_source *s = arg_source(type, name);

	if (!s)
		fail_msg("%s has no %s", type, name);
	return s;
}

/* A row with a type or a name that is misspelt would never be found. */
static void rows_are_of_arguments(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char types[256], *next = types, *type;

		if (!strcmp(rows[i].types, "*")) {
			assert_true(event_arg_exists(rows[i].name));
			continue;
		}
		snprintf(types, sizeof(types), "%s", rows[i].types);
		while ((type = strsep(&next, " ")))
			source(type, rows[i].name);
	}
}

static void sources(void **state)
{
	assert_null(arg_source("openat", "newpath"));
	assert_int_equal(source("renameat2", "newpath")->from, ARG_PATH);
	assert_int_equal(source("renameat2", "newpath")->n, 2);
	assert_int_equal(source("renameat2", "res")->form, AS_ERRNO);
	assert_int_equal(source("dup2", "res")->form, AS_FD);
	assert_int_equal(source("unlinkat", "flags")->n, 2);
	assert_int_equal(source("execve", "uid")->field, FIELD_USER_UID);
	assert_int_equal(source("setuid", "uid")->from, ARG_REGISTER);
	assert_int_equal(source("write", "data")->from, ARG_LATER);
	assert_int_equal(source("getpid", "ID")->from, ARG_CALL);
}

static const struct {
	const char *type, *name;
	uint64_t raw;
	const char *plain, *meaning;
} shown[] = {
	{"openat", "flags", 01101, "262", "O_TRUNC|O_CREAT|O_WRONLY"},
	{"openat", "flags", 0, "1", "O_RDONLY"},
	{"openat", "flags", 2, "3", "O_RDWR"},
	{"openat", "flags", 3, "0", ""},
	{"openat", "flags", 02000000 | OPENED_CREATED | OPENED_LOWER, "86017",
	 "O_RDONLY|O_CLOEXEC|O_F_CREATED|FD_LOWER_LAYER"},
	{"openat", "mode", 0755, "0755", ""},
	{"openat", "mode", 0, "0", ""},
	{"mkdir", "mode", 0777, "1FF", ""},
	{"chmod", "mode", 0600, "0600", "S_IWUSR|S_IRUSR"},
	{"chmod", "mode", 06001, "06001", "S_IXOTH|S_ISGID|S_ISUID"},
	{"chmod", "mode", 0x10000 | 0600, "0600", "S_IWUSR|S_IRUSR"},
	{"mknod", "mode", 020600, "020600", "S_IWUSR|S_IRUSR|S_IFCHR"},
	{"renameat", "olddirfd", (uint32_t)-100, "-100", "AT_FDCWD"},
	{"renameat", "olddirfd", (uint64_t)-100, "-100", "AT_FDCWD"},
	{"fchmod", "fd", 5, "5", ""},
	{"connect", "res", (uint64_t)-115, "-115", "EINPROGRESS"},
	{"connect", "res", 0, "0", ""},
	{"ptrace", "request", 16, "11", "PTRACE_ATTACH"},
	{"ptrace", "request", 0, "1", "PTRACE_TRACEME"},
	{"ptrace", "request", 0x4206, "20", "PTRACE_SEIZE"},
	{"ptrace", "request", 9999, "0", "PTRACE_UNKNOWN"},
	{"socket", "domain", 2, "2", "AF_INET"},
	{"socket", "domain", 17, "17", "AF_PACKET"},
	{"socket", "domain", 1, "1", "AF_LOCAL"},
	{"socket", "domain", 44, "44", ""},
	{"socket", "type", 2 | 02000000, "524290", ""},
	{"bpf", "cmd", 5, "5", "BPF_PROG_LOAD"},
	{"bpf", "cmd", 0xffffffff00000005, "5", "BPF_PROG_LOAD"},
	{"unshare", "flags", 0x10020000, "1048608", "CLONE_NEWNS|CLONE_NEWUSER"},
	{"unshare", "flags", 0, "0", ""},
	{"setns", "nstype", 0x40000000, "16", "CLONE_NEWNET"},
	{"mmap", "prot", 7, "7", "PROT_READ|PROT_WRITE|PROT_EXEC"},
	{"mmap", "prot", 0, "0", "PROT_NONE"},
	{"mmap", "flags", 0x22, "10", "MAP_PRIVATE|MAP_ANONYMOUS"},
	{"mount", "flags", 0xc0ed1000, "4096", "BIND"},
	{"mount", "flags", 0x40000 | 1, "262145", "RDONLY|PRIVATE"},
	{"umount2", "flags", 2, "2", "DETACH"},
	{"kill", "sig", 9, "9", "SIGKILL"},
	{"kill", "sig", 40, "40", ""},
	{"fcntl", "cmd", 1, "2", "F_GETFD"},
	{"fcntl", "cmd", 77, "0", "UNKNOWN"},
	{"dup3", "flags", 02000000, "4096", "O_CLOEXEC"},
	{"dup3", "flags", 0, "0", "O_NONE"},
	{"access", "mode", 0, "0", "F_OK"},
	{"access", "mode", 5, "5", "R_OK|X_OK"},
	{"unlinkat", "flags", 0x200, "512", "AT_REMOVEDIR"},
	{"finit_module", "flags", 3, "3",
	 "MODULE_INIT_IGNORE_MODVERSIONS|MODULE_INIT_IGNORE_VERMAGIC"},
	{"futex", "op", 0x80, "128", "FUTEX_PRIVATE_FLAG"},
	{"futex", "op", 0x89, "137", "FUTEX_PRIVATE_FLAG|FUTEX_WAIT_BITSET"},
	{"futex", "op", 0, "0", "FUTEX_WAIT"},
	{"lseek", "whence", 2, "2", "SEEK_END"},
	{"lseek", "offset", (uint64_t)-1, "-1", ""},
	{"shutdown", "how", 1, "1", "SHUT_WR"},
	{"ioctl", "request", 0x5412, "5412", ""},
	{"mmap", "addr", 0xffffffffffff0000, "FFFFFFFFFFFF0000", ""},
	{"mmap", "length", UINT64_MAX, "18446744073709551615", ""},
	{"listen", "backlog", (uint32_t)-1, "-1", ""},
	{"setuid", "uid", UINT32_MAX, "-1", "<NONE>"},
	{"setuid", "uid", 1000, "1000", ""},
	{"memfd_create", "flags", 3, "3", "MFD_CLOEXEC|MFD_ALLOW_SEALING"},
	{"prctl", "option", 15, "15", "PR_SET_NAME"},
	{"semget", "semflg", 01600, "8192", "IPC_CREAT"},
};

static void numbers_are_shown(void **state)
{
	char text[ARG_TEXT_MAX];

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct arg_source *s = source(shown[i].type, shown[i].name);
		int64_t n = arg_narrow(s, shown[i].raw);

		arg_plain(s, n, text);
		if (strcmp(text, shown[i].plain))
			fail_msg("%s %s: %s, not %s", shown[i].type, shown[i].name, text,
				 shown[i].plain);
		arg_meaning(s, n, text);
		if (strcmp(text, shown[i].meaning))
			fail_msg("%s %s: %s, not %s", shown[i].type, shown[i].name, text,
				 shown[i].meaning);
	}
}

/* What is read is shown as it was, and codes lead back to where they came from. */
static void texts_are_read(void **state)
{
	char text[ARG_TEXT_MAX], again[ARG_TEXT_MAX];

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct arg_source *s = source(shown[i].type, shown[i].name);
		int64_t n = arg_narrow(s, shown[i].raw), read, code;
		bool one = strcmp(shown[i].meaning, "PTRACE_UNKNOWN") &&
			   strcmp(shown[i].meaning, "UNKNOWN");

		if (s->form == AS_UID) /* names are told elsewhere */
			continue;
		arg_show(s, n, text);
		if (arg_read(s, text, &read) != one && strcmp(text, "0"))
			fail_msg("%s %s: %s", shown[i].type, shown[i].name, text);
		if (!one || !arg_read(s, text, &read))
			continue;
		arg_show(s, read, again);
		assert_string_equal(again, text);
		code = arg_code(s, n);
		assert_true(arg_read_code(s, code, &read));
		assert_int_equal(arg_code(s, read), code);
	}
}

static void texts_that_are_none(void **state)
{
	static const struct {
		const char *type, *name, *text;
	} none[] = {
		{"ptrace", "request", "PTRACE_UNKNOWN"},
		{"ptrace", "request", "16"},
		{"ptrace", "request", "ptrace_attach"},
		{"bpf", "cmd", "5"},
		{"bpf", "cmd", "BPF_"},
		{"bpf", "cmd", "099"},
		{"bpf", "cmd", "99999999999999999999"},
		{"openat", "flags", "O_CREAT|O_WHAT"},
		{"openat", "flags", "O_CREAT|"},
		{"openat", "flags", ""},
		{"openat", "mode", "755"},
		{"openat", "mode", "0799"},
		{"listen", "backlog", "4294967295"},
		{"listen", "backlog", "-0"},
		{"listen", "backlog", "ENOENT"},
		{"connect", "res", "SUCCESS"},
		{"mkdir", "mode", "1ff"},
		{"kill", "sig", "9"},
	};
	int64_t n;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (arg_read(source(none[i].type, none[i].name), none[i].text, &n))
			fail_msg("%s %s: %s is read as %lld", none[i].type, none[i].name,
				 none[i].text, (long long)n);
	}
	assert_true(arg_read(source("openat", "flags"), "O_RDWR|O_TRUNC|O_CREAT", &n));
	assert_int_equal(n, 01102);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_of_arguments), cmocka_unit_test(sources),
		cmocka_unit_test(numbers_are_shown),	 cmocka_unit_test(texts_are_read),
		cmocka_unit_test(texts_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
