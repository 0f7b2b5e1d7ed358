/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel watch: one condition, decided in the kernel like any rule, a line for each match. */
#include "user/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gen/gen.h"
#include "user/agent.h"
#include "user/alert.h"
#include "user/config.h"
#include "user/format.h"
#include "user/host_id.h"
#include "user/log.h"
#include "user/probe.h"
#include "user/rulefiles.h"
#include "user/runtime.h"
#include "user/users.h"

#define RULE_NAME "watch"
#define FIELDS                                                                                     \
	"%evt.type %proc.name pid=%proc.pid user=%user.name container=%container.id "              \
	"cmd=%proc.cmdline"
#define FIELDS_FILE FIELDS " file=%fd.name"
#define TIME	    "%evt.time "

struct watch {
	struct config config;
	struct image image;
	struct alerter *alerter;
	struct format *line, *line_file;
	struct users *users;
	struct agent agent;
	struct agent_policy policy;
	struct buf out;
	uint64_t matches, lost;
};

static struct {
	const char *output, *hooks;
	struct arg_list rules;
	unsigned count, seconds;
	bool json, all_containers;
} opt;

static const struct opt opts[] = {
	{"output", 0, OPT_TEXT, &opt.output, "FORMAT", "what to print of an event, as in a rule"},
	{"json", 0, OPT_FLAG, &opt.json, NULL, "alerts as JSON, one object a line"},
	{"count", 'n', OPT_UINT, &opt.count, "N", "end after N matches"},
	{"all-containers", 0, OPT_FLAG, &opt.all_containers, NULL,
	 "the host counts as a container, for a quick test of rules about them"},
	{"duration", 'M', OPT_UINT, &opt.seconds, "SECONDS", "end after that time"},
	{"rules", 'r', OPT_LIST, &opt.rules, "FILE",
	 "a rule file whose macros and lists are known"},
	{"hooks", 0, OPT_TEXT, &opt.hooks, "KIND",
	 "auto (default), functions or tracepoints: where the kernel is watched"},
	{},
};

static const struct cmd cmd = {
	.name = "watch",
	.args = "[OPTION]... CONDITION",
	.about = "Prints a line for each event of this host that meets the condition; ends on\n"
		 "Ctrl-C with counts. The standard macros are known. Example:\n"
		 "  tiercel watch 'container and spawned_process and proc.name = curl'\n",
	.opts = opts,
};

/* The condition as the only rule: parsed alone first, so that places in messages are its own. */
static int add_rule(struct ruleset *rs, const char *condition)
{
	struct buf yaml = {};
	int err;

	if (!ruleset_condition(rs, condition, false))
		return -EINVAL;
	for (size_t i = 0; i < rs->n_rules; i++)
		rs->rules[i]->enabled = false;
	buf_str(&yaml, "- rule: " RULE_NAME "\n  desc: condition given to watch\n");
	buf_str(&yaml, "  condition: ");
	buf_yaml(&yaml, condition);
	buf_str(&yaml, "\n  output: ");
	buf_yaml(&yaml, opt.output ? opt.output : FIELDS_FILE);
	buf_str(&yaml, "\n  priority: NOTICE\n  warn_evttypes: false\n");
	err = yaml.failed ? -ENOMEM : ruleset_load_text(rs, RULE_NAME, buf_text(&yaml), yaml.len);
	buf_free(&yaml);
	return err ? err : ruleset_finish(rs, false);
}

static int load_rules(struct ruleset *rs, const char *condition)
{
	int err = rulefiles_base(rs);

	for (size_t i = 0; i < opt.rules.n && !err; i++)
		err = ruleset_load(rs, opt.rules.v[i]);
	return err ? err : add_rule(rs, condition);
}

static int compile(struct watch *w, const char *condition)
{
	struct gen_options options = {.minimum = PRIORITY_DEBUG};
	struct ruleset *rs = ruleset_new();
	struct policy policy;
	int err;

	if (!rs)
		return -ENOMEM;
	rs->families = w->config.evt_type_families;
	err = load_rules(rs, condition);
	if (!err)
		err = gen_compile(rs, &options, &policy);
	if (err)
		rulefiles_print(rs, stderr);
	else
		w->image = policy.image;
	ruleset_free(&rs);
	return err;
}

static void print_line(struct watch *w, struct record_event *e)
{
	struct value v;
	bool file = record_get(&e->ev, FIELD_FD_NAME, NULL, &v) != HAVE_MISSING;

	format_render(file ? w->line_file : w->line, &e->ev, &w->out);
	buf_char(&w->out, '\n');
}

