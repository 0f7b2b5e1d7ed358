/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel stats: what the running detector counts, as a table or as JSON. */
#include "user/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/arena.h"
#include "user/config.h"
#include "user/json.h"
#include "user/server.h"

#define CLEAR "\033[H\033[J"

static struct {
	const char *config, *socket;
	struct arg_list options;
	unsigned interval, count;
	bool json, all;
} opt;

static const struct opt opts[] = {
	{"interval", 'i', OPT_UINT, &opt.interval, "SECONDS",
	 "go on, every so many seconds; without it one look at one second"},
	{"count", 'n', OPT_UINT, &opt.count, "N", "with --interval: end after N times"},
	{"all", 'a', OPT_FLAG, &opt.all, NULL, "also rules that never matched"},
	{"json", 0, OPT_FLAG, &opt.json, NULL, "one JSON object a line"},
	{"socket", 0, OPT_TEXT, &opt.socket, "FILE",
	 "where the detector answers, instead of the key control_socket"},
	{"config", 'c', OPT_TEXT, &opt.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"option", 'o', OPT_LIST, &opt.options, "KEY=VALUE", "set a key of the configuration"},
	{},
};

static const struct cmd cmd = {
	.name = "stats",
	.args = "[OPTION]...",
	.about = "Shows what the running detector has counted: by rule, by program in the kernel,\n"
		 "and what it needs itself. The kernel measures the programs only while this "
		 "command\n"
		 "runs. Status 3: no detector answers.\n",
	.opts = opts,
};

enum { EXIT_NO_DETECTOR = 3 };

/* One answer, and the memory that it is in. */
struct sample {
	struct arena *arena;
	struct buf text;
	const struct json *json;
};

static void sample_free(struct sample *s)
{
	arena_free(&s->arena);
	buf_free(&s->text);
	*s = (struct sample){};
}

static int take_sample(int fd, struct sample *s)
{
	struct json_error why;
	int err = server_ask(fd, "stats", &s->text);

	if (err) {
		log_error("the detector did not answer: %s", strerror(-err));
		return err;
	}
	s->arena = arena_new();
	s->json = s->arena ? json_read(s->arena, buf_text(&s->text), s->text.len, &why) : NULL;
	if (s->json && s->json->kind == JSON_OBJECT)
		return 0;
	log_error("the detector's answer makes no sense");
	return -EBADMSG;
}

/* ---- looking into an answer ---- */

static const struct json empty = {.kind = JSON_ARRAY};

static const struct json *part(const struct json *j, const char *name, enum json_kind kind)
{
	const struct json *found = j && j->kind == JSON_OBJECT ? json_get(j, name) : NULL;

	return found && found->kind == kind ? found : NULL;
}

static const struct json *list(const struct sample *s, const char *name)
{
	const struct json *found = part(s->json, name, JSON_ARRAY);

	return found ? found : &empty;
}

static int64_t number(const struct json *j, const char *name)
{
	const struct json *found = part(j, name, JSON_INT);

	return found ? found->num : 0;
}

static const char *text(const struct json *j, const char *name)
{
	const struct json *found = part(j, name, JSON_STR);

	return found ? found->str : "";
}

static bool is_true(const struct json *j, const char *name)
{
	const struct json *found = part(j, name, JSON_BOOL);

	return found && found->num;
}

static int64_t inner(const struct sample *s, const char *object, const char *name)
{
	return number(part(s->json, object, JSON_OBJECT), name);
}

/* The element of a list that has this name; NULL: none. */
static const struct json *find(const struct json *array, const char *key, const char *name)
{
	for (size_t i = 0; i < array->n; i++)
		if (!strcmp(text(&array->items[i], key), name))
			return &array->items[i];
	return NULL;
}

/* ---- the table ---- */

static void print_rules(const struct sample *s)
{
	const struct json *rules = list(s, "rules");
	size_t quiet = 0;

	printf("%9s %9s %9s %9s  %s\n", "matched", "unsure", "lost", "alerts", "rule");
	for (size_t i = 0; i < rules->n; i++) {
		const struct json *r = &rules->items[i];

		if (!opt.all && !number(r, "matched") && !number(r, "alerts")) {
			quiet++;
			continue;
		}
		printf("%9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 "  %s%s%s\n",
		       number(r, "matched"), number(r, "unsure"), number(r, "lost"),
		       number(r, "alerts"), text(r, "rule"),
		       is_true(r, "residual") ? " (finished by the daemon)" : "",
		       is_true(r, "loaded") ? "" : " (not loaded any more)");
	}
	if (quiet)
		printf("%39s  and %zu rules that never matched (--all)\n", "", quiet);
}

/* Where a program hangs. */
static void print_targets(const struct sample *s, const char *program)
{
	const struct json *hooks = list(s, "hooks");
	size_t n = 0;

	for (size_t i = 0; i < hooks->n; i++) {
		const struct json *h = &hooks->items[i];

		if (strcmp(text(h, "program"), program))
			continue;
		if (n++ < 4)
			printf("%s%s%s", n > 1 ? ", " : "", text(h, "target"),
			       is_true(h, "seen") ? "" : " (sees nothing)");
	}
	if (n > 4)
		printf(" and %zu more", n - 4);
	puts(n ? "" : "(not attached)");
}

