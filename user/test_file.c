/* SPDX-License-Identifier: Apache-2.0 */
#include "user/test_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/nearest.h"
#include "gen/yaml.h"
#include "user/test_event.h"
#include "user/util.h"

#define CODE	  "TEST_FILE"
#define FILE_MAX  ((size_t)16 << 20)
#define COUNT_MAX 1000000

struct reading {
	struct diags *d;
	struct test_file *out;
	struct json *defaults; /* NULL: none */
	size_t values_left;    /* of events */
	size_t left;	       /* of expectations: aliases can multiply them as well */
};

#define FAIL(r, node, ...) diag_add((r)->d, SEVERITY_ERROR, (node)->at, CODE, NULL, __VA_ARGS__)

/* ---- keys ---- */

static bool is_in(const char *name, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(*known, name))
			return true;
	return false;
}

static int unknown_key(struct reading *r, const struct ynode *key, const char *const *known)
{
	struct nearest n = {.wanted = key->text};
	const char *hint;

	for (; *known; known++)
		nearest_offer(&n, *known);
	hint = n.best ? arena_printf(r->d->arena, "did you mean '%s'?", n.best) : NULL;
	return diag_add(r->d, SEVERITY_ERROR, key->at, CODE, hint, "unknown key '%s'", key->text);
}

static bool is_given_before(const struct ynode *map, size_t i)
{
	for (size_t j = 0; j < i; j += 2)
		if (!strcmp(map->items[j]->text, map->items[i]->text))
			return true;
	return false;
}

/* A mapping of known keys, none of them twice: so it is short. */
static int check_keys(struct reading *r, const struct ynode *map, const char *what,
		      const char *const *known)
{
	if (map->kind != YNODE_MAPPING)
		return FAIL(r, map, "%s must be a mapping", what);
	for (size_t i = 0; i < map->n; i += 2) {
		const struct ynode *key = map->items[i];

		if (key->kind != YNODE_SCALAR)
			return FAIL(r, key, "the name of a key is expected");
		if (!is_in(key->text, known))
			return unknown_key(r, key, known);
		if (is_given_before(map, i))
			return FAIL(r, key, "key '%s' is given twice", key->text);
	}
	return 0;
}

/* ---- values ---- */

static int read_text(struct reading *r, const struct ynode *n, const char *what, const char **out)
{
	if (n->kind != YNODE_SCALAR)
		return FAIL(r, n, "%s must be a text", what);
	*out = n->text;
	return 0;
}

static int take(struct reading *r, const struct ynode *n, size_t count)
{
	if (count > r->left)
		return FAIL(r, n, "more than %d names and values are expected in this file",
			    TEST_VALUES_MAX);
	r->left -= count;
	return 0;
}

/* A text, or a list of them. */
static int read_texts(struct reading *r, const struct ynode *n, const char *what,
		      struct test_text **out, size_t *n_out)
{
	bool one = n->kind == YNODE_SCALAR;
	size_t count = one ? 1 : n->n;
	struct test_text *texts;

	if (!one && n->kind != YNODE_SEQUENCE)
		return FAIL(r, n, "%s must be a text or a list of texts", what);
	if (take(r, n, count))
		return -EINVAL;
	texts = arena_alloc(r->d->arena, (count + 1) * sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		const struct ynode *item = one ? n : n->items[i];

		texts[i].at = item->at;
		if (read_text(r, item, what, &texts[i].text))
			return -EINVAL;
	}
	*out = texts;
	*n_out = count;
	return 0;
}

static int read_count(struct reading *r, const struct ynode *n, unsigned *out)
{
	char *end;
	long value = n->kind == YNODE_SCALAR ? strtol(n->text, &end, 10) : 0;

	if (value < 1 || value > COUNT_MAX || *end)
		return FAIL(r, n, "count must be a number from 1 to %d", COUNT_MAX);
	*out = (unsigned)value;
	return 0;
}

static int read_flag(struct reading *r, const struct ynode *n, bool *out)
{
	if (n->kind != YNODE_SCALAR || (strcmp(n->text, "true") && strcmp(n->text, "false")))
		return FAIL(r, n, "exact must be true or false");
	*out = *n->text == 't';
	return 0;
}

/* ---- expected alerts ---- */

