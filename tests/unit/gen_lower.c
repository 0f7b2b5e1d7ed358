/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions to ways: constants folded, negations pushed down, comparisons joined, holes. */
#include "tests/unit/gen_fake.h"

#include "gen/lower.h"
#include "gen/types.h"

static const char *add_lits(const struct preds *ps, const char *text, const struct way *w)
{
	size_t i;

	for (i = 0; i < w->n; i++) {
		const struct pred *p = ps->list.v[w->lits[i] / 2];
		const char *lit = arena_printf(ps->arena, "%s%s", w->lits[i] & 1 ? "not " : "",
					       pred_text(ps->arena, p));

		text = text ? arena_printf(ps->arena, "%s & %s", text, lit) : lit;
	}
	return text;
}

/* The ways as text: literals joined by " & ", ways by " | ", "?" for a residual one, exclusions
 * behind "but not". */
static const char *ways_text(const struct preds *ps, const struct ways *w)
{
	const char *all = NULL;
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		const char *way = add_lits(ps, w->v[i].why ? "?" : NULL, &w->v[i]);

		way = way ? way : "yes";
		for (k = 0; k < w->v[i].n_excludes; k++)
			way = arena_printf(ps->arena, "%s but not (%s)", way,
					   add_lits(ps, NULL, &w->v[i].excludes[k]));
		all = all ? arena_printf(ps->arena, "%s | %s", all, way) : way;
	}
	return all ? all : "no";
}

