/* SPDX-License-Identifier: Apache-2.0 */
#include "user/template_value.h"

#include <inttypes.h>
#include <string.h>

#include "gen/arena.h"
#include "user/buf.h"

#define NO_VALUE "<no value>"

static const char *keep(const struct template_context *c, struct buf *b)
{
	const char *text = arena_str(c->arena, buf_text(b), b->len);

	buf_free(b);
	return text;
}

static struct template_value text_value(const char *text)
{
	return (struct template_value){.kind = VALUE_TEXT, .text = text};
}

static struct template_value bool_value(bool b)
{
	return (struct template_value){.kind = VALUE_BOOL, .num = b};
}

/* ---- the alert ---- */

static struct template_value field(const struct template_context *c, enum template_field f)
{
	const struct alert *a = c->a;
	struct buf b = {};

	switch (f) {
	case AT_RULE:
		return text_value(a->rule);
	case AT_PRIORITY:
		return text_value(priority_name(a->priority));
	case AT_SOURCE:
		return text_value(a->source);
	case AT_HOSTNAME:
		return text_value(a->hostname);
	case AT_OUTPUT:
		alert_output(a, &b);
		return text_value(keep(c, &b));
	case AT_TIME:
		chat_time(&b, a);
		return text_value(keep(c, &b));
	case AT_TAGS:
		return (struct template_value){.kind = VALUE_TAGS};
	default:
		return (struct template_value){.kind = VALUE_MAP};
	}
}

static struct template_value output_field(const struct template_context *c, const char *name)
{
	for (size_t i = 0; i < c->a->n_fields; i++) {
		const struct alert_field *f = &c->a->fields[i];

		if (strcmp(f->name, name))
			continue;
		switch (f->kind) {
		case ALERT_STR:
		case ALERT_RAW:
			return text_value(f->str);
		case ALERT_INT:
			return (struct template_value){.kind = VALUE_NUMBER, .num = f->num};
		case ALERT_BOOL:
			return bool_value(f->num);
		default:
			return (struct template_value){};
		}
	}
	return (struct template_value){};
}

static size_t n_tags(const struct alert *a)
{
	size_t n = 0;

	for (const char *tag = a->tags; tag && *tag; tag += strlen(tag) + 1)
		n++;
	return n;
}

static struct template_value tag_at(const struct alert *a, int64_t i)
{
	for (const char *tag = a->tags; tag && *tag; tag += strlen(tag) + 1)
		if (!i--)
			return text_value(tag);
	return (struct template_value){};
}

/* ---- values ---- */

static const char *raw(const struct template_context *c, const struct template_value *v)
{
	struct buf b = {};

	switch (v->kind) {
	case VALUE_MISSING:
		return NO_VALUE;
	case VALUE_TEXT:
		return v->text;
	case VALUE_NUMBER:
		return arena_printf(c->arena, "%" PRId64, v->num);
	case VALUE_BOOL:
		return v->num ? "true" : "false";
	case VALUE_TAGS:
		buf_char(&b, '[');
		chat_tags(&b, c->a, " ");
		buf_char(&b, ']');
		return keep(c, &b);
	case VALUE_MAP:
		buf_str(&b, "map[");
		for (size_t i = 0; i < c->a->n_fields; i++) {
			struct template_value f = output_field(c, c->a->fields[i].name);

			buf_printf(&b, "%s%s:%s", i ? " " : "", c->a->fields[i].name, raw(c, &f));
		}
		buf_char(&b, ']');
		return keep(c, &b);
	}
	return "";
}

const char *template_print(const struct template_context *c, const struct template_value *v)
{
	struct buf b = {};

	if (v->safe)
		return raw(c, v);
	chat_escape(&b, raw(c, v), c->chat);
	return keep(c, &b);
}

bool template_is_true(const struct template_context *c, const struct template_value *v)
{
	switch (v->kind) {
	case VALUE_MISSING:
		return false;
	case VALUE_TEXT:
		return *v->text;
	case VALUE_TAGS:
		return n_tags(c->a) > 0;
	case VALUE_MAP:
		return c->a->n_fields > 0;
	default:
		return v->num != 0;
	}
}

/* ---- functions ---- */

static bool equal(const struct template_context *c, const struct template_value *a,
		  const struct template_value *b)
{
	return a->kind == b->kind && !strcmp(raw(c, a), raw(c, b));
}

