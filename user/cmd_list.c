/* SPDX-License-Identifier: Apache-2.0 */
/* list: the tables of the project, as they are. A new table is a row of topics. */
#include <stdio.h>
#include <string.h>

#include "gen/code.h"
#include "gen/event_args.h"
#include "gen/family.h"
#include "gen/field.h"
#include "gen/nearest.h"

#include "user/cmd.h"
#include "user/config.h"
#include "user/hook.h"
#include "user/json.h"
#include "user/list.h"
#include "user/metrics.h"
#include "user/util.h"

/* One row of any table: members with names, as text in columns or as a JSON object. */
#define MEMBERS_MAX 8
struct row {
	const char *name[MEMBERS_MAX], *value[MEMBERS_MAX];
	size_t n;
};

static void add(struct row *r, const char *name, const char *value)
{
	r->name[r->n] = name;
	r->value[r->n++] = value ? value : "";
}

/* ---- tables: each fills row i, false after the last one ---- */

/* "text", "list of numeric", "ip address of either end". */
static const char *type_of(const struct field *f, char text[64])
{
	snprintf(text, 64, "%s%s%s%s", field_type_name(f->type), f->type == TYPE_LIST ? " of " : "",
		 f->type == TYPE_LIST ? field_type_name(f->item) : "",
		 f->either ? " of either end" : "");
	return text;
}

static const char *argument_of(const struct field *f)
{
	static const char *const forms[] = {
		[INDEX_NONE] = "",
		[INDEX_NUMBER] = "[N]",
		[INDEX_NUMBER_MUST] = "[N] must",
		[INDEX_NAME] = "[NAME]",
		[INDEX_NAME_MUST] = "[NAME] must",
		[INDEX_DOT_MUST] = ".NAME must",
	};

	return forms[f->index];
}

static const char *decided_by(const struct field *f)
{
	if (f->source != SOURCE_USER)
		return "kernel";
	if (f->presence == PRESENCE_LATER)
		return "not seen live";
	return field_is_absent_live(f->id) ? "no such event live" : "userspace";
}

/* Without those that rules cannot name. */
static bool field_row(size_t n, struct row *r)
{
	static char type[64];
	size_t i = 0;

	while (i < FIELD_COUNT && (field_is_inner(i) || n--))
		i++;
	if (i == FIELD_COUNT)
		return false;
	add(r, "name", fields[i].name);
	add(r, "argument", argument_of(&fields[i]));
	add(r, "type", type_of(&fields[i], type));
	add(r, "decided", decided_by(&fields[i]));
	add(r, "doc", fields[i].doc);
	return true;
}

/* Fields of Falco that are not offered. */
static bool refused_row(size_t i, struct row *r)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
#define REFUSED(name, why) {name, why},
#include "gen/refused.def"
#undef REFUSED
	};

	if (i >= ARRAY_LEN(rows))
		return false;
	add(r, "name", rows[i].name);
	add(r, "why", rows[i].why);
	return true;
}

static bool event_row(size_t i, struct row *r)
{
	static const char *const kinds[] = {
		[EVENT_SEEN] = "seen",
		[EVENT_LATER] = "no hook",
		[EVENT_IO] = "no hook, volume",
	};

	if (i >= n_event_types)
		return false;
	add(r, "name", event_types[i].name);
	add(r, "kind", kinds[event_types[i].kind]);
	add(r, "family", event_types[i].family);
	add(r, "arguments", event_args(event_types[i].name));
	add(r, "doc", event_types[i].doc);
	return true;
}

static bool operator_row(size_t i, struct row *r)
{
	static const struct {
		const char *text, *operand, *types, *doc;
	} ops[] = {
#define OP(id, text, operand, types, doc) {text, #operand, types, doc},
#include "gen/op.def"
#undef OP
	};

	if (i >= ARRAY_LEN(ops))
		return false;
	add(r, "name", ops[i].text);
	add(r, "operand", ops[i].operand);
	add(r, "types", ops[i].types);
	add(r, "doc", ops[i].doc);
	return true;
}

static bool config_row(size_t i, struct row *r)
{
	if (i >= n_config_keys)
		return false;
	add(r, "name", config_keys[i].path);
	add(r, "type", config_keys[i].ignored ? "no effect" : config_keys[i].type);
	add(r, "default", config_keys[i].value);
	add(r, "environment", config_keys[i].env);
	add(r, "doc", config_keys[i].doc);
	return true;
}

static bool metric_row(size_t i, struct row *r)
{
	if (i >= n_metrics)
		return false;
	add(r, "name", metrics[i].name);
	add(r, "type", metrics[i].type);
	add(r, "labels", metrics[i].labels);
	add(r, "doc", metrics[i].help);
	return true;
}

