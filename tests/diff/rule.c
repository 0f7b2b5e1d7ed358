/* SPDX-License-Identifier: Apache-2.0 */
/* Random conditions as text, so that they go the whole way that rule files go. */
#include "tests/diff/diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/parse.h"

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* ---- comparisons ---- */

static const char *const texts[] = {
	"proc.name",	    "proc.cmdline",
	"proc.args",	    "proc.exe",
	"proc.exepath",	    "container.id",
	"fd.name",	    "fd.name",
	"fd.name",	    "proc.pname",
	"proc.pcmdline",    "proc.aname",
	"proc.aname[0]",    "proc.aname[1]",
	"proc.aname[3]",    "user.name",
	"fd.directory",	    "fd.directory",
	"fd.filename",	    "fs.path.name",
	"fs.path.source",   "fs.path.target",
	"proc.pexe",	    "proc.aexe[2]",
	"proc.aexe",	    "proc.pexepath",
	"proc.acmdline",    "proc.acmdline[0]",
	"proc.aexepath[1]", "fd.nameraw",
	"proc.env",	    "proc.env",
	"container.name",   "container.image.repository",
	"user.name",	    "group.name",
	"proc.cwd",	    "proc.cwd",
};
static const char *const operators[] = {
	"=", "!=", "contains", "icontains", "startswith", "endswith", "glob", "iglob", "=", "=",
};
static const char *const modifiers[] = {"oneof", "anyof", "allof"};

#define PICK(c, list) ((list)[chance_below((c), sizeof(list) / sizeof((list)[0]))])

static void quote(char *to, const char *s)
{
	*to++ = '"';
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			*to++ = '\\';
		*to++ = *s;
	}
	*to++ = '"';
	*to = '\0';
}

/* Brackets and stars are likely in texts as well, and patterns are often made of both. */
static void value_make(struct chance *c, char *to)
{
	static const char *const pieces[] = {"*", "?", "[ab]", "[!a]", "[a-c/]", "\\*",
					     "a", "b", "/",    "c",    "etc",	 "[^b ]"};
	char word[48];
	unsigned n;

	if (chance_once(c, 3)) {
		word[0] = '\0';
		for (n = 1 + chance_below(c, 5); n; n--)
			strcat(word, PICK(c, pieces));
	} else {
		word_make(c, word, 24);
	}
	/* The end of a text is found by its last two characters: see the rule language. */
	if (*word && word[strlen(word) - 1] == '\\')
		word[strlen(word) - 1] = 'z';
	quote(to, word);
}

static void list_make(struct chance *c, char *to)
{
	unsigned n = chance_below(c, 4);

	strcpy(to, "(");
	while (n--) {
		value_make(c, to + strlen(to));
		strcat(to, n ? ", " : "");
	}
	strcat(to, ")");
}

/* Of a few pieces, so that some match. */
static void regex_make(struct chance *c, char *to)
{
	static const char *const pieces[] = {"a",   "b",	"/",  "[^/]*",	".*",	"(a|b)",
					     "etc", "[a-c/ -]", "c?", "(/.+)?", ".{2}", "\\."};
	char word[64] = "";
	unsigned n;

	for (n = 1 + chance_below(c, 5); n; n--)
		strcat(word, PICK(c, pieces));
	quote(to, word);
}

static const char *const changed[] = {
	"tolower(proc.name)",
	"toupper(proc.cmdline)",
	"basename(fd.name)",
	"basename(proc.exepath)",
	"b64(proc.args)",
	"concat(proc.name, \" \", proc.args)",
	"join(\"/\", (proc.pname, proc.name))",
	"tolower(proc.aname[1])",
};

/* A side that is a field, changed or not. */
static void other_side(struct chance *c, char *to)
{
	static const char *const names[] = {"proc.name", "proc.pname",	 "proc.exe",	"fd.name",
					    "proc.args", "proc.exepath", "proc.cmdline"};

	if (chance_once(c, 2))
		strcpy(to, PICK(c, changed));
	else
		sprintf(to, "val(%s)", PICK(c, names));
}

static void changed_compare(struct chance *c, char *to)
{
	static const char *const ops[] = {"=", "!=", "contains", "startswith", "endswith", "glob"};

	if (chance_once(c, 5)) {
		sprintf(to, "len(%s) > %u", PICK(c, changed), chance_below(c, 8));
	} else if (chance_once(c, 2)) {
		to += sprintf(to, "%s %s ", PICK(c, texts), PICK(c, ops));
		other_side(c, to);
	} else {
		to += sprintf(to, "%s %s ", PICK(c, changed), PICK(c, ops));
		value_make(c, to);
	}
}

