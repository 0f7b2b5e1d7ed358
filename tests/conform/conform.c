/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conform [FILE.cases]...: reads the cases and says of each whether it holds;
 * without files: all of this folder, and the public rule files. conform limits: rule files made to
 * exhaust a loader.
 */
#include "tests/conform/conform.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct reader {
	struct world world;
	char title[300];
	struct texts defined, events;
	unsigned event; /* how many the case has had */
	size_t failed, seen;
	struct texts ids; /* of this file: none may come twice */
	const char *file;
	unsigned line;
};

static int broken(const struct reader *r, const char *why)
{
	printf("not ok - conform: %s:%u: %s\n", r->file, r->line, why);
	return -EINVAL;
}

/* ---- texts ---- */

/* Control pictures to the bytes they show, in place. */
static void undo_pictures(char *s)
{
	char *to = s;

	while (*s) {
		unsigned char c = (unsigned char)s[2];

		if (strncmp(s, "\xe2\x90", 2) || !c) {
			*to++ = *s++;
			continue;
		}
		*to++ = c == 0xa4 ? '\n' : (char)(c - 0x80);
		s += 3;
	}
	*to = 0;
}

/* Parts a line at ";;" with the blanks around it. */
static char *split(char *line)
{
	char *at = strstr(line, ";;"), *end = at;

	if (!at)
		return NULL;
	while (end > line && end[-1] == ' ')
		end--;
	*end = 0;
	at += 2;
	return at + strspn(at, " ");
}

/* Two objects as one: members of the second come later, so they win. */
static void merge(struct buf *out, const char *a, const char *b)
{
	size_t len = strlen(a);

	if (!len || !strcmp(a, "{}"))
		return buf_str(out, *b ? b : "{}");
	if (!*b || !strcmp(b, "{}"))
		return buf_str(out, a);
	buf_add(out, a, len - 1);
	buf_char(out, ',');
	buf_str(out, b + 1);
}

static const char *definition(const struct reader *r, const char *name, size_t len)
{
	for (size_t i = 0; i < r->defined.n; i++) {
		if (strlen(r->defined.v[i]) == len && !strncmp(r->defined.v[i], name, len))
			return r->events.v[i];
	}
	return NULL;
}

/* ---- orders that prepare ---- */

static int order_define(struct reader *r, char *text)
{
	char *json = strchr(text, ' ');

	if (!json)
		return broken(r, "@define needs a name and an object");
	*json++ = 0;
	return texts_add(&r->defined, text) || texts_add(&r->events, json) ? -ENOMEM : 0;
}

static int order_event(struct reader *r, char *text)
{
	size_t len = strcspn(text, " {");
	const char *base = "";

	buf_clear(&r->world.event);
	r->event++;
	if (len) {
		base = definition(r, text, len);
		if (!base)
			return broken(r, "no such event was defined");
	}
	merge(&r->world.event, base, text + len + strspn(text + len, " "));
	return 0;
}

static int order_case(struct reader *r, char *text)
{
	world_clear(&r->world);
	r->event = 0;
	snprintf(r->title, sizeof(r->title), "%s", text);
	return 0;
}

static int order_option(struct reader *r, char *text)
{
	world_unload(&r->world);
	return texts_add(&r->world.options, text);
}

static int order_load(struct reader *r, char *text)
{
	world_unload(&r->world);
	return texts_add(&r->world.load, text);
}

static int order_file(struct reader *r, char *text)
{
	world_unload(&r->world);
	return texts_add(&r->world.names, text) || texts_add(&r->world.bodies, "") ? -ENOMEM : 0;
}

static int add_to_file(struct world *w, const char *line)
{
	char **last = &w->bodies.v[w->bodies.n - 1], *longer;

	if (asprintf(&longer, "%s%s\n", *last, line) < 0)
		return -ENOMEM;
	free(*last);
	*last = longer;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct reader *r, char *text);
} orders[] = {
	{"define", order_define}, {"event", order_event}, {"case", order_case},
	{"option", order_option}, {"load", order_load},	  {"file", order_file},
};

