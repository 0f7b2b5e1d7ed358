/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel run: rules into the kernel, alerts out of it, until it is told to end. */
#include "user/cmd.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "user/ask.h"
#include "user/edition.h"
#include "user/internal.h"
#include "user/json.h"
#include "user/gather.h"
#include "user/host_id.h"
#include "user/log.h"
#include "user/notify.h"
#include "user/probe.h"
#include "user/reload.h"
#include "user/secret.h"
#include "user/server.h"
#include "user/service.h"
#include "user/stats.h"
#include "user/undelivered.h"

struct run {
	struct edition *edition; /* the first one, and after the loop the last one */
	struct agent agent;
	struct reload reload;
	struct server server;
	struct service service;
	struct notify notify;
	struct undelivered undelivered;
	struct gather gather;
	bool has_server;
};

static struct {
	struct edition_source from;
	const char *hooks, *pidfile, *print;
	struct arg_list sources, no_sources;
	unsigned seconds;
	bool page_size, all_containers;
} opt;

static struct ask ask;
static struct texts kept; /* options that stand in argv no more */

#define GONE(text) (void *)(text)

static const struct opt opts[] = {
	{"config", 'c', OPT_TEXT, &opt.from.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"rules", 'r', OPT_LIST, &opt.from.rules, "FILE",
	 "a rule file, or a directory of them, instead of those configured"},
	{"policy", 0, OPT_TEXT, &opt.from.policy, "FILE", "a policy written by `tiercel compile`"},
	{"option", 'o', OPT_LIST, &opt.from.options, "KEY=VALUE", "set a key of the configuration"},
	{"json", 0, OPT_FLAG, &opt.from.json, NULL, "alerts as JSON (json_output=true)"},
	{"all-containers", 0, OPT_FLAG, &opt.all_containers, NULL,
	 "the host counts as a container, for a quick test of rules about them"},
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
	struct run *r = ctx;
	struct alert alert;
	int err = alert_make(edition->alerter, rule, &e->ev, &alert);

	if (err) {
		log_error("an alert cannot be made: %s", strerror(-err));
		return;
	}
	gather_write(&r->gather, edition, &alert);
	alert_free(&alert);
}

static void on_lost(void *ctx, struct agent_policy *p, const uint64_t *lost, size_t n_rules)
{
	internal_lost(edition_of(p), lost, n_rules);
}

static void on_signal(void *ctx, int number)
{
	struct run *r = ctx;

	if (number == SIGUSR1)
		sinks_reopen(r->reload.current->sinks);
	else
		reload_request(&r->reload);
}

static void on_undelivered(void *ctx, const char *output, const struct outcomes_loss *losses)
{
	struct run *r = ctx;

	internal_undelivered(r->reload.current, output, losses);
}

static void tell_outcome(struct run *r, const struct reload_outcome *outcome)
{
	struct buf answer = {};

	buf_printf(&answer, "{\"ok\":%s,\"text\":", outcome->ok ? "true" : "false");
	json_str(&answer, outcome->text, strlen(outcome->text));
	buf_char(&answer, '}');
	server_tell(&r->server, outcome->number, &answer);
	buf_free(&answer);
}

static void on_reloaded(void *ctx, const struct reload_outcome *outcome)
{
	struct run *r = ctx;

	if (outcome->ok) {
		log_info("%s", outcome->text);
		service_change(&r->service);
	} else {
		internal_unchanged(r->reload.current, outcome->text);
	}
	if (r->has_server)
		tell_outcome(r, outcome);
}

/* ---- other commands ask ---- */

/* The request that is under way may have begun before the files were as they are now. */
static void ask_reload(struct run *r, struct server_client *c)
{
	c->until = r->reload.outcome.number + (reload_is_busy(&r->reload) ? 2 : 1);
	reload_request(&r->reload);
}

static void ask_stats(struct run *r, struct server_client *c, struct buf *answer)
{
	if (c->stats < 0)
		c->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	stats_json(&r->reload, answer);
}

static void ask_level(const char *name, struct buf *answer)
{
	enum log_level level;

	if (*name && log_level_parse(name, &level)) {
		buf_str(answer, "{\"ok\":false,\"text\":\"unknown level\"}");
		return;
	}
	if (*name)
		log_set_level(level);
	buf_printf(answer, "{\"ok\":true,\"text\":\"%s\"}", log_level_name(log_get_level()));
}

