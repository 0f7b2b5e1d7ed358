/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts: what a rule says about an event. All that is known of a rule here is in the policy
 * image, so that a policy runs without its rule files.
 *
 *	struct alerter *al = alerter_new(&image, &config, why, sizeof(why));
 *	...
 *	if (!alert_make(al, rule, &event, &alert)) {
 *		sinks_write(sinks, &config, &alert);
 *		alert_free(&alert);
 *	}
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/image.h"
#include "gen/ruleset.h"
#include "gen/event.h"
#include "user/buf.h"

struct config;
struct alerter;

/* RAW: JSON as it is. */
enum alert_kind { ALERT_NULL, ALERT_STR, ALERT_INT, ALERT_BOOL, ALERT_RAW };

struct alert_field {
	const char *name; /* owned by the alerter, or a constant */
	enum alert_kind kind;
	char *str; /* owned; STR, RAW */
	int64_t num;
};

struct alert {
	enum priority priority;
	const char *rule, *source, *hostname;
	const char
		*tags; /* texts one after the other, an empty one ends; NULL: none, not even [] */
	bool internal; /* about the detector itself: output is the bare message */
	bool iso;      /* time in text is ISO 8601, in UTC */
	int64_t time;  /* ns since 1970 */
	char *message; /* without time and priority */
	struct alert_field *fields; /* sorted by name */
	size_t n_fields;
};

/* Compiles the outputs of all rules of the image, which must outlive the alerter. NULL with a
 * sentence in why. */
struct alerter *alerter_new(const struct image *im, const struct config *cfg, char *why,
			    size_t why_size);
void alerter_free(struct alerter **al);
const char *alerter_hostname(const struct alerter *al);

/* An alert about the event in its current view. Without evt.time in the event it is now. 0 or
 * -errno. The alert's borrowed texts are those of al. */
int alert_make(const struct alerter *al, unsigned rule, const struct event *ev, struct alert *out);
/* One about the detector itself, time is now: fields are added with alert_add. rule and
 * hostname must outlive it. */
int alert_internal(struct alert *out, enum priority p, const char *rule, const char *hostname,
		   const char *message);
int alert_add(struct alert *a, const char *name, const char *value);
void alert_free(struct alert *a);

/* The value of output in JSON, nothing escaped. */
void alert_output(const struct alert *a, struct buf *out);
/* The line as Falco writes it, without newline. */
void alert_text(const struct alert *a, struct buf *out);
void alert_json(const struct alert *a, const struct config *cfg, struct buf *out);
/* As cfg->json_output says, with newline. */
void alert_line(const struct alert *a, const struct config *cfg, struct buf *out);
