/* SPDX-License-Identifier: Apache-2.0 */
#include "user/format.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/arena.h"
#include "gen/check.h"
#include "gen/diag.h"
#include "gen/output_call.h"
#include "gen/transform.h"
#include "user/util.h"

#define NS_PER_S   1000000000LL
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

const char format_suggested[] =
	" container_id=%container.id container_name=%container.name"
	" container_image_repository=%container.image.repository"
	" container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name"
	" k8s_ns_name=%k8s.ns.name";

/* Text that stands before a field, and the field; the last piece has none. */
struct piece {
	const char *text; /* in the copy of the template */
	size_t len;
	bool has_field;
	struct format_field field; /* what it points to is owned by the format's field */
	size_t width;		   /* 0: as long as it is */
};

struct format {
	struct arena *arena; /* of the calls of transformers; else only while compiling */
	bool calls;	     /* there are transformers */
	bool base64;	     /* buffers as base64 */
	char *text;
	struct piece *pieces;
	size_t n_pieces;
	struct format_field *fields;
	size_t n_fields;
};

/* ---- compiling ---- */

__attribute__((format(printf, 3, 4))) static int fail(struct format_error *err, size_t position,
						      const char *format, ...)
{
	va_list ap;

	err->position = position;
	va_start(ap, format);
	vsnprintf(err->why, sizeof(err->why), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int unknown_field(struct format_error *err, size_t position, const char *s)
{
	size_t len = strspn(s, NAME_CHARS);
	_cleanup_free_ char *name = strndup(s, len);
	const char *near = name && len ? field_nearest(name) : NULL;
	const char *refused = name && len ? field_refused(name) : NULL;

	if (!*s)
		return fail(err, position, "formatting cannot end with a %%");
	if (!len)
		return fail(err, position, "a '%%' must be followed by a field");
	if (refused)
		return fail(err, position, "unknown filter: %.60s is not offered: %s", name,
			    refused);
	if (near)
		return fail(err, position, "unknown filter: %.60s; did you mean '%%%s'?", name,
			    near);
	return fail(err, position, "unknown filter: %.60s", name ? name : "");
}

static const struct format_field *noted(const struct format *f, const char *s, size_t len)
{
	for (size_t i = 0; i < f->n_fields; i++) {
		if (strlen(f->fields[i].token) == len && !memcmp(f->fields[i].token, s, len))
			return &f->fields[i];
	}
	return NULL;
}

/* A key of output_fields: the token of len bytes at s. NULL if there is no memory. */
static struct format_field *note_field(struct format *f, const char *s, size_t len)
{
	struct format_field *more = realloc(f->fields, (f->n_fields + 1) * sizeof(*more));
	struct format_field *new;

	if (!more)
		return NULL;
	f->fields = more;
	new = &more[f->n_fields];
	*new = (struct format_field){.token = strndup(s, len)};
	f->n_fields += new->token != NULL;
	return new->token ? new : NULL;
}

static int no_memory(struct format_error *err)
{
	return fail(err, 0, "no memory");
}

static int add_field(struct format *f, const char *s, const struct field_token *t, struct piece *p,
		     struct format_error *err)
{
	struct format_field *new = note_field(f, s, t->len);
	const char *problem = output_argument_problem(f->arena, t);

	if (!new)
		return no_memory(err);
	if (problem)
		return fail(err, s - f->text, "invalid formatting token: %s", problem);
	new->id = t->field->id;
	if (t->arg && !(new->arg = strndup(t->arg, t->arg_len)))
		return no_memory(err);
	p->field = *new;
	return 0;
}

static int add_call(struct format *f, const char *s, size_t len, struct piece *p,
		    struct format_error *err)
{
	struct format_field *new = note_field(f, s, len);
	struct diags diags = {};
	struct text call = {};

	if (!new)
		return no_memory(err);
	f->calls = true;
	diags.arena = call.arena = f->arena;
	text_add(&call, (struct place){}, s, len);
	new->id = FIELD_COUNT;
	new->call = output_call(&diags, &call);
	if (!new->call)
		return fail(err, s - f->text, "%.140s",
			    diags.n ? diags.list[0].message : "invalid formatting token");
	p->field = *new;
	return 0;
}

static int add_piece(struct format *f, const struct piece *p)
{
	struct piece *more = realloc(f->pieces, (f->n_pieces + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	f->pieces = more;
	more[f->n_pieces++] = *p;
	return 0;
}

static int read_width(const char **s, struct piece *p)
{
	while (**s >= '0' && **s <= '9') {
		p->width = p->width * 10 + (**s - '0');
		if (p->width > OUTPUT_WIDTH_MAX)
			return -EINVAL;
		++*s;
	}
	return 0;
}

/* After the %. Moves *s behind the token. */
static int read_token(struct format *f, const char **s, struct piece *p, struct format_error *err)
{
	static const char nothing[] = "container.info";
	const struct format_field *same;
	struct field_token t;
	size_t len, start = *s - f->text;
	int bad = 0;

	if (read_width(s, p))
		return fail(err, start, "the width must be at most %d", OUTPUT_WIDTH_MAX);
	len = output_call_len(*s);
	t = field_token(*s);
	if (!len && !t.field && !strncmp(*s, nothing, strlen(nothing))) {
		/* An old token that stands for no field any more. */
		*s += strlen(nothing);
		return 0;
	}
	if (!len && !t.field)
		return unknown_field(err, *s - f->text, *s);
	if ((same = noted(f, *s, len ? len : t.len)))
		p->field = *same;
	else
		bad = len ? add_call(f, *s, len, p, err) : add_field(f, *s, &t, p, err);
	p->has_field = true;
	*s += len ? len : t.len;
	return bad;
}

static int by_token(const void *a, const void *b)
{
	const struct format_field *x = a, *y = b;

	return strcmp(x->token, y->token);
}

static int compile(struct format *f, struct format_error *err)
{
	const char *s = f->text;

	for (;;) {
		const char *percent = strchrnul(s, '%');
		struct piece p = {.text = s, .len = percent - s};
		bool last = !*percent;
		int bad = 0;

		s = percent + 1;
		if (!last)
			bad = read_token(f, &s, &p, err);
		if (bad)
			return bad;
		if (add_piece(f, &p))
			return fail(err, 0, "no memory");
		if (last)
			break;
	}
	if (f->n_fields)
		qsort(f->fields, f->n_fields, sizeof(*f->fields), by_token);
	return 0;
}

int format_compile(const char *text, struct format **out, struct format_error *err)
{
	struct format *f = calloc(1, sizeof(*f));
	int bad;

	if (!f)
		return no_memory(err);
	f->text = strdup(text);
	f->arena = arena_new();
	bad = f->text && f->arena ? compile(f, err) : no_memory(err);
	if (!f->calls)
		arena_free(&f->arena);
	if (bad)
		format_free(&f);
	else
		*out = f;
	return bad;
}

void format_free(struct format **f)
{
	if (!*f)
		return;
	for (size_t i = 0; i < (*f)->n_fields; i++) {
		free((char *)(*f)->fields[i].token);
		free((char *)(*f)->fields[i].arg);
	}
	free((*f)->fields);
	free((*f)->pieces);
	free((*f)->text);
	arena_free(&(*f)->arena);
	free(*f);
	*f = NULL;
}

void format_set_base64(struct format *f, bool on)
{
	f->base64 = on;
}

const struct format_field *format_fields(const struct format *f, size_t *n)
{
	*n = f->n_fields;
	return f->fields;
}

/* ---- rendering ---- */

time_t format_time_split(int64_t ns, long *rest)
{
	bool before = ns % NS_PER_S < 0;

	*rest = ns % NS_PER_S + (before ? NS_PER_S : 0);
	return ns / NS_PER_S - before;
}

void format_time_local(int64_t ns, struct buf *out)
{
	long rest;
	time_t s = format_time_split(ns, &rest);
	struct tm tm;

	localtime_r(&s, &tm);
	buf_printf(out, "%02d:%02d:%02d.%09ld", tm.tm_hour, tm.tm_min, tm.tm_sec, rest);
}

void format_datetime(int64_t ns, struct buf *out)
{
	long rest;
	time_t s = format_time_split(ns, &rest);
	struct tm tm;

	localtime_r(&s, &tm);
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d.%09ld", tm.tm_year + 1900, tm.tm_mon + 1,
		   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, rest);
}

void format_time_utc(int64_t ns, const char *zone, struct buf *out)
{
	long rest;
	time_t s = format_time_split(ns, &rest);
	struct tm tm;

	gmtime_r(&s, &tm);
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%09ld%s", tm.tm_year + 1900, tm.tm_mon + 1,
		   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, rest, zone);
}

static void render_list(const struct value *v, struct buf *out)
{
	buf_char(out, '(');
	for (size_t i = 0; i < v->n_list; i++) {
		if (i)
			buf_char(out, ',');
		buf_str(out, v->list[i]);
	}
	buf_char(out, ')');
}

static void render_number(enum field_id id, int64_t n, struct buf *out)
{
	switch (id) {
	case FIELD_EVT_TIME:
		format_time_local(n, out);
		break;
	case FIELD_PROC_EXE_INO_CTIME:
	case FIELD_PROC_EXE_INO_MTIME:
		format_datetime(n, out);
		break;
	default:
		buf_printf(out, "%lld", (long long)n);
	}
}

static void render_value(enum field_id id, const struct value *v, struct buf *out)
{
	switch (v->type) {
	case TYPE_STR:
	case TYPE_BYTES:
	case TYPE_IPADDR:
	case TYPE_IPNET:
		buf_add(out, v->str, v->len);
		break;
	case TYPE_DOUBLE:
		buf_printf(out, "%g", v->real);
		break;
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_PORT:
		render_number(id, v->num, out);
		break;
	case TYPE_BOOL:
		buf_str(out, v->num ? "true" : "false");
		break;
	case TYPE_LIST:
		render_list(v, out);
		break;
	case TYPE_COUNT:
		break;
	}
}

enum have format_value(const struct format_field *f, const struct event *ev, struct arena *a,
		       struct value *out)
{
	if (f->call)
		return a ? expr_value(f->call, ev, a, out) : HAVE_UNKNOWN;
	return ev->get(ev, f->id, f->arg, out);
}

static void render_field(const struct format *f, const struct piece *p, const struct event *ev,
			 struct arena *a, struct buf *out)
{
	struct value v = {};
	enum have have = format_value(&p->field, ev, a, &v);
	size_t start = out->len;

	/* Of what could not be read, the beginning is better than nothing. */
	if (have != HAVE_VALUE && (have != HAVE_UNKNOWN || !v.str))
		buf_str(out, "<NA>");
	else if (f->base64 && v.type == TYPE_BYTES)
		buf_base64(out, v.str, v.len);
	else
		render_value(p->field.id, &v, out);
	if (!p->width || out->failed)
		return;
	while (out->len - start < p->width && !out->failed)
		buf_char(out, ' ');
	if (out->len - start > p->width) {
		out->len = start + p->width;
		out->s[out->len] = '\0';
	}
}

void format_render(const struct format *f, const struct event *ev, struct buf *out)
{
	struct arena *a = f->calls ? arena_new() : NULL;

	for (size_t i = 0; i < f->n_pieces; i++) {
		buf_add(out, f->pieces[i].text, f->pieces[i].len);
		if (f->pieces[i].has_field)
			render_field(f, &f->pieces[i], ev, a, out);
	}
	arena_free(&a);
}
