/* SPDX-License-Identifier: Apache-2.0 */
/* Random arguments of events: numbers that stand for something, and comparisons of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arg.h"
#include "gen/calls.h"
#include "gen/event_args.h"
#include "gen/types.h"
#include "tests/diff/diff.h"

/* Flags that are set together, a member, a small number, or any number. */
int64_t arg_number_make(struct chance *c, const struct arg_source *s)
{
	const struct arg_domain *d = s ? s->domain : NULL;
	uint64_t n = 0;
	unsigned i;

	if (!d || !d->n || chance_once(c, 6))
		return chance_once(c, 4) ? (int64_t)chance_next(c)
					 : (int64_t)chance_below(c, 8) - 2;
	if (s->form == AS_ENUM)
		return d->members[chance_below(c, d->n)].value;
	for (i = chance_below(c, 4); i; i--)
		n |= d->members[chance_below(c, d->n)].value;
	return n;
}

/* The argument of that type that a register holds; NULL if there is none. */
static const struct arg_source *source_of_register(const char *type, unsigned n)
{
	const struct arg_source *s;
	const char *name;
	size_t len, i;
	char copy[64];

	for (i = 0; (name = event_arg_at(type, i, &len)); i++) {
		snprintf(copy, sizeof(copy), "%.*s", (int)len, name);
		s = arg_source(type, copy);
		if (s->from == ARG_REGISTER && s->n == n)
			return s;
	}
	return NULL;
}

void args_make(struct diff_event *e, struct chance *c)
{
	const char *type = types_name(e->type);
	unsigned i;

	for (i = 0; i < 6; i++) {
		e->num[FIELD_REGISTER_0 + i] = arg_number_make(c, source_of_register(type, i));
		e->have |= FIELD_BIT(FIELD_REGISTER_0 + i);
	}
	if (!arg_source(type, "name") || arg_source(type, "name")->from != ARG_PATH)
		return;
	e->num[FIELD_OPEN_FLAGS] = (uint32_t)arg_number_make(c, arg_source("openat", "flags"));
	e->num[FIELD_OPEN_MODE] = chance_once(c, 2) ? 0755 : chance_below(c, 4096);
	e->have |= FIELD_BIT(FIELD_OPEN_FLAGS) | FIELD_BIT(FIELD_OPEN_MODE);
}

/* ---- what the interpreter is told ---- */

static enum field_id field_of(const struct arg_source *s)
{
	switch (s->from) {
	case ARG_REGISTER:
		return FIELD_REGISTER_0 + s->n;
	case ARG_RESULT:
		return FIELD_EVT_RAWRES;
	case ARG_OPEN_FLAGS:
		return FIELD_OPEN_FLAGS;
	case ARG_OPEN_MODE:
		return FIELD_OPEN_MODE;
	case ARG_FIELD:
		return s->field;
	default:
		return FIELD_COUNT;
	}
}

static const char *name_of(const char *type, const char *arg)
{
	static char copy[64];
	size_t len;
	const char *name = arg;

	if (arg[strspn(arg, "0123456789")])
		return arg;
	name = event_arg_at(type, strtoul(arg, NULL, 10), &len);
	if (name)
		snprintf(copy, sizeof(copy), "%.*s", (int)len, name);
	return name ? copy : "";
}

enum have arg_give(const struct diff_event *e, const char *arg, bool raw, struct value *out)
{
	static char text[2][ARG_TEXT_MAX];
	static unsigned turn;
	const char *type = types_name(e->type);
	const struct arg_source *s = arg_source(type, name_of(type, arg));
	enum field_id f = s ? field_of(s) : FIELD_COUNT;
	char *to = text[turn++ % 2];
	int64_t n;