static const struct {
	enum event_id type;
	const char *condition, *ways;
} cases[] = {
	/* the event type */
	{EVENT_OPEN, "evt.type = open", "yes"},
	{EVENT_OPENAT, "evt.type = open", "no"},
	{EVENT_OPENAT, "evt.type in (open, openat)", "yes"},
	{EVENT_OPENAT, "evt.type != open", "yes"},
	{EVENT_OPENAT, "not evt.type = open", "yes"},
	{EVENT_OPENAT, "evt.type startswith open", "yes"},
	{EVENT_OPENAT, "evt.type = write", "no"},
	{EVENT_OPENAT, "evt.type = open and proc.name = a", "no"},
	{EVENT_OPENAT, "evt.type = openat and proc.name = a", "proc.name = a"},
	{EVENT_OPENAT, "evt.type = open or proc.name = a", "proc.name = a"},
	{EVENT_OPENAT, "evt.source = syscall", "yes"},
	/* evt.num */
	{EVENT_OPENAT, "evt.num = 0", "no"},
	{EVENT_OPENAT, "evt.num != 0", "yes"},
	{EVENT_OPENAT, "evt.num >= 1", "yes"},
	{EVENT_OPENAT, "evt.num < 1", "no"},
	{EVENT_OPENAT, "evt.num = 5", "?"},
	{EVENT_OPENAT, "evt.num in (0, 5)", "?"},
	{EVENT_OPENAT, "not evt.num = 5", "?"},
	/* presence */
	{EVENT_EXECVE, "fd.num >= 0", "no"},
	{EVENT_EXECVE, "not fd.num >= 0", "yes"},
	{EVENT_EXECVE, "fd.name exists", "no"},
	{EVENT_EXECVE, "fd.directory = /etc", "no"},
	{EVENT_OPEN, "fd.num >= 0", "fd.num >= 0"},
	{EVENT_OPEN, "fd.num exists", "fd.num exists"},
	{EVENT_OPEN, "fd.name exists", "fd.name exists"},
	{EVENT_OPEN, "proc.name exists", "yes"},
	{EVENT_OPEN, "proc.name contains \"\"", "yes"},
	{EVENT_OPEN, "fd.name startswith \"\"", "fd.name exists"},
	{EVENT_OPEN, "fd.name pmatch (/)", "fd.name exists"},
	/* exclusions */
	{EVENT_OPEN, "fd.name = a and not (proc.name = b and proc.exe = c)",
	 "fd.name = a but not (proc.name = b & proc.exe = c)"},
	{EVENT_OPEN,
	 "fd.name = a and not (proc.name = b and proc.exe = c) and not (proc.name = d and "
	 "proc.exe = c)",
	 "fd.name = a but not (proc.name = b & proc.exe = c) but not (proc.exe = c & proc.name = "
	 "d)"},
	{EVENT_OPEN, "proc.name = b and fd.name = a and not (proc.name = b and proc.exe = c)",
	 "proc.name = b & fd.name = a & not proc.exe = c"},
	{EVENT_OPEN, "proc.name = b and fd.name = a and not (fd.name = a and proc.name = b)", "no"},
	{EVENT_OPEN, "not proc.name = b and fd.name = a and not (proc.name = b and proc.exe = c)",
	 "not proc.name = b & fd.name = a"},
	{EVENT_OPEN, "fd.name = a and not (proc.name = b and proc.exe = c and evt.num = 5)",
	 "? & fd.name = a"},
	{EVENT_OPEN, "fd.name = a and (not proc.name = b or not proc.exe = c or not proc.pid = 1)",
	 "fd.name = a but not (proc.name = b & proc.exe = c & proc.pid = 1)"},
	/* has a value, and another one */
	{EVENT_OPEN, "proc.name != a", "not proc.name = a"},
	{EVENT_OPEN, "fd.name != a", "fd.name exists & not fd.name = a"},
	{EVENT_OPEN, "not fd.name != a", "not fd.name exists | fd.name = a"},
	{EVENT_OPEN, "proc.pname != a", "proc.pname exists & not proc.pname = a"},
	/* arguments */
	{EVENT_OPEN, "evt.arg.flags contains O_CREAT", "open flags & 0x40 = 64"},
	{EVENT_OPEN, "evt.arg.flags icontains o_creat", "open flags & 0x40 = 64"},
	{EVENT_OPEN, "evt.arg.flags glob *O_CREAT*", "open flags & 0x40 = 64"},
	{EVENT_OPEN, "evt.arg.flags contains O_RDWR", "open flags & 0x3 = 2"},
	{EVENT_OPEN, "evt.arg.flags contains WR",
	 "(open flags & 0x3 >= 1 and open flags & 0x3 <= 2)"},
	{EVENT_OPEN, "evt.arg.flags contains O_NOTHING", "no"},
	{EVENT_OPEN, "not evt.arg.flags contains O_CREAT", "not open flags & 0x40 = 64"},
	{EVENT_OPEN, "evt.arg.flags = O_RDWR|O_WHAT", "no"},
	{EVENT_OPEN, "evt.arg.flags = O_RDWR|O_CREAT", "?"},
	{EVENT_OPEN, "evt.arg.flags = O_CREAT|O_RDWR", "open flags & 0x7059dec3 = 66"},
	{EVENT_OPEN, "evt.arg.flags contains O_CREAT|O_RDWR", "?"},
	{EVENT_OPEN, "evt.arg.flags startswith O_CREAT", "?"},
	{EVENT_OPEN, "evt.arg.flags exists", "open flags exists"},
	{EVENT_CREAT, "evt.arg.flags exists", "no"},
	{EVENT_OPEN, "evt.arg.mode = 0755", "open mode = 493"},
	{EVENT_OPEN, "evt.arg.mode = 755", "no"},
	{EVENT_OPEN, "evt.arg[3] = 0755", "open mode = 493"},
	{EVENT_OPENAT, "evt.arg[3] = 0755", "?"},
	{EVENT_OPENAT, "evt.arg[9] = 0755", "no"},
	{EVENT_OPEN, "evt.rawarg.mode > 7", "open mode >= 8"},
	{EVENT_OPEN, "evt.rawarg.flags = 1", "?"},
	{EVENT_OPEN, "evt.rawarg.flags > 1", "?"},
	{EVENT_OPEN, "evt.arg.fd = ENOENT", "evt.rawres = -2"},
	{EVENT_OPEN, "evt.arg.fd contains /etc", "?"},
	{EVENT_OPEN, "evt.arg.name startswith /etc", "fd.name startswith /etc"},
	{EVENT_OPENAT, "evt.arg.dirfd = AT_FDCWD", "?"},
	{EVENT_OPENAT, "evt.arg.newpath = /a", "no"},
	{EVENT_EXECVE, "evt.arg.res = ENOENT", "evt.rawres = -2"},
	{EVENT_EXECVE, "evt.arg.res startswith EAC", "evt.rawres = -13"},
	{EVENT_EXECVE, "evt.arg.comm = a", "proc.name = a"},
	{EVENT_EXECVE, "evt.rawarg.uid = 0", "user.uid = 0"},
	{EVENT_EXECVE, "evt.arg.uid = root", "?"},
	{EVENT_RENAMEAT, "evt.arg.newpath startswith /etc", "path 2 startswith /etc"},
	{EVENT_RENAMEAT, "evt.arg.oldpath = /a", "path 1 = /a"},
	{EVENT_RENAMEAT, "evt.rawarg.oldpath = a", "?"},
	{EVENT_SYMLINK, "evt.arg.target = /etc/shadow", "path 2 = /etc/shadow"},
	{EVENT_PTRACE, "evt.arg.request in (PTRACE_POKETEXT, PTRACE_POKEDATA)",
	 "(register 0 & 0xffffffff >= 4 and register 0 & 0xffffffff <= 5)"},
	{EVENT_PTRACE, "evt.arg.request startswith PTRACE_ATT", "register 0 & 0xffffffff = 16"},
	{EVENT_BPF, "evt.arg.cmd = BPF_PROG_LOAD", "register 0 & 0xffffffff = 5"},
	{EVENT_BPF, "evt.arg.cmd contains 5", "?"},
	{EVENT_CHMOD, "evt.arg.mode contains S_ISUID", "register 1 & 0x800 = 2048"},
	{EVENT_LISTEN, "evt.rawarg.backlog < 0",
	 "(register 1 & 0xffffffff >= 2147483648 and register 1 & 0xffffffff <= 4294967295)"},
	{EVENT_SETUID, "evt.rawarg.uid = 0", "register 0 & 0xffffffff = 0"},
	{EVENT_SETUID, "evt.arg.uid = nobody", "?"},
	{EVENT_SENDTO, "evt.is_io_write = true", "yes"},
	{EVENT_SENDTO, "evt.buffer contains a", "?"},
	{EVENT_SOCKET, "evt.buffer contains a", "no"},
	{EVENT_SENDTO, "evt.category = net", "fd.typechar = 4 or fd.typechar = 6"},
	{EVENT_SOCKET, "evt.category = net", "yes"},
	/* joined */
	{EVENT_OPEN, "proc.name = a or proc.name in (b, c)", "proc.name in (a, b, c)"},
	{EVENT_OPEN, "proc.name = a or proc.name = a", "proc.name = a"},
	{EVENT_OPEN, "proc.cmdline contains a or proc.cmdline contains b",
	 "proc.cmdline contains anyof (a, b)"},
	{EVENT_OPEN, "not proc.cmdline contains a and not proc.cmdline contains b",
	 "not proc.cmdline contains anyof (a, b)"},
	{EVENT_OPEN, "not (proc.name = a or proc.name startswith b)",
	 "not proc.name = a or proc.name startswith b"},
	{EVENT_OPEN, "proc.name = a and proc.name startswith b",
	 "proc.name = a & proc.name startswith b"},
	{EVENT_OPEN, "proc.pid = 1 or proc.pid = 2 or proc.pid > 2", "proc.pid >= 1"},
	{EVENT_OPEN, "proc.aname = a or proc.aname[2] = a or proc.aname[0] = a",
	 "proc.aname = a | proc.name = a | proc.aname[2] = a"},
	/* modifiers */
	{EVENT_OPEN, "proc.cmdline contains anyof (a, b)", "proc.cmdline contains anyof (a, b)"},
	{EVENT_OPEN, "proc.cmdline contains allof (a, b)",
	 "proc.cmdline contains a & proc.cmdline contains b"},
	{EVENT_OPEN, "proc.name contains anyof ()", "no"},
	{EVENT_OPEN, "proc.name in ()", "no"},
	{EVENT_OPEN, "proc.name != allof (a, b)", "not proc.name in (a, b)"},
	{EVENT_OPEN, "proc.name != anyof (a, b)", "not proc.name = a | not proc.name = b"},
	{EVENT_OPEN, "proc.name contains oneof (a, b)", "?"},
	/* domains */
	{EVENT_OPEN, "evt.res = ENOENT", "evt.res = ENOENT"},
	{EVENT_OPEN, "evt.res = SUCCESS or evt.failed = true",
	 "evt.res = SUCCESS | evt.failed = true"},
	{EVENT_OPEN, "evt.res = NONSENSE", "no"},
	{EVENT_OPEN, "fd.typechar glob \"[fd]\"", "fd.typechar = d or fd.typechar = f"},
	/* longer than such a text can be */
	{EVENT_OPEN, "proc.name = 1234567890123456", "no"},
	{EVENT_OPEN, "proc.name in (123456789012345, 1234567890123456)",
	 "proc.name = 123456789012345"},
	/* distribution */
	{EVENT_OPEN, "proc.name = a and (fd.name = b or proc.pid = 1)",
	 "proc.name = a & fd.name = b | proc.name = a & proc.pid = 1"},
	{EVENT_OPEN, "not (proc.name = a and proc.pid = 1)",
	 "not proc.name = a | not proc.pid = 1"},
	{EVENT_OPEN, "proc.name = a and not proc.name = a", "no"},
	{EVENT_OPEN, "proc.name = a or (proc.name = a and proc.pid = 1)", "proc.name = a"},
	/* holes */
	{EVENT_OPEN, "evt.cpu = 1 and proc.name = a", "? & proc.name = a"},
	{EVENT_OPEN, "not evt.cpu = 1 and proc.name = a", "? & proc.name = a"},
	{EVENT_OPEN, "evt.cpu = 1 or proc.name = a", "? | proc.name = a"},
	{EVENT_OPEN, "user.name = root and proc.name = a", "user.name = root & proc.name = a"},
	{EVENT_OPEN, "not toupper(user.name) in (A, B) and group.name exists",
	 "not toupper(user.name) in (A, B) & group.name exists"},
	{EVENT_OPEN, "user.name = val(group.name)", "user.name = val(group.name)"},
	{EVENT_OPEN, "user.name = val(proc.name)", "?"},
	{EVENT_OPEN, "proc.name regex \"a\" and proc.name = a", "? & proc.name = a"},
	{EVENT_OPEN, "proc.aname != a", "?"},
};