static bool hook_row(size_t i, struct row *r)
{
	static const char *const backends[] = {
		[BACKEND_BOTH] = "always",
		[BACKEND_FUNCTION] = "functions",
		[BACKEND_TRACEPOINT] = "tracepoints",
		[BACKEND_CALL] = "on demand",
		[BACKEND_CALL_FUNCTION] = "on demand",
	};

	if (i >= HOOK_COUNT)
		return false;
	add(r, "name", hooks[i].program);
	add(r, "backend", backends[hooks[i].backend]);
	add(r, "target", hooks[i].target);
	return true;
}

static bool code_row(size_t i, struct row *r)
{
	if (i >= n_codes)
		return false;
	add(r, "name", codes[i].name);
	add(r, "short", codes[i].brief);
	add(r, "doc", codes[i].description);
	return true;
}

static bool family_row(size_t i, struct row *r)
{
	if (i >= n_families)
		return false;
	add(r, "name", families[i].name);
	add(r, "others", families[i].others);
	return true;
}

static const struct topic {
	const char *name;
	bool (*row)(size_t i, struct row *r);
	const char *legend;
} topics[] = {
	{"fields", field_row, "An argument that must be there is marked so."},
	{"refused", refused_row, "A name that ends in a dot stands for all that begin with it."},
	{"events", event_row, NULL},
	{"operators", operator_row,
	 "Types of fields: S text, I number, B boolean, L list of texts."},
	{"config", config_row, NULL},
	{"metrics", metric_row, NULL},
	{"hooks", hook_row, NULL},
	{"families", family_row,
	 "With evt_type_families: true the event type on the left also means those on the right."},
	{"codes", code_row, NULL},
};

/* ---- printing ---- */

/* Of all columns but the last; long values do not make theirs wider. */
static void measure(const struct topic *t, int width[MEMBERS_MAX])
{
	struct row r = {};

	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){}) {
		for (size_t m = 0; m < r.n; m++) {
			int n = strlen(r.value[m]);

			if (n > width[m] && n <= 44)
				width[m] = n;
		}
	}
}

static void print_text(const struct topic *t)
{
	int width[MEMBERS_MAX] = {};
	struct row r = {};

	measure(t, width);
	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){}) {
		for (size_t m = 0; m + 1 < r.n; m++)
			printf("%-*s  ", width[m], r.value[m]);
		puts(r.value[r.n - 1]);
	}
	if (t->legend)
		printf("\n%s\n", t->legend);
}

static int print_json(const struct topic *t)
{
	_cleanup_(buf_free) struct buf b = {};
	struct row r = {};

	buf_char(&b, '[');
	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){}) {
		bool first = true;

		buf_str(&b, i ? ",\n{" : "{");
		for (size_t m = 0; m < r.n; m++) {
			json_name(&b, &first, r.name[m]);
			json_str(&b, r.value[m], strlen(r.value[m]));
		}
		buf_char(&b, '}');
	}
	buf_char(&b, ']');
	if (b.failed)
		return EXIT_FAIL;
	puts(b.s);
	return EXIT_OK;
}

static void print_names(const struct topic *t)
{
	struct row r = {};

	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){})
		puts(r.value[0]);
}

/* A cell of a table: a bar would end it, and <NA> would be a tag. */
static void print_cell(const char *s)
{
	putchar(' ');
	for (; *s; s++) {
		if (*s == '|')
			putchar('\\');
		if (*s == '<')
			fputs("&lt;", stdout);
		else
			putchar(*s);
	}
	fputs(" |", stdout);
}

static void print_markdown(const struct topic *t)
{
	struct row r = {};

	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){}) {
		for (size_t m = 0; m < r.n && !i; m++)
			printf("%s%s%s", m ? " | " : "| ", r.name[m], m + 1 == r.n ? " |\n" : "");
		for (size_t m = 0; m < r.n && !i; m++)
			printf("|---%s", m + 1 == r.n ? "|\n" : "");
		putchar('|');
		for (size_t m = 0; m < r.n; m++)
			print_cell(r.value[m]);
		putchar('\n');
	}
}

/* Backslashes and a dot or quote at the beginning of a line mean something to the formatter. */
static void print_roff(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++)
		fputs(*s == '\\' ? "\\e" : (char[]){*s, '\0'}, stdout);
}

static void print_mdoc(const struct topic *t)
{
	struct row r = {};

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; t->row(i, &r); i++, r = (struct row){}) {
		const char *before = "(";

		fputs(".It Li \\&", stdout);
		print_roff(r.value[0]);
		putchar('\n');
		print_roff(r.value[r.n - 1]);
		putchar('\n');
		for (size_t m = 1; m + 1 < r.n; m++) {
			if (!*r.value[m])
				continue;
			printf("%s%s: ", before, r.name[m]);
			print_roff(r.value[m]);
			before = "; ";
		}
		puts(*before == ';' ? ")" : "");
	}
	puts(".El");
	if (t->legend)
		printf(".Pp\n%s\n", t->legend);
}

