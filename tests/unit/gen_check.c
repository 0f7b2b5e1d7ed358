/* SPDX-License-Identifier: Apache-2.0 */
/* Types, operators, values, outputs, and the warnings about rules. */
#include "tests/harness/ruleset.h"

#include "gen/check.h"
#include "gen/field.h"
#include "gen/op.h"
#include "gen/parse.h"

#define COMPILE "LOAD_ERR_COMPILE_CONDITION"

static struct node *check(struct ruleset *rs, const char *condition)
{
	return condition_parse(rs->arena, &rs->diags, (struct place){"f", 1, 1}, condition, false);
}

static void test_good(void **state)
{
	static const char *const good[] = {
		"proc.name = a",
		"proc.name == a",
		"proc.name != a",
		"proc.name exists",
		"proc.name > 5",
		"proc.name in (a, b)",
		"proc.name intersects (a)",
		"proc.name contains a",
		"proc.name icontains a",
		"proc.name startswith a",
		"proc.name endswith a",
		"proc.name glob a*",
		"proc.name iglob a*",
		"proc.name regex \"a+(b|c){1,3}\\\\.[0-9]\"",
		"fd.name pmatch (/etc)",
		"proc.pid = 5",
		"proc.pid != -5",
		"proc.pid >= 5",
		"proc.pid in (1, 2)",
		"evt.failed = true",
		"evt.failed != false",
		"evt.failed in (true, false)",
		"evt.type in (open, openat)",
		"evt.type startswith open",
		"evt.res = ENOENT",
		"proc.aname = a",
		"proc.aname[0] = a",
		"proc.aname[32] = a",
		"container.image.repository = a",
		"evt.num = 0",
		"tolower(proc.name) = a",
		"len(toupper(proc.name)) > 3",
		"b64(basename(proc.exe)) glob a*",
		"tolower(proc.aname[1]) = a",
		"join(\",\", (proc.name, \"x\", toupper(proc.exe))) = a",
		"concat(proc.name, \"/\", 5) = a",
		"getopt((\"-a\"), \"a\")[a] = a",
		"getopt((\"-a\"), \"a\") intersects (a)",
		"len(getopt((\"-a\"), \"a\")) = 1",
		"proc.name = val(proc.pname)",
		"proc.name startswith val(proc.pname)",
		"proc.aname = val(proc.name)",
		"proc.name in getopt((\"-a\"), \"a\")",
		"proc.pid < val(proc.ppid)",
		"len(proc.name) != len(proc.pname)",
		"fd.name contains basename(proc.exepath)",
		"evt.rawarg.res < 0",
		"evt.rawarg.flags in (1, 2)",
		"evt.rawarg.name startswith /etc",
		"len(evt.rawarg.name) > 3",
	};
	struct ruleset *rs = ruleset_new();
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!check(rs, good[i]))
			fail_msg("'%s': %s", good[i], rs->diags.list[rs->diags.n - 1].message);
	}
	assert_int_equal(rs->diags.n, 0);
	ruleset_free(&rs);
}

