/* SPDX-License-Identifier: Apache-2.0 */
#include "user/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "gen/field.h"
#include "gen/gen.h"
#include "gen/schema.h"

#include "user/describe.h"
#include "user/json.h"
#include "user/mask.h"
#include "user/list.h"
#include "user/report.h"
#include "user/rulefiles.h"

#define FILE_MAX ((size_t)16 << 20)

bool ask_is(const struct ask *a)
{
	return a->validate.n || a->describe_all || a->describe || a->fields || a->events ||
	       a->plugins || a->plugin || a->ignored || a->support || a->version || a->dry_run ||
	       a->rule_schema || a->config_schema;
}

void ask_free(struct ask *a)
{
	arg_list_free(&a->validate);
}

static int refuse(const char *why)
{
	fprintf(stderr, "Error: %s\n", why);
	return EXIT_FAIL;
}

static int put(struct buf *b)
{
	int status = b->failed ? EXIT_FAIL : EXIT_OK;

	if (!status)
		puts(buf_text(b));
	buf_free(b);
	return status;
}

/* ---- rules ---- */

static struct ruleset *load(const struct ask *a, const struct arg_list *files, int *err)
{
	struct ruleset *rs = ruleset_new();

	*err = rs ? rulefiles_load(rs, files->v, files->n, a->config) : -ENOMEM;
	return rs;
}

static int validate(const struct ask *a)
{
	struct buf b = {};
	struct ruleset *rs;
	int err;

	rs = load(a, &a->validate, &err);
	if (!rs)
		return EXIT_FAIL;
	if (a->config->json_output) {
		buf_char(&b, '{');
		report_json(rs, &b);
		if (!err) {
			buf_str(&b, ",\"falco_describe_results\":");
			describe_json(rs, a->config, NULL, &b);
		}
		buf_char(&b, '}');
		put(&b);
	} else {
		report_text(rs, stdout, isatty(STDOUT_FILENO));
	}
	ruleset_free(&rs);
	return err ? EXIT_FAIL : EXIT_OK;
}

static int show_rules(const struct ask *a, struct ruleset *rs)
{
	struct buf b = {};
	int err;

	if (!a->config->json_output) {
		err = describe_text(rs, a->describe, stdout);
	} else {
		err = describe_json(rs, a->config, a->describe, &b);
		if (err)
			buf_free(&b);
		else
			err = put(&b);
	}
	if (err != -ENOENT)
		return err ? EXIT_FAIL : EXIT_OK;
	fprintf(stderr, "Error: there is no rule '%s'\n", a->describe);
	return EXIT_FAIL;
}

static int describe(const struct ask *a)
{
	struct ruleset *rs;
	int err, status = EXIT_FAIL;

	rs = load(a, a->rules, &err);
	if (!rs)
		return EXIT_FAIL;
	if (err)
		rulefiles_print(rs, stderr);
	else
		status = show_rules(a, rs);
	ruleset_free(&rs);
	return status;
}

/* All of a start but the kernel. */
static int dry_run(const struct ask *a)
{
	struct gen_options options = {.minimum = a->config->priority};
	struct policy policy = {};
	struct ruleset *rs;
	int err;

	rs = load(a, a->rules, &err);
	if (!rs)
		return EXIT_FAIL;
	if (!err)
		err = gen_compile(rs, &options, &policy);
	rulefiles_print(rs, stderr);
	if (!err)
		log_info("dry run: %zu rules, %zu predicates, %zu bytes; not watching",
			 policy.n_rules, policy.n_preds, policy.image.size);
	image_free(&policy.image);
	ruleset_free(&rs);
	return err ? EXIT_FAIL : EXIT_OK;
}

/* ---- tables ---- */

static int list_format(const struct ask *a, enum list_form *form)
{
	static const char *const names[] = {
		[LIST_TEXT] = "text",
		[LIST_JSON] = "json",
		[LIST_MARKDOWN] = "markdown",
	};

	*form = a->markdown ? LIST_MARKDOWN : a->config->json_output ? LIST_JSON : LIST_TEXT;
	if (a->names_only)
		*form = LIST_NAMES;
	if (!a->format)
		return 0;
	for (enum list_form f = LIST_TEXT; f <= LIST_MARKDOWN; f++) {
		if (strcmp(names[f], a->format))
			continue;
		*form = f;
		return 0;
	}
	return -EINVAL;
}

static int list(const struct ask *a, const char *topic)
{
	enum list_form form;

	if (list_format(a, &form))
		return refuse("--format is text, markdown or json");
	return list_print(topic, form);
}

