/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sink.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/outcomes.h"
#include "user/util.h"

#define DRAIN_MS 5000 /* at the end: Kubernetes gives 30 s for everything */

static const struct sink_ops *const all[] = {
#define SINK(x) &sink_##x,
#include "user/sinks.def"
#undef SINK
};

/* Two sets share it while the configuration is changed. */
struct sink {
	const struct sink_ops *ops;
	void *state;
	struct delivery *delivery;
	int users; /* atomic */
};

struct sinks {
	struct sink *v[ARRAY_LEN(all)];
	struct buf text;
};

const char *sinks_off(size_t i)
{
	return i < ARRAY_LEN(all) ? all[i]->off : NULL;
}

/* ---- one ---- */

static char *spool_of(const struct sink_ops *ops, const struct config *cfg)
{
	char *path = NULL;

	if (!ops->has_spool || !*cfg->outputs_spool)
		return NULL;
	return asprintf(&path, "%s/%s", cfg->outputs_spool, ops->name) < 0 ? NULL : path;
}

static struct sink *open_sink(const struct sink_ops *ops, const struct config *cfg)
{
	struct sink *s = calloc(1, sizeof(*s));
	_cleanup_free_ char *spool = spool_of(ops, cfg);
	struct delivery_options o = {
		.name = ops->name,
		.ops = &ops->delivery,
		.max = cfg->outputs_capacity ? cfg->outputs_capacity : 1,
		.wait_ms = cfg->outputs_retry_ms,
		.wait_max_ms = cfg->outputs_retry_max_ms,
		.spool = spool,
		.spool_max = cfg->outputs_spool_bytes,
	};

	if (!s || ops->open(cfg, &s->state)) {
		free(s);
		return NULL;
	}
	s->ops = ops;
	s->users = 1;
	o.ctx = s->state;
	s->delivery = delivery_new(&o);
	if (s->delivery)
		return s;
	ops->close(s->state);
	free(s);
	return NULL;
}

/* First all are told to end, then they are waited for: the time is that of the slowest. */
static void end_sink(struct sink *s)
{
	if (s && __atomic_load_n(&s->users, __ATOMIC_ACQUIRE) == 1)
		delivery_close(s->delivery, DRAIN_MS);
}

static void report(const struct sink_ops *ops)
{
	struct outcomes_counts c;
	uint64_t lost;

	for (size_t i = 0; outcomes_get(i, &c); i++) {
		if (strcmp(c.name, ops->name))
			continue;
		lost = c.n[OUTCOME_REFUSED] + c.n[OUTCOME_DROPPED] + c.n[OUTCOME_DAMAGED];
		log_at(lost ? LEVEL_WARN : LEVEL_INFO,
		       "%s: %llu messages delivered, %llu refused, %llu dropped, %llu kept",
		       ops->name, (unsigned long long)c.n[OUTCOME_DELIVERED],
		       (unsigned long long)c.n[OUTCOME_REFUSED],
		       (unsigned long long)c.n[OUTCOME_DROPPED], (unsigned long long)c.waiting);
	}
}

static void close_sink(struct sink *s)
{
	if (!s || __atomic_sub_fetch(&s->users, 1, __ATOMIC_ACQ_REL))
		return;
	/* What a thread still uses must stay. */
	if (delivery_free(&s->delivery))
		s->ops->close(s->state);
	report(s->ops);
	free(s);
}

static void write_sink(struct sink *s, const struct config *cfg, const struct alert *a,
		       struct buf *text)
{
	if (s->ops->minimum && a->priority > s->ops->minimum(cfg))
		return;
	buf_clear(text);
	s->ops->render(s->state, cfg, a, text);
	if (text->len || text->failed)
		delivery_put(s->delivery, a->rule, a->internal, buf_text(text),
			     text->failed ? 0 : text->len);
}

/* ---- all ---- */

static bool is_unchanged(const struct sink_ops *ops, const struct config *a, const struct config *b)
{
	return ops->is_wanted(a) && config_same(a, b, ops->keys) &&
	       config_same(a, b, "outputs_queue") && config_same(a, b, "json_output") &&
	       config_same(a, b, "mutualtls") && config_same(a, b, "tlsclient");
}

struct sinks *sinks_change(const struct config *cfg, struct sinks *old,
			   const struct config *old_cfg)
{
	struct sinks *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	/* A reader that went away is an error of write(), not the end of the program. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!all[i]->is_wanted(cfg))
			continue;
		if (old && old->v[i] && is_unchanged(all[i], cfg, old_cfg)) {
			s->v[i] = old->v[i];
			__atomic_add_fetch(&s->v[i]->users, 1, __ATOMIC_ACQ_REL);
			continue;
		}
		s->v[i] = open_sink(all[i], cfg);
		if (!s->v[i]) {
			sinks_close(&s);
			return NULL;
		}
	}
	return s;
}

struct sinks *sinks_open(const struct config *cfg)
{
	return sinks_change(cfg, NULL, NULL);
}

void sinks_write(struct sinks *s, const struct config *cfg, const struct alert *a)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (s->v[i])
			write_sink(s->v[i], cfg, a, &s->text);
}

void sinks_reopen(struct sinks *s)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (s->v[i])
			delivery_reopen(s->v[i]->delivery);
}

void sinks_close(struct sinks **s)
{
	if (!*s)
		return;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		end_sink((*s)->v[i]);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		close_sink((*s)->v[i]);
	buf_free(&(*s)->text);
	free(*s);
	*s = NULL;
}
