/* SPDX-License-Identifier: Apache-2.0 */
#include "user/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/log.h"
#include "user/scan.h"

#define NS_PER_S 1000000000LL

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static size_t n_rules(const struct agent *a)
{
	return image_head(a->o.image)->n_rules;
}

static const char *rule_name(const struct agent *a, unsigned rule)
{
	return image_text(a->o.image, image_rule(a->o.image, rule)->name);
}

static void on_record(void *ctx, const void *data, size_t size)
{
	struct agent *a = ctx;
	struct match matches[RULE_MAX];
	size_t n;

	a->records = add(a->records, 1);
	if (record_open(&a->event, data, size, a->records)) {
		a->bad_records = add(a->bad_records, 1);
		log_error("a record of %zu bytes from the kernel makes no sense", size);
		return;
	}
	n = residual_decide(a->residual, &a->event, matches, RULE_MAX);
	if (a->o.first && n > 1)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		a->event.ev.view = matches[i].view;
		a->alerts[matches[i].rule] = add(a->alerts[matches[i].rule], 1);
		a->o.ops->match(a->o.ctx, &a->event, matches[i].rule);
	}
}

/* Hands on what was lost since the last time. */
static void report_lost(struct agent *a)
{
	size_t n = n_rules(a);
	uint64_t *lost, sum = 0;

	if (counts_read_rules(&a->counts, a->loaded.rule_counts))
		return;
	lost = calloc(n ? n : 1, sizeof(*lost));
	if (!lost)
		return;
	for (size_t i = 0; i < n; i++) {
		lost[i] = a->counts.rules[i].lost - a->reported[i];
		a->reported[i] = a->counts.rules[i].lost;
		sum = add(sum, lost[i]);
	}
	if (sum)
		a->o.ops->lost(a->o.ctx, lost, n);
	free(lost);
}

/* One look at a counter per batch of records; a full ring buffer has woken us. */
static void on_drained(void *ctx)
{
	struct agent *a = ctx;
	uint64_t lost;

	if (counts_read_word(a->loaded.stats, STAT_LOST, &lost) || lost == a->lost_seen)
		return;
	if (a->lost_at && now() - a->lost_at < NS_PER_S)
		return;
	a->lost_seen = lost;
	a->lost_at = now();
	report_lost(a);
}

static void on_signal(void *ctx, int number)
{
	struct agent *a = ctx;

	a->o.ops->signal(a->o.ctx, number);
}

static int allocate(struct agent *a)
{
	size_t n = n_rules(a);

	a->alerts = calloc(n ? n : 1, sizeof(*a->alerts));
	a->reported = calloc(n ? n : 1, sizeof(*a->reported));
	a->residual = residual_new(a->o.image);
	if (!a->alerts || !a->reported || !a->residual)
		return -ENOMEM;
	return counts_init(&a->counts, n);
}

static int fill(struct agent *a)
{
	int n = scan_processes(&a->loaded.maps, a->o.image, 1);

	if (n < 0)
		log_warn("processes that run already are not known before their next event: %s",
			 strerror(-n));
	else
		log_debug("%d processes were running already", n);
	return 0;
}

int agent_start(struct agent *a, const struct agent_options *o, char *why, size_t size)
{
	static const struct reader_ops ops = {on_record, on_drained, on_signal};
	int err;

	*a = (struct agent){.o = *o, .reader = {.epoll = -1, .signals = -1, .timer = -1}};
	record_event_init(&a->event, o->context);
	err = allocate(a);
	if (err) {
		snprintf(why, size, "%s", strerror(-err));
		goto out;
	}
	err = load(&a->loaded, o->image, o->hooks, why, size);
	if (err)
		goto out;
	err = reader_open(&a->reader, a->loaded.events, o->seconds, &ops, a);
	if (err) {
		snprintf(why, size, "the event loop cannot be set up: %s", strerror(-err));
		goto out;
	}
	fill(a);
	malloc_trim(0); /* what libbpf read of the kernel's types is not needed any more */
	log_info("armed: %zu rules, %zu hooks", n_rules(a), a->loaded.n_hooks);
out:
	if (err)
		agent_free(a);
	return err;
}

int agent_run(struct agent *a)
{
	int err = reader_run(&a->reader), last;

	load_detach(&a->loaded);
	a->reader.stopping = false;
	last = reader_drain(&a->reader);
	report_lost(a);
	return err ? err : last;
}

void agent_stop(struct agent *a)
{
	reader_stop(&a->reader);
}

static void print_rule(const struct agent *a, unsigned i, FILE *out)
{
	const struct rule_count *c = &a->counts.rules[i];

	if (!c->matched && !a->alerts[i])
		return;
	fprintf(out, "  %8" PRIu64 " %8llu %8llu  %s\n", a->alerts[i], c->matched, c->lost,
		rule_name(a, i));
}

void agent_summary(const struct agent *a, FILE *out)
{
	struct counts c = a->counts;
	uint64_t alerts = 0, lost = 0, misses = load_recursion_misses(&a->loaded);

	for (size_t i = 0; i < n_rules(a); i++) {
		alerts = add(alerts, a->alerts[i]);
		lost = add(lost, c.rules[i].lost);
	}
	fprintf(out, "summary: %" PRIu64 " alerts, %" PRIu64 " lost\n", alerts, lost);
	if (alerts || lost)
		fprintf(out, "  %8s %8s %8s  %s\n", "alerts", "matched", "lost", "rule");
	for (size_t i = 0; i < n_rules(a); i++)
		print_rule(a, i, out);
	for (int s = 0; s < STAT_COUNT && !counts_read_stats(&c, a->loaded.stats); s++)
		if (c.stats[s])
			fprintf(out, "  %8" PRIu64 " %s\n", c.stats[s], stat_text(s));
	if (misses)
		fprintf(out, "  %8" PRIu64 " events missed: a program was running already\n",
			misses);
	if (residual_asked(a->residual))
		fprintf(out, "  %8" PRIu64 " rules decided by the daemon, %" PRIu64 " undecided\n",
			residual_asked(a->residual), residual_undecided(a->residual));
	if (a->bad_records)
		fprintf(out, "  %8" PRIu64 " records that made no sense\n", a->bad_records);
}

void agent_free(struct agent *a)
{
	reader_close(&a->reader);
	load_free(&a->loaded);
	residual_free(&a->residual);
	record_event_free(&a->event);
	counts_free(&a->counts);
	free(a->alerts);
	free(a->reported);
	a->alerts = a->reported = NULL;
}
