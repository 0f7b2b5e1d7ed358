/* SPDX-License-Identifier: Apache-2.0 */
/* Actions found for conditions: what they are, and that the interpreter agrees with them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gen/arena.h"
#include "gen/interp.h"
#include "gen/ruleset.h"
#include "user/rulefiles.h"
#include "user/try_event.h"
#include "user/try_plan.h"

#define HOME "/srv/try"

static const char *const above[] = {"tiercel", "bash", "systemd", NULL};
static const struct try_place inside = {"0123456789ab", HOME, "tiercel", above};
static const struct try_place outside = {"host", "/tmp/home", "tiercel", NULL};

static struct ruleset *new_rules(void)
{
	struct ruleset *rs = ruleset_new();

	assert_non_null(rs);
	assert_int_equal(rulefiles_base(rs), 0);
	return rs;
}

static const struct node *condition(struct ruleset *rs, const char *text)
{
	const struct node *n = ruleset_condition(rs, text, false);

	if (!n)
		diag_print(&rs->diags, stderr, false);
	assert_non_null(n);
	return n;
}

static void expect_true(const struct node *n, const struct try_plan *p, const struct try_place *at)
{
	struct try_event e;

	try_event_init(&e, p, at);
	assert_int_equal(interp_eval(n, &e.ev, NULL), TRUTH_YES);
}

/* Condition and the plan as a line, NULL if there is none. */
struct row {
	const char *condition, *plan;
};

static void expect_rows(const struct row *rows, size_t n, const struct try_place *at)
{
	struct ruleset *rs = new_rules();

	for (size_t i = 0; i < n; i++) {
		const struct node *tree = condition(rs, rows[i].condition);
		struct try_plan plan;
		int err = try_plan_make(rs->arena, tree, at, &plan);

		if (err || !rows[i].plan) {
			if (!err || rows[i].plan)
				fail_msg("%s: %s", rows[i].condition,
					 err ? "no plan" : try_plan_text(rs->arena, &plan));
			assert_int_equal(err, -ENOENT);
			continue;
		}
		assert_string_equal(try_plan_text(rs->arena, &plan), rows[i].plan);
		expect_true(tree, &plan, at);
	}
	ruleset_free(&rs);
}

#define EXPECT_ROWS(rows, at) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]), at)

static void program_starts(void **state)
{
	static const struct row rows[] = {
		{"spawned_process and proc.name = ping", "run ping"},
		{"spawned_process and container and proc.name in (curl, wget)", "run curl"},
		{"spawned_process and proc.cmdline contains \"http.server\"",
		 "run stand-in http.server"},
		{"spawned_process and proc.name in (nc, ncat) and proc.cmdline contains \"-l\"",
		 "run nc -l"},
		{"spawned_process and proc.cmdline = \"ssh -R x\"", "run ssh -R x"},
		{"spawned_process and proc.cmdline startswith \"nc -z\" and "
		 "proc.cmdline endswith \"end\"",
		 "run nc -z end"},
		{"spawned_process and proc.name startswith py and proc.args endswith \".py\"",
		 "run py .py"},
		{"spawned_process and proc.exepath startswith \"/tmp\"",
		 "run stand-in at /tmp/stand-in"},
		{"spawned_process and proc.exepath = /usr/bin/x", "run x at /usr/bin/x"},
		{"spawned_process and proc.exepath = /usr/bin/x and proc.name = y",
		 "run y at /usr/bin/x"},
		{"spawned_process and proc.exepath glob \"/opt/*/bin/?d\"",
		 "run xd at /opt/x/bin/xd"},
		{"spawned_process and proc.exepath pmatch (/opt/a) and proc.exepath endswith "
		 "\"/b\"",
		 "run stand-in at /opt/a/b"},
		{"spawned_process and proc.name = sh and proc.pname in (nginx, httpd)",
		 "run sh (from nginx)"},
		{"spawned_process and proc.pcmdline contains \"-x y\"",
		 "run stand-in (from stand-in -x y)"},
		{"spawned_process and proc.name = a and not proc.aname in (dpkg, apt)", "run a"},
		{"spawned_process and proc.name = a and proc.aname[3] = bash", "run a"},
		{"spawned_process and proc.name = a and proc.pname = b and proc.aname[4] = bash",
		 "run a (from b)"},
		{"spawned_process and proc.name = a and not proc.aname in (bash)", NULL},
		{"spawned_process and proc.name icontains SSH", "run SSH"},
		{"evt.type = execve and evt.failed = true and proc.name = sh",
		 "execve of a missing file by sh"},
		{"evt.type = execveat", "execveat of a missing file by stand-in"},
		{"spawned_process and proc.name = bash and proc.tty != 0",
		 "run bash in a terminal"},
		/* one branch of several */
		{"spawned_process and (user.uid = 7 or proc.name = b) and not proc.name = a",
		 "run b"},
		{"spawned_process and proc.name in (a, b) and not proc.name in (a)", "run b"},
		{"spawned_process and not (proc.name != a or not proc.args contains q)", "run a q"},
		/* a name of 20 bytes is never seen */
		{"spawned_process and proc.name = aaaaaaaaaaaaaaaaaaaa", NULL},
		{"spawned_process and proc.name = a and proc.name = b", NULL},
		{"spawned_process and user.uid = 7", NULL},
		{"spawned_process and proc.pid = 7", NULL},
		{"spawned_process and container.id = host", NULL},
		{"spawned_process and container.image.repository = x", NULL},
	};

	EXPECT_ROWS(rows, &inside);
}

