/* SPDX-License-Identifier: Apache-2.0 */
#include "user/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOST_RULE      "Tiercel internal: alerts lost"
#define UNDELIVERED    "Tiercel internal: alerts not delivered"
#define UNCHANGED_RULE "Tiercel internal: policy not changed"

/* How many of each rule: as fields, and in the text. */
static int add_lost(struct agent_policy *p, struct alert *a, struct buf *text, const uint64_t *lost,
		    size_t n_rules)
{
	const char *before = " (";
	int err = 0;

	for (size_t i = 0; i < n_rules && !err; i++) {
		const char *name = agent_policy_rule(p, i);
		char count[24];

		if (!lost[i])
			continue;
		snprintf(count, sizeof(count), "%" PRIu64, lost[i]);
		buf_printf(text, "%s%s: %s", before, name, count);
		before = ", ";
		err = alert_add(a, name, count);
	}
	buf_char(text, ')');
	return err;
}

static void send_lost(struct edition *e, struct buf *text, const uint64_t *lost, size_t n_rules)
{
	struct alert alert;

	if (alert_internal(&alert, PRIORITY_CRITICAL, LOST_RULE, e->context.hostname, ""))
		return;
	if (!add_lost(&e->policy, &alert, text, lost, n_rules) && !text->failed) {
		log_error("%s", buf_text(text));
		free(alert.message);
		alert.message = buf_take(text);
		sinks_write(e->sinks, &e->config, &alert);
	}
	alert_free(&alert);
}

void internal_lost(struct edition *e, const uint64_t *lost, size_t n_rules)
{
	struct buf text = {};
	uint64_t sum = 0;

	for (size_t i = 0; i < n_rules; i++)
		sum = add(sum, lost[i]);
	buf_printf(&text, "%s. %" PRIu64 " not delivered: the kernel's buffer was full", LOST_RULE,
		   sum);
	send_lost(e, &text, lost, n_rules);
	buf_free(&text);
}

static int add_undelivered(struct alert *a, struct buf *text, const struct outcomes_loss *losses)
{
	const char *before = " (";
	int err = 0;

	for (; losses->rule && !err; losses++) {
		char count[24];

		snprintf(count, sizeof(count), "%" PRIu64, losses->n);
		buf_printf(text, "%s%s: %s", before, losses->rule, count);
		before = ", ";
		err = alert_add(a, losses->rule, count);
	}
	buf_char(text, ')');
	return err;
}

void internal_undelivered(struct edition *e, const char *output, const struct outcomes_loss *losses)
{
	struct buf text = {};
	struct alert alert;
	uint64_t sum = 0;
	int err;

	for (size_t i = 0; losses[i].rule; i++)
		sum = add(sum, losses[i].n);
	if (alert_internal(&alert, PRIORITY_CRITICAL, UNDELIVERED, e->context.hostname, ""))
		return;
	buf_printf(&text, "%s. %" PRIu64 " to %s were dropped or refused", UNDELIVERED, sum,
		   output);
	err = add_undelivered(&alert, &text, losses);
	if (!err)
		err = alert_add(&alert, "output", output);
	if (!err && !text.failed) {
		log_error("%s", buf_text(&text));
		free(alert.message);
		alert.message = buf_take(&text);
		sinks_write(e->sinks, &e->config, &alert);
	}
	alert_free(&alert);
	buf_free(&text);
}

void internal_unchanged(struct edition *e, const char *why)
{
	struct alert alert;

	log_error("%s", why);
	if (alert_internal(&alert, PRIORITY_CRITICAL, UNCHANGED_RULE, e->context.hostname, why))
		return;
	if (!alert_add(&alert, "error", why))
		sinks_write(e->sinks, &e->config, &alert);
	alert_free(&alert);
}