static int read_fields(struct reading *r, const struct ynode *map, struct test_alert *a)
{
	if (map->kind != YNODE_MAPPING)
		return FAIL(r, map, "fields must be a mapping of field names and values");
	if (take(r, map, map->n))
		return -EINVAL;
	a->fields = arena_alloc(r->d->arena, (map->n / 2 + 1) * sizeof(*a->fields));
	for (size_t i = 0; i < map->n; i += 2) {
		const struct ynode *name = map->items[i], *value = map->items[i + 1];
		struct test_value *v = &a->fields[a->n_fields++];

		v->at = name->at;
		if (read_text(r, name, "the name of a field", &v->name))
			return -EINVAL;
		if (value->kind != YNODE_NULL && read_text(r, value, "a value", &v->text))
			return -EINVAL;
	}
	return 0;
}

static int read_priority(struct reading *r, const struct ynode *n, struct test_alert *a)
{
	a->has_priority = true;
	if (n->kind != YNODE_SCALAR || priority_parse(n->text, &a->priority))
		return FAIL(r, n, "unknown priority '%s'", n->text ? n->text : "");
	return 0;
}

static int read_alert_key(struct reading *r, const char *key, struct ynode *value,
			  struct test_alert *a)
{
	if (!strcmp(key, "rule"))
		return read_text(r, value, "the name of a rule", &a->rule);
	if (!strcmp(key, "priority"))
		return read_priority(r, value, a);
	if (!strcmp(key, "output"))
		return read_text(r, value, "output", &a->output);
	if (!strcmp(key, "contains"))
		return read_texts(r, value, "contains", &a->contains, &a->n_contains);
	if (!strcmp(key, "fields"))
		return read_fields(r, value, a);
	return read_count(r, value, &a->count);
}

static int read_alert(struct reading *r, const struct ynode *n, struct test_alert *a)
{
	static const char *const known[] = {"rule",   "priority", "output", "contains",
					    "fields", "count",	  NULL};
	int err;

	a->at = n->at;
	if (n->kind == YNODE_SCALAR)
		return read_text(r, n, "the name of a rule", &a->rule);
	err = check_keys(r, n, "an expected alert", known);
	for (size_t i = 0; !err && i < n->n; i += 2)
		err = read_alert_key(r, n->items[i]->text, n->items[i + 1], a);
	if (!err && !a->rule)
		err = FAIL(r, n, "an expected alert needs the key 'rule'");
	return err;
}

static int read_alerts(struct reading *r, const struct ynode *n, struct test_case *c)
{
	int err = 0;

	if (n->kind != YNODE_SEQUENCE)
		return FAIL(r, n, "alerts must be a list; [] stands for none");
	if (take(r, n, n->n))
		return -EINVAL;
	c->exact |= !n->n;
	c->alerts = arena_alloc(r->d->arena, (n->n + 1) * sizeof(*c->alerts));
	for (size_t i = 0; !err && i < n->n; i++)
		err = read_alert(r, n->items[i], &c->alerts[c->n_alerts++]);
	return err;
}

/* ---- a case ---- */

static int read_events(struct reading *r, struct ynode *n, struct test_case *c)
{
	bool one = n->kind == YNODE_MAPPING;
	size_t count = one ? 1 : n->n;

	if (!one && (n->kind != YNODE_SEQUENCE || !n->n))
		return FAIL(r, n, "%s must be an event, or a list of events", "event");
	if (c->n_events)
		return FAIL(r, n, "give either 'event' or 'events'");
	if (take(r, n, count))
		return -EINVAL;
	c->events = arena_alloc(r->d->arena, count * sizeof(*c->events));
	for (size_t i = 0; i < count; i++) {
		c->events[i] =
			test_event_read(r->d, one ? n : n->items[i], r->defaults, &r->values_left);
		if (!c->events[i])
			return -EINVAL;
	}
	c->n_events = count;
	return 0;
}

static int read_case_key(struct reading *r, const char *key, struct ynode *value,
			 struct test_case *c)
{
	if (!strcmp(key, "name"))
		return read_text(r, value, "the name of a test", &c->name);
	if (!strcmp(key, "event") || !strcmp(key, "events"))
		return read_events(r, value, c);
	if (!strcmp(key, "alerts"))
		return read_alerts(r, value, c);
	if (!strcmp(key, "no_alerts"))
		return read_texts(r, value, "no_alerts", &c->no_alerts, &c->n_no_alerts);
	if (!strcmp(key, "exact"))
		return read_flag(r, value, &c->exact);
	return 0;
}

