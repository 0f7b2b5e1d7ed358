/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of rules. */
#include "tests/conform/conform.h"

#include <string.h>

#include "gen/arena.h"
#include "user/alert.h"
#include "user/event_json.h"
#include "user/format.h"

/* A YAML file with one rule of that output. */
static void as_rule(struct buf *out, const char *format)
{
	buf_str(out, "- rule: Sample\n  desc: d\n  condition: evt.type = openat\n"
		     "  priority: WARNING\n  tags: [b, a]\n  output: '");
	for (const char *c = format; *c; c++)
		buf_printf(out, *c == '\'' ? "''" : "%c", *c);
	buf_str(out, "'\n");
}

static int load(struct world *w, const char *format, struct buf *got)
{
	struct buf yaml = {};

	as_rule(&yaml, format);
	w->err = world_load(w, buf_text(&yaml));
	buf_free(&yaml);
	if (w->err)
		diag_say(&w->rs->diags, SEVERITY_ERROR, got);
	return w->err;
}

/* The alert that the rule raises for the event. 0 or a negative number. */
static int make(struct world *w, struct alerter *alerter, struct alert *out, struct buf *got)
{
	struct arena *a = arena_new();
	struct json_error bad = {};
	const struct json *object = json_read(a, buf_text(&w->event), w->event.len, &bad);
	struct json_event e;
	char why[200] = "no object";
	int err = -1;

	if (!object || json_event_open(&e, a, object, why, sizeof(why)))
		buf_printf(got, "event: %s", why);
	else
		err = alert_make(alerter, w->policy.n_rules - 1, &e.ev, out);
	arena_free(&a);
	return err;
}

/* Without the fields that are added to every output, unless an option asks for them. */
static int alert_of(struct world *w, const char *format, struct alert *out,
		    struct alerter **alerter, struct buf *got)
{
	char why[200] = "";

	if (!w->options.n)
		texts_add(&w->options, "append_output.suggested_output=false");
	if (load(w, format, got))
		return -1;
	*alerter = alerter_new(&w->policy.image, &w->config, why, sizeof(why));
	if (!*alerter) {
		buf_printf(got, "alerter: %s", why);
		return -1;
	}
	if (make(w, *alerter, out, got)) {
		alerter_free(alerter);
		return -1;
	}
	return 0;
}

static bool check_text(struct world *w, const char *left, const char *right, struct buf *got)
{
	struct alerter *alerter;
	struct alert alert;

	if (alert_of(w, left, &alert, &alerter, got))
		return false;
	buf_str(got, alert.message);
	alert_free(&alert);
	alerter_free(&alerter);
	return !strcmp(buf_text(got), right);
}

static bool check_alert(struct world *w, const char *left, const char *right, struct buf *got)
{
	struct alerter *alerter;
	struct alert alert;

	if (alert_of(w, left, &alert, &alerter, got))
		return false;
	alert_line(&alert, &w->config, got);
	got->s[got->len - 1] = 0;
	alert_free(&alert);
	alerter_free(&alerter);
	return !strcmp(got->s, right);
}

/* The member output_fields of the JSON line. */
static bool check_fields(struct world *w, const char *left, const char *right, struct buf *got)
{
	static const char name[] = "\"output_fields\":";
	struct alerter *alerter;
	struct alert alert;
	struct buf line = {};
	const char *from, *end = NULL;

	if (alert_of(w, left, &alert, &alerter, got))
		return false;
	alert_json(&alert, &w->config, &line);
	from = strstr(buf_text(&line), name);
	if (from)
		end = strchr(from, '}');
	if (end)
		buf_add(got, from + strlen(name), end + 1 - from - strlen(name));
	buf_free(&line);
	alert_free(&alert);
	alerter_free(&alerter);
	return !strcmp(buf_text(got), right);
}

static bool check_badformat(struct world *w, const char *left, const char *right, struct buf *got)
{
	if (!load(w, left, got)) {
		buf_str(got, "accepted");
		return false;
	}
	for (size_t i = 0; i < w->rs->diags.n; i++) {
		const struct diag *d = &w->rs->diags.list[i];

		if (!strcmp(d->code, "LOAD_ERR_COMPILE_OUTPUT") && strstr(d->message, right))
			return true;
	}
	return false;
}

const struct check format_checks[] = {
	{"text", check_text},
	{"alert", check_alert},
	{"fields", check_fields},
	{"badformat", check_badformat},
	{},
};
