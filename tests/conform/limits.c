/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files made to exhaust a loader: each is read in a process of its own that must end in
 * time, with little memory, and say what is wrong if it does not load. The limits are at least
 * ten times what was measured.
 */
#include "tests/conform/conform.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX 20
#define MIB_MAX	    1024

#define RULE_HEAD "- rule: r\n  desc: d\n  priority: INFO\n  output: o\n  condition: "

static void repeat(struct buf *out, const char *text, size_t n)
{
	while (n--)
		buf_str(out, text);
}

/* ---- texts ---- */

static void alias_bomb(struct buf *out)
{
	buf_str(out, "- {list: l0, items: &x0 [a, b, c, d, e, f, g, h]}\n");
	for (int i = 1; i < 30; i++)
		buf_printf(out, "- {list: l%d, items: &x%d [*x%d, *x%d, *x%d, *x%d]}\n", i, i,
			   i - 1, i - 1, i - 1, i - 1);
}

static void alias_of_itself(struct buf *out)
{
	buf_str(out, "- &x [*x, *x]\n");
}

static void many_aliases(struct buf *out)
{
	buf_str(out,
		RULE_HEAD "evt.type = open\n  exceptions:\n    - name: e\n"
			  "      fields: [proc.name, fd.name]\n      values:\n"
			  "        - &v [aaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbb]\n");
	repeat(out, "        - *v\n", 300000);
}

static void deep_flow(struct buf *out)
{
	repeat(out, "[", 1000000);
}

static void deep_block(struct buf *out)
{
	for (int i = 0; i < 2000; i++) {
		repeat(out, " ", i);
		buf_str(out, "-\n");
	}
}

static void many_documents(struct buf *out)
{
	repeat(out, "---\n- {list: l, items: [a]}\n", 100000);
}

static void deep_parentheses(struct buf *out)
{
	buf_str(out, RULE_HEAD);
	repeat(out, "(", 1000000);
	buf_str(out, "evt.type=open");
	repeat(out, ")", 1000000);
}

static void deep_negations(struct buf *out)
{
	buf_str(out, RULE_HEAD);
	repeat(out, "not ", 500000);
	buf_str(out, "evt.type=open");
}

static void deep_transformers(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and ");
	repeat(out, "tolower(", 100000);
	buf_str(out, "proc.name");
	repeat(out, ")", 100000);
	buf_str(out, " = a\n");
}

static void deep_groups_at_the_bound(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and ");
	repeat(out, "(proc.name=a or (proc.name=b and ", 490);
	buf_str(out, "proc.name=c");
	repeat(out, "))", 490);
}

static void macro_of_itself(struct buf *out)
{
	buf_str(out,
		"- {macro: m, condition: proc.name = a}\n- {macro: m, condition: m}\n" RULE_HEAD
		"evt.type = open and m\n");
}

static void macro_cycle(struct buf *out)
{
	for (int i = 0; i < 5000; i++)
		buf_printf(out, "- {macro: m%d, condition: proc.name = a}\n", i);
	for (int i = 0; i < 5000; i++)
		buf_printf(out, "- {macro: m%d, condition: m%d or proc.name = b}\n", i,
			   (i + 1) % 5000);
	buf_str(out, RULE_HEAD "evt.type = open and m0\n");
}

static void macro_doubling(struct buf *out)
{
	buf_str(out, "- {macro: m0, condition: proc.name = a}\n");
	for (int i = 1; i < 60; i++)
		buf_printf(out, "- {macro: m%d, condition: not m%d or m%d}\n", i, i - 1, i - 1);
	buf_str(out, RULE_HEAD "evt.type = open and m59\n");
}

static void macro_chain(struct buf *out)
{
	buf_str(out, "- {macro: m0, condition: proc.name = a}\n");
	for (int i = 1; i < 20000; i++)
		buf_printf(out, "- {macro: m%d, condition: m%d or proc.name = b}\n", i, i - 1);
	buf_str(out, RULE_HEAD "evt.type = open and m19999\n");
}

static void list_of_itself(struct buf *out)
{
	buf_str(out, "- {list: l, items: [l, l]}\n- {list: k, items: [l, k, l]}\n" RULE_HEAD
		     "evt.type = open and proc.name in (k, l)\n");
}

static void list_doubling(struct buf *out)
{
	buf_str(out, "- {list: l59, items: [a]}\n");
	for (int i = 58; i >= 0; i--)
		buf_printf(out, "- {list: l%d, items: [l%d, l%d]}\n", i, i + 1, i + 1);
	buf_str(out, RULE_HEAD "evt.type = open and proc.name in (l0)\n");
}