static int read_case(struct reading *r, const struct ynode *n, struct test_case *c)
{
	static const char *const known[] = {"name",   "desc",	   "event", "events",
					    "alerts", "no_alerts", "exact", NULL};
	int err = check_keys(r, n, "a test", known);

	c->at = n->at;
	for (size_t i = 0; !err && i < n->n; i += 2)
		err = read_case_key(r, n->items[i]->text, n->items[i + 1], c);
	if (err)
		return err;
	if (!c->name)
		return FAIL(r, n, "a test needs the key 'name'");
	if (!c->n_events)
		return FAIL(r, n, "test '%s' needs the key 'event' or 'events'", c->name);
	if (!c->n_alerts && !c->n_no_alerts && !c->exact)
		return FAIL(r, n, "test '%s' expects nothing: it needs 'alerts' or 'no_alerts'",
			    c->name);
	return 0;
}

static int read_cases(struct reading *r, const struct ynode *n)
{
	struct test_file *f = r->out;
	int err = 0;

	if (n->kind != YNODE_SEQUENCE)
		return FAIL(r, n, "tests must be a list");
	if (take(r, n, n->n))
		return -EINVAL;
	f->cases = arena_alloc(r->d->arena, (n->n + 1) * sizeof(*f->cases));
	for (size_t i = 0; !err && i < n->n; i++)
		err = read_case(r, n->items[i], &f->cases[f->n_cases++]);
	return err;
}

/* ---- the file ---- */

/* Relative to the directory of the file. */
static void place_rules(struct reading *r)
{
	const char *slash = strrchr(r->out->path, '/');
	int len = slash ? (int)(slash - r->out->path + 1) : 0;

	for (size_t i = 0; i < r->out->n_rules; i++) {
		struct test_text *t = &r->out->rules[i];

		if (*t->text != '/')
			t->text = arena_printf(r->d->arena, "%.*s%s", len, r->out->path, t->text);
	}
}

/* Whatever their order in the file: rules, defaults, then the tests. */
static int read_document(struct reading *r, struct ynode *doc)
{
	static const char *const known[] = {"rules", "defaults", "tests", NULL};
	int err = check_keys(r, doc, "a file of tests", known);
	struct ynode *n;

	if (err)
		return err;
	n = ynode_get(doc, "rules");
	if (n)
		err = read_texts(r, n, "rules", &r->out->rules, &r->out->n_rules);
	place_rules(r);
	n = ynode_get(doc, "defaults");
	if (n && !err) {
		r->defaults = test_defaults_read(r->d, n, &r->values_left);
		err = r->defaults ? 0 : -EINVAL;
	}
	n = ynode_get(doc, "tests");
	if (err)
		return err;
	return n ? read_cases(r, n) : FAIL(r, doc, "a file of tests needs the key 'tests'");
}

static int read_stream(struct reading *r, const struct place *whole)
{
	struct ynode **documents;
	size_t n;
	int err = yaml_read(r->d, r->d->sources, &documents, &n);

	if (err)
		return err;
	if (n != 1)
		return diag_add(r->d, SEVERITY_ERROR, n ? documents[1]->at : *whole, CODE, NULL,
				"a file of tests must be one document");
	return read_document(r, documents[0]);
}

int test_file_read(struct diags *d, const char *path, struct test_file *out)
{
	struct reading r = {
		.d = d, .out = out, .values_left = TEST_VALUES_MAX, .left = TEST_VALUES_MAX};
	_cleanup_free_ char *text = NULL;
	struct place whole = {.file = arena_str(d->arena, path, strlen(path))};
	size_t len;
	int err = read_file(path, FILE_MAX, &text, &len);

	*out = (struct test_file){.path = whole.file};
	if (err)
		return diag_add(d, SEVERITY_ERROR, whole, CODE, NULL, "cannot be read: %s",
				strerror(-err));
	diag_source_add(d, whole.file, arena_str(d->arena, text, len), len);
	return read_stream(&r, &whole);
}
