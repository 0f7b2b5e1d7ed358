/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tiercel try: shows that the loaded rules fire. A detector of our own watches while the actions
 * that user/try_plan.h finds for the rules are carried out in a throw-away container.
 */
#include "user/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "gen/arena.h"
#include "user/config.h"
#include "user/log.h"
#include "user/rulefiles.h"
#include "user/sandbox_root.h"
#include "user/sink.h"
#include "user/try_files.h"
#include "user/try_session.h"

static struct {
	const char *config, *hooks;
	struct arg_list rules, options;
	bool json, host, no_detector;
} opt;

static const struct opt opts[] = {
	{"config", 'c', OPT_TEXT, &opt.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"rules", 'r', OPT_LIST, &opt.rules, "FILE",
	 "a rule file, or a directory of them, instead of those configured"},
	{"option", 'o', OPT_LIST, &opt.options, "KEY=VALUE", "set a key of the configuration"},
	{"json", 0, OPT_FLAG, &opt.json, NULL, "one JSON object for each command and rule"},
	{"host", 0, OPT_FLAG, &opt.host, NULL,
	 "carry out the actions of rules that do not ask for a container on the host"},
	{"no-detector", 0, OPT_FLAG, &opt.no_detector, NULL,
	 "only carry the actions out, for a detector that runs already"},
	{"hooks", 0, OPT_TEXT, &opt.hooks, "KIND", "as for `tiercel run`"},
	{},
};

static const struct cmd cmd = {
	.name = "try",
	.args = "[OPTION]...",
	.about = "Makes a throw-away container and carries out in it four test commands and, for "
		 "each "
		 "loaded rule,\none harmless action that the rule should report. A program that an "
		 "action needs is a stand-in\nwithout effect that only has its name. Ends with "
		 "status "
		 "0 if every rule with an action fired,\nelse 1. No alert goes to Slack.\n",
	.opts = opts,
};

struct run {
	struct config config;
	struct ruleset *rs;
	struct try_place inside, outside;
	struct try_session session;
	char self[COMM_SIZE];
	char home[64], stand_in[96]; /* on the host, "" without --host */
};

/* ---- rules and their plans ---- */

static bool is_loaded(const struct run *r, const struct rule *rule)
{
	return rule->enabled && rule->tree && rule->priority <= r->config.priority;
}

/* On the host only what can be done without touching it, and that is put in place here. */
static bool plan_for_host(struct run *r, const struct rule *rule, struct try_plan *plan)
{
	return opt.host && !try_plan_make(r->rs->arena, rule->tree, &r->outside, plan) &&
	       !try_prepare(&r->session.host_actor, plan);
}

static void plan_rule(struct run *r, const struct rule *rule)
{
	struct arena *a = r->rs->arena;
	struct try_rule *to = &r->session.rules[r->session.n];
	struct try_plan *plan = &r->session.plans[r->session.n++];

	*to = (struct try_rule){.name = rule->name, .outcome = TRY_NO_ACTION};
	to->host = plan_for_host(r, rule, plan);
	if (!to->host && try_plan_make(a, rule->tree, &r->inside, plan)) {
		to->why = try_plan_why_not(rule->tree);
		return;
	}
	to->action = try_plan_text(a, plan);
	to->outcome = TRY_DONE;
}

static int load_rules(struct run *r)
{
	int err;

	r->rs = ruleset_new();
	if (!r->rs)
		return -ENOMEM;
	err = rulefiles_load(r->rs, opt.rules.v, opt.rules.n, &r->config);
	if (err)
		rulefiles_print(r->rs, stderr);
	return err;
}

static int plan_rules(struct run *r)
{
	r->session.rules = calloc(r->rs->n_rules + 1, sizeof(*r->session.rules));
	r->session.plans = calloc(r->rs->n_rules + 1, sizeof(*r->session.plans));
	if (!r->session.rules || !r->session.plans)
		return -ENOMEM;
	for (size_t i = 0; i < r->rs->n_rules; i++)
		if (is_loaded(r, r->rs->rules[i]))
			plan_rule(r, r->rs->rules[i]);
	if (r->session.n)
		return 0;
	log_error("no rules are loaded: name files with -r, or rules_files in the configuration");
	return -ENOENT;
}

/* ---- beginning and end ---- */

/* Name and parent of a process. The parent is 0 for the last one that can be seen. */
static int read_process(struct arena *a, int pid, const char **name, int *parent)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	char path[32], comm[COMM_SIZE];
	size_t len;
	int err;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	err = read_file(path, 1 << 16, &text, &len);
	if (err)
		return err;
	at = strstr(text, "\nPPid:");
	if (sscanf(text, "Name: %15[^\n]", comm) != 1 || !at ||
	    sscanf(at, " PPid: %d", parent) != 1)
		return -EINVAL;
	*name = arena_str(a, comm, strlen(comm));
	return 0;
}

/* Whoever the processes of try descend from; in the container two of ours come first. */
static void find_ancestors(struct run *r)
{
	struct arena *a = r->rs->arena;
	const char **names = NULL, *name;
	size_t n = 0;
	int pid = getppid();

	for (; n < 2; n++) {
		names = arena_push(a, names, n, sizeof(*names));
		names[n] = r->self;
	}
	while (pid > 0 && !read_process(a, pid, &name, &pid)) {
		names = arena_push(a, names, n, sizeof(*names));
		names[n++] = name;
	}
	names = arena_push(a, names, n, sizeof(*names));
	names[n] = NULL;
	r->inside.ancestors = names;
	r->outside.ancestors = names + 2;
}