	if (!s)
		return HAVE_MISSING;
	if ((s->from == ARG_PATH && !raw) || s->from == ARG_RAW)
		return event_is_open(e->type) ? e->ev.get(&e->ev, FIELD_FD_NAME, NULL, out)
					      : given_give(e, s->n - 1, out);
	if (f == FIELD_COUNT)
		return HAVE_UNKNOWN;
	if (s->form == AS_TEXT && s->meaning == s->field)
		return e->ev.get(&e->ev, f, NULL, out);
	if (f >= FIELD_KERNEL_COUNT || !(e->have & FIELD_BIT(f)))
		return HAVE_UNKNOWN;
	if ((e->unsure & FIELD_BIT(f)) && !e->whole)
		return HAVE_UNKNOWN;
	n = s->from == ARG_REGISTER ? arg_narrow(s, e->num[f]) : e->num[f];
	if (raw)
		snprintf(to, ARG_TEXT_MAX, "%" PRId64, arg_code(s, n));
	else if (s->form == AS_FD && n >= 0)
		snprintf(to, ARG_TEXT_MAX, "<f>/etc/%" PRId64, n);
	else if (s->form == AS_UID || s->form == AS_GID || s->form == AS_PID)
		snprintf(to, ARG_TEXT_MAX, "root");
	else
		arg_show(s, n, to);
	*out = (struct value){.type = TYPE_STR, .str = to, .len = strlen(to)};
	return HAVE_VALUE;
}

/* ---- comparisons ---- */

/* A part of a text, or all of it. */
static void cut(struct chance *c, char *text)
{
	size_t len = strlen(text), from = len ? chance_below(c, len) : 0;

	if (chance_once(c, 2) || !len)
		return;
	memmove(text, text + from, len - from + 1);
	text[chance_below(c, len - from + 1)] = '\0';
}

static void value_text(struct chance *c, const struct arg_source *s, char text[ARG_TEXT_MAX])
{
	static const char *const texts[] = {"/etc", "/etc/passwd", "passwd", "a", "/", "sh", "/a"};

	arg_show(s, arg_narrow(s, arg_number_make(c, s)), text);
	if (s->form == AS_TEXT)
		strcpy(text, texts[chance_below(c, 7)]);
	else if (chance_once(c, 16))
		strcpy(text, "O_WHAT|NOTHING");
}

static void raw_compare(struct chance *c, const struct arg_source *s, const char *arg, char *to)
{
	static const char *const ops[] = {"=", "!=", "<", ">="};
	int64_t n = arg_code(s, arg_number_make(c, s));

	if (chance_once(c, 3))
		sprintf(to, "evt.rawarg.%s in (1, %" PRId64 ")", arg, n);
	else
		sprintf(to, "evt.rawarg.%s %s %" PRId64, arg, ops[chance_below(c, 4)], n);
}

void arg_compare(struct chance *c, char *to)
{
	static const char *const equal[] = {"=", "!=", "=", "="};
	static const char *const part[] = {"contains", "icontains", "startswith",
					   "endswith", "contains",  "contains"};
	const char *type = types_name(chance_below(c, EVENT_COUNT)), *name;
	const struct arg_source *s;
	char text[ARG_TEXT_MAX], other[ARG_TEXT_MAX], arg[64];
	size_t len, n = 0;

	while (event_arg_at(type, n, &len))
		n++;
	if (!n) {
		strcpy(to, "evt.arg.res exists");
		return;
	}
	n = chance_below(c, n);
	name = event_arg_at(type, n, &len);
	snprintf(arg, sizeof(arg), "%.*s", (int)len, name);
	s = arg_source(type, arg);
	if (chance_once(c, 12))
		snprintf(arg, sizeof(arg), "%zu", n);
	value_text(c, s, text);
	value_text(c, s, other);
	if (chance_once(c, 16))
		sprintf(to, "evt.arg[%s] exists", arg);
	else if (chance_once(c, 5) && event_arg_type(arg) == TYPE_INT && strlen(arg) > 2)
		raw_compare(c, s, arg, to);
	else if (chance_once(c, 4))
		sprintf(to, "evt.arg[%s] in (\"%.90s\", \"%.90s\")", arg, text, other);
	else if (chance_once(c, 12))
		sprintf(to, "evt.arg[%s] contains anyof (\"%.90s\", \"%.90s\")", arg, text, other);
	else if (chance_once(c, 2))
		sprintf(to, "evt.arg[%s] %s \"%.180s\"", arg, equal[chance_below(c, 4)], text);
	else if (chance_once(c, 8))
		cut(c, text), sprintf(to, "evt.arg[%s] glob \"*%.180s*\"", arg, text);
	else
		cut(c, text), sprintf(to, "evt.arg[%s] %s \"%.180s\"", arg,
				      part[chance_below(c, 6)], text);
}