static struct template_value index_of(const struct template_context *c,
				      const struct template_value *v, size_t n)
{
	if (n == 2 && v[0].kind == VALUE_MAP && v[1].kind == VALUE_TEXT)
		return output_field(c, v[1].text);
	if (n == 2 && v[0].kind == VALUE_TAGS && v[1].kind == VALUE_NUMBER)
		return tag_at(c->a, v[1].num);
	return (struct template_value){};
}

static size_t length(const struct template_context *c, const struct template_value *v)
{
	switch (v->kind) {
	case VALUE_TEXT:
		return strlen(v->text);
	case VALUE_TAGS:
		return n_tags(c->a);
	case VALUE_MAP:
		return c->a->n_fields;
	default:
		return 0;
	}
}

static void quote(struct buf *b, const char *text)
{
	buf_char(b, '"');
	buf_str(b, text);
	buf_char(b, '"');
}

/* %s, %v, %d and %q with nothing between; each takes an argument. */
static struct template_value printf_of(const struct template_context *c,
				       const struct template_value *v, size_t n)
{
	struct template_value out = {.kind = VALUE_TEXT, .safe = true};
	size_t used = 1;
	struct buf b = {};

	for (const char *p = raw(c, &v[0]); *p; p++) {
		const char *text;

		if (*p != '%' || !p[1]) {
			buf_char(&b, *p);
			continue;
		}
		if (*++p == '%') {
			buf_char(&b, '%');
			continue;
		}
		text = used < n ? template_print(c, &v[used]) : "%!(MISSING)";
		used++;
		if (*p == 'q')
			quote(&b, text);
		else
			buf_str(&b, text);
	}
	out.text = keep(c, &b);
	return out;
}

static struct template_value print_of(const struct template_context *c,
				      const struct template_value *v, size_t n)
{
	struct template_value out = {.kind = VALUE_TEXT, .safe = true};
	struct buf b = {};

	for (size_t i = 0; i < n; i++) {
		/* As Go: a blank where neither side is a text. */
		if (i && v[i].kind != VALUE_TEXT && v[i - 1].kind != VALUE_TEXT)
			buf_char(&b, ' ');
		buf_str(&b, template_print(c, &v[i]));
	}
	out.text = keep(c, &b);
	return out;
}

/* The first that decides it, or the last. */
static struct template_value logic(const struct template_context *c, const struct template_value *v,
				   size_t n, bool stop)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (template_is_true(c, &v[i]) == stop)
			return v[i];
	return v[n - 1];
}

static struct template_value call(const struct template_context *c, enum template_function f,
				  const struct template_value *v, size_t n)
{
	bool any = false;

	switch (f) {
	case CALL_INDEX:
		return index_of(c, v, n);
	case CALL_PRINT:
		return print_of(c, v, n);
	case CALL_PRINTF:
		return printf_of(c, v, n);
	case CALL_LEN:
		return (struct template_value){.kind = VALUE_NUMBER, .num = length(c, &v[0])};
	case CALL_EQ:
		for (size_t i = 1; i < n && !any; i++)
			any = equal(c, &v[0], &v[i]);
		return bool_value(any);
	case CALL_NE:
		return bool_value(!equal(c, &v[0], &v[1]));
	case CALL_AND:
		return logic(c, v, n, false);
	case CALL_OR:
		return logic(c, v, n, true);
	case CALL_NOT:
		return bool_value(!template_is_true(c, &v[0]));
	default:
		return (struct template_value){};
	}
}

struct template_value template_eval(const struct template_context *c, const struct template_expr *e)
{
	struct template_value v[TEMPLATE_ARGS_MAX];

	switch (e->kind) {
	case EXPR_FIELD:
		return field(c, e->field);
	case EXPR_TEXT:
		return (struct template_value){.kind = VALUE_TEXT, .text = e->text, .safe = true};
	case EXPR_NUMBER:
		return (struct template_value){.kind = VALUE_NUMBER, .num = e->num};
	case EXPR_BOOL:
		return bool_value(e->num);
	case EXPR_CALL:
		for (size_t i = 0; i < e->n; i++)
			v[i] = template_eval(c, e->args[i]);
		return call(c, e->call, v, e->n);
	}
	return (struct template_value){};
}
