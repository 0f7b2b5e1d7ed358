/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel run: rules into the kernel, alerts out of it, until it is told to end. */
#include "user/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/gen.h"
#include "user/agent.h"
#include "user/alert.h"
#include "user/ask.h"
#include "user/config.h"
#include "user/log.h"
#include "user/probe.h"
#include "user/residual.h"
#include "user/rulefiles.h"
#include "user/sink.h"
#include "user/users.h"

#define LOST_RULE "Tiercel internal: alerts lost"

struct run {
	struct config config;
	struct image image;
	struct alerter *alerter;
	struct sinks *sinks;
	struct users *users;
};

static struct {
	const char *config, *policy, *hooks, *pidfile, *print;
	struct arg_list rules, options, sources, no_sources;
	unsigned seconds;
	bool json, verbose, page_size;
} opt;

static struct ask ask;

#define GONE(text) (void *)(text)

static const struct opt opts[] = {
	{"config", 'c', OPT_TEXT, &opt.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"rules", 'r', OPT_LIST, &opt.rules, "FILE",
	 "a rule file, or a directory of them, instead of those configured"},
	{"policy", 0, OPT_TEXT, &opt.policy, "FILE", "a policy written by `tiercel compile`"},
	{"option", 'o', OPT_LIST, &opt.options, "KEY=VALUE", "set a key of the configuration"},
	{"json", 0, OPT_FLAG, &opt.json, NULL, "alerts as JSON (json_output=true)"},
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
	{NULL, 'v', OPT_FLAG, &opt.verbose, NULL, "log more (log_level=debug)"},
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

static int compile(struct run *r, struct ruleset *rs)
{
	struct gen_options options = {.minimum = r->config.priority};
	struct policy policy;
	int err = rulefiles_load(rs, opt.rules.v, opt.rules.n, &r->config);

	if (!err)
		err = gen_compile(rs, &options, &policy);
	rulefiles_log(rs);
	if (!err)
		r->image = policy.image;
	return err;
}

static int load_rules(struct run *r)
{
	struct ruleset *rs;
	char why[200];
	int err;

	if (opt.policy) {
		err = image_read(opt.policy, &r->image, why, sizeof(why));
		if (err)
			log_error("%s: %s", opt.policy, why);
		return err;
	}
	rs = ruleset_new();
	if (!rs)
		return -ENOMEM;
	err = compile(r, rs);
	ruleset_free(&rs);
	return err;
}

static void on_match(void *ctx, struct record_event *e, unsigned rule)
{
	struct run *r = ctx;
	struct alert alert;
	int err = alert_make(r->alerter, rule, &e->ev, &alert);

	if (err) {
		log_error("an alert cannot be made: %s", strerror(-err));
		return;
	}
	sinks_write(r->sinks, &alert);
	alert_free(&alert);
}

/* How many of each rule: as fields, and in the text. */
static int add_lost(struct run *r, struct alert *a, struct buf *text, const uint64_t *lost,
		    size_t n_rules)
{
	const char *before = " (";
	int err = 0;

	for (size_t i = 0; i < n_rules && !err; i++) {
		const char *name = image_text(&r->image, image_rule(&r->image, i)->name);
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

static void send_lost(struct run *r, struct buf *text, const uint64_t *lost, size_t n_rules)
{
	struct alert alert;

	if (alert_internal(&alert, PRIORITY_CRITICAL, LOST_RULE, alerter_hostname(r->alerter), ""))
		return;
	if (!add_lost(r, &alert, text, lost, n_rules) && !text->failed) {
		log_error("%s", buf_text(text));
		free(alert.message);
		alert.message = buf_take(text);
		sinks_write(r->sinks, &alert);
	}
	alert_free(&alert);
}

static void on_lost(void *ctx, const uint64_t *lost, size_t n_rules)
{
	struct buf text = {};
	uint64_t sum = 0;

	for (size_t i = 0; i < n_rules; i++)
		sum = add(sum, lost[i]);
	buf_printf(&text, "%s. %" PRIu64 " not delivered: the kernel's buffer was full", LOST_RULE,
		   sum);
	send_lost(ctx, &text, lost, n_rules);
	buf_free(&text);
}

static void on_signal(void *ctx, int number)
{
	log_warn("rules are read at start: restart to load them anew");
}

/* What the agent's records are made into. */
static int open_outputs(struct run *r)
{
	char why[200];

	r->users = users_new();
	r->alerter = alerter_new(&r->image, &r->config, why, sizeof(why));
	if (!r->alerter) {
		log_error("%s", why);
		return -EINVAL;
	}
	r->sinks = sinks_open(&r->config);
	return r->sinks ? 0 : -EIO;
}

static void log_unseen(const struct run *r)
{
	struct residual *residual = residual_new(&r->image);

	if (residual)
		residual_log_unseen(residual);
	residual_free(&residual);
}

static int watch(struct run *r, enum hooks_mode hooks)
{
	static const struct agent_ops ops = {on_match, on_lost, on_signal};
	struct record_context context = {r->users, alerter_hostname(r->alerter)};
	struct agent_options options = {
		.image = &r->image,
		.context = &context,
		.ops = &ops,
		.ctx = r,
		.first = r->config.rule_matching == MATCHING_FIRST,
		.seconds = opt.seconds,
		.hooks = hooks,
	};
	struct agent agent;
	char why[512];
	int err = agent_start(&agent, &options, why, sizeof(why));

	if (err) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	err = agent_run(&agent);
	sinks_close(&r->sinks);
	agent_summary(&agent, stderr);
	agent_free(&agent);
	if (err)
		log_error("the event loop ended: %s", strerror(-err));
	return err ? EXIT_FAIL : EXIT_OK;
}

static int run(struct run *r, enum hooks_mode hooks)
{
	char why[512];

	if (load_rules(r))
		return EXIT_FAIL;
	if (!image_head(&r->image)->n_rules) {
		log_error("no rule is enabled: there is nothing to watch");
		return EXIT_FAIL;
	}
	if (probe_required(why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	if (reader_block_signals() || open_outputs(r))
		return EXIT_FAIL;
	log_unseen(r);
	return watch(r, hooks);
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

	if (opt.json)
		r->config.json_output = true;
	if (opt.verbose)
		log_set_level(LEVEL_DEBUG);
	ask.config_file = opt.config;
	ask.rules = &opt.rules;
	ask.config = &r->config;
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
	arg_list_free(&opt.rules);
	arg_list_free(&opt.options);
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
	if (config_load(&r.config, opt.config, opt.options.v, opt.options.n))
		return EXIT_FAIL;
	ask.argc = argc;
	ask.argv = argv;
	status = start(&r, hooks);
	if (r.sinks)
		sinks_close(&r.sinks);
	if (r.alerter)
		alerter_free(&r.alerter);
	if (r.users)
		users_free(&r.users);
	image_free(&r.image);
	config_free(&r.config);
	free_options();
	return status;
}