static void test_wrong(void **state)
{
	static const char *const wrong[][2] = {
		{"no.such = a", "nonexistent field 'no.such'"},
		{"proc.name[1] = a", "filter field 'proc.name' takes no argument"},
		{"proc.aname[x] = a", "must be a number from 0 to 32"},
		{"proc.aname[33] = a", "must be a number from 0 to 32"},
		{"proc.aname[-1] = a", "must be a number from 0 to 32"},
		{"proc.aname[99999999999999999999] = a", "must be a number"},
		{"proc.pid contains 5", "'contains' operator not supported for numeric filters"},
		{"proc.pid pmatch (5)", "'pmatch' operator not supported for numeric filters"},
		{"evt.failed > 5", "'>' operator not supported for boolean filters"},
		{"proc.name bcontains ff", "'bcontains' operator needs a byte buffer"},
		{"proc.name bstartswith ff", "'bstartswith' operator needs a byte buffer"},
		{"proc.pid = a", "'a' is not a valid number"},
		{"proc.pid = 5x", "'5x' is not a valid number"},
		{"proc.pid = 0x10", "'0x10' is not a valid number"},
		{"proc.pid < 5.5", "'5.5' is not a valid number"},
		{"proc.pid = \"\"", "'' is not a valid number"},
		{"proc.pid = \" 5\"", "' 5' is not a valid number"},
		{"proc.pid = 9223372036854775808", "is not a valid number"},
		{"proc.pid in (1, a)", "'a' is not a valid number"},
		{"evt.failed = 1", "unrecognized boolean value '1'"},
		{"evt.failed = yes", "unrecognized boolean value 'yes'"},
		{"evt.type = nosuch", "unknown event type nosuch"},
		{"syscall.type = nosuch", "unknown event type nosuch"},
		{"evt.type != nosuch", "unknown event type nosuch"},
		{"evt.type in (open, nosuch)", "unknown event type nosuch"},
		{"proc.name regex \"(\"", "invalid regex pattern"},
		{"proc.name regex \"\\\\d+\"", "invalid escape sequence: \\d"},
		{"proc.name regex \"((a{255}){255}){255}\"", "invalid repetition size: {255}"},
		{"evt.rawarg.flags contains O_CREAT", "'contains' operator not supported for num"},
		{"evt.rawarg.res = SUCCESS", "'SUCCESS' is not a valid number"},
		{"tolower(proc.pid) = a", "field type 'numeric' is not supported by 'tolower'"},
		{"len(proc.pid) = 1", "field type 'numeric' is not supported by 'len'"},
		{"tolower(no.such) = a", "nonexistent field 'no.such'"},
		{"tolower(proc.name, proc.exe) = a", "tolower() requires exactly 1 argument"},
		{"tolower(proc.name)[a] = a", "does not support field arguments"},
		{"len(proc.name) contains 1", "'contains' operator not supported for numeric"},
		{"len(proc.name) = a", "'a' is not a valid number for 'len'"},
		{"tolower(proc.aname) = a", "'proc.aname' stands for several values"},
		{"tolower(evt.type) = open", "does not support `evt.type` checks"},
		{"evt.type = val(proc.name)", "does not support `evt.type` checks"},
		{"proc.name = val(evt.type)", "does not support `evt.type` checks"},
		{"proc.name = val(proc.aname)", "'proc.aname' stands for several values"},
		{"proc.name = val(proc.pid)",
		 "the types of the two sides differ: 'proc.name' is text"},
		{"proc.name = len(proc.exe)", "'proc.name' is text, 'len' is numeric"},
		{"proc.pid = val(evt.failed)", "'proc.pid' is numeric, 'evt.failed' is boolean"},
		{"proc.name regex val(proc.pname)", "'regex' operator does not support a field"},
		{"fd.name pmatch val(proc.exe)", "'pmatch' operator does not support a field"},
		{"proc.name = getopt((proc.name, \"-a\"), \"a\")", "does not support a list"},
		{"getopt((\"-a\"), \"a\") in val(proc.name)", "'in' operator needs a list"},
		{"getopt((\"-a\"), \"a\") = a", "'=' operator not supported list filters"},
		{"proc.name in val(proc.pname)", "'in' operator needs a list on the right"},
		{"getopt(proc.name, \"a\") = a", "getopt() first argument must be a list"},
		{"getopt((\"-a\"), \"a\")[ab] = a", "must be a single option character"},
		{"getopt((\"-a\")) = a", "getopt() requires exactly 2 arguments"},
		{"getopt((\"-a\"), proc.pid) in (a)", "getopt() arguments must be strings"},
		{"join(\",\", proc.name) = a", "join() second argument must be a list"},
		{"join((\",\"), (\"a\")) = a", "join() first argument (separator) must be"},
		{"join(\",\") = a", "join() requires exactly 2 arguments: separator and list"},
		{"join(\",\", (proc.pid)) = a", "the items of a list must be strings"},
		{"concat(proc.name) = a", "concat() requires at least 2 arguments"},
		{"concat(proc.name, proc.pid) = a", "concat() arguments must be strings"},
		{"m", "Undefined macro 'm'"},
	};
	struct ruleset *rs = ruleset_new();
	size_t i, n;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		n = rs->diags.n;
		if (check(rs, wrong[i][0]))
			fail_msg("'%s' was accepted", wrong[i][0]);
		assert_int_equal(rs->diags.n, n + 1);
		if (!strstr(rs->diags.list[n].message, wrong[i][1]))
			fail_msg("'%s': %s", wrong[i][0], rs->diags.list[n].message);
	}
	ruleset_free(&rs);
}

