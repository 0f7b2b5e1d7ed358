/* SPDX-License-Identifier: Apache-2.0 */
#include "user/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "user/log.h"
#include "user/object.h"
#include "user/runtime.h"
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
	p->facts = facts_new(image);
	if (!p->alerts || !p->reported || !p->residual || !p->facts)
		return -ENOMEM;
	return counts_init(&p->counts, n);
}

void agent_policy_free(struct agent_policy *p)
{
	residual_free(&p->residual);
	facts_free(&p->facts);
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
	size_t n;

	if (a->event.rec->flags & RECORD_NAMELESS)
		user_facts_learn(a->user_facts, p->facts, &a->event);
	n = residual_decide(p->residual, &a->event, matches, RULE_MAX);

	if (p->first && n > 1)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		a->event.ev.view = matches[i].view;
		p->alerts[matches[i].rule] = add(p->alerts[matches[i].rule], 1);
		a->o.ops->match(a->o.ctx, p, &a->event, matches[i].rule);
	}
}

/* Opens it as the event under way; its policy, NULL if it is none or its policy is gone. */
static struct agent_policy *open_record(struct agent *a, const void *data, size_t size,
					uint64_t number)
{
	struct agent_policy *p;

	if (record_open(&a->event, data, size, number)) {
		a->bad_records = add(a->bad_records, 1);
		log_error("a record of %zu bytes from the kernel makes no sense", size);
		return NULL;
	}
	p = policy_of(a, a->event.rec->generation);
	if (p)
		a->event.ctx = p->context;
	else
		a->stale_records = add(a->stale_records, 1);
	return p;
}

/* One that has waited for what is known of its container. */
static void on_release(void *ctx, const void *data, size_t size, uint64_t number)
{
	struct agent *a = ctx;
	struct agent_policy *p = open_record(a, data, size, number);

	if (!p)
		return;
	containers_look(a->containers, &a->event);
	decide(a, p);
}

static bool is_notice(const void *data, size_t size)
{
	const struct notice *n = data;

	return size >= sizeof(*n) && n->type == RECORD_NOTICE;
}

