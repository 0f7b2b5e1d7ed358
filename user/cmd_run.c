/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel run: rules into the kernel, alerts out of it, until it is told to end. */
#include "user/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/ask.h"
#include "user/edition.h"
#include "user/log.h"
#include "user/probe.h"

#define LOST_RULE "Tiercel internal: alerts lost"

struct run {
	struct edition edition;
};

static struct {
	struct edition_source from;
	const char *hooks, *pidfile, *print;
	struct arg_list sources, no_sources;
	unsigned seconds;
	bool page_size;
} opt;

static struct ask ask;

#define GONE(text) (void *)(text)

static const struct opt opts[] = {
	{"config", 'c', OPT_TEXT, &opt.from.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"rules", 'r', OPT_LIST, &opt.from.rules, "FILE",
	 "a rule file, or a directory of them, instead of those configured"},
	{"policy", 0, OPT_TEXT, &opt.from.policy, "FILE", "a policy written by `tiercel compile`"},
	{"option", 'o', OPT_LIST, &opt.from.options, "KEY=VALUE", "set a key of the configuration"},
	{"json", 0, OPT_FLAG, &opt.from.json, NULL, "alerts as JSON (json_output=true)"},
	{"duration", 'M', OPT_UINT, &opt.seconds, "SECONDS", "end after that time"},
	{"hooks", 0, OPT_TEXT, &opt.hooks, "KIND",
	 "auto (default), functions or tracepoints: where the kernel is watched"},
	{"pidfile", 'P', OPT_TEXT, &opt.pidfile, "FILE", "write the process id there"},
	{"validate", 'V', OPT_LIST, &ask.validate, "FILE",
	 "only validate rule files; may be repeated"},
	{"dry-run", 0, OPT_FLAG, &ask.dry_run, NULL, "load and compile all, but do not watch"},
	{NULL, 'L', OPT_FLAG, &ask.describe_all, NULL, "show all rules (JSON with json_output)"},
	{NULL, 'l', OPT_TEXT, &ask.describe, "RULE", "show one rule"},
	{"list", 0, OPT_MAYBE, &ask.fields, "[=syscall]", "list the fields"},
	{NULL, 'N', OPT_FLAG, &ask.names_only, NULL, "with --list: only their names"},
	{"list-events", 0, OPT_FLAG, &ask.events, NULL, "list the event types"},
	{NULL, 'i', OPT_FLAG, &ask.ignored, NULL, "list the event types that are off by default"},
	{"format", 0, OPT_TEXT, &ask.format, "FORM", "of lists: text, markdown or json"},
	{"markdown", 0, OPT_FLAG, &ask.markdown, NULL, "the same as --format markdown"},
	{"list-plugins", 0, OPT_FLAG, &ask.plugins, NULL, "list the plugins: there are none"},
	{"plugin-info", 0, OPT_TEXT, &ask.plugin, "NAME", NULL},
	{"rule-schema", 0, OPT_FLAG, &ask.rule_schema, NULL, "print the JSON schema of rule files"},
	{"config-schema", 0, OPT_FLAG, &ask.config_schema, NULL,
	 "print the JSON schema of the configuration"},
	{"support", 0, OPT_FLAG, &ask.support, NULL,
	 "print version, system, configuration and rules as JSON"},
	{"version", 0, OPT_FLAG, &ask.version, NULL, "print the version"},
	{"page-size", 0, OPT_FLAG, &opt.page_size, NULL, "print the size of a page of memory"},
	{NULL, 'v', OPT_FLAG, &opt.from.verbose, NULL, "log more (log_level=debug)"},
	{"enable-source", 0, OPT_LIST, &opt.sources, "SOURCE", "the only source is syscall"},
	{"disable-source", 0, OPT_LIST, &opt.no_sources, "SOURCE", "any but syscall"},
	{"unbuffered", 'U', OPT_NULL, NULL, NULL, "accepted: alerts are never held back"},
	{"print", 'p', OPT_TEXT, &opt.print, "FORMAT", "accepted without effect, as -pc in Falco"},
	{NULL, 'A', OPT_REFUSED, GONE("hooks follow from the rules"), NULL, NULL},
	{NULL, 'b', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{NULL, 'd', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{NULL, 'D', OPT_REFUSED, GONE("use -o 'rules[].disable.rule=NAME'"), NULL, NULL},
	{NULL, 't', OPT_REFUSED,
	 GONE("use -o 'rules[].disable.rule=*' -o 'rules[].enable.tag=TAG'"), NULL, NULL},
	{NULL, 'T', OPT_REFUSED, GONE("use -o 'rules[].disable.tag=TAG'"), NULL, NULL},
	{NULL, 'e', OPT_REFUSED, GONE("recorded events are decided by 'tiercel eval'"), NULL, NULL},
	{NULL, 's', OPT_REFUSED, GONE("counts are shown at the end"), NULL, NULL},
	{NULL, 'S', OPT_REFUSED, GONE("there is no such limit"), NULL, NULL},
	{NULL, 'u', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{NULL, 'k', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{NULL, 'K', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{NULL, 'g', OPT_REFUSED, GONE("Falco has removed it"), NULL, NULL},
	{"cri", 0, OPT_REFUSED, GONE("containers are found without it"), NULL, NULL},
	{"modern-bpf", 0, OPT_REFUSED, GONE("see --hooks"), NULL, NULL},
	{},
};

static const struct cmd cmd = {
	.name = "run",
	.args = "[OPTION]...",
	.about = "Watches this host and writes an alert for each event that a rule matches.\n"
		 "The log, and at the end a summary, go to stderr. Ends with status 0 on SIGTERM,\n"
		 "Ctrl-C or -M, 1 on an error, 3 if the kernel cannot be watched from here.\n"
		 "Falco's options that ask for something (-V, -L, --list ...) print it and end.\n",
	.opts = opts,
};

static void on_match(void *ctx, struct agent_policy *p, struct record_event *e, unsigned rule)
{
	struct edition *edition = edition_of(p);
	struct alert alert;
	int err = alert_make(edition->alerter, rule, &e->ev, &alert);

	if (err) {
		log_error("an alert cannot be made: %s", strerror(-err));
		return;
	}
	sinks_write(edition->sinks, &edition->config, &alert);
	alert_free(&alert);
}

/* How many of each rule: as fields, and in the text. */
static int add_lost(struct agent_policy *p, struct alert *a, struct buf *text, const uint64_t *lost,
		    size_t n_rules)
{
	const char *before = " (";
	int err = 0;

	for (size_t i = 0; i < n_rules && !err; i++) {
		const char *name = agent_policy_rule(p, i);
		char count[24];

		if (!lost[i])
			continue;
		snprintf(count, sizeof(count), "%" PRIu64, lost[i]);
		buf_printf(text, "%s%s: %s", before, name, count);
		before = ", ";
		err = alert_add(a, name, count);
	}
	buf_char(text, ')');
	return err;
}

static void send_lost(struct edition *e, struct buf *text, const uint64_t *lost, size_t n_rules)
{
	struct alert alert;

	if (alert_internal(&alert, PRIORITY_CRITICAL, LOST_RULE, e->context.hostname, ""))
		return;
	if (!add_lost(&e->policy, &alert, text, lost, n_rules) && !text->failed) {
		log_error("%s", buf_text(text));
		free(alert.message);
		alert.message = buf_take(text);
		sinks_write(e->sinks, &e->config, &alert);
	}
	alert_free(&alert);
}

static void on_lost(void *ctx, struct agent_policy *p, const uint64_t *lost, size_t n_rules)
{
	struct buf text = {};
	uint64_t sum = 0;

	for (size_t i = 0; i < n_rules; i++)
		sum = add(sum, lost[i]);
	buf_printf(&text, "%s. %" PRIu64 " not delivered: the kernel's buffer was full", LOST_RULE,
		   sum);
	send_lost(edition_of(p), &text, lost, n_rules);
	buf_free(&text);
}

static void on_signal(void *ctx, int number)
{
	log_warn("rules are read at start: restart to load them anew");
}

static int watch(struct run *r, enum hooks_mode hooks)
{
	static const struct agent_ops ops = {on_match, on_lost, on_signal};
	struct agent_options options = {
		.policy = &r->edition.policy,
		.ops = &ops,
		.ctx = r,
		.seconds = opt.seconds,
		.load = {.hooks = hooks},
	};
	struct agent agent;
	char why[512];
	int err = agent_start(&agent, &options, why, sizeof(why));

	if (err) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	err = agent_run(&agent);
	sinks_close(&r->edition.sinks);
	agent_summary(&agent, stderr);
	agent_free(&agent);
	if (err)
		log_error("the event loop ended: %s", strerror(-err));
	return err ? EXIT_FAIL : EXIT_OK;
}

static int run(struct run *r, enum hooks_mode hooks)
{
	char why[512];

	opt.from.users = users_new();
	if (edition_load(&r->edition, &opt.from, why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_FAIL;
	}
	if (probe_required(why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	if (reader_block_signals())
		return EXIT_FAIL;
	r->edition.sinks = sinks_open(&r->edition.config);
	return r->edition.sinks ? watch(r, hooks) : EXIT_FAIL;
}

/* The only source is system calls: it must stay on. */
static int check_sources(void)
{
	for (size_t i = 0; i < opt.sources.n; i++) {
		if (strcmp(opt.sources.v[i], "syscall")) {
			log_error("there is no source of events '%s', only syscall",
				  opt.sources.v[i]);
			return -EINVAL;
		}
	}
	for (size_t i = 0; i < opt.no_sources.n; i++) {
		if (!strcmp(opt.no_sources.v[i], "syscall")) {
			log_error("at least one source of events must be enabled");
			return -EINVAL;
		}
	}
	return 0;
}

static int write_pid(void)
{
	FILE *f = opt.pidfile ? fopen(opt.pidfile, "we") : NULL;
	int err;

	if (!opt.pidfile)
		return 0;
	err = !f || fprintf(f, "%d\n", getpid()) < 0;
	if (f)
		err |= fclose(f) != 0;
	if (err)
		log_error("%s: %s", opt.pidfile, strerror(errno));
	return err ? -EIO : 0;
}

/* The configuration is there. */
static int start(struct run *r, enum hooks_mode hooks)
{
	int status;

	ask.config_file = opt.from.config;
	ask.rules = &opt.from.rules;
	ask.config = &r->edition.config;
	if (ask_is(&ask))
		return ask_answer(&ask);
	if (opt.print && strcmp(opt.print, "c") && strcmp(opt.print, "k"))
		log_warn("-p has no effect: the output of a rule is printed as it is");
	if (check_sources() || write_pid())
		return EXIT_FAIL;
	status = run(r, hooks);
	if (opt.pidfile)
		unlink(opt.pidfile);
	return status;
}

static void free_options(void)
{
	arg_list_free(&opt.from.rules);
	arg_list_free(&opt.from.options);
	arg_list_free(&opt.sources);
	arg_list_free(&opt.no_sources);
	ask_free(&ask);
}

int cmd_run(int argc, char **argv)
{
	enum hooks_mode hooks = HOOKS_AUTO;
	struct run r = {};
	int status = cmd_parse(&cmd, argc, argv, NULL);

	if (status)
		return status == -EOPNOTSUPP ? EXIT_FAIL : EXIT_USAGE;
	if (opt.hooks && hooks_mode_parse(opt.hooks, &hooks))
		return cmd_usage(&cmd, "--hooks is auto, functions or tracepoints");
	if (opt.page_size) {
		printf("Your system page size is: %ld\n", sysconf(_SC_PAGESIZE));
		return EXIT_OK;
	}
	if (edition_configure(&r.edition, &opt.from))
		return EXIT_FAIL;
	ask.argc = argc;
	ask.argv = argv;
	status = start(&r, hooks);
	sinks_close(&r.edition.sinks);
	edition_free(&r.edition);
	users_free(&opt.from.users);
	free_options();
	return status;
}
