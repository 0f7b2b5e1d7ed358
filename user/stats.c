/* SPDX-License-Identifier: Apache-2.0 */
#include "user/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "user/counts.h"
#include "user/gauge.h"
#include "user/json.h"
#include "user/outcomes.h"
#include "user/util.h"

static void add_number(struct buf *b, bool *first, const char *name, uint64_t n)
{
	json_name(b, first, name);
	buf_printf(b, "%" PRIu64, n);
}

static void add_text(struct buf *b, bool *first, const char *name, const char *text)
{
	json_name(b, first, name);
	json_str(b, text, strlen(text));
}

static void add_bool(struct buf *b, bool *first, const char *name, bool value)
{
	json_name(b, first, name);
	buf_str(b, value ? "true" : "false");
}

/* The comma before an element of an array, and its brace. */
static bool open_element(struct buf *b, size_t i)
{
	if (i)
		buf_char(b, ',');
	buf_char(b, '{');
	return true;
}

/* ---- the policy and its rules ---- */

static void add_policy(const struct reload *r, struct buf *b)
{
	const struct reload_outcome *o = &r->outcome;
	bool first = true;

	buf_char(b, '{');
	add_number(b, &first, "generation", r->agent->generation);
	add_number(b, &first, "rules", image_head(&r->current->image)->n_rules);
	add_number(b, &first, "changes", o->changes);
	add_number(b, &first, "failures", o->failures);
	json_name(b, &first, "last");
	if (o->number)
		json_str(b, o->text, strlen(o->text));
	else
		buf_str(b, "null");
	buf_char(b, '}');
}

/* Rules of the current policy: whether userspace finishes what the kernel decides of them. */
struct current {
	struct agent_policy *p;
	bool residual[RULE_MAX];
	unsigned next; /* the rule after the last one that was found */
};

static void find_residual(struct current *c)
{
	const struct img_head *h = image_head(c->p->image);
	const struct img_conj *conjs = (const struct img_conj *)(c->p->image->data + h->conjs);

	for (unsigned i = 0; i < h->n_conjs; i++)
		if (conjs[i].rule < RULE_MAX && (conjs[i].flags & CONJ_RESIDUAL))
			c->residual[conjs[i].rule] = true;
}

/* Its number in the current policy, -1 if it is not there any more. */
static int rule_number(struct current *c, const char *name)
{
	unsigned n = image_head(c->p->image)->n_rules;

	for (unsigned k = 0; k < n; k++) {
		unsigned i = (c->next + k) % n;

		if (strcmp(agent_policy_rule(c->p, i), name))
			continue;
		c->next = i + 1;
		return i;
	}
	return -1;
}

static void add_rule(struct current *c, const struct tally_row *row, struct buf *b)
{
	int number = rule_number(c, row->name);
	bool first = true;

	add_text(b, &first, "rule", row->name);
	add_bool(b, &first, "loaded", number >= 0);
	add_bool(b, &first, "residual", number >= 0 && c->residual[number]);
	add_number(b, &first, "matched", row->matched);
	add_number(b, &first, "unsure", row->unsure);
	add_number(b, &first, "lost", row->lost);
	add_number(b, &first, "alerts", row->alerts);
	buf_char(b, '}');
}

static void add_rules(struct reload *r, struct buf *b)
{
	struct current c = {.p = &r->current->policy};
	struct tally tally = {};

	buf_char(b, '[');
	find_residual(&c);
	agent_tally(r->agent, &tally);
	for (size_t i = 0; i < tally.n; i++) {
		open_element(b, i);
		add_rule(&c, &tally.rows[i], b);
	}
	tally_free(&tally);
	buf_char(b, ']');
}

/* ---- hooks and programs ---- */

struct hook_list {
	struct buf *out;
	size_t n;
};

static void add_hook(void *ctx, const struct load_hook *h)
{
	struct hook_list *l = ctx;
	bool first = open_element(l->out, l->n++);

	add_text(l->out, &first, "target", h->target);
	add_text(l->out, &first, "kind", h->is_function ? "function" : "tracepoint");
	add_text(l->out, &first, "program", h->program);
	add_bool(l->out, &first, "seen", h->is_seen);
	buf_char(l->out, '}');
}

