/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of alerts: one rule, compiled, and what it says about an event. */
#pragma once
#include "tests/unit/event.h"

#include <stdlib.h>
#include <time.h>

#include "gen/gen.h"

#include "user/alert.h"
#include "user/config.h"

struct alerts {
	struct ruleset *rs;
	struct policy policy;
	struct config config;
	struct alerter *alerter;
	struct arena *arena;
	struct json_event event;
	struct alert alert;
};

/* output: of the rule "Sample", WARNING, tags b and a. options: of -o, NULL ends. */
static inline void alerts_open(struct alerts *t, const char *output, const char *event,
			       const char *const *options)
{
	struct gen_options all = {.minimum = PRIORITY_DEBUG};
	char yaml[2000], why[200] = "";
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	tzset();
	while (options && options[n])
		n++;
	assert_int_equal(config_load(&t->config, "/dev/null", options, n), 0);
	t->rs = ruleset_new();
	snprintf(yaml, sizeof(yaml),
		 "- rule: Sample\n  desc: d\n  condition: evt.type = openat\n  output: '%s'\n"
		 "  priority: WARNING\n  tags: [b, a]\n",
		 output);
	assert_int_equal(ruleset_load_text(t->rs, "test.yaml", yaml, strlen(yaml)), 0);
	assert_int_equal(ruleset_finish(t->rs, false), 0);
	assert_int_equal(gen_compile(t->rs, &all, &t->policy), 0);
	t->alerter = alerter_new(&t->policy.image, &t->config, why, sizeof(why));
	assert_non_null(t->alerter);
	t->arena = arena_new();
	event_from(&t->event, t->arena, event);
	assert_int_equal(alert_make(t->alerter, 0, &t->event.ev, &t->alert), 0);
}

static inline void alerts_close(struct alerts *t)
{
	alert_free(&t->alert);
	arena_free(&t->arena);
	alerter_free(&t->alerter);
	image_free(&t->policy.image);
	ruleset_free(&t->rs);
	config_free(&t->config);
}