static int list_fields(const struct ask *a)
{
	if (*a->fields && strcmp(a->fields, "syscall"))
		return refuse("the only source of events is syscall");
	return list(a, "fields");
}

static int list_ignored(void)
{
	puts("Ignored syscall(s):");
	for (size_t i = 0; i < n_event_types; i++) {
		if (event_types[i].kind == EVENT_IO)
			printf("- %s\n", event_types[i].name);
	}
	return EXIT_OK;
}

/* ---- about the program ---- */

static void add_text(struct buf *b, bool *first, const char *name, const char *value)
{
	json_name(b, first, name);
	json_str(b, value, strlen(value));
}

static void add_version(struct buf *b, bool *first, const struct utsname *u)
{
	add_text(b, first, "tiercel_version", VERSION);
	add_text(b, first, "machine", u->machine);
	/* Falco gives the middle number alone, too. */
	add_text(b, first, "engine_version", "63");
	add_text(b, first, "engine_version_semver", ruleset_engine);
}

static int version(const struct ask *a)
{
	struct buf b = {};
	struct utsname u;
	bool first = true;

	if (uname(&u))
		return EXIT_FAIL;
	if (!a->config->json_output) {
		printf("Tiercel version: " VERSION " (%s)\nEngine: %s\n", u.machine,
		       ruleset_engine);
		return EXIT_OK;
	}
	buf_char(&b, '{');
	add_version(&b, &first, &u);
	buf_char(&b, '}');
	return put(&b);
}

static void add_masked(struct buf *b, const char *s, size_t len)
{
	_cleanup_(buf_free) struct buf out = {};

	mask_secrets(&out, s, len);
	b->failed |= out.failed;
	json_str(b, buf_text(&out), out.len);
}

static void add_file(struct buf *b, const char *path)
{
	_cleanup_free_ char *text = NULL;
	bool first = true;
	size_t len = 0;

	if (read_file(path, FILE_MAX, &text, &len))
		len = 0;
	buf_char(b, '{');
	add_text(b, &first, "name", path);
	json_name(b, &first, "content");
	add_masked(b, text ? text : "", len);
	buf_char(b, '}');
}

static void add_rules_files(struct buf *b, const struct ask *a)
{
	const struct rule_file *f;
	struct ruleset *rs;
	bool first = true;
	int err;

	rs = load(a, a->rules, &err);
	for (size_t i = 0; rs && (f = ruleset_file(rs, i)); i++) {
		if (!strcmp(f->name, BASE_NAME))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		add_file(b, f->name);
	}
	ruleset_free(&rs);
}

static int support(const struct ask *a)
{
	const char *config = a->config_file ? a->config_file : CONFIG_FILE;
	struct buf b = {};
	struct utsname u;
	bool first = true;

	if (uname(&u))
		return EXIT_FAIL;
	buf_char(&b, '{');
	add_version(&b, &first, &u);
	buf_str(&b, ",\"system_info\":{");
	first = true;
	add_text(&b, &first, "machine", u.machine);
	add_text(&b, &first, "nodename", u.nodename);
	add_text(&b, &first, "release", u.release);
	add_text(&b, &first, "sysname", u.sysname);
	add_text(&b, &first, "version", u.version);
	buf_str(&b, "},\"cmdline\":[");
	for (int i = 0; i < a->argc; i++) {
		if (i)
			buf_char(&b, ',');
		add_masked(&b, a->argv[i], strlen(a->argv[i]));
	}
	buf_str(&b, "],\"config\":");
	add_file(&b, config);
	buf_str(&b, ",\"rules_files\":[");
	add_rules_files(&b, a);
	buf_str(&b, "]}");
	return put(&b);
}

static int show_schema(void (*print)(FILE *out))
{
	print(stdout);
	return EXIT_OK;
}

int ask_answer(const struct ask *a)
{
	if (a->version)
		return version(a);
	if (a->rule_schema)
		return show_schema(schema_print);
	if (a->config_schema)
		return show_schema(list_config_schema);
	if (a->fields)
		return list_fields(a);
	if (a->events)
		return list(a, "events");
	if (a->ignored)
		return list_ignored();
	if (a->plugin)
		return refuse("there are no plugins; what the container plugin does is built in");
	if (a->plugins) {
		puts("0 Plugins Loaded: what the container plugin does is built in");
		return EXIT_OK;
	}
	if (a->support)
		return support(a);
	if (a->validate.n)
		return validate(a);
	return a->dry_run ? dry_run(a) : describe(a);
}