static void add_program(void *ctx, const struct load_program *p)
{
	struct hook_list *l = ctx;
	bool first = open_element(l->out, l->n++);

	add_text(l->out, &first, "program", p->name);
	add_number(l->out, &first, "runs", p->runs);
	add_number(l->out, &first, "ns", p->ns);
	add_number(l->out, &first, "missed", p->missed);
	buf_char(l->out, '}');
}

/* ---- numbers ---- */

static void add_counters(const struct agent *a, struct buf *b)
{
	struct counts c = {};
	bool first = true;

	buf_char(b, '{');
	for (int s = 0; s < STAT_COUNT && !counts_read_stats(&c, a->loaded.stats); s++)
		add_number(b, &first, stat_name(s), c.stats[s]);
	add_number(b, &first, "bad_records", a->bad_records);
	add_number(b, &first, "stale_records", a->stale_records);
	buf_char(b, '}');
}

static void add_ring(int map, struct buf *b)
{
	bool first = true;

	buf_char(b, '{');
	add_number(b, &first, "size", gauge_map_room(map));
	add_number(b, &first, "used", gauge_ring_used(map));
	buf_char(b, '}');
}

static void add_processes(int map, struct buf *b)
{
	bool first = true;

	buf_char(b, '{');
	add_number(b, &first, "known", gauge_map_keys(map));
	add_number(b, &first, "room", gauge_map_room(map));
	buf_char(b, '}');
}

static void add_containers(const struct containers *c, struct buf *b)
{
	struct containers_counts n = containers_counts(c);
	bool first = true;

	buf_char(b, '{');
	add_number(b, &first, "now", n.now);
	add_number(b, &first, "known", n.known);
	add_number(b, &first, "unknown", n.unknown);
	add_number(b, &first, "waited", n.waited);
	add_number(b, &first, "late", n.late);
	buf_char(b, '}');
}

static void add_loss(void *ctx, const char *rule, uint64_t n)
{
	struct hook_list *l = ctx;
	bool first = open_element(l->out, l->n++);

	add_text(l->out, &first, "rule", rule);
	add_number(l->out, &first, "lost", n);
	buf_char(l->out, '}');
}

static void add_outputs(struct buf *b)
{
	struct outcomes_counts c;

	buf_char(b, '[');
	for (size_t i = 0; outcomes_get(i, &c); i++) {
		struct hook_list losses = {b};
		bool first = open_element(b, i);

		add_text(b, &first, "output", c.name);
		for (int o = 0; o < OUTCOME_COUNT; o++)
			add_number(b, &first, outcome_name(o), c.n[o]);
		add_number(b, &first, "waiting", c.waiting);
		add_number(b, &first, "spool_bytes", c.spool);
		json_name(b, &first, "losses");
		buf_char(b, '[');
		outcomes_each_lost(i, add_loss, &losses);
		buf_str(b, "]}");
	}
	buf_char(b, ']');
}

static void add_daemon(struct buf *b)
{
	struct timespec cpu;
	bool first = true;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	buf_char(b, '{');
	add_number(b, &first, "pid", getpid());
	add_number(b, &first, "cpu_ms", cpu.tv_sec * 1000ull + cpu.tv_nsec / 1000000);
	add_number(b, &first, "rss_kb", gauge_process().rss / 1024);
	buf_char(b, '}');
}

void stats_json(struct reload *r, struct buf *out)
{
	struct hook_list hooks = {out}, programs = {out};
	struct agent *a = r->agent;
	bool first = true;

	buf_char(out, '{');
	add_text(out, &first, "version", VERSION);
	json_name(out, &first, "policy");
	add_policy(r, out);
	json_name(out, &first, "rules");
	add_rules(r, out);
	json_name(out, &first, "hooks");
	buf_char(out, '[');
	load_each_hook(&a->loaded, add_hook, &hooks);
	buf_char(out, ']');
	json_name(out, &first, "programs");
	buf_char(out, '[');
	load_each_program(&a->loaded, add_program, &programs);
	buf_char(out, ']');
	json_name(out, &first, "counters");
	add_counters(a, out);
	json_name(out, &first, "processes");
	add_processes(a->loaded.maps.procs, out);
	json_name(out, &first, "containers");
	add_containers(a->containers, out);
	json_name(out, &first, "ring_buffer");
	add_ring(a->loaded.events, out);
	json_name(out, &first, "outputs");
	add_outputs(out);
	json_name(out, &first, "daemon");
	add_daemon(out);
	buf_char(out, '}');
}