static void text_compare(struct chance *c, char *to)
{
	static const char *const list_ops[] = {"in", "in", "pmatch", "intersects"};
	const char *f = PICK(c, texts);

	if (chance_once(c, 12)) {
		sprintf(to, "%s exists", f);
	} else if (chance_once(c, 3)) {
		to += sprintf(to, "%s %s ", f, PICK(c, list_ops));
		list_make(c, to);
	} else if (chance_once(c, 6)) {
		to += sprintf(to, "%s %s %s ", f, PICK(c, operators), PICK(c, modifiers));
		list_make(c, to);
	} else if (chance_once(c, 24)) {
		to += sprintf(to, "%s regex ", f);
		regex_make(c, to);
	} else if (chance_once(c, 24)) {
		sprintf(to, "%s > %u", f, chance_below(c, 10));
	} else {
		to += sprintf(to, "%s %s ", f, PICK(c, operators));
		value_make(c, to);
	}
}

static void number_compare(struct chance *c, char *to)
{
	static const char *const numbers[] = {
		"evt.rawres",	 "proc.pid",  "proc.ppid", "proc.tty", "user.uid",
		"user.loginuid", "group.gid", "fd.num",	   "evt.num",  "proc.vpid",
		"proc.pvpid",	 "fd.cport",  "fd.sport",  "fd.port",
	};
	static const char *const ops[] = {"=", "!=", "<", "<=", ">", ">="};
	const char *f = PICK(c, numbers);
	int n = (int)chance_below(c, 6) - (strstr(f, "port") ? 0 : 2);

	if (chance_once(c, 8))
		sprintf(to, "%s exists", f);
	else if (chance_once(c, 4))
		sprintf(to, "%s in (%d, %d, %d)", f, n, n + 1, n + 3);
	else
		sprintf(to, "%s %s %d", f, PICK(c, ops), n);
}

static void other_compare(struct chance *c, char *to)
{
	static const char *const all[] = {
		"evt.is_open_read = true",
		"evt.is_open_write = true",
		"evt.is_open_read != true",
		"evt.failed = false",
		"evt.failed in (true)",
		"evt.res = SUCCESS",
		"evt.res != SUCCESS",
		"evt.res in (ENOENT, EACCES)",
		"evt.res startswith EN",
		"evt.res glob \"E*[TS]\"",
		"evt.res exists",
		"evt.res glob \"1*\"",
		"fd.typechar = f",
		"fd.typechar != f",
		"fd.typechar in (d, 4)",
		"fd.type = file",
		"fd.type != file",
		"fd.type exists",
		"fd.type contains dir",
		"evt.num = 0",
		"evt.source = syscall",
		"fd.directory = /etc",
		"container.name exists",
		"container.privileged = true",
		"fd.sockfamily = ip",
		"fd.sockfamily != unix",
		"fd.sockfamily exists",
		"fd.sockfamily in (ip, unix)",
		"container.privileged != true",
		"container.privileged exists",
		"evt.category in (file, net)",
		"evt.category = io_write",
		"evt.category != process",
		"evt.is_io_read = true",
		"evt.is_wait != true",
		"proc.duration > 1000000000",
		"proc.ppid.duration <= 1000000000",
		"proc.is_sid_leader = true",
		"proc.is_sid_leader exists",
		"proc.is_pgid_leader = false",
		"proc.is_vpgid_leader != true",
		"proc.is_exe_upper_layer = true",
		"proc.is_exe_lower_layer in (true, false)",
		"proc.is_exe_from_memfd != false",
		"thread.cap_permitted contains CAP_SYS_ADMIN",
		"thread.cap_permitted icontains cap_sys_p",
		"thread.cap_effective contains anyof (CAP_BPF, SYS_ADMIN)",
		"thread.cap_effective contains allof (CAP_SYS_ADMIN, CAP_SYS_BOOT)",
		"thread.cap_effective = \"CAP_SYS_PACCT CAP_SYS_ADMIN\"",
		"thread.cap_effective != \"\"",
		"thread.cap_inheritable in (CAP_CHOWN, \"CAP_BPF \")",
		"thread.cap_inheritable startswith CAP",
		"fd.sip = 127.0.0.1",
		"fd.cip != 10.0.0.5",
		"fd.snet in (10.0.0.0/8, 192.168.0.0/16)",
		"fd.net = 127.0.0.0/8",
		"fd.net != 10.0.0.0/8",
		"fd.ip in (10.1.2.3, ::1)",
		"fd.ip exists",
		"fd.cnet = ::/0",
		"fd.sip exists",
		"fd.l4proto = tcp",
		"fd.l4proto != tcp",
		"fd.l4proto startswith u",
		"fd.connected = false",
		"fd.name_changed = true",
		"fd.is_server != true",
		"fd.typechar in (4, 6)",
		"fd.type in (ipv4, unix)",
	};

	strcpy(to, PICK(c, all));
}

static void type_compare(struct chance *c, char *to)
{
	static const char *const all[] = {
		"evt.type = open",
		"evt.type in (execve, execveat)",
		"evt.type in (open, openat, openat2)",
		"evt.type != openat",
		"evt.type startswith open",
		"evt.type in (open, creat, write)",
		"evt.type in (connect, accept, sendto)",
		"evt.type in (renameat, link, mkdir)",
		"evt.type = fchmod",
	};

	strcpy(to, PICK(c, all));
}

static struct cond *leaf(struct chance *c)
{
	struct cond *n = must(calloc(1, sizeof(*n)));