static void ways_are_right(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		struct preds *ps = arena_alloc(a, sizeof(*ps));
		struct reasons why = {.arena = a};
		struct ways w;
		const char *text;

		ps->arena = a;
		w = lower(ps, &why, fake_tree(a, cases[i].condition), cases[i].type);
		text = ways_text(ps, &w);
		if (strcmp(text, cases[i].ways))
			fail_msg("%s: %s, not %s", cases[i].condition, text, cases[i].ways);
		arena_free(&a);
	}
}

/* Types whose ways are the same are lowered together, and come out as each of them alone. */
static void groups_are_right(void **state)
{
	size_t i, k;
	unsigned type;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		struct preds *ps = arena_alloc(a, sizeof(*ps));
		struct reasons why = {.arena = a};
		struct node *tree = fake_tree(a, cases[i].condition);
		struct event_set none = types_all();
		type_groups_t groups;

		ps->arena = a;
		groups = lower_all(ps, &why, tree);
		for (k = 0; k < groups.n; k++) {
			const char *text = ways_text(ps, &groups.v[k].ways);

			for_each_event(type, &groups.v[k].types)
			{
				struct ways alone = lower(ps, &why, tree, type);

				assert_string_equal(ways_text(ps, &alone), text);
				assert_true(event_set_has(&none, type));
			}
			none = event_set_without(&none, &groups.v[k].types);
		}
		for_each_event(type, &none) assert_int_equal(lower(ps, &why, tree, type).n, 0);
		arena_free(&a);
	}
}