/* Runs and times of the interval only. */
static void print_programs(const struct sample *before, const struct sample *s, unsigned seconds)
{
	const struct json *programs = list(s, "programs");

	printf("\n%9s %9s %9s  %-18s %s\n", "runs/s", "ns/run", "missed", "program", "at");
	for (size_t i = 0; i < programs->n; i++) {
		const struct json *p = &programs->items[i];
		const struct json *old =
			find(list(before, "programs"), "program", text(p, "program"));
		int64_t runs = number(p, "runs") - number(old, "runs");
		int64_t ns = number(p, "ns") - number(old, "ns");

		printf("%9" PRId64 " %9" PRId64 " %9" PRId64 "  %-18s ", runs / seconds,
		       runs ? ns / runs : 0, number(p, "missed"), text(p, "program"));
		print_targets(s, text(p, "program"));
	}
}

static void print_outputs(const struct sample *s)
{
	const struct json *outputs = list(s, "outputs");

	printf("\n%9s %9s %9s %9s %9s  %s\n", "delivered", "waiting", "retried", "refused",
	       "dropped", "output");
	for (size_t i = 0; i < outputs->n; i++) {
		const struct json *o = &outputs->items[i], *losses = part(o, "losses", JSON_ARRAY);

		printf("%9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 "  %s\n",
		       number(o, "delivered"), number(o, "waiting"), number(o, "retried"),
		       number(o, "refused"), number(o, "dropped"), text(o, "output"));
		for (size_t k = 0; losses && k < losses->n; k++)
			printf("%49" PRId64 "    of %s\n", number(&losses->items[k], "lost"),
			       text(&losses->items[k], "rule"));
	}
}

static void print_rest(const struct sample *before, const struct sample *s, unsigned seconds)
{
	const struct json *counters = part(s->json, "counters", JSON_OBJECT);
	const struct json *policy = part(s->json, "policy", JSON_OBJECT);
	int64_t cpu = inner(s, "daemon", "cpu_ms") - inner(before, "daemon", "cpu_ms");

	putchar('\n');
	for (size_t i = 0; counters && i < counters->n; i++)
		if (counters->items[i].kind == JSON_INT && counters->items[i].num)
			printf("%s %" PRId64 "  ", counters->names[i], counters->items[i].num);
	printf("\nprocesses %" PRId64 " of %" PRId64 "  buffer %" PRId64 " of %" PRId64
	       " bytes\ncontainers %" PRId64 ", of all so far %" PRId64 " known and %" PRId64
	       " not; %" PRId64 " alerts waited, %" PRId64 " in vain\ndaemon %" PRId64
	       ": %.1f%% CPU, %.1f s since its start, %" PRId64 " KiB\npolicy %" PRId64 ": %" PRId64
	       " rules, %" PRId64 " changes, %" PRId64 " failures%s%s\n",
	       inner(s, "processes", "known"), inner(s, "processes", "room"),
	       inner(s, "ring_buffer", "used"), inner(s, "ring_buffer", "size"),
	       inner(s, "containers", "now"), inner(s, "containers", "known"),
	       inner(s, "containers", "unknown"), inner(s, "containers", "waited"),
	       inner(s, "containers", "late"), inner(s, "daemon", "pid"),
	       (double)cpu / 10 / seconds, (double)inner(s, "daemon", "cpu_ms") / 1000,
	       inner(s, "daemon", "rss_kb"), number(policy, "generation"), number(policy, "rules"),
	       number(policy, "changes"), number(policy, "failures"),
	       *text(policy, "last") ? "; last: " : "", text(policy, "last"));
}

static void show(const struct sample *before, const struct sample *s, unsigned seconds)
{
	if (opt.json) {
		fwrite(buf_text(&s->text), 1, s->text.len, stdout);
	} else {
		if (opt.interval && isatty(STDOUT_FILENO))
			fputs(CLEAR, stdout);
		print_rules(s);
		print_programs(before, s, seconds);
		print_outputs(s);
		print_rest(before, s, seconds);
	}
	fflush(stdout);
}

/* The first answer turns the kernel's measurements on; they belong to this connection. */
static int watch(int fd)
{
	unsigned seconds = opt.interval ? opt.interval : 1;
	unsigned left = opt.interval ? opt.count : 1;
	struct sample before = {}, now = {};
	int err = take_sample(fd, &before);

	while (!err && !ferror(stdout)) {
		sleep(seconds);
		err = take_sample(fd, &now);
		if (err)
			break;
		show(&before, &now, seconds);
		sample_free(&before);
		before = now;
		now = (struct sample){};
		if (left && !--left)
			break;
	}
	sample_free(&before);
	sample_free(&now);
	return err ? EXIT_NO_DETECTOR : EXIT_OK;
}

static int ask(const char *path)
{
	char why[300];
	int fd = server_connect(path, why, sizeof(why)), status;

	if (fd < 0) {
		log_error("%s", why);
		return EXIT_NO_DETECTOR;
	}
	status = watch(fd);
	close(fd);
	return status;
}

static int stats(void)
{
	struct config config = {};
	int status = EXIT_NO_DETECTOR;

	if (opt.socket)
		return ask(opt.socket);
	if (config_load(&config, opt.config, opt.options.v, opt.options.n))
		return EXIT_FAIL;
	if (*config.control_socket)
		status = ask(config.control_socket);
	else
		log_error("control_socket is empty: no detector answers");
	config_free(&config);
	return status;
}

int cmd_stats(int argc, char **argv)
{
	int status = cmd_parse(&cmd, argc, argv, NULL) ? EXIT_USAGE : stats();

	arg_list_free(&opt.options);
	return status;
}
