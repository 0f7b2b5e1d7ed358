/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions mean: values, missing values, unknown values. */
#include "tests/unit/gen_fake.h"

#include "gen/literal.h"
#include "gen/op.h"

static struct fake sample(void)
{
	struct fake e = fake_new();

	fake_text(&e, FIELD_EVT_TYPE, "openat");
	fake_text(&e, FIELD_PROC_NAME, "bash");
	fake_text(&e, FIELD_PROC_ARGS, "");
	fake_text(&e, FIELD_PROC_CMDLINE, "bash -c Test");
	fake_text(&e, FIELD_FD_NAME, "/home/joe/.ssh/id_rsa");
	fake_number(&e, FIELD_FD_NUM, 3);
	fake_argument(&e, "flags", "65");
	fake_argument(&e, "mode", "no number");
	fake_argument(&e, "name", "/home");
	fake_number(&e, FIELD_EVT_FAILED, 0);
	fake_ancestor(&e, "1", "sshd");
	fake_ancestor(&e, "2", "init");
	fake_unknown(&e, FIELD_PROC_EXE, "/usr/bin/ba");
	fake_unknown(&e, FIELD_USER_UID, NULL);
	fake_unknown(&e, FIELD_CONTAINER_NAME, NULL);
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
	/* arguments of events, which come as texts */
	{"evt.rawarg.flags = 65", Y},
	{"evt.rawarg.flags > 100", N},
	{"evt.rawarg.flags = val(evt.rawarg.flags)", Y},
	{"evt.rawarg.mode = 0", U},
	{"evt.rawarg.name startswith /home", Y},
	{"evt.rawarg.dirfd < 0", N},
	/* transformers */
	{"tolower(proc.cmdline) = \"bash -c test\"", Y},
	{"toupper(proc.name) = BASH", Y},
	{"toupper(tolower(proc.cmdline)) endswith TEST", Y},
	{"basename(fd.name) = id_rsa", Y},
	{"basename(proc.name) = bash", Y},
	{"basename(\"/a/\") = \"\"", Y},
	{"len(proc.name) = 4", Y},
	{"len(proc.args) = 0", Y},
	{"len(proc.name) > 4", N},
	{"b64(\"aGVsbG8=\") = hello", Y},
	{"b64(\"aGVsbG8\") = hello", Y},
	{"b64(\"aGk=\") = hi", Y},
	{"b64(\"YQ\") = a", Y},
	{"b64(\"\") = \"\"", Y},
	{"b64(\"no base64!\") exists", N},
	{"b64(\"aaaaa\") exists", N},
	{"not b64(\"no base64!\") = a", Y},
	{"concat(proc.name, \":\", 5) = \"bash:5\"", Y},
	{"concat(proc.name, proc.pname) exists", N},
	{"not concat(proc.name, proc.pname) = a", Y},
	{"join(\"-\", (proc.name, \"x\", tolower(proc.cmdline))) = \"bash-x-bash -c test\"", Y},
	{"join(\"-\", ()) = \"\"", Y},
	{"join(\"-\", (proc.name, proc.pname)) exists", N},
	{"len(join(\"\", (\"ab\", \"c\"))) = 3", Y},
	{"tolower(proc.pname) = x", N},
	{"tolower(proc.pname) != x", N},
	{"tolower(proc.aname[2]) = init", Y},
	/* options */
	{"getopt((\"-n\", \"-t\", \"v\"), \"nt:\")[t] = v", Y},
	{"getopt((\"-ntv\"), \"nt:\")[t] = v", Y},
	{"getopt((\"-nt\", \"v\"), \"nt:\")[n] = n", Y},
	{"getopt((\"-t\"), \"nt:\")[t] = \"\"", Y},
	{"getopt((\"-t\", \"a\", \"-tb\"), \"nt:\")[t] = b", Y},
	{"getopt((\"-n\"), \"nt:\")[t] exists", N},
	{"getopt((\"x\", \"-n\"), \"nt:\")[n] exists", N},
	{"getopt((\"--\", \"-n\"), \"nt:\")[n] exists", N},
	{"getopt((\"--no\", \"-n\"), \"nt:\")[n] exists", Y},
	{"getopt((\"-\", \"-n\"), \"nt:\")[n] exists", N},
	{"getopt((\"-n\", \"-t\", \"v\"), \"nt:\") in (n, t, v)", Y},
	{"getopt((\"-n\", \"-x\"), \"nt:\") in (n)", N},
	{"getopt((\"-n\", \"-x\"), \"nt:\") intersects (\"?\")", Y},
	{"len(getopt((\"-n\", \"-t\", \"v\"), \"nt:\")) = 3", Y},
	{"len(getopt((), \"nt:\")) = 0", Y},
	{"getopt((), \"nt:\") in (n)", N},
	{"toupper(getopt((\"-n\"), \"n\")) in (N)", Y},
	/* fields on the right */
	{"proc.name = val(proc.name)", Y},
	{"proc.cmdline startswith val(proc.name)", Y},
	{"proc.cmdline != val(proc.name)", Y},
	{"proc.name = val(proc.pname)", N},
	{"proc.name != val(proc.pname)", N},
	{"not proc.name = val(proc.pname)", Y},
	{"proc.pname = val(proc.name)", N},
	{"proc.cmdline contains toupper(\"t\")", Y},
	{"fd.num = len(\"abc\")", Y},
	{"fd.num < len(\"abc\")", N},
	{"fd.num >= len(proc.args)", Y},
	{"proc.aname = tolower(\"INIT\")", Y},
	{"proc.aname = val(proc.name)", N},
	{"proc.name in getopt((\"-x\", \"bash\"), \"x:\")", Y},
	{"getopt((\"-n\"), \"nt:\") in getopt((\"-nm\"), \"nm\")", Y},
	{"getopt((\"-nm\"), \"nm\") in getopt((\"-n\"), \"n\")", N},
	{"getopt((\"-nm\"), \"nm\") intersects getopt((\"-n\"), \"n\")", Y},
	/* the unknown, transformed or on the right */
	{"tolower(proc.exe) startswith /usr", Y},
	{"tolower(proc.exe) = /usr", U},
	{"basename(proc.exe) startswith ba", U},
	{"basename(proc.exe) exists", Y},
	{"b64(proc.exe) exists", U},
	{"container.name exists", U},
	{"not container.name exists", U},
	{"len(proc.exe) > 3", U},
	{"concat(proc.exe, proc.name) = x", U},
	{"concat(proc.exe, proc.pname) = x", N},
	{"proc.name = val(proc.exe)", U},
	{"proc.pname = val(proc.exe)", N},
	{"proc.exe = val(proc.pname)", N},
	{"proc.exe startswith concat(\"/usr\", \"/\")", Y},
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

/* ---- types, with fields of no event ---- */

static struct value given;

static enum have give(const struct event *ev, enum field_id f, const char *arg, struct value *out)
{
	*out = given;
	return HAVE_VALUE;
}

/* The condition's own field, PROC_NAME, is given another type. */
static enum truth compare_as(struct field *f, const char *condition)
{
	const struct event ev = {.get = give, .views = 1};
	struct arena *a = arena_new();
	struct diags d = {.arena = a};
	struct node *n = condition_parse(a, &d, (struct place){"test", 1, 1}, condition, true);
	enum truth t;
	size_t i;