/* ---- checks ---- */

static const struct check *check_find(const char *verb)
{
	const struct check *const tables[] = {condition_checks, event_checks, format_checks,
					      rule_checks};

	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		for (const struct check *c = tables[t]; c->verb; c++) {
			if (!strcmp(c->verb, verb))
				return c;
		}
	}
	return NULL;
}

static bool is_known(const struct texts *ids, const char *id)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (!strcmp(ids->v[i], id))
			return true;
	}
	return false;
}

/* Reports print one line for each case. */
static void print_line(const char *s)
{
	for (; *s; s++)
		putchar(*s == '\n' ? ' ' : *s);
}

static int run_check(struct reader *r, const struct check *c, char *text, const char *whole)
{
	struct buf got = {}, id = {};
	char *right = split(text);
	bool good;

	buf_printf(&id, "%s: %s%s%s", r->title, c->verb, *whole ? " " : "", whole);
	if (r->event > 1)
		buf_printf(&id, " [event %u]", r->event);
	if (is_known(&r->ids, buf_text(&id)))
		return broken(r, "this case is there already");
	texts_add(&r->ids, buf_text(&id));
	undo_pictures(text);
	if (right)
		undo_pictures(right);
	good = c->run(&r->world, text, right, &got);
	r->seen++;
	r->failed += !good;
	printf("%sok - conform/", good ? "" : "not ");
	print_line(buf_text(&id));
	if (!good) {
		printf(": expected %s, got ", right ? right : c->verb);
		print_line(buf_text(&got));
		printf(" (%s:%u)", r->file, r->line);
	}
	putchar('\n');
	buf_free(&got);
	buf_free(&id);
	return 0;
}

static int run_order(struct reader *r, char *line, bool *in_file)
{
	size_t len = strcspn(line, " ");
	char *text = line + len, *whole;
	const struct check *c;
	int err;

	if (*text)
		*text++ = 0;
	*in_file = !strcmp(line, "file");
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (!strcmp(orders[i].name, line))
			return orders[i].run(r, text);
	}
	c = check_find(line);
	if (!c)
		return broken(r, "no such order");
	whole = strdup(text);
	err = whole ? run_check(r, c, text, whole) : -ENOMEM;
	free(whole);
	return err;
}

/* ---- files ---- */

static int read_lines(struct reader *r, FILE *f)
{
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	bool in_file = false;
	int err = 0;

	while (!err && (len = getline(&line, &cap, f)) >= 0) {
		r->line++;
		if (len && line[len - 1] == '\n')
			line[len - 1] = 0;
		if (line[0] == '@')
			err = run_order(r, line + 1, &in_file);
		else if (in_file)
			err = add_to_file(&r->world, line);
		else if (line[0] && line[0] != '#')
			err = broken(r, "a line is neither an order nor a comment");
	}
	return err;
}

static int run_file(const char *path, size_t *seen)
{
	struct reader r = {.file = path};
	FILE *f = fopen(path, "re");
	int err;

	if (!f) {
		printf("not ok - conform: %s: %s\n", path, strerror(errno));
		return -errno;
	}
	err = read_lines(&r, f);
	fclose(f);
	world_clear(&r.world);
	buf_free(&r.world.event);
	texts_free(&r.defined);
	texts_free(&r.events);
	texts_free(&r.ids);
	*seen += r.seen;
	return err ? err : (int)r.failed;
}

int main(int argc, char **argv)
{
	size_t seen = 0;
	bool bad = false;
	glob_t found = {};

	setenv("TZ", "UTC", 1);
	setenv("FALCO_HOSTNAME", "box", 1);
	tzset();
	if (argc == 2 && !strcmp(argv[1], "limits"))
		return !limits_hold();
	for (int i = 1; i < argc; i++)
		bad |= run_file(argv[i], &seen) != 0;
	if (argc < 2 && !glob("tests/conform/*.cases", 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			bad |= run_file(found.gl_pathv[i], &seen) != 0;
		globfree(&found);
		bad |= !public_rules();
	}
	printf("# %zu cases\n", seen);
	return bad || !seen;
}