static void test_all_errors_are_told(void **state)
{
	struct ruleset *rs;
	int err;

	rs = load_text(RULE("r", "proc.nam = a and proc.pid = b or not fd.nane = c"), &err);
	assert_int_equal(rs->diags.errors, 3);
	assert_string_equal(want_diag(rs, COMPILE, "'proc.nam'")->hint,
			    "did you mean 'proc.name'?");
	assert_string_equal(want_diag(rs, COMPILE, "'fd.nane'")->hint, "did you mean 'fd.name'?");
	assert_int_equal(want_diag(rs, COMPILE, "'fd.nane'")->at.column, 51);
	ruleset_free(&rs);
}

/* A macro that two rules use is found wrong once. */
static void test_told_once(void **state)
{
	struct ruleset *rs;
	int err;

	rs = load_text("- macro: m\n  condition: no.such = a\n" RULE("r", "m") RULE("s", "m"),
		       &err);
	assert_int_equal(rs->diags.errors, 1);
	ruleset_free(&rs);
}

static void test_sets_fields_and_numbers(void **state)
{
	struct ruleset *rs = ruleset_new();
	struct node *n =
		check(rs, "proc.pid in (-5, 7) and evt.failed = true and user.uid = -1 and "
			  "user.loginuid = -1 and proc.aname[3] = 5");

	assert_non_null(n);
	assert_ptr_equal(n->kids[0]->left->field, &fields[FIELD_PROC_PID]);
	assert_int_equal(n->kids[0]->values[0].number, -5);
	assert_int_equal(n->kids[0]->values[1].number, 7);
	assert_int_equal(n->kids[1]->values[0].number, 1);
	assert_int_equal(n->kids[2]->values[0].number, 4294967295);
	assert_int_equal(n->kids[3]->values[0].number, -1);
	assert_ptr_equal(n->kids[4]->left->field, &fields[FIELD_PROC_ANAME]);
	assert_int_equal(n->kids[4]->values[0].number, 0);
	ruleset_free(&rs);
}