int list_print(const char *name, enum list_form form)
{
	const struct topic *t = topics;

	while (strcmp(t->name, name))
		t++;
	switch (form) {
	case LIST_JSON:
		return print_json(t);
	case LIST_NAMES:
		print_names(t);
		break;
	case LIST_MDOC:
		print_mdoc(t);
		break;
	case LIST_MARKDOWN:
		print_markdown(t);
		break;
	case LIST_TEXT:
		print_text(t);
		break;
	}
	return EXIT_OK;
}

/* What a key's values are, by the name of its type. */
static const char *json_type(const struct config_key *k)
{
	if (k->ignored)
		return "";
	if (!strcmp(k->type, "boolean"))
		return "\"type\": \"boolean\", ";
	if (!strcmp(k->type, "number"))
		return "\"type\": \"integer\", \"minimum\": 0, ";
	if (!strcmp(k->type, "texts"))
		return "\"type\": [\"array\", \"string\"], ";
	if (!strcmp(k->type, "selections") || !strcmp(k->type, "entries"))
		return "\"type\": \"array\", ";
	if (!strcmp(k->type, "mapping"))
		return "\"type\": \"object\", ";
	return "\"type\": \"string\", ";
}

static void print_key(FILE *out, const struct config_key *k, const char *name)
{
	_cleanup_(buf_free) struct buf doc = {};

	json_str(&doc, k->doc, strlen(k->doc));
	fprintf(out, "\"%s\": {%s\"description\": %s}", name, json_type(k), buf_text(&doc));
}

/* Other keys are below it. */
static bool is_group(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < n_config_keys; i++) {
		if (!strncmp(config_keys[i].path, path, n) && config_keys[i].path[n] == '.')
			return true;
	}
	return false;
}

/* The keys that begin with that prefix, one level deep; what is below them by recursion. */
static void print_keys(FILE *out, const char *prefix)
{
	size_t n = strlen(prefix);
	const char *comma = "";
	_cleanup_free_ char *done = NULL; /* the group printed last: groups are not split up */

	for (size_t i = 0; i < n_config_keys; i++) {
		const char *path = config_keys[i].path, *dot;

		if (strncmp(path, prefix, n) || is_group(path))
			continue;
		dot = strchr(path + n, '.');
		if (!dot) {
			fputs(comma, out);
			print_key(out, &config_keys[i], path + n);
		} else if (!done || strncmp(path, done, strlen(done))) {
			free(done);
			done = strndup(path, dot + 1 - path);
			if (!done)
				return;
			fprintf(out, "%s\"%.*s\": {\"properties\": {", comma, (int)(dot - path - n),
				path + n);
			print_keys(out, done);
			fputs("}}", out);
		} else {
			continue;
		}
		comma = ",\n";
	}
}

void list_config_schema(FILE *out)
{
	fputs("{\"$schema\": \"http://json-schema.org/draft-06/schema#\", \"type\": \"object\",\n"
	      "\"properties\": {\n",
	      out);
	print_keys(out, "");
	fputs("}}\n", out);
}

static bool json, names, markdown, mdoc;

static const struct opt opts[] = {
	{"json", 0, OPT_FLAG, &json, NULL, "a JSON array of objects"},
	{"markdown", 0, OPT_FLAG, &markdown, NULL, "a table for Markdown"},
	{"mdoc", 0, OPT_FLAG, &mdoc, NULL, "items of a manual page"},
	{"names", 0, OPT_FLAG, &names, NULL, "only the names, one a line"},
	{},
};

static const struct cmd cmd = {
	.name = "list",
	.args = "[OPTION]... fields|refused|events|families|operators|config|metrics|hooks|codes",
	.about = "Prints the fields that rules can name, those of Falco that are refused, the "
		 "event\n"
		 "types and their arguments, the families of event types that stand for each\n"
		 "other, the operators, the keys of the configuration, the metrics, the hooks in "
		 "the\n"
		 "kernel, or the codes of errors and warnings.\n",
	.opts = opts,
};

static int list(const char *name)
{
	struct nearest near = {.wanted = name};

	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (strcmp(topics[i].name, name)) {
			nearest_offer(&near, topics[i].name);
			continue;
		}
		return list_print(name, json	   ? LIST_JSON
					: names	   ? LIST_NAMES
					: mdoc	   ? LIST_MDOC
					: markdown ? LIST_MARKDOWN
						   : LIST_TEXT);
	}
	if (near.best)
		return cmd_usage(&cmd, "there is no list '%s'; did you mean '%s'?", name,
				 near.best);
	return cmd_usage(&cmd, "there is no list '%s'", name);
}

int cmd_list(int argc, char **argv)
{
	struct arg_list rest = {};
	int status = EXIT_USAGE;

	if (!cmd_parse(&cmd, argc, argv, &rest)) {
		if (rest.n != 1)
			cmd_usage(&cmd, "say what to list: fields, refused, events, families, "
					"operators, config, metrics, hooks or codes");
		else
			status = list(rest.v[0]);
	}
	arg_list_free(&rest);
	return status;
}