/* A directory on the host for programs and files of host actions. */
static int make_host_home(struct run *r)
{
	int err;

	snprintf(r->home, sizeof(r->home), "/tmp/tiercel-try.XXXXXX");
	if (!mkdtemp(r->home)) {
		err = -errno;
		r->home[0] = '\0';
		return err;
	}
	snprintf(r->stand_in, sizeof(r->stand_in), "%s/stand-in", r->home);
	return try_file_copy("/proc/self/exe", r->stand_in, 0755);
}

static int set_places(struct run *r)
{
	int err = try_session_init(&r->session);

	if (!err && opt.host)
		err = make_host_home(r);
	if (err)
		return err;
	prctl(PR_GET_NAME, r->self);
	r->inside = (struct try_place){r->session.container, SANDBOX_HOME, r->self, NULL};
	r->session.host_actor = (struct try_actor){r->home, r->stand_in, true};
	r->outside = (struct try_place){"host", r->home, r->self, NULL};
	find_ancestors(r);
	return 0;
}

/* The same rules and settings as ours, but for where alerts go. */
static int start_detector(struct run *r)
{
	static const char *const last[] = {"-o", "stdout_output.enabled=true",
					   "-o", "append_output.suggested_output=true",
					   "-o", "json_include_output_fields_property=true",
					   "-o", "outputs_aggregate.seconds=0",
					   "-o", "webserver.enabled=false"};
	const struct texts *files = &r->config.rules_files;
	size_t n_rules = opt.rules.n ? opt.rules.n : files->n, n = 0, n_sinks = 0;
	const char **args;
	int err;

	while (sinks_off(n_sinks))
		n_sinks++;
	args = calloc(2 * (n_rules + opt.options.n + n_sinks) + 4 + ARRAY_LEN(last), sizeof(*args));
	if (!args)
		return -ENOMEM;
	for (size_t i = 0; i < n_rules; i++) {
		const char *path = opt.rules.n ? opt.rules.v[i] : files->v[i];

		/* a configured path that does not exist is passed over, a given one is not */
		if (!opt.rules.n && access(path, F_OK))
			continue;
		args[n++] = "-r";
		args[n++] = path;
	}
	for (size_t i = 0; i < opt.options.n; i++) {
		args[n++] = "-o";
		args[n++] = opt.options.v[i];
	}
	if (opt.config) {
		args[n++] = "-c";
		args[n++] = opt.config;
	}
	if (opt.hooks) {
		args[n++] = "--hooks";
		args[n++] = opt.hooks;
	}
	for (size_t i = 0; i < n_sinks; i++) {
		args[n++] = "-o";
		args[n++] = sinks_off(i);
	}
	memcpy(&args[n], last, sizeof(last));
	err = try_detector_start(&r->session.detector, args, n + ARRAY_LEN(last));
	free(args);
	if (err == -EINTR)
		log_error("interrupted");
	else if (err)
		log_error("the detector does not start:\n%s", buf_text(&r->session.detector.log));
	return err;
}

static int start(struct run *r)
{
	int err = config_load(&r->config, opt.config, opt.options.v, opt.options.n);

	if (!err)
		err = load_rules(r);
	if (!err)
		err = set_places(r);
	if (!err)
		err = plan_rules(r);
	if (err)
		return err;
	r->session.watched = !opt.no_detector;
	err = try_session_start(&r->session);
	if (!err && r->session.watched)
		err = start_detector(r);
	return err;
}

static int show(const struct run *r)
{
	struct try_report report = {
		.commands = r->session.commands,
		.n_commands = TRY_COMMANDS,
		.rules = r->session.rules,
		.n_rules = r->session.n,
		.container = r->session.sandbox.id,
		.watched = r->session.watched,
	};

	if (opt.json)
		try_report_json(&report);
	else
		try_report_text(&report);
	for (size_t i = 0; i < r->session.n; i++)
		if (r->session.rules[i].outcome == TRY_SILENT ||
		    r->session.rules[i].outcome == TRY_BROKEN)
			return EXIT_FAIL;
	return EXIT_OK;
}

static void end(struct run *r)
{
	try_session_end(&r->session);
	if (r->home[0])
		try_files_remove(r->home);
	free(r->session.rules);
	free(r->session.plans);
	ruleset_free(&r->rs);
	config_free(&r->config);
}

static void on_signal(int sig)
{
	try_session_interrupt();
}

/* Not restarted: a wait ends when it is to stop. */
static void catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
}

int cmd_try(int argc, char **argv)
{
	struct run r = {.session = {.sandbox = {.sock = -1}, .detector = {.out = -1, .err = -1}}};
	int status = EXIT_FAIL;

	if (cmd_parse(&cmd, argc, argv, NULL))
		return EXIT_USAGE;
	if (geteuid()) {
		log_error("making a container needs root: run it with sudo");
		return EXIT_FAIL;
	}
	catch_signals();
	if (!start(&r) && !try_session_run(&r.session))
		status = show(&r);
	end(&r);
	arg_list_free(&opt.rules);
	arg_list_free(&opt.options);
	return status;
}
