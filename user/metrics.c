/* SPDX-License-Identifier: Apache-2.0 */
#include "user/metrics.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "user/counts.h"
#include "user/gauge.h"
#include "user/json.h"
#include "user/outcomes.h"
#include "user/reload.h"
#include "user/util.h"

enum {
#define METRIC(id, name, type, labels, help) METRIC_##id,
#include "user/metrics.def"
#undef METRIC
};

const struct metric metrics[] = {
#define METRIC(id, name, type, labels, help) {name, #type, labels, help},
#include "user/metrics.def"
#undef METRIC
};
const size_t n_metrics = ARRAY_LEN(metrics);

/* ---- the form ---- */

struct page {
	struct reload *r;
	const struct config *cfg;
	struct buf *out;
	int last; /* the metric whose head was written last */
	struct tally tally;
	struct counts counts;
};

void metrics_label(struct buf *out, const char *value)
{
	_cleanup_(buf_free) struct buf text = {};

	/* JSON has the same escapes for these three, and makes valid UTF-8 of anything; others of
	 * its escapes are not known here. */
	json_escape(&text, value, strlen(value));
	for (const char *s = buf_text(&text); *s; s++) {
		if (*s != '\\' || s[1] == '\\' || s[1] == '"' || s[1] == 'n') {
			buf_char(out, *s);
			if (*s == '\\')
				buf_char(out, *++s);
		} else {
			buf_str(out, "\\\\");
		}
	}
}

/* The part of a name that a tag gives. */
static char name_char(char c)
{
	return isalnum((unsigned char)c) && (unsigned char)c < 128 ? c : '_';
}