static void print_json(struct watch *w, struct record_event *e, unsigned rule)
{
	struct alert alert;

	if (alert_make(w->alerter, rule, &e->ev, &alert))
		return;
	alert_line(&alert, &w->config, &w->out);
	alert_free(&alert);
}

static void on_match(void *ctx, struct agent_policy *p, struct record_event *e, unsigned rule)
{
	struct watch *w = ctx;

	if (opt.count && w->matches >= opt.count)
		return;
	w->matches = add(w->matches, 1);
	buf_clear(&w->out);
	if (opt.json)
		print_json(w, e, rule);
	else
		print_line(w, e);
	if (fwrite(buf_text(&w->out), 1, w->out.len, stdout) != w->out.len || fflush(stdout) ||
	    (opt.count && w->matches >= opt.count))
		agent_stop(&w->agent);
}

static void on_lost(void *ctx, struct agent_policy *p, const uint64_t *lost, size_t n_rules)
{
	struct watch *w = ctx;

	for (size_t i = 0; i < n_rules; i++)
		w->lost = add(w->lost, lost[i]);
	log_error("%" PRIu64 " matches were not delivered by the kernel: its buffer was full",
		  w->lost);
}

static void on_signal(void *ctx, int number)
{
}

static int open_formats(struct watch *w)
{
	const char *line = opt.output ? opt.output : TIME FIELDS;
	const char *line_file = opt.output ? opt.output : TIME FIELDS_FILE;
	struct format_error why;

	if (format_compile(line, &w->line, &why) ||
	    format_compile(line_file, &w->line_file, &why)) {
		log_error("--output: %s", why.why);
		return -EINVAL;
	}
	return 0;
}

static int watch(struct watch *w, enum hooks_mode hooks)
{
	static const struct agent_ops ops = {on_match, on_lost, on_signal};
	struct record_context context = {w->users, alerter_hostname(w->alerter)};
	struct agent_options options = {
		.policy = &w->policy,
		.ops = &ops,
		.ctx = w,
		.seconds = opt.seconds,
		.load = {.hooks = hooks},
	};
	char why[512] = "no memory";
	int err = agent_policy_init(&w->policy, &w->image, &context);

	if (opt.all_containers)
		host_container_id(options.load.host);
	runtime_roots_set(&options.roots, &w->config);
	options.wait_ms = w->config.container_wait_ms;

	if (!err)
		err = agent_start(&w->agent, &options, why, sizeof(why));
	if (err) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	err = agent_run(&w->agent);
	if (agent_end(&w->agent))
		err = -EIO;
	fprintf(stderr, "%" PRIu64 " matches, %" PRIu64 " lost\n", w->matches, w->lost);
	agent_free(&w->agent);
	return err ? EXIT_FAIL : EXIT_OK;
}

static int run(struct watch *w, const char *condition, enum hooks_mode hooks)
{
	char why[512];

	if (compile(w, condition) || open_formats(w))
		return EXIT_FAIL;
	if (probe_required(why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_NO_BPF;
	}
	w->users = users_new(runtime_host());
	w->alerter = alerter_new(&w->image, &w->config, why, sizeof(why));
	if (!w->alerter) {
		log_error("%s", why);
		return EXIT_FAIL;
	}
	return reader_block_signals() ? EXIT_FAIL : watch(w, hooks);
}

static void clean(struct watch *w)
{
	buf_free(&w->out);
	if (w->alerter)
		alerter_free(&w->alerter);
	if (w->line)
		format_free(&w->line);
	if (w->line_file)
		format_free(&w->line_file);
	if (w->users)
		users_free(&w->users);
	agent_policy_free(&w->policy);
	image_free(&w->image);
	config_free(&w->config);
}

int cmd_watch(int argc, char **argv)
{
	/* Falco's additions belong to rules. */
	static const char *const settings[] = {"append_output=[]", "json_output=true",
					       "stdout_output.enabled=true"};
	enum hooks_mode hooks = HOOKS_AUTO;
	struct arg_list rest = {};
	struct watch w = {};
	int status;

	if (cmd_parse(&cmd, argc, argv, &rest))
		return EXIT_USAGE;
	if (opt.hooks && hooks_mode_parse(opt.hooks, &hooks))
		return cmd_usage(&cmd, "--hooks is auto, functions or tracepoints");
	if (rest.n != 1)
		return cmd_usage(&cmd, "one condition is needed, in quotes");
	if (config_load(&w.config, NULL, settings, sizeof(settings) / sizeof(settings[0])))
		return EXIT_FAIL;
	status = run(&w, rest.v[0], hooks);
	clean(&w);
	arg_list_free(&rest);
	arg_list_free(&opt.rules);
	return status;
}