static void on_record(void *ctx, const void *data, size_t size)
{
	struct agent *a = ctx;
	struct agent_policy *p;

	if (is_notice(data, size)) {
		containers_notice(a->containers, data, size);
		return;
	}
	a->records = add(a->records, 1);
	p = open_record(a, data, size, a->records);
	if (!p)
		return;
	if (containers_look(a->containers, &a->event)) {
		decide(a, p);
		return;
	}
	/* Without room those before it are decided, and then this one. */
	if (!containers_keep(a->containers, &a->event))
		on_release(a, data, size, a->records);
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

static void set_timer(struct agent *a, int64_t ns)
{
	struct itimerspec once = {.it_value.tv_nsec = ns > 0 ? ns : 1};

	timerfd_settime(a->later.fd, 0, &once, NULL);
}

/* One look at a counter per batch of records; a full ring buffer has woken us. */
static void on_drained(void *ctx)
{
	struct agent *a = ctx;
	uint64_t lost;

	if (counts_read_word(a->loaded.stats, STAT_LOST, &lost) || lost == a->lost_seen)
		return;
	if (a->lost_at && now() - a->lost_at < NS_PER_S) {
		set_timer(a, a->lost_at + NS_PER_S - now());
		return;
	}
	a->lost_seen = lost;
	a->lost_at = now();
	report_all_lost(a);
}

static void on_later(void *ctx, uint32_t events)
{
	struct agent *a = ctx;
	uint64_t expirations;

	if (read(a->later.fd, &expirations, sizeof(expirations)) == sizeof(expirations))
		on_drained(a);
}

static void on_signal(void *ctx, int number)
{
	struct agent *a = ctx;

	a->o.ops->signal(a->o.ctx, number);
}

static void fill(struct agent *a)
{
	int n = scan_processes(&a->loaded.maps, current(a)->image, a->generation, a->o.load.host);

	if (n < 0)
		log_warn("processes that run already are not known before their next event: %s",
			 strerror(-n));
	else
		log_debug("%d processes were running already", n);
}

static int open_user_facts(struct agent *a)
{
	struct user_facts_options o = {
		.map = a->loaded.user_facts,
		.users = current(a)->context->users,
		.reader = &a->reader,
	};
	int err;

	snprintf(o.etc, sizeof(o.etc), "%s/etc", runtime_host());
	err = user_facts_open(&a->user_facts, &o);
	if (!err)
		user_facts_policy(a->user_facts, current(a)->facts);
	return err;
}

static int open_containers(struct agent *a)
{
	const struct containers_options o = {
		.roots = a->o.roots,
		.wait_ms = a->o.wait_ms,
		.host = a->o.load.host,
		.hostname = current(a)->context->hostname,
		.facts = a->loaded.facts,
		.reader = &a->reader,
		.release = on_release,
		.ctx = a,
	};
	int err = containers_open(&a->containers, &o);

	return err ? err : containers_policy(a->containers, current(a)->facts, a->generation);
}

int agent_start(struct agent *a, const struct agent_options *o, char *why, size_t size)
{
	static const struct reader_ops ops = {on_record, on_drained, on_signal};
	int err;

	*a = (struct agent){.o = *o, .reader = READER_CLOSED, .later = {-1, on_later, a}};
	if (!*a->o.load.host)
		strcpy(a->o.load.host, "host");
	record_event_init(&a->event, o->policy->context);
	a->generation = o->policy->generation = 1;
	a->policies[IMAGE_SLOT(a->generation)] = o->policy;
	err = load(&a->loaded, o->policy->image, &a->o.load, why, size);
	if (err)
		goto out;
	err = reader_open(&a->reader, a->loaded.events, o->seconds, &ops, a);
	if (!err)
		err = open_user_facts(a);
	if (!err)
		err = open_containers(a);
	if (!err) {
		a->later.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
		err = a->later.fd < 0 ? -errno : reader_add(&a->reader, &a->later, EPOLLIN);
	}
	if (err) {
		snprintf(why, size, "the event loop cannot be set up: %s", strerror(-err));
		goto out;
	}
	fill(a);
	containers_scan(a->containers);
	object_forget();
	malloc_trim(0); /* what libbpf read of the kernel's types is not needed any more */
	log_info("armed: %zu rules, %zu hooks", n_rules(o->policy), load_hooks(&a->loaded));
out:
	if (err)
		agent_free(a);
	return err;
}

int agent_run(struct agent *a)
{
	return reader_run(&a->reader);
}

int agent_end(struct agent *a)
{
	int err;

	load_detach(&a->loaded);
	err = reader_drain(&a->reader);
	containers_release(a->containers);
	report_all_lost(a);
	return err;
}

/* ---- another policy ---- */

int agent_prepare(struct agent *a, struct agent_policy *p, char *why, size_t size)
{
	int err = policy_fits(&a->loaded.maps, p->image, why, size);

	if (err)
		return err;
	err = load_more(&a->loaded, p->image, why, size);
	if (err)
		return err;
	p->generation = a->generation + 1;
	err = policy_write(&a->loaded.maps, p->image, p->generation);
	if (err) {
		snprintf(why, size, "the policy cannot be written to the kernel: %s",
			 strerror(-err));
		load_less(&a->loaded, current(a)->image);
	}
	return err;
}

int agent_switch(struct agent *a, struct agent_policy *p)
{
	int err;

	a->policies[IMAGE_SLOT(p->generation)] = p;
	err = containers_policy(a->containers, p->facts, p->generation);
	user_facts_policy(a->user_facts, p->facts);
	if (!err)
		err = policy_switch(&a->loaded.maps, p->generation);
	if (err)
		a->policies[IMAGE_SLOT(p->generation)] = NULL;
	else
		a->generation = p->generation;
	return err;
}

int agent_settle(struct agent *a)
{
	int err = policy_settle();

	if (!err)
		load_less(&a->loaded, current(a)->image);
	return err;
}

/* What is in the ring buffer now includes all records of the old policy. */
int agent_retire(struct agent *a)
{
	struct agent_policy **old = &a->policies[IMAGE_SLOT(a->generation - 1)];
	int err = reader_drain(&a->reader);

	containers_release(a->containers);
	containers_policy(a->containers, NULL, (*old)->generation);
	report_lost(a, *old);
	if (!err)
		err = read_counts(a, *old);
	for (size_t i = 0; i < n_rules(*old); i++)
		tally_add(&a->past, agent_policy_rule(*old, i), &(*old)->counts.rules[i],
			  (*old)->alerts[i]);
	a->asked = add(a->asked, residual_asked((*old)->residual));
	a->undecided = add(a->undecided, residual_undecided((*old)->residual));
	*old = NULL;
	return err;
}

void agent_stop(struct agent *a)
{
	reader_stop(&a->reader);
}

/* ---- counts ---- */

int agent_tally(struct agent *a, struct tally *out)
{
	int err = tally_copy(out, &a->past);

	for (int i = 0; i < IMAGE_SLOTS && !err; i++) {
		struct agent_policy *p = a->policies[i];

		if (!p)
			continue;
		err = read_counts(a, p);
		for (size_t r = 0; r < n_rules(p) && !err; r++)
			err = tally_add(out, agent_policy_rule(p, r), &p->counts.rules[r],
					p->alerts[r]);
	}
	return err;
}

static void print_rule(const struct tally_row *r, FILE *out)
{
	if (r->matched || r->alerts)
		fprintf(out, "  %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "  %s\n", r->alerts,
			r->matched, r->lost, r->name);
}

static void print_rules(const struct tally *t, FILE *out)
{
	uint64_t alerts = 0, lost = 0;

	for (size_t i = 0; i < t->n; i++) {
		alerts = add(alerts, t->rows[i].alerts);
		lost = add(lost, t->rows[i].lost);
	}
	fprintf(out, "summary: %" PRIu64 " alerts, %" PRIu64 " lost\n", alerts, lost);
	if (alerts || lost)
		fprintf(out, "  %8s %8s %8s  %s\n", "alerts", "matched", "lost", "rule");
	for (size_t i = 0; i < t->n; i++)
		print_rule(&t->rows[i], out);
}

void agent_summary(struct agent *a, FILE *out)
{
	uint64_t misses = load_recursion_misses(&a->loaded), asked, undecided;
	struct tally tally = {};
	struct counts c = {};

	agent_tally(a, &tally);
	print_rules(&tally, out);
	tally_free(&tally);
	for (int s = 0; s < STAT_COUNT && !counts_read_stats(&c, a->loaded.stats); s++)
		if (c.stats[s])
			fprintf(out, "  %8" PRIu64 " %s\n", c.stats[s], stat_text(s));
	if (misses)
		fprintf(out, "  %8" PRIu64 " events missed: a program was running already\n",
			misses);
	asked = add(a->asked, residual_asked(current(a)->residual));
	undecided = add(a->undecided, residual_undecided(current(a)->residual));
	if (asked)
		fprintf(out, "  %8" PRIu64 " rules decided by the daemon, %" PRIu64 " undecided\n",
			asked, undecided);
	if (a->bad_records)
		fprintf(out, "  %8" PRIu64 " records that made no sense\n", a->bad_records);
	if (a->stale_records)
		fprintf(out, "  %8" PRIu64 " records of a policy that is gone\n", a->stale_records);
}

void agent_free(struct agent *a)
{
	if (a->later.fd >= 0)
		close(a->later.fd);
	a->later.fd = -1;
	containers_close(&a->containers);
	user_facts_close(&a->user_facts);
	reader_close(&a->reader);
	load_free(&a->loaded);
	record_event_free(&a->event);
	tally_free(&a->past);
}
