/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/schema.h"

#include <string.h>
#include <strings.h>

#include "gen/arena.h"

#define WARNINGS_MAX 100
#define STEPS_MAX    1000000 /* nodes looked at: aliases can make a small file long */

enum level { ITEM, EXCEPTION, PLUGIN, ALTERNATIVE, OVERRIDE, LEVEL_NONE };
enum type {
	TEXT,
	NUMBER_OR_TEXT,
	BOOL,
	UINT,
	TEXTS,
	PRIORITY,
	OPERATION,
	ANY,
	EXCEPTIONS,
	PLUGINS,
	ALTERNATIVES,
	OVERRIDES
};

static const struct row {
	enum level level;
	const char *key;
	enum type type;
} rows[] = {
#define SCHEMA(level, key, type) {level, key, type},
#include "gen/schema.def"
#undef SCHEMA
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const priorities[] = {"EMERGENCY", "ALERT", "CRITICAL",	"ERROR", "WARNING",
					 "NOTICE",    "INFO",  "INFORMATIONAL", "DEBUG"};
#define N_PRIORITIES (sizeof(priorities) / sizeof(priorities[0]))

/* What the mappings of a type are; LEVEL_NONE if it has none. */
static enum level below(enum type t)
{
	switch (t) {
	case EXCEPTIONS:
		return EXCEPTION;
	case PLUGINS:
		return PLUGIN;
	case ALTERNATIVES:
		return ALTERNATIVE;
	case OVERRIDES:
		return OVERRIDE;
	default:
		return LEVEL_NONE;
	}
}

struct check {
	struct arena *arena;
	struct rule_file *file;
	size_t steps;
};

static void warn(struct check *c, const struct ynode *n, const char *what, const char *key)
{
	struct rule_file *f = c->file;

	if (f->n_schema_warnings == WARNINGS_MAX)
		return;
	f->schema_warnings = arena_push(c->arena, f->schema_warnings, f->n_schema_warnings,
					sizeof(*f->schema_warnings));
	f->schema_warnings[f->n_schema_warnings++] = arena_printf(
		c->arena, "line %u, column %u: '%s' %s", n->at.line, n->at.column, key, what);
}

static bool is_word(const char *s, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(s, words[i]))
			return true;
	}
	return false;
}

static bool is_bool(const char *s)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcasecmp(s, words[i]))
			return true;
	}
	return false;
}

/* NULL if the scalar fits. */
static const char *scalar_problem(enum type t, const struct ynode *n)
{
	static const char *const operations[] = {"append", "replace"};

	if (n->kind != YNODE_SCALAR)
		return "must be a text";
	if (t == BOOL && !is_bool(n->text))
		return "must be true or false";
	if (t == UINT && (!n->len || n->text[strspn(n->text, "0123456789")]))
		return "must be a number";
	if (t == PRIORITY && !is_word(n->text, priorities, N_PRIORITIES))
		return "must be the name of a priority in capital letters";
	if (t == OPERATION && !is_word(n->text, operations, 2))
		return "must be append or replace";
	return NULL;
}

static void check_mapping(struct check *c, enum level level, const char *key,
			  const struct ynode *map);

static void check_sequence(struct check *c, const struct row *r, const struct ynode *n)
{
	size_t i;

	if (n->kind != YNODE_SEQUENCE) {
		if (r->type != EXCEPTIONS || n->kind != YNODE_NULL)
			warn(c, n, "must be a list", r->key);
		return;
	}
	for (i = 0; i < n->n && c->steps < STEPS_MAX; i++) {
		c->steps++;
		if (r->type != TEXTS)
			check_mapping(c, below(r->type), r->key, n->items[i]);
		else if (n->items[i]->kind != YNODE_SCALAR)
			warn(c, n->items[i], "must be a list of texts", r->key);
	}
}

static void check_value(struct check *c, const struct row *r, const struct ynode *n)
{
	const char *problem;

	if (r->type == ANY)
		return;
	if (r->type == OVERRIDES) {
		check_mapping(c, OVERRIDE, r->key, n);
	} else if (r->type == TEXTS || below(r->type) != LEVEL_NONE) {
		check_sequence(c, r, n);
	} else {
		problem = scalar_problem(r->type, n);
		if (problem)
			warn(c, n, problem, r->key);
	}
}