static void test_advice(void **state)
{
	static const char *const cases[][2] = {
		{"proc.name = proc.pname", "'proc.pname' is compared as a text"},
		{"proc.name in (a, fd.name)", "'fd.name' is compared as a text"},
		{"proc.name regex abc", "'=' is faster"},
		{"proc.name regex \".*abc\"", "'endswith' is faster"},
		{"proc.name regex \"abc.*\"", "'startswith' is faster"},
		{"proc.name regex \".*abc.*\"", "'contains' is faster"},
		{"proc.name regex \".*a.c.*\"", NULL},
		{"proc.name regex \".*\"", NULL},
		{"proc.name regex \"a|b\"", NULL},
		{"proc.name = proc.nothing", NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ruleset *rs = ruleset_new();

		assert_non_null(check(rs, cases[i][0]));
		assert_int_equal(rs->diags.n, cases[i][1] != NULL);
		if (cases[i][1])
			want_diag(rs, "LOAD_COMPILE_CONDITION", cases[i][1]);
		ruleset_free(&rs);
	}
}

static void test_unknown_or_wrong(void **state)
{
	struct ruleset *rs = ruleset_new();
	struct place at = {"f", 1, 1};

#define TREE(text) condition_parse(rs->arena, &rs->diags, at, text, true)
	assert_int_equal(check_tree(&rs->diags, TREE("proc.name = a")), 0);
	assert_int_equal(check_tree(&rs->diags, TREE("no.such = a")), -2);
	assert_int_equal(check_tree(&rs->diags, TREE("evt.type = nosuch")), -2);
	assert_int_equal(check_tree(&rs->diags, TREE("no.such = a or proc.pid = b")), -22);
	ruleset_free(&rs);
}

static int check_text(struct ruleset *rs, const char *output)
{
	struct text text = text_at(rs->arena, (struct place){"f", 1, 1}, output);

	return check_output(&rs->diags, &text);
}

static void test_output(void **state)
{
	static const char *const good[] = {
		"",
		"no field",
		"%proc.name",
		"%20proc.name %fd.name.",
		"%proc.nameX",
		"%proc.aname[2]x",
		"%proc.aname",
		"(%user.uid)%proc.pid",
		"%evt.type=%fd.name.written",
		"%proc.name[1]",
	};
	static const char *const wrong[][2] = {
		{"%no.such", "unknown filter: no.such"},
		{"100%", "formatting cannot end with a %"},
		{"100% sure", "invalid formatting token"},
		{"%%", "invalid formatting token"},
		{"%proc.aname[x]", "must be a number from 0 to 32"},
		{"%proc.aname[2", "must be a number from 0 to 32"},
		{"%proc.aname[]", "must be a number from 0 to 32"},
		{"%proc", "unknown filter: proc"},
		{"%4097proc.name", "must be at most 4096"},
		{"%99999999999proc.name", "must be at most 4096"},
	};
	struct ruleset *rs = ruleset_new();
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (check_text(rs, good[i]))
			fail_msg("'%s' was refused", good[i]);
	}
	assert_int_equal(rs->diags.n, 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(check_text(rs, wrong[i][0]), -2);
		assert_int_equal(rs->diags.n, i + 1);
		assert_non_null(strstr(rs->diags.list[i].message, wrong[i][1]));
		assert_string_equal(rs->diags.list[i].code, "LOAD_ERR_COMPILE_OUTPUT");
	}
	assert_int_equal(check_text(rs, "%container.info"), 0);
	want_diag(rs, "LOAD_DEPRECATED_ITEM", "%container.info");
	ruleset_free(&rs);
}

/* ---- registries ---- */

static void test_fields(void **state)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		assert_int_equal(fields[i].id, i);
		assert_ptr_equal(field_find(fields[i].name), field_is_inner(i) ? NULL : &fields[i]);
		assert_true(fields[i].base < FIELD_COUNT);
		assert_int_equal(fields[i].base != fields[i].id,
				 fields[i].source == SOURCE_PARENT ||
					 fields[i].source == SOURCE_ANCESTOR);
	}
	assert_int_equal(field_find("proc.pcmdline")->base, FIELD_PROC_CMDLINE);
	assert_null(field_find("proc"));
	assert_null(field_nearest("nothing.like.that"));
	assert_string_equal(field_nearest("proc.nmae"), "proc.name");
	assert_string_equal(event_type_nearest("opneat"), "openat");
	assert_int_equal(event_type_find("openat")->id, EVENT_OPENAT);
	assert_int_equal(event_type_find("write")->kind, EVENT_IO);
	assert_int_equal(event_type_find("connect")->kind, EVENT_SEEN);
	assert_int_equal(event_type_find("exit_group")->kind, EVENT_LATER);
	assert_null(event_type_find("nosuch"));
}

static void test_domains(void **state)
{
	size_t i, j, n = 0;
	const struct domain_entry *d = field_domain(FIELD_EVT_RES, &n);

	assert_non_null(d);
	for (i = 0; i < n; i++) {
		assert_string_equal(domain_text(FIELD_EVT_RES, d[i].code), d[i].text);
		for (j = 0; j < i; j++)
			assert_true(d[i].code != d[j].code);
	}
	assert_string_equal(domain_text(FIELD_EVT_RES, 0), "SUCCESS");
	assert_string_equal(domain_text(FIELD_EVT_RES, 2), "ENOENT");
	assert_string_equal(domain_text(FIELD_EVT_RES, 13), "EACCES");
	assert_string_equal(domain_text(FIELD_FD_TYPECHAR, 'f'), "f");
	assert_string_equal(domain_text(FIELD_FD_TYPE, 'd'), "directory");
	assert_null(domain_text(FIELD_EVT_RES, 9999));
	assert_null(domain_text(FIELD_PROC_NAME, 0));
	assert_null(field_domain(FIELD_PROC_NAME, &n));
}

