/* SPDX-License-Identifier: Apache-2.0 */
/* The rule files and the event of a case, made into what the checks look at. */
#include "tests/conform/conform.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/arena.h"
#include "gen/interp.h"
#include "gen/tables.h"
#include "user/event_json.h"
#include "user/rulefiles.h"

void world_unload(struct world *w)
{
	if (!w->loaded)
		return;
	if (w->tables)
		tables_free(&w->tables);
	image_free(&w->policy.image);
	if (w->rs)
		ruleset_free(&w->rs);
	config_free(&w->config);
	w->policy = (struct policy){};
	w->loaded = false;
}

void world_clear(struct world *w)
{
	world_unload(w);
	texts_free(&w->names);
	texts_free(&w->bodies);
	texts_free(&w->load);
	texts_free(&w->options);
	buf_clear(&w->event);
}

/* ---- files on disk ---- */

static int write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	fputs(text, f);
	return fclose(f) ? -errno : 0;
}

/* All files of the case below dir, with the folders they name. */
static int write_files(const struct world *w, const char *dir)
{
	for (size_t i = 0; i < w->names.n; i++) {
		char path[500], *slash;
		int err;

		snprintf(path, sizeof(path), "%s/%s", dir, w->names.v[i]);
		slash = strrchr(path, '/');
		*slash = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		*slash = '/';
		err = write_file(path, w->bodies.v[i]);
		if (err)
			return err;
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	return remove(path);
}

static int load_paths(struct world *w, const char *dir)
{
	const struct texts *names = w->load.n ? &w->load : &w->names;
	struct texts paths = {};
	int err = 0;

	for (size_t i = 0; !err && i < names->n; i++) {
		char path[500];

		snprintf(path, sizeof(path), "%s/%s", dir, names->v[i]);
		err = texts_add(&paths, path);
	}
	if (!err && paths.n)
		err = rulefiles_read(w->rs, (const char *const *)paths.v, paths.n, &w->config);
	else if (!err)
		err = rulefiles_base(w->rs);
	texts_free(&paths);
	return err;
}

static int load_files(struct world *w)
{
	char dir[] = "/tmp/conform.XXXXXX";
	int err;

	if (!w->names.n)
		return rulefiles_base(w->rs);
	if (!mkdtemp(dir))
		return -errno;
	err = write_files(w, dir);
	if (!err)
		err = load_paths(w, dir);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return err;
}

/* ---- rules ---- */

static int compile(struct world *w)
{
	struct gen_options options = {.minimum = w->config.priority};
	int err = gen_compile(w->rs, &options, &w->policy);

	if (err)
		return err;
	w->tables = tables_new(&w->policy.image);
	return w->tables ? 0 : -ENOMEM;
}

int world_load(struct world *w, const char *extra)
{
	int err;

	world_unload(w);
	w->loaded = true;
	w->rs = ruleset_new();
	if (config_load(&w->config, "/dev/null", (const char *const *)w->options.v, w->options.n))
		return -EINVAL;
	err = load_files(w);
	if (!err && extra)
		err = ruleset_load_text(w->rs, "condition", extra, strlen(extra));
	for (size_t i = 0; !err && i < w->config.rules.n; i++) {
		struct rule_selection s;

		err = config_selection(w->config.rules.v[i], &s);
		if (!err)
			ruleset_select(w->rs, &s);
	}
	w->rs->minimum = w->config.priority;
	if (!err)
		err = ruleset_finish(w->rs, w->config.rule_matching == MATCHING_FIRST);
	return err ? err : compile(w);
}

int world_rules(struct world *w)
{
	if (!w->loaded)
		w->err = world_load(w, NULL);
	return w->err;
}

/* ---- events ---- */

static bool interpret(const struct world *w, struct json_event *e, unsigned rule)
{
	return interp_eval_views(w->policy.rules[rule].rule->tree, &e->ev, NULL) == TRUTH_YES;
}

/* Bit i: rule i. What the tables leave open the interpreter decides, as the daemon does. */
static void ask_tables(struct world *w, struct json_event *e, enum event_id type, bool *raised)
{
	struct hit hits[RULE_MAX];
	size_t n = tables_decide(w->tables, type, &e->ev, hits, RULE_MAX);

	for (size_t i = 0; i < n && i < RULE_MAX; i++) {
		unsigned rule = hits[i].rule;

		raised[rule] = !(hits[i].flags & HIT_UNSURE) || interpret(w, e, rule);
	}
}

static int raise_rules(struct world *w, bool by_tables, struct json_event *e, unsigned *rules,
		       size_t max)
{
	const struct event_type *type = json_event_type(e);
	bool raised[RULE_MAX] = {};
	size_t n = 0;

	if (by_tables && type && type->kind == EVENT_SEEN) {
		ask_tables(w, e, type->id, raised);
	} else {
		for (unsigned i = 0; i < w->policy.n_rules; i++)
			raised[i] = interpret(w, e, i);
	}
	for (unsigned i = 0; i < w->policy.n_rules && n < max; i++) {
		if (raised[i])
			rules[n++] = i;
	}
	return (int)n;
}

int world_raised(struct world *w, bool by_tables, unsigned *rules, size_t max, struct buf *got)
{
	struct arena *a = arena_new();
	struct json_error bad = {};
	const struct json *object = json_read(a, buf_text(&w->event), w->event.len, &bad);
	struct json_event e;
	char why[200] = "";
	int n = -1;

	if (!object)
		buf_printf(got, "event: %s at byte %zu", bad.why, bad.position);
	else if (json_event_open(&e, a, object, why, sizeof(why)))
		buf_printf(got, "event: %s", why);
	else
		n = raise_rules(w, by_tables, &e, rules, max);
	arena_free(&a);
	return n;
}

/* ---- messages ---- */

bool diag_is(const struct diag *d, const char *where)
{
	unsigned line = 0, column = 0;
	int used = 0;

	if (where[0] == '-') {
		used = 1;
	} else if (sscanf(where, "%u:%u%n", &line, &column, &used) != 2 || line != d->at.line ||
		   column != d->at.column) {
		return false;
	}
	where += used + strspn(where + used, " ");
	return strstr(d->message, where) != NULL;
}

void diag_say(const struct diags *d, enum severity s, struct buf *got)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *x = &d->list[i];

		if (x->severity != s)
			continue;
		buf_printf(got, "%s %u:%u %s; ", x->code, x->at.line, x->at.column, x->message);
	}
}