static const struct row *find(enum level level, const char *key)
{
	size_t i;

	for (i = 0; i < N_ROWS; i++) {
		if (rows[i].level == level && !strcmp(rows[i].key, key))
			return &rows[i];
	}
	return NULL;
}

static void check_mapping(struct check *c, enum level level, const char *key,
			  const struct ynode *map)
{
	const struct ynode *k;
	const struct row *r;
	size_t i;

	if (map->kind != YNODE_MAPPING) {
		warn(c, map, "must be a mapping", key);
		return;
	}
	for (i = 0; i + 1 < map->n && c->steps < STEPS_MAX; i += 2) {
		c->steps++;
		k = map->items[i];
		r = k->kind == YNODE_SCALAR ? find(level, k->text) : NULL;
		if (!r)
			warn(c, k, "is no key that can stand here",
			     k->kind == YNODE_SCALAR ? k->text : "");
		else if (ynode_get(map, k->text) != map->items[i + 1])
			warn(c, k, "stands here twice", k->text);
		else
			check_value(c, r, map->items[i + 1]);
	}
}

void schema_check(struct arena *a, struct rule_file *file, struct ynode *const *documents, size_t n)
{
	struct check c = {.arena = a, .file = file};
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (documents[i]->kind != YNODE_SEQUENCE && documents[i]->kind != YNODE_NULL)
			warn(&c, documents[i], "must be a list of items", "");
		for (k = 0; documents[i]->kind == YNODE_SEQUENCE && k < documents[i]->n; k++) {
			if (documents[i]->items[k]->kind != YNODE_NULL)
				check_mapping(&c, ITEM, "", documents[i]->items[k]);
		}
	}
}

/* ---- as JSON schema ---- */

static void print_words(FILE *out, const char *const *words, size_t n)
{
	size_t i;

	fputs("{\"type\": \"string\", \"enum\": [", out);
	for (i = 0; i < n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", words[i]);
	fputs("]}", out);
}

static void print_type(FILE *out, enum type t)
{
	static const char *const operations[] = {"append", "replace"};
	static const char *const levels[] = {"item", "exception", "plugin", "alternative",
					     "override"};

	switch (t) {
	case TEXT:
		fputs("{\"type\": \"string\"}", out);
		break;
	case NUMBER_OR_TEXT:
		fputs("{\"type\": [\"string\", \"integer\"]}", out);
		break;
	case BOOL:
		fputs("{\"type\": \"boolean\"}", out);
		break;
	case UINT:
		fputs("{\"type\": \"integer\", \"minimum\": 0}", out);
		break;
	case TEXTS:
		fputs("{\"type\": \"array\", \"items\": {\"type\": [\"string\", \"number\"]}}",
		      out);
		break;
	case PRIORITY:
		print_words(out, priorities, N_PRIORITIES);
		break;
	case OPERATION:
		print_words(out, operations, 2);
		break;
	case ANY:
		fputs("{}", out);
		break;
	case OVERRIDES:
		fputs("{\"$ref\": \"#/definitions/override\"}", out);
		break;
	default:
		fprintf(out, "{\"type\": \"array\", \"items\": {\"$ref\": \"#/definitions/%s\"}}",
			levels[below(t)]);
	}
}

static void print_level(FILE *out, enum level level, const char *name)
{
	const char *comma = "";
	size_t i;

	fprintf(out,
		"    \"%s\": {\n      \"type\": \"object\",\n      \"additionalProperties\": "
		"false,\n      \"properties\": {\n",
		name);
	for (i = 0; i < N_ROWS; i++) {
		if (rows[i].level != level)
			continue;
		fprintf(out, "%s        \"%s\": ", comma, rows[i].key);
		print_type(out, rows[i].type);
		comma = ",\n";
	}
	fputs("\n      }\n    }", out);
}

void schema_print(FILE *out)
{
	static const char *const names[] = {"item", "exception", "plugin", "alternative",
					    "override"};
	enum level l;

	fputs("{\n  \"$schema\": \"http://json-schema.org/draft-06/schema#\",\n"
	      "  \"type\": \"array\",\n  \"items\": {\"$ref\": \"#/definitions/item\"},\n"
	      "  \"definitions\": {\n",
	      out);
	for (l = ITEM; l < LEVEL_NONE; l++) {
		print_level(out, l, names[l]);
		fputs(l + 1 < LEVEL_NONE ? ",\n" : "\n", out);
	}
	fputs("  }\n}\n", out);
}