static const struct {
	const char *condition;
	size_t groups;
	const char *in, *out; /* event types that are in the first group, and not */
} groupings[] = {
	{"proc.name = a", 1, "open", NULL},
	{"user.name = root or not proc.pname = b", 1, "execve", NULL},
	{"evt.category = process and proc.name = a", 1, "execve", "open"},
	{"evt.type in (execve, open) and proc.name = a", 1, "execve", "openat"},
	{"syscall.type != open", 1, "openat", "open"},
	{"evt.type.is.open = 0", 1, "openat", "open"},
	{"evt.type exists", 1, "open", NULL},
	{"evt.type startswith open", 1, "openat2", "creat"},
	{"fd.name = a", 1, "creat", "execve"},
	{"fd.name = a or proc.name = b", 2, "execve", "open"},
	{"(evt.type = execve and proc.name = a) or (evt.type = open and fd.name = b)", 2, "execve",
	 "open"},
	{"evt.type = open or proc.name = a or fd.name = b", 3, "execve", "open"},
};

static void few_groups(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++) {
		struct arena *a = arena_new();
		struct preds *ps = arena_alloc(a, sizeof(*ps));
		struct reasons why = {.arena = a};
		const struct event_set *first;
		type_groups_t groups;

		ps->arena = a;
		groups = lower_all(ps, &why, fake_tree(a, groupings[i].condition));
		if (groups.n != groupings[i].groups)
			fail_msg("%s: %zu groups", groupings[i].condition, groups.n);
		first = &groups.v[0].types;
		assert_true(event_set_has(first, event_type_find(groupings[i].in)->id));
		if (groupings[i].out)
			assert_false(event_set_has(first, event_type_find(groupings[i].out)->id));
		arena_free(&a);
	}
}

