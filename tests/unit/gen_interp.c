/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions mean: values, missing values, unknown values. */
#include "tests/unit/gen_fake.h"

static struct fake sample(void)
{
	struct fake e = fake_new();

	fake_text(&e, FIELD_EVT_TYPE, "openat");
	fake_text(&e, FIELD_PROC_NAME, "bash");
	fake_text(&e, FIELD_PROC_ARGS, "");
	fake_text(&e, FIELD_PROC_CMDLINE, "bash -c Test");
	fake_text(&e, FIELD_FD_NAME, "/home/joe/.ssh/id_rsa");
	fake_number(&e, FIELD_FD_NUM, 3);
	fake_number(&e, FIELD_EVT_FAILED, 0);
	fake_ancestor(&e, "1", "sshd");
	fake_ancestor(&e, "2", "init");
	fake_unknown(&e, FIELD_PROC_EXE, "/usr/bin/ba");
	fake_unknown(&e, FIELD_USER_UID, NULL);
	return e;
}

#define N TRUTH_NO
#define Y TRUTH_YES
#define U TRUTH_UNKNOWN

static const struct {
	const char *condition;
	enum truth truth;
} cases[] = {
	/* values */
	{"proc.name = bash", Y},
	{"proc.name == bash", Y},
	{"proc.name = Bash", N},
	{"proc.name != sh", Y},
	{"proc.name != bash", N},
	{"proc.name in (sh, bash)", Y},
	{"proc.name in (sh, bas)", N},
	{"proc.name in ()", N},
	{"proc.name intersects (bash)", Y},
	{"proc.args = \"\"", Y},
	{"proc.args exists", Y},
	{"proc.args contains \"\"", Y},
	{"proc.cmdline contains \"-c T\"", Y},
	{"proc.cmdline contains test", N},
	{"proc.cmdline icontains TEST", Y},
	{"proc.cmdline startswith bash", Y},
	{"proc.cmdline endswith Test", Y},
	{"proc.cmdline endswith test", N},
	{"proc.cmdline glob \"bash*[tT]est\"", Y},
	{"proc.cmdline glob bash", N},
	{"proc.cmdline iglob \"BASH*\"", Y},
	{"fd.name glob \"/*rsa\"", Y},
	{"proc.cmdline regex \"bash.*t\"", Y},
	{"proc.cmdline regex \"bash\"", N},
	{"fd.name pmatch (/home/joe)", Y},
	{"fd.name pmatch (/home/jo)", N},
	{"fd.name pmatch (\"/home/*/.ssh\")", Y},
	{"fd.name pmatch (\"/home/*/id_rsa\")", N},
	{"fd.name pmatch (\"home//joe/\")", Y},
	{"fd.name pmatch (/)", Y},
	{"fd.num >= 0", Y},
	{"fd.num < 3", N},
	{"fd.num in (1, 2, 3)", Y},
	{"evt.failed = false", Y},
	{"proc.name > 5", Y},
	{"proc.name < 5", N},
	/* several values */
	{"proc.cmdline contains anyof (x, Test)", Y},
	{"proc.cmdline contains allof (x, Test)", N},
	{"proc.cmdline contains allof (bash, Test)", Y},
	{"proc.cmdline contains oneof (bash, Test)", N},
	{"proc.cmdline contains oneof (x, Test)", Y},
	{"proc.cmdline contains anyof ()", N},
	{"proc.cmdline contains allof ()", N},
	{"proc.name != anyof (bash, sh)", Y},
	{"proc.name != allof (bash, sh)", N},
	/* missing values: every comparison is false */
	{"proc.pname = sshd", N},
	{"proc.pname != sshd", N},
	{"not proc.pname = sshd", Y},
	{"not proc.pname != sshd", Y},
	{"proc.pname exists", N},
	{"not proc.pname exists", Y},
	{"proc.pname in (sshd)", N},
	{"not proc.pname in (sshd)", Y},
	{"proc.pname contains \"\"", N},
	{"proc.ppid < 1", N},
	{"proc.ppid != 1", N},
	{"proc.pname = x or proc.name = bash", Y},
	{"proc.pname = x and proc.name = bash", N},
	/* ancestors */
	{"proc.aname = init", Y},
	{"proc.aname = bash", N},
	{"proc.aname[0] = x", N},
	{"proc.aname[1] = sshd", Y},
	{"proc.aname[2] in (init, x)", Y},
	{"proc.aname[3] = init", N},
	{"proc.aname != sshd", Y},
	{"not proc.aname in (init)", N},
	{"proc.aname exists", Y},
	/* unknown values */
	{"proc.exe startswith /usr/bin", Y},
	{"proc.exe startswith /usr/bin/bash", U},
	{"proc.exe contains bin", Y},
	{"proc.exe contains sbin", U},
	{"proc.exe = /usr/bin/bash", U},
	{"proc.exe != /usr/bin/bash", U},
	{"proc.exe glob \"/usr*\"", Y},
	{"proc.exe glob \"/usr*sh\"", U},
	{"proc.exe glob \"/usr\\\\*\"", U},
	{"proc.exe exists", Y},
	{"proc.exe contains oneof (bin, x)", U},
	{"proc.exe startswith allof (/usr, /bin)", U},
	{"proc.exe in ()", N},
	{"not proc.exe contains sbin", U},
	{"user.uid = 0", U},
	{"user.uid exists", Y},
	{"user.uid = 0 and proc.name = sh", N},
	{"user.uid = 0 or proc.name = bash", Y},
	{"user.uid = 0 or proc.name = sh", U},
	{"user.uid = 0 and proc.name = bash", U},
};