static void opens(void **state)
{
	static const struct row rows[] = {
		{"open_read and fd.name glob \"/proc/*/environ\"",
		 "openat /proc/self/environ for reading by stand-in"},
		{"open_read and fd.name contains \"/proc/1/root/\"",
		 "openat /proc/1/root/file for reading by stand-in"},
		{"evt.type = openat and fd.name = /etc/shadow",
		 "openat /etc/shadow for reading by stand-in"},
		{"open_read and container and fd.name in (/etc/shadow, /etc/passwd)",
		 "openat /etc/shadow for reading by stand-in"},
		{"open_write and fd.name startswith /etc/",
		 "openat /etc/file for writing by stand-in"},
		{"evt.type = openat2 and fd.name contains passwd",
		 "openat2 /srv/try/passwd for reading by stand-in"},
		{"evt.type = openat and fd.name endswith \"/.bashrc\" and proc.name = vi",
		 "openat /srv/try/.bashrc for reading by vi"},
		{"evt.type = openat and fd.directory = /etc and fd.filename = hosts",
		 "openat /etc/hosts for reading by stand-in"},
		{"evt.type = openat and evt.is_open_write = true and evt.is_open_read = true and "
		 "fd.name = /a",
		 "openat /a for reading and writing by stand-in"},
		{"evt.type = openat and fd.typechar = d and fd.name startswith /a",
		 "openat /a/file for reading by stand-in"},
		{"evt.type = openat and fd.num < 0 and fd.name = /no",
		 "openat the missing /no for reading by stand-in"},
		{"evt.type = openat and proc.pname = sshd and fd.name = /b",
		 "openat /b for reading by stand-in (from sshd)"},
		{"evt.type = connect", NULL},
		{"evt.type = openat and fd.name = relative", NULL},
		{"evt.type = openat and fd.name = /a/../b", NULL},
		{"evt.type = openat and fd.name startswith /a and fd.name startswith /b", NULL},
	};

	EXPECT_ROWS(rows, &inside);
}

#ifdef __x86_64__
static void old_calls(void **state)
{
	static const struct row rows[] = {
		{"container and evt.type = open and fd.name contains \"/etc/passwd\"",
		 "open /etc/passwd for reading by stand-in"},
		{"evt.type in (creat, write) and fd.name startswith /tmp",
		 "creat /tmp/file for reading by stand-in"},
	};

	EXPECT_ROWS(rows, &inside);
}
#endif

static void on_the_host(void **state)
{
	static const struct row rows[] = {
		{"spawned_process and proc.name = ping", "run ping"},
		{"spawned_process and container.id = host", "run stand-in"},
		{"open_write and fd.name startswith /tmp",
		 "openat /tmp/home/file for writing by stand-in"},
		{"spawned_process and container", NULL},
		{"spawned_process and proc.tty != 0", NULL},
	};

	EXPECT_ROWS(rows, &outside);
}

/* Deep and wide conditions end in reasonable time. */
static void large_conditions(void **state)
{
	struct ruleset *rs = new_rules();
	char text[16384] = "spawned_process and proc.pid = 1";
	struct try_plan plan;

	for (int i = 0; i < 40; i++)
		sprintf(text + strlen(text),
			" and (proc.name in (a%d, b, c, d) or proc.cmdline contains x%d)", i, i);
	assert_int_equal(try_plan_make(rs->arena, condition(rs, text), &inside, &plan), -ENOENT);
	ruleset_free(&rs);
}

/* All rules of the project have an action, but those of other system calls than
 * program starts and opens. */
static void own_rules(void **state)
{
	struct ruleset *rs = new_rules();
	size_t n = 0, unseen = 0;

	assert_int_equal(ruleset_load(rs, "rules"), 0);
	assert_int_equal(ruleset_finish(rs, false), 0);
	for (size_t i = 0; i < rs->n_rules; i++) {
		const struct rule *r = rs->rules[i];
		struct try_plan plan;

		if (!r->enabled || !r->tree)
			continue;
		n++;
		if (!try_plan_make(rs->arena, r->tree, &inside, &plan))
			expect_true(r->tree, &plan, &inside);
		else if (!strcmp(try_plan_why_not(r->tree),
				 "its events are neither program starts nor opens"))
			unseen++;
		else
			fail_msg("%s: no plan", r->name);
	}
	assert_true(n - unseen >= 60);
	ruleset_free(&rs);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_starts), cmocka_unit_test(opens),
#ifdef __x86_64__
		cmocka_unit_test(old_calls),
#endif
		cmocka_unit_test(on_the_host),	  cmocka_unit_test(large_conditions),
		cmocka_unit_test(own_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
