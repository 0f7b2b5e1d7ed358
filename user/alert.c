/* SPDX-License-Identifier: Apache-2.0 */
#include "user/alert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/arena.h"
#include "user/append.h"
#include "user/config.h"
#include "user/format.h"
#include "user/json.h"
#include "user/util.h"

#define NS_PER_S 1000000000LL

/* A field that the configuration adds. */
struct extra {
	const char *name, *literal; /* of the configuration; literal NULL: by the format */
	struct format *format;
	bool raw; /* the format is one field, and its value is wanted */
};

struct template
{
	const struct text_rule *text;
	struct format *format;
	struct extra *extras;
	size_t n_extras;
	char *tags; /* as in struct alert; NULL: those of the rule */
};

struct alerter {
	const struct image *im;
	char *hostname;
	bool iso, base64;
	struct template *rules;
	size_t n_rules;
};

/* ---- outputs of rules ---- */

static int compile_text(const struct alerter *al, const struct buf *text, struct format **out,
			struct format_error *err)
{
	if (text->failed || !text->s) {
		*err = (struct format_error){.why = "no memory"};
		return -ENOMEM;
	}
	if (format_compile(text->s, out, err))
		return -EINVAL;
	format_set_base64(*out, al->base64);
	return 0;
}

/* A later field of the same name counts. */
static int add_extra(const struct alerter *al, struct template *t, const struct append_field *f,
		     struct format_error *err)
{
	_cleanup_(buf_free) struct buf text = {};
	struct extra *more, e = {.name = f->name, .raw = !f->format};
	size_t i;

	buf_str(&text, f->format ? "" : "%");
	buf_str(&text, f->format ? f->format : f->name);
	if (f->literal)
		e.literal = f->format;
	else if (compile_text(al, &text, &e.format, err))
		return -EINVAL;
	for (i = 0; i < t->n_extras && strcmp(t->extras[i].name, f->name); i++)
		;
	if (i < t->n_extras) {
		format_free(&t->extras[i].format);
		t->extras[i] = e;
		return 0;
	}
	more = realloc(t->extras, (t->n_extras + 1) * sizeof(*more));
	if (!more) {
		format_free(&e.format);
		*err = (struct format_error){.why = "no memory"};
		return -ENOMEM;
	}
	t->extras = more;
	more[t->n_extras++] = e;
	return 0;
}

static int add_extras(const struct alerter *al, struct template *t, const struct append *a,
		      const struct append_rule *r, struct format_error *err)
{
	int bad = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (!append_applies(&a->v[i], r))
			continue;
		for (size_t f = 0; f < a->v[i].n_fields && !bad; f++)
			bad = add_extra(al, t, &a->v[i].fields[f], err);
	}
	return bad;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of the rule and of the configuration, sorted, each once. 0 or -ENOMEM. */
static int merge_tags(struct template *t, const char *tags, const struct texts *custom)
{
	struct buf merged = {};
	const char **v;
	size_t n = 0;

	if (!custom->n)
		return 0;
	for (const char *tag = tags; *tag; tag += strlen(tag) + 1)
		n++;
	v = calloc(n + custom->n, sizeof(*v));
	if (!v)
		return -ENOMEM;
	n = 0;
	for (const char *tag = tags; *tag; tag += strlen(tag) + 1)
		v[n++] = tag;
	for (size_t i = 0; i < custom->n; i++)
		v[n++] = custom->v[i];
	qsort(v, n, sizeof(*v), by_text);
	for (size_t i = 0; i < n; i++)
		if (!i || strcmp(v[i], v[i - 1]))
			buf_add(&merged, v[i], strlen(v[i]) + 1);
	buf_char(&merged, '\0');
	free(v);
	t->tags = buf_take(&merged);
	return t->tags ? 0 : -ENOMEM;
}

static int compile_rule(struct alerter *al, size_t i, const struct config *cfg, char *why,
			size_t why_size)
{
	struct append_rule r = append_rule_of(al->im, i);
	_cleanup_(buf_free) struct buf output = {};
	struct template *t = &al->rules[i];
	struct format_error err;

	t->text = image_rule(al->im, i);
	if (merge_tags(t, r.tags, &cfg->customtags))
		return -ENOMEM;
	buf_str(&output, image_text(al->im, t->text->output));
	append_text(&cfg->append, &r, &output);
	if (!compile_text(al, &output, &t->format, &err) &&
	    !add_extras(al, t, &cfg->append, &r, &err))
		return 0;
	snprintf(why, why_size, "output of rule '%s', character %zu: %s", r.name, err.position + 1,
		 err.why);
	return -EINVAL;
}