static void test_operators(void **state)
{
	assert_int_equal(op_find("in", 2), OP_IN);
	assert_int_equal(op_find("in", 1), OP_COUNT);
	assert_string_equal(op_nearest("contians"), "contains");
	assert_true(op_allows(OP_IN, TYPE_LIST));
	assert_false(op_allows(OP_EQ, TYPE_LIST));
	assert_true(op_allows(OP_LT, TYPE_INT));
	assert_false(op_allows(OP_LT, TYPE_BOOL));
}

/* ---- lint ---- */

static void test_lint_open(void **state)
{
	warn(RULE("r", "evt.type = open"), "LINT_FAMILY", "'open'");
	warn(RULE("r", "evt.type in (open, creat)"), "LINT_FAMILY", "'open'");
	no_warning(RULE("r", "evt.type in (open, openat)"), "LINT_FAMILY");
	no_warning(RULE("r", "evt.type = execve"), "LINT_FAMILY");
}

static void test_lint_events(void **state)
{
	warn(RULE("r", "evt.type in (open, write)"), "LINT_EVENT_OFF",
	     "'write' is never seen: its volume is too high");
	warn(RULE("r", "evt.type = page_fault"), "LINT_EVENT_OFF", "'page_fault' is not seen");
	no_warning(RULE("r", "evt.type = connect"), "LINT_EVENT_OFF");
	no_warning(RULE("r", "evt.type in (openat, execve)"), "LINT_EVENT_OFF");
	warn(RULE("r", "proc.name = a"), "LOAD_NO_EVTTYPE", "too many evt.type values");
	warn(RULE("r", "evt.type != open"), "LOAD_NO_EVTTYPE", "too many");
	warn(RULE("r", "evt.type = open or proc.name = a"), "LOAD_NO_EVTTYPE", "too many");
	no_warning(RULE("r", "evt.type = openat and proc.name = a"), "LOAD_NO_EVTTYPE");
	no_warning(RULE("r", "not (evt.type != openat or proc.name = a)"), "LOAD_NO_EVTTYPE");
	no_warning(RULE("r", "not evt.type exists"), "LOAD_NO_EVTTYPE");
	no_warning(RULE("r", "syscall.type = openat and proc.name = a"), "LOAD_NO_EVTTYPE");
	no_warning(RULE("r", "evt.num = 0 and proc.name = a"), "LOAD_NO_EVTTYPE");
	warn(RULE("r", "not evt.num = 0"), "LOAD_NO_EVTTYPE", "too many");
	warn(RULE("r", "evt.num >= 0"), "LOAD_NO_EVTTYPE", "too many");
	no_warning(RULE("r", "proc.name = a") "  warn_evttypes: false\n", "LOAD_NO_EVTTYPE");
}

static void test_lint_values(void **state)
{
	warn(RULE("r", "proc.name = containerd-shim-runc-v2"), "LINT_NEVER_EQUAL",
	     "longer than the field can be");
	warn(RULE("r", "proc.pname in (a, containerd-shim-runc-v2)"), "LINT_NEVER_EQUAL", "longer");
	warn(RULE("r", "container.id = 0123456789abc"), "LINT_NEVER_EQUAL", "longer");
	warn(RULE("r", "fd.typechar = x"), "LINT_NEVER_EQUAL", "no value that the field can have");
	warn(RULE("r", "evt.res = EACCESS"), "LINT_NEVER_EQUAL", "no value");
	warn(RULE("r", "fd.l4proto in (tcp, tpc)"), "LINT_NEVER_EQUAL", "'tpc' is no value");
	warn(RULE("r", "proc.name startswith containerd-shim-runc"), "LINT_NEVER_EQUAL", "longer");
	warn(RULE("r", "proc.aname endswith containerd-shim-runc"), "LINT_NEVER_EQUAL", "longer");
	warn(RULE("r", "proc.sname = containerd-shim-runc"), "LINT_NEVER_EQUAL", "longer");
	no_warning(RULE("r", "proc.name = abcdefghijklmno and container.id = 0123456789ab and "
			     "evt.res = EACCES"),
		   "LINT_NEVER_EQUAL");
}