static bool is_same_name(const char *a, const char *b)
{
	while (*a && *b && name_char(*a) == name_char(*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

/* A label must be there once: not if an earlier tag has the same name. */
static bool is_new_name(const char *tags, const char *tag)
{
	for (const char *t = tags; t < tag; t += strlen(t) + 1)
		if (is_same_name(t, tag))
			return false;
	return true;
}

void metrics_tags(struct buf *out, const char *tags)
{
	for (const char *t = tags; *t; t += strlen(t) + 1) {
		if (!is_new_name(tags, t))
			continue;
		buf_str(out, ",tag_");
		for (const char *c = t; *c; c++)
			buf_char(out, name_char(*c));
		buf_str(out, "=\"true\"");
	}
}

static void head(struct page *p, int id)
{
	const struct metric *m = &metrics[id];

	if (p->last == id)
		return;
	p->last = id;
	buf_printf(p->out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, m->type);
}

/* name{, then the labels are to follow. */
static void begin(struct page *p, int id)
{
	head(p, id);
	buf_printf(p->out, "%s{", metrics[id].name);
}

static void label(struct page *p, const char *name, const char *value)
{
	if (p->out->len && p->out->s[p->out->len - 1] != '{')
		buf_char(p->out, ',');
	buf_printf(p->out, "%s=\"", name);
	metrics_label(p->out, value);
	buf_char(p->out, '"');
}

static void end(struct page *p, uint64_t value)
{
	buf_printf(p->out, "} %" PRIu64 "\n", value);
}

static void plain(struct page *p, int id, uint64_t value)
{
	head(p, id);
	buf_printf(p->out, "%s %" PRIu64 "\n", metrics[id].name, value);
}

static void real(struct page *p, int id, double value)
{
	head(p, id);
	buf_printf(p->out, "%s %.6f\n", metrics[id].name, value);
}

static void one(struct page *p, int id, const char *name, const char *value, uint64_t n)
{
	begin(p, id);
	label(p, name, value);
	end(p, n);
}

/* ---- what it is ---- */

static void add_names(struct page *p)
{
	struct utsname u;

	one(p, METRIC_VERSION, "version", VERSION, 1);
	if (!uname(&u))
		one(p, METRIC_KERNEL, "kernel_release", u.release, 1);
	one(p, METRIC_HOSTNAME, "hostname", p->cfg->hostname, 1);
	begin(p, METRIC_ENGINE);
	label(p, "engine_name", "tiercel");
	label(p, "evt_source", "syscall");
	end(p, 1);
}

/* ---- rules ---- */

/* Its number in the policy, -1 if it is not there any more. Rules mostly come in order. */
static int rule_number(const struct agent_policy *policy, const char *name, unsigned *next)
{
	unsigned n = image_head(policy->image)->n_rules;

	for (unsigned k = 0; k < n; k++) {
		unsigned i = (*next + k) % n;

		if (strcmp(agent_policy_rule(policy, i), name))
			continue;
		*next = i + 1;
		return i;
	}
	return -1;
}

static void add_matches(struct page *p)
{
	const struct agent_policy *policy = &p->r->current->policy;
	unsigned next = 0;

	for (size_t i = 0; i < p->tally.n; i++) {
		const struct tally_row *row = &p->tally.rows[i];
		int number = rule_number(policy, row->name, &next);
		const struct text_rule *t = number < 0 ? NULL : image_rule(policy->image, number);
		char priority[12];

		if (!t || (!row->alerts && !p->cfg->metrics_empty))
			continue;
		snprintf(priority, sizeof(priority), "%u", t->priority);
		begin(p, METRIC_MATCHES);
		label(p, "priority", priority);
		label(p, "rule_name", row->name);
		label(p, "source", image_text(policy->image, t->source));
		metrics_tags(p->out, image_text(policy->image, t->tags));
		end(p, row->alerts);
	}
}

static void add_rule_counts(struct page *p)
{
	static const struct {
		int id;
		size_t offset;
	} columns[] = {
		{METRIC_RULE_MATCHED, offsetof(struct tally_row, matched)},
		{METRIC_RULE_UNSURE, offsetof(struct tally_row, unsure)},
		{METRIC_RULE_LOST, offsetof(struct tally_row, lost)},
		{METRIC_RULE_ALERTS, offsetof(struct tally_row, alerts)},
	};

	for (size_t c = 0; c < ARRAY_LEN(columns); c++) {
		for (size_t i = 0; i < p->tally.n; i++) {
			const struct tally_row *row = &p->tally.rows[i];
			uint64_t n = *(const uint64_t *)((const char *)row + columns[c].offset);

			if (row->matched || p->cfg->metrics_empty)
				one(p, columns[c].id, "rule", row->name, n);
		}
	}
}

static void add_residual(struct page *p)
{
	const struct agent_policy *policy = &p->r->current->policy;
	const struct img_head *h = image_head(policy->image);
	const struct img_conj *conjs = (const struct img_conj *)(policy->image->data + h->conjs);
	bool residual[RULE_MAX] = {};

	for (unsigned i = 0; i < h->n_conjs; i++)
		if (conjs[i].rule < RULE_MAX && (conjs[i].flags & CONJ_RESIDUAL))
			residual[conjs[i].rule] = true;
	for (unsigned i = 0; i < h->n_rules && i < RULE_MAX; i++)
		one(p, METRIC_RULE_RESIDUAL, "rule", agent_policy_rule(policy, i), residual[i]);
}

static void add_policy(struct page *p)
{
	const struct reload *r = p->r;

	plain(p, METRIC_POLICY_RULES, image_head(r->current->policy.image)->n_rules);
	plain(p, METRIC_POLICY_GENERATION, r->agent->generation);
	plain(p, METRIC_POLICY_CHANGES, r->outcome.changes);
	plain(p, METRIC_POLICY_FAILURES, r->outcome.failures);
}

/* ---- the kernel ---- */

static uint64_t dropped(const uint64_t *stats)
{
	return add(stats[STAT_LOST], stats[STAT_NESTED]);
}

static void add_events(struct page *p)
{
	const uint64_t *s = p->counts.stats;

	plain(p, METRIC_EVENTS, s[STAT_SEEN]);
	plain(p, METRIC_DROPS, dropped(s));
	begin(p, METRIC_DROPS_BUFFER);
	label(p, "drop", "other_interest");
	label(p, "dir", "exit");
	end(p, s[STAT_LOST]);
	plain(p, METRIC_DROPS_SCRATCH, s[STAT_NESTED]);
	plain(p, METRIC_DROPS_THREADS, s[STAT_NO_PROC]);
}

static void add_by_processor(struct page *p)
{
	int cpus = libbpf_num_possible_cpus(), map = p->r->agent->loaded.stats;
	uint64_t *values = cpus > 0 ? calloc(STAT_COUNT * (size_t)cpus, sizeof(*values)) : NULL;
	char number[12];

	for (uint32_t s = 0; values && s < STAT_COUNT; s++)
		bpf_map_lookup_elem(map, &s, values + (size_t)s * cpus);
	for (int c = 0; values && c < cpus; c++) {
		snprintf(number, sizeof(number), "%d", c);
		one(p, METRIC_EVENTS_CPU, "cpu", number, values[STAT_SEEN * (size_t)cpus + c]);
	}
	for (int c = 0; values && c < cpus; c++) {
		snprintf(number, sizeof(number), "%d", c);
		one(p, METRIC_DROPS_CPU, "cpu", number,
		    add(values[STAT_LOST * (size_t)cpus + c],
			values[STAT_NESTED * (size_t)cpus + c]));
	}
	free(values);
}

static void add_hook(void *ctx, const struct load_hook *h)
{
	struct page *p = ctx;

	begin(p, METRIC_HOOK_SEEN);
	label(p, "program", h->program);
	label(p, "target", h->target);
	end(p, h->is_seen);
}

/* Programs by name: objects that were loaded later can have the same ones. */
struct programs {
	struct load_program *v;
	size_t n;
};

static void take_program(void *ctx, const struct load_program *program)
{
	struct programs *all = ctx;
	struct load_program *more;

	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->v[i].name, program->name))
			continue;
		all->v[i].runs = add(all->v[i].runs, program->runs);
		all->v[i].ns = add(all->v[i].ns, program->ns);
		all->v[i].missed = add(all->v[i].missed, program->missed);
		return;
	}
	more = realloc(all->v, (all->n + 1) * sizeof(*more));
	if (!more)
		return;
	all->v = more;
	more[all->n++] = *program;
}