struct alerter *alerter_new(const struct image *im, const struct config *cfg, char *why,
			    size_t why_size)
{
	size_t n = image_head(im)->n_rules;
	struct alerter *al = calloc(1, sizeof(*al));

	snprintf(why, why_size, "no memory");
	if (!al)
		return NULL;
	al->im = im;
	al->iso = cfg->time_format_iso_8601;
	al->base64 = cfg->buffer_format_base64;
	al->hostname = strdup(cfg->hostname);
	al->rules = calloc(n ? n : 1, sizeof(*al->rules));
	if (!al->hostname || !al->rules) {
		alerter_free(&al);
		return NULL;
	}
	al->n_rules = n;
	for (size_t i = 0; i < n; i++) {
		if (compile_rule(al, i, cfg, why, why_size)) {
			alerter_free(&al);
			return NULL;
		}
	}
	return al;
}

static void free_template(struct template *t)
{
	format_free(&t->format);
	for (size_t i = 0; i < t->n_extras; i++)
		format_free(&t->extras[i].format);
	free(t->extras);
	free(t->tags);
}

void alerter_free(struct alerter **al)
{
	if (!*al)
		return;
	for (size_t i = 0; i < (*al)->n_rules; i++)
		free_template(&(*al)->rules[i]);
	free((*al)->rules);
	free((*al)->hostname);
	free(*al);
	*al = NULL;
}

const char *alerter_hostname(const struct alerter *al)
{
	return al->hostname;
}

/* ---- one alert ---- */

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int64_t event_time(const struct event *ev)
{
	struct value v = {};

	return ev->get(ev, FIELD_EVT_TIME, NULL, &v) == HAVE_VALUE ? v.num : now();
}

static int set_text(struct alert_field *f, const char *text, size_t len)
{
	f->kind = ALERT_STR;
	f->str = malloc(len + 1);
	if (!f->str)
		return -ENOMEM;
	memcpy(f->str, text, len);
	f->str[len] = '\0';
	return 0;
}

static int set_raw(struct alert_field *f, struct buf *b)
{
	f->kind = ALERT_RAW;
	f->str = buf_take(b);
	return f->str ? 0 : -ENOMEM;
}

/* An item of a list stands there as a text. */
static void add_item(struct buf *b, enum field_type type, const char *text)
{
	switch (type) {
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_PORT:
	case TYPE_BOOL:
	case TYPE_DOUBLE:
		buf_str(b, text);
		break;
	default:
		json_str(b, text, strlen(text));
	}
}

static int set_list(struct alert_field *f, enum field_type item, const struct value *v)
{
	struct buf b = {};

	buf_char(&b, '[');
	for (size_t i = 0; i < v->n_list; i++) {
		if (i)
			buf_char(&b, ',');
		add_item(&b, item, v->list[i]);
	}
	buf_char(&b, ']');
	return set_raw(f, &b);
}

static int set_real(struct alert_field *f, double real)
{
	struct buf b = {};

	buf_printf(&b, "%.15g", real);
	return set_raw(f, &b);
}

static int set_base64(struct alert_field *f, const struct value *v)
{
	struct buf b = {};

	buf_base64(&b, v->str, v->len);
	f->kind = ALERT_STR;
	f->str = buf_take(&b);
	return f->str ? 0 : -ENOMEM;
}

static int set_value(struct alert_field *f, const struct field *field, const struct value *v)
{
	switch (v->type) {
	case TYPE_BYTES:
	case TYPE_STR:
	case TYPE_IPADDR:
	case TYPE_IPNET:
		return set_text(f, v->str, v->len);
	case TYPE_LIST:
		return set_list(f, field->item, v);
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_PORT:
	case TYPE_BOOL:
		f->kind = v->type == TYPE_BOOL ? ALERT_BOOL : ALERT_INT;
		f->num = v->num;
		return 0;
	case TYPE_DOUBLE:
		return set_real(f, v->real);
	case TYPE_COUNT:
		break;
	}
	return -EINVAL;
}

static int add_field(const struct alerter *al, struct alert *a, const struct format_field *token,
		     const struct event *ev)
{
	static const struct field text = {.type = TYPE_STR, .item = TYPE_STR};
	struct alert_field *f = &a->fields[a->n_fields];
	struct arena *arena = token->call ? arena_new() : NULL;
	struct value v = {};
	enum have have;
	int err = 0;

	*f = (struct alert_field){.name = token->token};
	a->n_fields++;
	if (token->id == FIELD_EVT_TIME) {
		f->kind = ALERT_INT;
		f->num = a->time;
		return 0;
	}
	have = format_value(token, ev, arena, &v);
	if (have == HAVE_VALUE || (have == HAVE_UNKNOWN && v.str))
		err = al->base64 && v.type == TYPE_BYTES
			      ? set_base64(f, &v)
			      : set_value(f, token->call ? &text : &fields[token->id], &v);
	arena_free(&arena);
	return err;
}

