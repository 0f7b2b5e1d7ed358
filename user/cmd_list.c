/* SPDX-License-Identifier: Apache-2.0 */
/* list: the tables of the project, as they are. A new table is a row of topics. */
#include <stdio.h>
#include <string.h>

#include "gen/code.h"
#include "gen/family.h"
#include "gen/field.h"
#include "gen/nearest.h"

#include "user/cmd.h"
#include "user/config.h"
#include "user/hook.h"
#include "user/json.h"

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

static bool field_row(size_t i, struct row *r)
{
	if (i >= FIELD_COUNT)
		return false;
	add(r, "name", fields[i].name);
	add(r, "type", field_type_name(fields[i].type));
	add(r, "decided", fields[i].source == SOURCE_USER ? "userspace" : "kernel");
	add(r, "doc", fields[i].doc);
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

static bool hook_row(size_t i, struct row *r)
{
	static const char *const backends[] = {
		[BACKEND_BOTH] = "always",
		[BACKEND_FUNCTION] = "functions",
		[BACKEND_TRACEPOINT] = "tracepoints",
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
	{"fields", field_row, NULL},
	{"events", event_row, NULL},
	{"operators", operator_row,
	 "Types of fields: S text, I number, B boolean, L list of texts."},
	{"config", config_row, NULL},
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

static bool json;

static const struct opt opts[] = {
	{"json", 0, OPT_FLAG, &json, NULL, "a JSON array of objects"},
	{},
};

static const struct cmd cmd = {
	.name = "list",
	.args = "[OPTION]... fields|events|families|operators|config|hooks|codes",
	.about = "Prints the fields that rules can name, the event types, the families of event\n"
		 "types that stand for each other, the operators, the keys of the configuration,\n"
		 "the hooks in the kernel, or the codes of errors and warnings.\n",
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
		if (json)
			return print_json(&topics[i]);
		print_text(&topics[i]);
		return EXIT_OK;
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
			cmd_usage(&cmd, "say what to list: fields, events, families, operators, "
					"config, hooks or codes");
		else
			status = list(rest.v[0]);
	}
	arg_list_free(&rest);
	return status;
}
