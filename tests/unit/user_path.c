/* SPDX-License-Identifier: Apache-2.0 */
/* Textual normalisation of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "user/path.h"

static void normalize(void **state)
{
	static const struct {
		const char *base, *text, *path;
	} cases[] = {
		{NULL, "/etc/passwd", "/etc/passwd"},
		{"/tmp", "/etc/passwd", "/etc/passwd"},
		{"/etc", "passwd", "/etc/passwd"},
		{"/etc/", "passwd", "/etc/passwd"},
		{"/", "etc", "/etc"},
		{"/etc", "./passwd", "/etc/passwd"},
		{"/etc", "../etc/./shadow", "/etc/shadow"},
		{NULL, "/etc//./shadow", "/etc/shadow"},
		{NULL, "/etc/x/../shadow", "/etc/shadow"},
		{NULL, "/../../etc", "/etc"},
		{NULL, "/a/b/../../../..", "/"},
		{NULL, "/tmp/", "/tmp"},
		{NULL, "/tmp/.", "/tmp"},
		{NULL, "/tmp/..", "/"},
		{NULL, "///", "/"},
		{NULL, "/...", "/..."},
		{NULL, "/..a/.b/c..", "/..a/.b/c.."},
		{"/proc/self", "root/etc/shadow", "/proc/self/root/etc/shadow"},
		{"/a", "", "/a"},
		{"/a", ".", "/a"},
		{"/a", "..", "/"},
		{NULL, "etc", NULL},
		{NULL, "", NULL},
		{"rel", "etc", NULL},
		{"", "etc", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *base = cases[i].base;
		char out[64] = "";
		ssize_t n = path_normalize(base, base ? strlen(base) : 0, cases[i].text,
					   strlen(cases[i].text), out, sizeof(out));

		if (!cases[i].path) {
			assert_int_equal(n, -EINVAL);
			continue;
		}
		assert_string_equal(out, cases[i].path);
		assert_int_equal(n, strlen(out));
	}
}

/* What fits is written, what does not is refused, at every size. */
static void bounds(void **state)
{
	static const char text[] = "/aa/bbb/../c";

	for (size_t size = 0; size < 16; size++) {
		char *out = malloc(size ? size : 1);
		ssize_t n = path_normalize(NULL, 0, text, strlen(text), out, size);

		/* "/aa/bbb" must have stood there for a moment */
		assert_int_equal(n, size >= 8 ? 5 : -ENAMETOOLONG);
		free(out);
	}
}

static void directory(void **state)
{
	assert_int_equal(path_directory_len("/etc/passwd", 11), 4);
	assert_int_equal(path_directory_len("/etc", 4), 1);
	assert_int_equal(path_directory_len("/", 1), 1);
	assert_int_equal(path_directory_len("memfd:x", 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalize),
		cmocka_unit_test(bounds),
		cmocka_unit_test(directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