static void on_request(void *ctx, struct server_client *c, const char *request, struct buf *answer)
{
	if (!strcmp(request, "stats"))
		ask_stats(ctx, c, answer);
	else if (!strcmp(request, "reload"))
		ask_reload(ctx, c);
	else if (!strcmp(request, "loglevel") || !strncmp(request, "loglevel ", 9))
		ask_level(request[8] ? request + 9 : "", answer);
	else
		buf_str(answer, "{\"ok\":false,\"text\":\"unknown request\"}");
}

static void open_server(struct run *r)
{
	static const struct server_ops ops = {on_request};
	const char *path = r->edition->config.control_socket;
	char why[300];

	if (!*path)
		return;
	r->has_server = !server_open(&r->server, path, &r->agent.reader, &ops, r, why, sizeof(why));
	if (!r->has_server)
		log_info("tiercel stats and tiercel reload do not find this detector: %s", why);
}

/* ---- the life of it ---- */

static int start_agent(struct run *r, enum hooks_mode hooks)
{
	static const struct agent_ops ops = {on_match, on_lost, on_signal};
	static const struct reload_ops reload_ops = {on_reloaded};
	struct agent_options options = {
		.policy = &r->edition->policy,
		.ops = &ops,
		.ctx = r,
		.seconds = opt.seconds,
		.load = {.hooks = hooks,
			 .others = true,
			 .buffer = r->edition->config.kernel_buffer},
	};
	char why[512];
	int err;

	if (opt.all_containers)
		host_container_id(options.load.host);
	runtime_roots_set(&options.roots, &r->edition->config);
	options.wait_ms = r->edition->config.container_wait_ms;
	err = agent_start(&r->agent, &options, why, sizeof(why));

	if (err) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	err = reload_open(&r->reload, &r->agent, r->edition, &opt.from, &reload_ops, r);
	if (!err) {
		open_server(r);
		service_open(&r->service, &r->reload);
		notify_open(&r->notify, &r->agent.reader, "READY=1\nSTATUS=watching");
		gather_open(&r->gather, &r->agent.reader, &r->reload);
		undelivered_open(&r->undelivered, &r->agent.reader, on_undelivered, r);
		return EXIT_OK;
	}
	log_error("files cannot be watched: %s", strerror(-err));
	agent_free(&r->agent);
	return EXIT_FAIL;
}

static int watch(struct run *r, enum hooks_mode hooks)
{
	int status = start_agent(r, hooks), err;
	struct log_text text;

	if (status)
		return status;
	err = agent_run(&r->agent);
	undelivered_close(&r->undelivered);
	notify_send("STOPPING=1");
	notify_close(&r->notify);
	reload_close(&r->reload);
	service_close(&r->service);
	if (r->has_server)
		server_close(&r->server);
	r->edition = r->reload.current;
	if (agent_end(&r->agent))
		err = -EIO;
	gather_close(&r->gather);
	sinks_close(&r->edition->sinks);
	agent_summary(&r->agent, log_text_open(&text));
	log_text_close(&text, LEVEL_INFO);
	agent_free(&r->agent);
	if (err)
		log_error("the event loop ended: %s", strerror(-err));
	return err ? EXIT_FAIL : EXIT_OK;
}

static int run(struct run *r, enum hooks_mode hooks)
{
	char why[512];

	opt.from.users = users_new(runtime_host());
	if (edition_load(r->edition, &opt.from, why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_FAIL;
	}
	if (probe_required(why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	if (reader_block_signals())
		return EXIT_FAIL;
	r->edition->sinks = sinks_open(&r->edition->config);
	return r->edition->sinks ? watch(r, hooks) : EXIT_FAIL;
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
	ask.config = &r->edition->config;
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
	texts_free(&kept);
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
	if (secret_hide(&opt.from.options, &kept))
		return EXIT_FAIL;
	/* What another thread frees is given back. */
	mallopt(M_ARENA_MAX, 1);
	r.edition = calloc(1, sizeof(*r.edition));
	if (!r.edition || edition_configure(r.edition, &opt.from)) {
		free(r.edition);
		return EXIT_FAIL;
	}
	ask.argc = argc;
	ask.argv = argv;
	status = start(&r, hooks);
	sinks_close(&r.edition->sinks);
	edition_free(r.edition);
	free(r.edition);
	users_free(&opt.from.users);
	free_options();
	return status;
}