static void means_what_it_says(void **state)
{
	struct fake e = sample();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		enum truth t = interp_eval(fake_tree(a, cases[i].condition), &e.ev, NULL);

		if (t != cases[i].truth)
			fail_msg("%s: %d, not %d", cases[i].condition, t, cases[i].truth);
		arena_free(&a);
	}
}

/* One view of two: written, resolved. */
static enum have two_paths(const struct event *ev, enum field_id f, const char *arg,
			   struct value *out)
{
	static const char *const paths[] = {"/tmp/link", "/etc/shadow"};

	if (f != FIELD_FD_NAME)
		return HAVE_MISSING;
	*out = (struct value){.str = paths[ev->view], .len = strlen(paths[ev->view])};
	return HAVE_VALUE;
}

static void one_view_is_enough(void **state)
{
	struct event ev = {.get = two_paths, .views = 2};
	struct arena *a = arena_new();

	assert_int_equal(interp_eval_views(fake_tree(a, "fd.name = /etc/shadow"), &ev, NULL), Y);
	assert_int_equal(ev.view, 1);
	assert_int_equal(interp_eval_views(fake_tree(a, "fd.name startswith /tmp"), &ev, NULL), Y);
	assert_int_equal(ev.view, 0);
	assert_int_equal(interp_eval_views(fake_tree(a, "fd.name startswith /tmp and "
							"fd.name endswith shadow"),
					   &ev, NULL),
			 N);
	assert_int_equal(interp_eval_views(fake_tree(a, "not fd.name startswith /tmp"), &ev, NULL),
			 Y);
	arena_free(&a);
}

static void trace_shows_every_comparison(void **state)
{
	struct fake e = sample();
	struct arena *a = arena_new();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	interp_eval(fake_tree(a, "proc.name = sh and fd.num = 3 and user.uid = 0"), &e.ev, to);
	fclose(to);
	assert_string_equal(text, "  no       proc.name = sh\n"
				  "  yes      fd.num = 3\n"
				  "  unknown  user.uid = 0\n");
	free(text);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(one_view_is_enough),
		cmocka_unit_test(trace_shows_every_comparison),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