#define EXCEPT(condition, rest) RULE("r", "evt.type = execve and " condition) "  exceptions:\n" rest
#define EXCEPT_ONE(condition, fields, comps, values)                                               \
	EXCEPT(condition,                                                                          \
	       "  - {name: e, fields: " fields ", comps: " comps ", values: " values "}\n")

static void test_lint_exceptions(void **state)
{
	static const char none[] = "exception 'e': these values have no effect";
	const char code[] = "LINT_EXCEPTION";

	warn(EXCEPT_ONE("proc.name = a", "proc.name", "in", "[b, c]"), code, none);
	warn(EXCEPT_ONE("proc.name in (a, b)", "[proc.name, proc.pid]", "[=, =]",
			"[[b, 1], [c, 1]]"),
	     code, none);
	warn(EXCEPT_ONE("not proc.name in (a, b)", "proc.name", "in", "[b]"), code, none);
	warn(EXCEPT_ONE("fd.name startswith /etc", "[fd.name]", "[=]", "[[/var/x]]"), code, none);
	warn(EXCEPT_ONE("fd.name = /etc/x", "[fd.name]", "[startswith]", "[[/var]]"), code, none);
	warn(EXCEPT_ONE("user.uid = 0", "[user.uid]", "[=]", "[[1]]"), code, none);
	warn(EXCEPT_ONE("proc.pid > 0", "[proc.name]", "[=]", "[[a], [b], [a]]"), code, none);
	warn(EXCEPT("proc.pid > 0", "  - {name: d, fields: [proc.name], values: [[a]]}\n"
				    "  - {name: e, fields: [proc.name], values: [[a]]}\n"),
	     code, none);
	no_warning(EXCEPT_ONE("proc.name in (a, b)", "proc.name", "in", "[b, c]"), code);
	no_warning(EXCEPT_ONE("proc.name = a", "[proc.pname]", "[=]", "[[b]]"), code);
	no_warning(EXCEPT_ONE("proc.aname = a", "[proc.aname]", "[=]", "[[b]]"), code);
	no_warning(EXCEPT_ONE("(proc.name = a or proc.name = b)", "[proc.name]", "[=]", "[[b]]"),
		   code);
	no_warning(EXCEPT_ONE("fd.name startswith /etc", "[fd.name]", "[startswith]", "[[/etc/x]]"),
		   code);
	no_warning(EXCEPT("proc.name = a", "  - {name: e, fields: [proc.name]}\n"), code);
}

static void test_lint_never(void **state)
{
	static const char *const never[] = {
		"proc.pid = 1 and proc.pid = 2",
		"evt.failed = true and not evt.failed = true",
		"user.name = a and user.name != a",
		"fd.name in (/a, /b) and not fd.name startswith /",
		"fd.name = /etc/x and fd.name endswith y",
		"proc.cwd = /tmp/ and proc.cwd contains etc",
		"fd.sport = 80 and fd.sport = 443",
		"thread.tid in (1, 2) and thread.tid = 3",
	};
	static const char *const fine[] = {
		"proc.aname = a and proc.aname = b",
		"fd.port = 80 and fd.port = 443",
		"fd.ip = 1.1.1.1 and fd.ip = 2.2.2.2",
		"fd.sip.name = a and fd.sip.name = b",
		"proc.env[A] = a and proc.env[B] = b",
		"tolower(proc.name) = a and proc.name = A",
		"fd.name in (/a, /etc/b) and fd.name startswith /etc",
		"proc.pid in (1, 2) and proc.pid != 1",
		"fd.sport = http and fd.sport = 80",
	};
	char yaml[400];

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		snprintf(yaml, sizeof(yaml), RULE("r", "%s"), never[i]);
		warn(yaml, "LINT_NEVER", "contradicts itself");
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		snprintf(yaml, sizeof(yaml), RULE("r", "%s"), fine[i]);
		no_warning(yaml, "LINT_NEVER");
	}
}