	assert_non_null(n);
	assert_true(op_allows(n->op, f->type));
	n->left->field = f;
	n->left->type = field_value_type(f);
	for (i = 0; i < n->n_values; i++)
		assert_null(literal_read(a, n->left->type, n->op, &n->values[i]));
	t = interp_eval(n, &ev, NULL);
	arena_free(&a);
	return t;
}

static struct field field_of(enum field_type type, enum field_type item, bool either)
{
	return (struct field){.name = "a.b", .type = type, .item = item, .either = either};
}

static void compares_addresses(void **state)
{
	struct field ip = field_of(TYPE_IPADDR, TYPE_IPADDR, false);
	struct field net = field_of(TYPE_IPNET, TYPE_IPNET, false);

	given = (struct value){.type = TYPE_IPADDR, .str = "10.1.2.3", .len = 8};
	assert_int_equal(compare_as(&ip, "a.b = 10.1.2.3"), Y);
	assert_int_equal(compare_as(&ip, "a.b != 10.1.2.3"), N);
	assert_int_equal(compare_as(&ip, "a.b in (1.1.1.1, 10.1.2.3)"), Y);
	assert_int_equal(compare_as(&ip, "a.b = ::1"), N);
	assert_int_equal(compare_as(&ip, "a.b != ::1"), Y);
	given.type = TYPE_IPNET;
	assert_int_equal(compare_as(&net, "a.b = 10.0.0.0/8"), Y);
	assert_int_equal(compare_as(&net, "a.b != 10.0.0.0/8"), N);
	assert_int_equal(compare_as(&net, "a.b in (192.168.0.0/16, 10.0.0.0/8)"), Y);
	assert_int_equal(compare_as(&net, "a.b in (192.168.0.0/16, 172.16.0.0/12)"), N);
	assert_int_equal(compare_as(&net, "a.b exists"), Y);
}

static void compares_either_end(void **state)
{
	static const char *const ips[] = {"10.1.2.3", "8.8.8.8"}, *const ports[] = {"80", "4000"};
	struct field ip = field_of(TYPE_IPADDR, TYPE_IPADDR, true);
	struct field net = field_of(TYPE_IPNET, TYPE_IPNET, true);
	struct field port = field_of(TYPE_PORT, TYPE_PORT, true);

	given = (struct value){.type = TYPE_LIST, .list = ips, .n_list = 2};
	assert_int_equal(compare_as(&ip, "a.b = 8.8.8.8"), Y);
	assert_int_equal(compare_as(&ip, "a.b = 10.1.2.3"), Y);
	assert_int_equal(compare_as(&ip, "a.b != 8.8.8.8"), N);
	assert_int_equal(compare_as(&ip, "a.b != 9.9.9.9"), Y);
	assert_int_equal(compare_as(&ip, "a.b in (9.9.9.9, 8.8.8.8)"), Y);
	assert_int_equal(compare_as(&net, "a.b = 10.0.0.0/8"), Y);
	assert_int_equal(compare_as(&net, "a.b != 10.0.0.0/8"), N);
	assert_int_equal(compare_as(&net, "a.b in (1.0.0.0/8, 8.0.0.0/8)"), Y);
	given.list = ports;
	assert_int_equal(compare_as(&port, "a.b = 80"), Y);
	assert_int_equal(compare_as(&port, "a.b > 1024"), Y);
	assert_int_equal(compare_as(&port, "a.b > 5000"), N);
	assert_int_equal(compare_as(&port, "a.b != 80"), N);
	assert_int_equal(compare_as(&port, "a.b in (22, 4000)"), Y);
	given.n_list = 1;
	assert_int_equal(compare_as(&port, "a.b != 4000"), Y);
}

static void compares_lists(void **state)
{
	static const char *const names[] = {"a", "b"}, *const numbers[] = {"5", "-7"};
	struct field texts = field_of(TYPE_LIST, TYPE_STR, false);
	struct field ints = field_of(TYPE_LIST, TYPE_INT, false);

	given = (struct value){.type = TYPE_LIST, .list = names, .n_list = 2};
	assert_int_equal(compare_as(&texts, "a.b in (a, b, c)"), Y);
	assert_int_equal(compare_as(&texts, "a.b in (a, c)"), N);
	assert_int_equal(compare_as(&texts, "a.b intersects (c, b)"), Y);
	assert_int_equal(compare_as(&texts, "a.b intersects (c)"), N);
	assert_int_equal(compare_as(&texts, "a.b in ()"), N);
	given.list = numbers;
	assert_int_equal(compare_as(&ints, "a.b in (+5, -7)"), Y);
	assert_int_equal(compare_as(&ints, "a.b in (5, 7)"), N);
	assert_int_equal(compare_as(&ints, "a.b intersects (005)"), Y);
	given.n_list = 0;
	assert_int_equal(compare_as(&texts, "a.b in (a)"), N);
}

static void compares_bytes(void **state)
{
	struct field bytes = field_of(TYPE_BYTES, TYPE_BYTES, false);

	given = (struct value){.type = TYPE_BYTES,
			       .str = "\x7f"
				      "ELF\0x",
			       .len = 6};
	assert_int_equal(compare_as(&bytes, "a.b bcontains 4c4600"), Y);
	assert_int_equal(compare_as(&bytes, "a.b bcontains 4c4601"), N);
	assert_int_equal(compare_as(&bytes, "a.b bstartswith 7F454c46"), Y);
	assert_int_equal(compare_as(&bytes, "a.b bstartswith 454c46"), N);
	assert_int_equal(compare_as(&bytes, "a.b contains ELF"), Y);
	assert_int_equal(compare_as(&bytes, "a.b endswith x"), Y);
	assert_int_equal(compare_as(&bytes, "a.b startswith ELF"), N);
}

static void compares_reals(void **state)
{
	struct field real = field_of(TYPE_DOUBLE, TYPE_DOUBLE, false);

	given = (struct value){.type = TYPE_DOUBLE, .real = 1.5};
	assert_int_equal(compare_as(&real, "a.b > 1"), Y);
	assert_int_equal(compare_as(&real, "a.b <= 1"), N);
	assert_int_equal(compare_as(&real, "a.b != 1"), Y);
	given.real = 2;
	assert_int_equal(compare_as(&real, "a.b in (1, 2)"), Y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(one_view_is_enough),
		cmocka_unit_test(compares_addresses),
		cmocka_unit_test(compares_either_end),
		cmocka_unit_test(compares_lists),
		cmocka_unit_test(compares_bytes),
		cmocka_unit_test(compares_reals),
		cmocka_unit_test(trace_shows_every_comparison),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