	switch (chance_below(c, 9)) {
	case 0:
		type_compare(c, n->word);
		break;
	case 1:
		number_compare(c, n->word);
		break;
	case 2:
		arg_compare(c, n->word);
		break;
	case 3:
		if (chance_once(c, 2))
			other_compare(c, n->word);
		else
			changed_compare(c, n->word);
		break;
	default:
		text_compare(c, n->word);
		break;
	}
	return n;
}

struct cond *cond_make(struct chance *c, unsigned depth)
{
	static const char *const groups[] = {"and", "or", "not"};
	struct cond *n;
	unsigned i;

	if (!depth || chance_once(c, 4))
		return leaf(c);
	n = must(calloc(1, sizeof(*n)));
	strcpy(n->word, PICK(c, groups));
	n->n_kids = strcmp(n->word, "not") ? 2 + chance_below(c, 3) : 1;
	for (i = 0; i < n->n_kids; i++)
		n->kids[i] = cond_make(c, depth - 1);
	return n;
}

struct cond *cond_copy(const struct cond *c)
{
	struct cond *n = must(malloc(sizeof(*n)));
	unsigned i;

	*n = *c;
	for (i = 0; i < c->n_kids; i++)
		n->kids[i] = cond_copy(c->kids[i]);
	return n;
}

void cond_free(struct cond *c)
{
	unsigned i;

	for (i = 0; c && i < c->n_kids; i++)
		cond_free(c->kids[i]);
	free(c);
}

static void write_cond(const struct cond *c, FILE *to)
{
	unsigned i;

	if (!c->n_kids) {
		fputs(c->word, to);
		return;
	}
	if (!strcmp(c->word, "not"))
		fputs("not ", to);
	fputc('(', to);
	for (i = 0; i < c->n_kids; i++) {
		if (i)
			fprintf(to, " %s ", c->word);
		write_cond(c->kids[i], to);
	}
	fputc(')', to);
}

char *cond_text(const struct cond *c)
{
	size_t size;
	char *text = NULL;
	FILE *to = must(open_memstream(&text, &size));

	write_cond(c, to);
	fclose(to);
	return text;
}

/* A node in place of its parent, or one kid less: step counts through all such ways. */
static bool simplify(struct cond **at, unsigned *step)
{
	struct cond *c = *at;
	unsigned i;

	for (i = 0; i < c->n_kids; i++) {
		if (!(*step)--) {
			*at = c->kids[i];
			c->kids[i] = c->kids[--c->n_kids];
			cond_free(c);
			return true;
		}
		if (c->n_kids > 2 && !(*step)--) {
			cond_free(c->kids[i]);
			c->kids[i] = c->kids[--c->n_kids];
			return true;
		}
		if (simplify(&c->kids[i], step))
			return true;
	}
	return false;
}

bool cond_simplify(struct cond **c, unsigned step)
{
	return simplify(c, &step);
}

/* ---- rules ---- */

static char *yaml_of(const struct diff_rules *r)
{
	char *yaml = NULL, *text, *s;
	size_t size, i;
	FILE *to = must(open_memstream(&yaml, &size));

	for (i = 0; i < r->n; i++) {
		text = cond_text(r->conds[i]);
		fprintf(to,
			"- rule: r%zu\n  desc: d\n  output: o\n  priority: INFO\n"
			"  condition: '",
			i);
		for (s = text; *s; s++) {
			fputc(*s, to);
			if (*s == '\'')
				fputc('\'', to);
		}
		fprintf(to, "'\n");
		free(text);
	}
	fclose(to);
	return yaml;
}

/* What a condition is printed as is read as the same condition. */
static int check_prints(const struct ruleset *rs)
{
	const struct place at = {"printed", 1, 1};
	struct diags d = {.arena = rs->arena};
	size_t i;

	for (i = 0; i < rs->n_rules; i++) {
		const char *text = ast_print(rs->arena, rs->rules[i]->tree);
		struct node *again = condition_parse(rs->arena, &d, at, text, true);

		if (again && ast_equal(again, rs->rules[i]->tree))
			continue;
		printf("not read as it was printed: %s\n", text);
		return -EINVAL;
	}
	return 0;
}

int rules_compile(struct diff_rules *r)
{
	const struct gen_options all = {.minimum = PRIORITY_DEBUG};
	char *yaml = yaml_of(r);
	int err;

	r->rs = must(ruleset_new());
	err = ruleset_load_text(r->rs, "random", yaml, strlen(yaml));
	if (!err)
		err = ruleset_finish(r->rs, false);
	if (!err)
		err = check_prints(r->rs);
	if (!err)
		err = gen_compile(r->rs, &all, &r->policy);
	if (err)
		diag_print(&r->rs->diags, stdout, false);
	free(yaml);
	if (err)
		ruleset_free(&r->rs);
	return err;
}

void rules_free(struct diff_rules *r)
{
	if (!r->rs)
		return;
	image_free(&r->policy.image);
	ruleset_free(&r->rs);
	r->policy = (struct policy){};
}
