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

/* ---- policies ---- */

static size_t n_rules(const struct agent_policy *p)
{
	return image_head(p->image)->n_rules;
}

int agent_policy_init(struct agent_policy *p, const struct image *image,
		      const struct record_context *context)
{
	size_t n = image_head(image)->n_rules;

	*p = (struct agent_policy){.image = image, .context = context};
	p->alerts = calloc(n ? n : 1, sizeof(*p->alerts));
	p->reported = calloc(n ? n : 1, sizeof(*p->reported));
	p->residual = residual_new(image);
	if (!p->alerts || !p->reported || !p->residual)
		return -ENOMEM;
	return counts_init(&p->counts, n);
}

void agent_policy_free(struct agent_policy *p)
{
	residual_free(&p->residual);
	counts_free(&p->counts);
	free(p->alerts);
	free(p->reported);
	*p = (struct agent_policy){};
}

const char *agent_policy_rule(const struct agent_policy *p, unsigned rule)
{
	return image_text(p->image, image_rule(p->image, rule)->name);
}

static struct agent_policy *current(const struct agent *a)
{
	return a->policies[IMAGE_SLOT(a->generation)];
}

/* The one that a record was decided by, NULL if it is gone. */
static struct agent_policy *policy_of(const struct agent *a, uint32_t generation)
{
	struct agent_policy *p = a->policies[IMAGE_SLOT(generation)];

	return p && p->generation == generation ? p : NULL;
}

static int read_counts(const struct agent *a, struct agent_policy *p)
{
	return counts_read_rules(&p->counts, a->loaded.maps.rule_counts,
				 IMAGE_SLOT(p->generation) * a->loaded.maps.room.rules);
}

/* ---- records ---- */

static void decide(struct agent *a, struct agent_policy *p)
{
	struct match matches[RULE_MAX];
	size_t n = residual_decide(p->residual, &a->event, matches, RULE_MAX);

	if (p->first && n > 1)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		a->event.ev.view = matches[i].view;
		p->alerts[matches[i].rule] = add(p->alerts[matches[i].rule], 1);
		a->o.ops->match(a->o.ctx, p, &a->event, matches[i].rule);
	}
}

static void on_record(void *ctx, const void *data, size_t size)
{
	struct agent *a = ctx;
	struct agent_policy *p;

	a->records = add(a->records, 1);
	if (record_open(&a->event, data, size, a->records)) {
		a->bad_records = add(a->bad_records, 1);
		log_error("a record of %zu bytes from the kernel makes no sense", size);
		return;
	}
	p = policy_of(a, a->event.rec->generation);
	if (!p) {
		a->stale_records = add(a->stale_records, 1);
		return;
	}
	a->event.ctx = p->context;
	decide(a, p);
}

/* ---- losses ---- */

/* Hands on what was lost since the last time. */
static void report_lost(struct agent *a, struct agent_policy *p)
{
	size_t n = n_rules(p);
	uint64_t *lost, sum = 0;

	if (read_counts(a, p))
		return;
	lost = calloc(n ? n : 1, sizeof(*lost));
	if (!lost)
		return;
	for (size_t i = 0; i < n; i++) {
		lost[i] = p->counts.rules[i].lost - p->reported[i];
		p->reported[i] = p->counts.rules[i].lost;
		sum = add(sum, lost[i]);
	}
	if (sum)
		a->o.ops->lost(a->o.ctx, p, lost, n);
	free(lost);
}

static void report_all_lost(struct agent *a)
{
	for (int i = 0; i < IMAGE_SLOTS; i++)
		if (a->policies[i])
			report_lost(a, a->policies[i]);
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
	report_all_lost(a);
}

static void on_signal(void *ctx, int number)
{
	struct agent *a = ctx;

	a->o.ops->signal(a->o.ctx, number);
}

static void fill(struct agent *a)
{
	int n = scan_processes(&a->loaded.maps, current(a)->image, a->generation);

	if (n < 0)
		log_warn("processes that run already are not known before their next event: %s",
			 strerror(-n));
	else
		log_debug("%d processes were running already", n);
}

int agent_start(struct agent *a, const struct agent_options *o, char *why, size_t size)
{
	static const struct reader_ops ops = {on_record, on_drained, on_signal};
	int err;

	*a = (struct agent){.o = *o, .reader = {.epoll = -1, .signals = -1, .timer = -1}};
	record_event_init(&a->event, o->policy->context);
	a->generation = o->policy->generation = 1;
	a->policies[IMAGE_SLOT(a->generation)] = o->policy;
	err = load(&a->loaded, o->policy->image, &o->load, why, size);
	if (err)
		goto out;
	err = reader_open(&a->reader, a->loaded.events, o->seconds, &ops, a);
	if (err) {
		snprintf(why, size, "the event loop cannot be set up: %s", strerror(-err));
		goto out;
	}
	fill(a);
	malloc_trim(0); /* what libbpf read of the kernel's types is not needed any more */
	log_info("armed: %zu rules, %zu hooks", n_rules(o->policy), load_hooks(&a->loaded));
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
	report_all_lost(a);
	return err ? err : last;
}

void agent_stop(struct agent *a)
{
	reader_stop(&a->reader);
}

static void print_rule(const struct agent_policy *p, unsigned i, FILE *out)
{
	const struct rule_count *c = &p->counts.rules[i];

	if (!c->matched && !p->alerts[i])
		return;
	fprintf(out, "  %8" PRIu64 " %8llu %8llu  %s\n", p->alerts[i], c->matched, c->lost,
		agent_policy_rule(p, i));
}

void agent_summary(const struct agent *a, FILE *out)
{
	const struct agent_policy *p = current(a);
	struct counts c = p->counts;
	uint64_t alerts = 0, lost = 0, misses = load_recursion_misses(&a->loaded);

	for (size_t i = 0; i < n_rules(p); i++) {
		alerts = add(alerts, p->alerts[i]);
		lost = add(lost, c.rules[i].lost);
	}
	fprintf(out, "summary: %" PRIu64 " alerts, %" PRIu64 " lost\n", alerts, lost);
	if (alerts || lost)
		fprintf(out, "  %8s %8s %8s  %s\n", "alerts", "matched", "lost", "rule");
	for (size_t i = 0; i < n_rules(p); i++)
		print_rule(p, i, out);
	for (int s = 0; s < STAT_COUNT && !counts_read_stats(&c, a->loaded.stats); s++)
		if (c.stats[s])
			fprintf(out, "  %8" PRIu64 " %s\n", c.stats[s], stat_text(s));
	if (misses)
		fprintf(out, "  %8" PRIu64 " events missed: a program was running already\n",
			misses);
	if (residual_asked(p->residual))
		fprintf(out, "  %8" PRIu64 " rules decided by the daemon, %" PRIu64 " undecided\n",
			residual_asked(p->residual), residual_undecided(p->residual));
	if (a->bad_records)
		fprintf(out, "  %8" PRIu64 " records that made no sense\n", a->bad_records);
	if (a->stale_records)
		fprintf(out, "  %8" PRIu64 " records of a policy that is gone\n", a->stale_records);
}

void agent_free(struct agent *a)
{
	reader_close(&a->reader);
	load_free(&a->loaded);
	record_event_free(&a->event);
}