static void add_programs(struct page *p)
{
	const struct loaded *l = &p->r->agent->loaded;
	struct programs all = {};

	load_each_hook(l, add_hook, p);
	load_each_program(l, take_program, &all);
	for (size_t i = 0; i < all.n; i++)
		one(p, METRIC_PROGRAM_RUNS, "program", all.v[i].name, all.v[i].runs);
	for (size_t i = 0; i < all.n; i++) {
		begin(p, METRIC_PROGRAM_SECONDS);
		label(p, "program", all.v[i].name);
		buf_printf(p->out, "} %.9f\n", all.v[i].ns / 1e9);
	}
	for (size_t i = 0; i < all.n; i++)
		one(p, METRIC_PROGRAM_MISSED, "program", all.v[i].name, all.v[i].missed);
	free(all.v);
}

/* ---- outputs ---- */

static void add_dropped(struct page *p)
{
	struct outcomes_counts c;
	uint64_t sum = 0;

	for (size_t i = 0; outcomes_get(i, &c); i++)
		sum = add(sum, c.n[OUTCOME_DROPPED]);
	plain(p, METRIC_QUEUE_DROPS, sum);
}

static void add_outputs(struct page *p)
{
	struct outcomes_counts c;

	for (size_t i = 0; outcomes_get(i, &c); i++) {
		for (int o = 0; o < OUTCOME_COUNT; o++) {
			begin(p, METRIC_OUTPUT_MESSAGES);
			label(p, "output", c.name);
			label(p, "result", outcome_name(o));
			end(p, c.n[o]);
		}
	}
	for (size_t i = 0; outcomes_get(i, &c); i++)
		one(p, METRIC_OUTPUT_WAITING, "output", c.name, c.waiting);
	for (size_t i = 0; outcomes_get(i, &c); i++)
		one(p, METRIC_OUTPUT_SPOOL, "output", c.name, c.spool);
}

/* ---- tables and this process ---- */

static void add_state(struct page *p)
{
	const struct agent *a = p->r->agent;
	struct containers_counts n = containers_counts(a->containers);

	for (int s = 0; s < STAT_COUNT; s++)
		one(p, METRIC_KERNEL_COUNT, "what", stat_name(s), p->counts.stats[s]);
	plain(p, METRIC_RING_SIZE, gauge_map_room(a->loaded.events));
	plain(p, METRIC_RING_USED, gauge_ring_used(a->loaded.events));
	plain(p, METRIC_PROCESSES, gauge_map_keys(a->loaded.maps.procs));
	plain(p, METRIC_PROCESSES_ROOM, gauge_map_room(a->loaded.maps.procs));
	plain(p, METRIC_MAP_MEMORY, gauge_map_memory());
	plain(p, METRIC_CONTAINERS, n.now);
	one(p, METRIC_CONTAINERS_FOUND, "result", "known", n.known);
	one(p, METRIC_CONTAINERS_FOUND, "result", "unknown", n.unknown);
	plain(p, METRIC_CONTAINERS_WAITED, n.waited);
	plain(p, METRIC_CONTAINERS_LATE, n.late);
}

static void add_process(struct page *p)
{
	struct gauge_process g = gauge_process();

	real(p, METRIC_DURATION, g.since);
	if (!p->cfg->metrics_resources)
		return;
	real(p, METRIC_CPU, g.since > 0 ? g.cpu / g.since : 0);
	plain(p, METRIC_RSS, g.rss);
	plain(p, METRIC_VSZ, g.vsz);
}

void metrics_page(struct reload *r, struct buf *out)
{
	struct page p = {.r = r, .cfg = &r->current->config, .out = out, .last = -1};

	agent_tally(r->agent, &p.tally);
	counts_read_stats(&p.counts, r->agent->loaded.stats);
	add_names(&p);
	add_process(&p);
	if (p.cfg->metrics_rules) {
		add_matches(&p);
		add_rule_counts(&p);
		add_residual(&p);
	}
	add_policy(&p);
	add_dropped(&p);
	add_outputs(&p);
	if (p.cfg->metrics_events)
		add_events(&p);
	if (p.cfg->metrics_events && p.cfg->metrics_events_cpu)
		add_by_processor(&p);
	if (p.cfg->metrics_libbpf)
		add_programs(&p);
	if (p.cfg->metrics_state)
		add_state(&p);
	tally_free(&p.tally);
}