/* (p1 or q1) and (p2 or q2) and ...: what grows too large becomes wider, and says so. */
static void explosion_is_bounded(void **state)
{
	struct arena *a = arena_new();
	struct preds *ps = arena_alloc(a, sizeof(*ps));
	struct reasons why = {.arena = a};
	const char *text = "proc.name = x";
	struct ways w;
	size_t i;

	ps->arena = a;
	for (i = 0; i < 200; i++)
		text = arena_printf(a, "%s and (fd.name contains a%zu or proc.pid = %zu)", text, i,
				    i);
	w = lower(ps, &why, fake_tree(a, text), EVENT_OPEN);
	assert_true(w.n > 0 && w.n <= 64);
	for (i = 0; i < w.n; i++) {
		assert_int_not_equal(w.v[i].why, 0);
		/* what all share is kept */
		assert_string_equal(pred_text(a, ps->list.v[w.v[i].lits[0] / 2]), "proc.name = x");
	}
	assert_int_equal(why.n, 1);
	arena_free(&a);
}

/* Equal comparisons share a predicate, whatever rule and order they come in. */
static void equal_comparisons_are_one(void **state)
{
	struct arena *a = arena_new();
	struct preds *ps = arena_alloc(a, sizeof(*ps));
	struct reasons why = {.arena = a};

	ps->arena = a;
	lower(ps, &why, fake_tree(a, "proc.name in (a, b)"), EVENT_OPEN);
	lower(ps, &why, fake_tree(a, "proc.name in (b, a, b)"), EVENT_OPENAT);
	lower(ps, &why, fake_tree(a, "not (proc.name intersects (a, b))"), EVENT_EXECVE);
	assert_int_equal(ps->list.n, 1);
	lower(ps, &why, fake_tree(a, "proc.pname in (b, a)"), EVENT_OPENAT);
	assert_int_equal(ps->list.n, 2);
	assert_ptr_equal(ps->list.v[1]->base, ps->list.v[0]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways_are_right),
		cmocka_unit_test(groups_are_right),
		cmocka_unit_test(few_groups),
		cmocka_unit_test(explosion_is_bounded),
		cmocka_unit_test(equal_comparisons_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