static bool has_field(const struct alert *a, const char *name)
{
	for (size_t i = 0; i < a->n_fields; i++) {
		if (!strcmp(a->fields[i].name, name))
			return true;
	}
	return false;
}

static int by_name(const void *a, const void *b)
{
	const struct alert_field *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The field that Falco's prefix of time and priority brings along. */
static int add_time(struct alert *a)
{
	_cleanup_(buf_free) struct buf b = {};
	struct alert_field *f = &a->fields[a->n_fields];
	const char *name = a->iso ? "evt.time.iso8601" : "evt.time";

	if (has_field(a, name))
		return 0;
	*f = (struct alert_field){.name = name, .kind = ALERT_INT, .num = a->time};
	a->n_fields++;
	if (!a->iso)
		return 0;
	format_time_utc(a->time, "+0000", &b);
	return b.failed ? -ENOMEM : set_text(f, b.s, b.len);
}

/* In place of the output's field of the same name. */
static void drop_field(struct alert *a, const char *name)
{
	for (size_t i = 0; i < a->n_fields; i++) {
		if (strcmp(a->fields[i].name, name))
			continue;
		free(a->fields[i].str);
		a->fields[i] = a->fields[--a->n_fields];
		return;
	}
}

static int add_rendered(struct alert *a, const struct extra *e, const struct event *ev)
{
	struct alert_field *f = &a->fields[a->n_fields++];
	struct buf text = {};

	*f = (struct alert_field){.name = e->name, .kind = ALERT_STR};
	buf_str(&text, e->literal ? e->literal : "");
	if (!e->literal)
		format_render(e->format, ev, &text);
	f->str = buf_take(&text);
	return f->str ? 0 : -ENOMEM;
}

static int add_all_extras(const struct alerter *al, struct alert *a, const struct template *t,
			  const struct event *ev)
{
	int err = 0;

	for (size_t i = 0; i < t->n_extras && !err; i++) {
		const struct extra *e = &t->extras[i];
		const struct format_field *tokens;
		size_t n;

		drop_field(a, e->name);
		tokens = e->raw ? format_fields(e->format, &n) : NULL;
		err = tokens && n ? add_field(al, a, tokens, ev) : add_rendered(a, e, ev);
	}
	return err;
}

static int add_fields(const struct alerter *al, struct alert *a, const struct template *t,
		      const struct event *ev)
{
	size_t n;
	const struct format_field *tokens = format_fields(t->format, &n);
	int err = 0;

	a->fields = calloc(n + t->n_extras + 1, sizeof(*a->fields));
	if (!a->fields)
		return -ENOMEM;
	for (size_t i = 0; i < n && !err; i++)
		err = add_field(al, a, &tokens[i], ev);
	if (!err)
		err = add_all_extras(al, a, t, ev);
	if (!err)
		err = add_time(a);
	qsort(a->fields, a->n_fields, sizeof(*a->fields), by_name);
	return err;
}

int alert_make(const struct alerter *al, unsigned rule, const struct event *ev, struct alert *out)
{
	const struct template *t = &al->rules[rule];
	_cleanup_(buf_free) struct buf message = {};
	struct alert a = {
		.priority = t->text->priority,
		.rule = image_text(al->im, t->text->name),
		.source = image_text(al->im, t->text->source),
		.tags = t->tags ? t->tags : image_text(al->im, t->text->tags),
		.hostname = al->hostname,
		.iso = al->iso,
		.time = event_time(ev),
	};
	int err = add_fields(al, &a, t, ev);

	if (!err) {
		format_render(t->format, ev, &message);
		a.message = buf_take(&message);
	}
	if (err || !a.message) {
		alert_free(&a);
		return -ENOMEM;
	}
	*out = a;
	return 0;
}

int alert_internal(struct alert *out, enum priority p, const char *rule, const char *hostname,
		   const char *message)
{
	char *copy = strdup(message);

	if (!copy)
		return -ENOMEM;
	*out = (struct alert){
		.priority = p,
		.rule = rule,
		.source = "internal",
		.hostname = hostname,
		.internal = true,
		.time = now(),
		.message = copy,
	};
	return 0;
}

int alert_add(struct alert *a, const char *name, const char *value)
{
	struct alert_field *more = realloc(a->fields, (a->n_fields + 1) * sizeof(*more));
	struct alert_field f = {.name = name};

	if (!more)
		return -ENOMEM;
	a->fields = more;
	if (set_text(&f, value, strlen(value)))
		return -ENOMEM;
	more[a->n_fields++] = f;
	qsort(more, a->n_fields, sizeof(*more), by_name);
	return 0;
}

void alert_free(struct alert *a)
{
	for (size_t i = 0; i < a->n_fields; i++)
		free(a->fields[i].str);
	free(a->fields);
	free(a->message);
	*a = (struct alert){};
}
