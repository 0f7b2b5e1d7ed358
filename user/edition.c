/* SPDX-License-Identifier: Apache-2.0 */
#include "user/edition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/gen.h"
#include "user/append.h"
#include "user/report.h"
#include "user/rulefiles.h"
#include "user/watcher.h"

struct edition_paths edition_paths(const struct edition_source *from, const struct config *cfg)
{
	struct edition_paths p = {from->config ? from->config : CONFIG_FILE, from->rules.v,
				  from->rules.n};

	if (from->policy) {
		p.v = &from->policy;
		p.n = 1;
	} else if (!p.n) {
		p.v = (const char *const *)cfg->rules_files.v;
		p.n = cfg->rules_files.n;
	}
	return p;
}

uint64_t edition_sum_config(const struct edition_source *from)
{
	return watcher_sum(1, from->config ? from->config : CONFIG_FILE);
}

uint64_t edition_sum_rules(uint64_t sum, const struct edition_source *from,
			   const struct config *cfg)
{
	struct edition_paths p = edition_paths(from, cfg);

	for (size_t i = 0; i < cfg->config_files.n; i++)
		sum = watcher_sum(sum, cfg->config_files.v[i]);
	for (size_t i = 0; i < p.n; i++)
		sum = watcher_sum(sum, p.v[i]);
	return sum;
}

int edition_configure(struct edition *e, const struct edition_source *from)
{
	int err;

	e->sum = edition_sum_config(from);
	err = config_load(&e->config, from->config, from->options.v, from->options.n);
	if (err)
		return err;
	if (from->json)
		e->config.json_output = true;
	if (from->verbose)
		log_set_level(LEVEL_DEBUG);
	return 0;
}

static void first_error(const struct ruleset *rs, char *why, size_t size)
{
	if (!diag_first_error(&rs->diags, why, size))
		snprintf(why, size, "the rules cannot be read");
}

static int compile(struct edition *e, struct ruleset *rs, char *why, size_t size)
{
	struct gen_options options = {.minimum = e->config.priority};
	struct policy policy;
	int err = gen_compile(rs, &options, &policy);

	rulefiles_log(rs);
	if (err)
		first_error(rs, why, size);
	else
		e->image = policy.image;
	return err;
}

static int load_files(struct edition *e, const struct edition_source *from, char *why, size_t size)
{
	struct ruleset *rs = ruleset_new();
	struct log_text text;
	int err;

	if (!rs) {
		snprintf(why, size, "no memory");
		return -ENOMEM;
	}
	err = rulefiles_load(rs, from->rules.v, from->rules.n, &e->config);
	if (err) {
		report_text(rs, log_text_open(&text), log_is_terminal());
		log_text_close(&text, LEVEL_ERROR);
		first_error(rs, why, size);
	} else {
		err = compile(e, rs, why, size);
	}
	ruleset_free(&rs);
	return err;
}

static int load_image(struct edition *e, const struct edition_source *from, char *why, size_t size)
{
	char text[200];
	int err;

	if (!from->policy)
		return load_files(e, from, why, size);
	err = image_read(from->policy, &e->image, text, sizeof(text));
	if (err)
		snprintf(why, size, "%s: %s", from->policy, text);
	return err;
}

/* Tells which rules compare what is not seen live. */
static void log_unseen(const struct edition *e)
{
	struct residual *residual = residual_new(&e->image);

	if (residual)
		residual_log_unseen(residual);
	residual_free(&residual);
}

int edition_load(struct edition *e, const struct edition_source *from, char *why, size_t size)
{
	int err;

	e->sum = edition_sum_rules(e->sum, from, &e->config);
	err = load_image(e, from, why, size);
	if (err)
		return err;
	if (!image_head(&e->image)->n_rules) {
		snprintf(why, size, "no rule is enabled: there is nothing to watch");
		return -ENOENT;
	}
	append_to_image(&e->config.append, &e->image);
	e->alerter = alerter_new(&e->image, &e->config, why, size);
	if (!e->alerter)
		return -EINVAL;
	e->context = (struct record_context){from->users, alerter_hostname(e->alerter)};
	err = agent_policy_init(&e->policy, &e->image, &e->context);
	if (err) {
		snprintf(why, size, "no memory");
		return err;
	}
	e->policy.first = e->config.rule_matching == MATCHING_FIRST;
	log_unseen(e);
	return 0;
}

void edition_free(struct edition *e)
{
	agent_policy_free(&e->policy);
	if (e->alerter)
		alerter_free(&e->alerter);
	image_free(&e->image);
	config_free(&e->config);
	*e = (struct edition){};
}