static void test_lint_unused(void **state)
{
	static const char base[] = "- macro: m\n  condition: proc.name=a\n- list: l\n  items: []\n";
	static const char rule[] = RULE("r", "proc.name = a");
	struct ruleset *rs = ruleset_new();

	warn("- macro: m\n  condition: proc.name=a\n" RULE("r", "proc.name=a"), "LOAD_UNUSED_MACRO",
	     "'m'");
	warn("- list: l\n  items: [a]\n" RULE("r", "proc.name=a"), "LOAD_UNUSED_LIST", "'l'");
	no_warning("- list: l\n  items: [a]\n" RULE("r", "proc.name in (l)"), "LOAD_UNUSED_LIST");
	/* A file without rules is there for others. */
	assert_int_equal(ruleset_load_text(rs, "base", base, strlen(base)), 0);
	assert_int_equal(ruleset_load_text(rs, "rules", rule, strlen(rule)), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	assert_null(find_diag(rs, "LOAD_UNUSED_MACRO", ""));
	assert_null(find_diag(rs, "LOAD_UNUSED_LIST", ""));
	ruleset_free(&rs);
}

/* Names of the rules that are said to hide rule last, NULL: none. */
static const char *hidden_by(struct ruleset *rs)
{
	const struct diag *d = find_diag(rs, "LINT_SHADOWED", "'last' never");

	return d ? strstr(d->message, "counts: ") + strlen("counts: ") : NULL;
}

static void test_lint_shadowed(void **state)
{
#define ONE RULE("one", "evt.type = execve and proc.name in (a, b)")
#define TWO RULE("two", "evt.type in (execve, execveat) and proc.name = c")
#define OFF RULE("off", "evt.type = execve") "  enabled: false\n"
	static const struct {
		const char *text, *by;
	} cases[] = {
		{ONE RULE("last", "proc.name = a and evt.type = execve and proc.pid = 1"), "'one'"},
		{ONE RULE("last", "evt.type = execve and proc.name in (b, a)"), "'one'"},
		{ONE RULE("last", "evt.type = execve and proc.name in (a, c)"), NULL},
		{ONE RULE("last", "proc.name = a"), NULL},
		{ONE TWO RULE("last", "evt.type = execve and proc.name in (a, b, c)"),
		 "'one', 'two'"},
		{ONE TWO RULE("last", "evt.type = execveat and proc.name in (a, b, c)"), NULL},
		{OFF RULE("last", "evt.type = execve"), NULL},
		{RULE("last", "evt.type = execve") RULE("x", "evt.type = execve"), NULL},
		{RULE("one", "evt.type = execve and (proc.name = a or proc.pid = 1)")
			 RULE("last", "evt.type = execve and proc.pid = 1"),
		 "'one'"},
		{RULE("one", "evt.type = execve and not proc.name = a")
			 RULE("last", "evt.type = execve and not proc.name = a and proc.pid = 1"),
		 "'one'"},
		{RULE("one", "evt.type = execve and not proc.name in (a, b)")
			 RULE("last", "evt.type = execve and not proc.name = a"),
		 NULL},
		{RULE("one", "evt.type = execve and proc.aname[2] = a")
			 RULE("last", "evt.type = execve and proc.aname[3] = a"),
		 NULL},
	};
	struct ruleset *rs;
	const char *by;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rs = ruleset_new();
		assert_int_equal(ruleset_load_text(rs, "f", cases[i].text, strlen(cases[i].text)),
				 0);
		assert_int_equal(ruleset_finish(rs, true), 0);
		by = hidden_by(rs);
		if (!by != !cases[i].by || (by && strcmp(by, cases[i].by)))
			fail_msg("case %zu: hidden by %s", i, by ? by : "none");
		ruleset_free(&rs);
	}
	no_warning(ONE RULE("last", "evt.type = execve and proc.name = a"), "LINT_SHADOWED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_all_errors_are_told),
		cmocka_unit_test(test_told_once),
		cmocka_unit_test(test_sets_fields_and_numbers),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_unknown_or_wrong),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_lint_open),
		cmocka_unit_test(test_lint_events),
		cmocka_unit_test(test_lint_values),
		cmocka_unit_test(test_lint_exceptions),
		cmocka_unit_test(test_lint_never),
		cmocka_unit_test(test_lint_unused),
		cmocka_unit_test(test_lint_shadowed),
	};

	return cmocka_run_group_tests_name("gen_check", tests, NULL, NULL);
}
