/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/watcher.h"

static char start[4096], dir[64];

static int set_up(void **state)
{
	strcpy(dir, "/tmp/tiercel-watcher.XXXXXX");
	return getcwd(start, sizeof(start)) && mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return chdir(start) || system(command) ? -1 : 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A watcher of path; whether what f does is noticed, and whether it changes the sum. */
static void expect(const char *path, void (*f)(void), bool notice, bool change)
{
	struct watcher *w = watcher_new();
	uint64_t sum = watcher_sum(1, path);

	assert_non_null(w);
	watcher_add(w, path);
	assert_false(watcher_take(w));
	f();
	assert_int_equal(watcher_take(w), notice);
	assert_int_equal(watcher_sum(1, path) != sum, change);
	assert_false(watcher_take(w));
	watcher_free(&w);
	assert_null(w);
}

static void write_file(void)
{
	static int n;
	char text[32];

	snprintf(text, sizeof(text), "text %d\n", ++n);
	put("a.yaml", text);
}

static void replace_file(void)
{
	put("a.new", "replaced");
	assert_int_equal(rename("a.new", "a.yaml"), 0);
}

static void remove_file(void)
{
	assert_int_equal(unlink("a.yaml"), 0);
}

static void write_other(void)
{
	put("other.yaml", "");
	assert_int_equal(unlink("other.yaml"), 0);
}

static void write_same(void)
{
	put("a.yaml", "same");
}

static void a_file(void **state)
{
	write_file();
	expect("a.yaml", write_file, true, true);
	expect("a.yaml", replace_file, true, true);
	expect("a.yaml", write_other, false, false);
	expect("a.yaml", remove_file, true, true);
	/* one that is not there yet */
	expect("a.yaml", write_file, true, true);
	write_same();
	expect("a.yaml", write_same, true, false);
	expect("./a.yaml", write_file, true, true);
}

static void add_rules(void)
{
	put("d/b.yml", "b");
}

static void add_text(void)
{
	put("d/readme.txt", "b");
}

static void remove_rules(void)
{
	assert_int_equal(unlink("d/b.yml"), 0);
}

static void write_rules(void)
{
	put("d/c.yaml", "other");
}

static void a_directory(void **state)
{
	assert_int_equal(mkdir("d", 0755), 0);
	put("d/c.yaml", "c");
	expect("d", add_rules, true, true);
	expect("d", write_rules, true, true);
	expect("d", add_text, true, false);
	expect("d", remove_rules, true, true);
}

static void swap_link(void)
{
	assert_int_equal(symlink("..2", "m/..tmp"), 0);
	assert_int_equal(rename("m/..tmp", "m/..data"), 0);
}

static void swap_outer(void)
{
	assert_int_equal(symlink("n", "tmp"), 0);
	assert_int_equal(rename("tmp", "current"), 0);
}

/* As Kubernetes mounts a ConfigMap; then a link in the middle of a path. */
static void links(void **state)
{
	assert_int_equal(mkdir("m", 0755) | mkdir("m/..1", 0755) | mkdir("m/..2", 0755), 0);
	put("m/..1/r.yaml", "one");
	put("m/..2/r.yaml", "two");
	assert_int_equal(symlink("..1", "m/..data") | symlink("..data/r.yaml", "m/r.yaml"), 0);
	expect("m/r.yaml", swap_link, true, true);
	assert_int_equal(unlink("m/..data") | symlink("..1", "m/..data"), 0);
	expect("m", swap_link, true, true);
	assert_int_equal(mkdir("n", 0755) | symlink("m", "current"), 0);
	put("n/r.yaml", "three");
	expect("current/r.yaml", swap_outer, true, true);
	/* a link to itself ends */
	assert_int_equal(symlink("loop", "loop"), 0);
	expect("loop", write_other, false, false);
}

/* What can be read only once is not read. */
static void a_pipe(void **state)
{
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(watcher_sum(1, "pipe"), watcher_sum(1, "pipe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_directory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