static void list_doubling_forward(struct buf *out)
{
	for (int i = 0; i < 60; i++)
		buf_printf(out, "- {list: l%d, items: [l%d, l%d]}\n", i, i + 1, i + 1);
	buf_str(out, RULE_HEAD "evt.type = open and proc.name in (l0)\n");
}

static void items(struct buf *out, const char *name, int n)
{
	buf_printf(out, "- list: %s\n  items: [", name);
	for (int i = 0; i < n; i++)
		buf_printf(out, "n%d,", i);
	buf_str(out, "]\n");
}

static void list_of_a_million(struct buf *out)
{
	items(out, "l", 1000000);
	buf_str(out, RULE_HEAD "evt.type = open and proc.name in (l)\n");
}

static void list_of_many(struct buf *out)
{
	items(out, "l", 100000);
	buf_str(out, RULE_HEAD "evt.type = open and proc.name in (l)\n");
}

static void long_list_in_many_rules(struct buf *out)
{
	items(out, "l", 5000);
	for (int i = 0; i < 50; i++)
		buf_printf(out,
			   "- {rule: r%d, desc: d, priority: INFO, output: o, condition: "
			   "evt.type = open and proc.name in (l) and proc.pid = %d}\n",
			   i, i);
}

static void many_lists(struct buf *out)
{
	for (int i = 0; i < 20000; i++)
		buf_printf(out, "- {list: l%d, items: [a%d]}\n", i, i);
	buf_str(out, RULE_HEAD "evt.type = open and proc.name in (");
	for (int i = 0; i < 20000; i++)
		buf_printf(out, "l%d,", i);
	buf_str(out, "z)\n");
}

static void file_of_50_mb(struct buf *out)
{
	repeat(out, "- {list: l, items: [a]}\n#########################\n", 1000000);
}

static void long_condition(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open");
	for (int i = 0; i < 10000; i++)
		buf_printf(out, " and proc.name != a%d", i);
	buf_str(out, "\n");
}

static void long_disjunction(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and (proc.name = x");
	for (int i = 0; i < 5000; i++)
		buf_printf(out, " or fd.name contains a%d", i);
	buf_str(out, ")\n");
}

/* Its disjunctive form has 2 to the 40 members. */
static void wide_conjunction(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open");
	for (int i = 0; i < 40; i++)
		buf_printf(out, " and (fd.name contains a%d or proc.cmdline contains b%d)", i, i);
	buf_str(out, "\n");
}

static void many_rules(struct buf *out)
{
	for (int i = 0; i < 50000; i++)
		buf_printf(out,
			   "- {rule: r%d, desc: d, priority: INFO, output: o, condition: "
			   "evt.type = open and proc.pid = %d}\n",
			   i, i);
}

static void long_text(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name contains ");
	repeat(out, "a", 1000000);
	buf_str(out, "\n");
}

static void many_stars(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name glob ");
	repeat(out, "*a", 20000);
	buf_str(out, "\n");
}

static void glob_blowup(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name glob *a");
	repeat(out, "?", 200);
	buf_str(out, "*b\n");
}

static void regex_counts(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name regex "
			       "'((((a{1,100}){1,100}){1,100}){1,100}){1,100}'\n");
}

static void regex_deep(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name regex '");
	repeat(out, "(", 50000);
	buf_str(out, "a");
	repeat(out, ")*", 50000);
	buf_str(out, "'\n");
}

static void regex_blowup(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name regex '(a|b)*a");
	repeat(out, "(a|b)", 200);
	buf_str(out, "'\n");
}

static void pmatch_many(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open and fd.name pmatch (");
	for (int i = 0; i < 20000; i++)
		buf_printf(out, "/a/*/%d/b?,", i);
	buf_str(out, "/z)\n");
}

static void long_output(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open\n  output: ");
	repeat(out, "%proc.name ", 200000);
	buf_str(out, "\n- {rule: s, desc: d, priority: INFO, condition: evt.type = open, output: ");
	repeat(out, "%proc.name ", 100000);
	buf_str(out, "}\n");
}

static void many_appends(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open\n");
	repeat(out, "- {rule: r, condition: and proc.name != a, append: true}\n", 20000);
}

static void many_exceptions(struct buf *out)
{
	buf_str(out, RULE_HEAD "evt.type = open\n  exceptions:\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(out,
			   "    - {name: e%d, fields: [proc.name, fd.name], values: [[a, b]]}\n",
			   i);
}

static void many_unknown_names(struct buf *out)
{
	for (int i = 0; i < 3000; i++)
		buf_printf(out,
			   "- {rule: r%d, desc: d, priority: INFO, output: o, condition: "
			   "evt.typ = opne and proc.nmae = %d}\n",
			   i, i);
}

/* part: of the error; NULL: it loads; "": either. */
static const struct limit {
	const char *name;
	void (*make)(struct buf *out);
	const char *part;
} limits[] = {
	{"aliases that double and double", alias_bomb, "sequence value is not scalar"},
	{"an alias of what holds it", alias_of_itself, "a"},
	{"one alias 300,000 times", many_aliases, ""},
	{"a million open brackets", deep_flow, "deep"},
	{"2,000 levels of sequences", deep_block, "deep"},
	{"100,000 documents", many_documents, ""},
	{"a million parentheses", deep_parentheses, ""},
	{"500,000 negations", deep_negations, ""},
	{"100,000 transformers in each other", deep_transformers, ""},
	{"groups as deep as is allowed", deep_groups_at_the_bound, ""},
	{"a macro of itself", macro_of_itself, "reference loop in macro 'm'"},
	{"a ring of 5,000 macros", macro_cycle, ""},
	{"macros that double 60 times", macro_doubling, ""},
	{"a chain of 20,000 macros", macro_chain, ""},
	{"lists of themselves", list_of_itself, ""},
	{"lists that double 60 times", list_doubling, ""},
	{"lists that double 60 times, the later first", list_doubling_forward, ""},
	{"a list of 1,000,000 items", list_of_a_million, ""},
	{"a list of 100,000 items", list_of_many, ""},
	{"a list of 5,000 items in 50 rules", long_list_in_many_rules, ""},
	{"20,000 lists", many_lists, ""},
	{"a file of 50 MB", file_of_50_mb, ""},
	{"10,000 conjunctions", long_condition, ""},
	{"5,000 alternatives", long_disjunction, ""},
	{"two alternatives 40 times", wide_conjunction, ""},
	{"50,000 rules", many_rules, ""},
	{"a text of a million bytes", long_text, ""},
	{"a pattern of 20,000 stars", many_stars, ""},
	{"a pattern whose automaton doubles 200 times", glob_blowup, ""},
	{"counts of counts in a regular expression", regex_counts, ""},
	{"a deep regular expression", regex_deep, ""},
	{"a regular expression whose automaton doubles 200 times", regex_blowup, ""},
	{"20,000 paths with patterns", pmatch_many, ""},
	{"an output of 200,000 fields", long_output, ""},
	{"20,000 appends", many_appends, ""},
	{"20,000 exceptions", many_exceptions, ""},
	{"6,000 names that nearly exist", many_unknown_names, ""},
};

/* ---- measuring ---- */

enum { CHILD_LOADS, CHILD_REFUSES, CHILD_OTHER };

static void child(const struct limit *l)
{
	struct world w = {};
	struct buf text = {}, said = {};
	bool found = !l->part;
	int err;

	l->make(&text);
	texts_add(&w.names, "a.yaml");
	texts_add(&w.bodies, buf_text(&text));
	err = world_load(&w, NULL);
	for (size_t i = 0; i < w.rs->diags.n; i++)
		found |= l->part && strstr(w.rs->diags.list[i].message, l->part);
	diag_say(&w.rs->diags, SEVERITY_ERROR, &said);
	if (getenv("CONFORM_SHOW"))
		fprintf(stderr, "%s: %s %.300s\n", l->name, err ? "refused" : "loads",
			buf_text(&said));
	if (err && (!w.rs->diags.errors || (l->part && l->part[0] && !found)))
		_exit(CHILD_OTHER);
	_exit(err ? CHILD_REFUSES : CHILD_LOADS);
}

static bool is_as_wanted(const struct limit *l, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) == CHILD_OTHER)
		return false;
	if (l->part && !l->part[0])
		return true;
	return WEXITSTATUS(status) == (l->part ? CHILD_REFUSES : CHILD_LOADS);
}

static bool check_limit(const struct limit *l)
{
	struct rusage used;
	double seconds;
	long mib;
	int status;
	bool good;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(6 * SECONDS_MAX);
		child(l);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return false;
	seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec +
		  (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	mib = used.ru_maxrss >> 10;
	good = is_as_wanted(l, status) && seconds < SECONDS_MAX && mib < MIB_MAX;
	printf("%sok - conform/limits: %s: %s after %.2f s with %ld MiB\n", good ? "" : "not ",
	       l->name,
	       !WIFEXITED(status)		      ? "killed"
	       : WEXITSTATUS(status) == CHILD_LOADS   ? "loaded"
	       : WEXITSTATUS(status) == CHILD_REFUSES ? "refused"
						      : "refused with another message",
	       seconds, mib);
	return good;
}

bool limits_hold(void)
{
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		good &= check_limit(&limits[i]);
	return good;
}
