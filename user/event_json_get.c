/* SPDX-License-Identifier: Apache-2.0 */
/* Values of an event written as JSON: those that are written, and those that follow from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/arg.h"
#include "gen/event_args.h"
#include "user/event_json.h"
#include "user/format.h"

#define NS_PER_S 1000000000LL

static enum have text(struct value *out, const char *s)
{
	out->str = s;
	out->len = strlen(s);
	return HAVE_VALUE;
}

static enum have number(struct value *out, int64_t n)
{
	out->num = n;
	return HAVE_VALUE;
}

/* An item of a list as a text. */
static const char *item_text(struct arena *a, const struct json *j)
{
	switch (j->kind) {
	case JSON_STR:
		return j->str;
	case JSON_BOOL:
		return j->num ? "true" : "false";
	case JSON_REAL:
		return arena_printf(a, "%g", j->real);
	default:
		return arena_printf(a, "%lld", (long long)j->num);
	}
}

/* What a field of ancestors prints: all values, the parent first. */
static const char *join(struct arena *a, const struct json *list)
{
	const char *all = "";

	for (size_t i = 0; i < list->n; i++)
		all = arena_printf(a, "%s%s%s", all, i ? " " : "", item_text(a, &list->items[i]));
	return all;
}

static enum have take_list(const struct json_event *e, const struct json *j, struct value *out)
{
	size_t n = j->kind == JSON_ARRAY ? j->n : 1;
	const char **list = arena_alloc(e->arena, n * sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = item_text(e->arena, j->kind == JSON_ARRAY ? &j->items[i] : j);
	out->type = TYPE_LIST;
	out->list = list;
	out->n_list = n;
	return HAVE_VALUE;
}

static enum have take(const struct json_event *e, enum field_id id, const struct json *j,
		      struct value *out)
{
	if (!j)
		return HAVE_MISSING;
	if (fields[id].type == TYPE_LIST || fields[id].either)
		return take_list(e, j, out);
	if (fields[id].type == TYPE_DOUBLE) {
		out->real = j->kind == JSON_REAL ? j->real : (double)j->num;
		return HAVE_VALUE;
	}
	if (j->kind == JSON_ARRAY && fields[id].type == TYPE_INT)
		return take(e, id, &j->items[0], out);
	if (j->kind == JSON_ARRAY)
		return text(out, join(e->arena, j));
	if (j->kind == JSON_STR) {
		out->str = j->str;
		out->len = j->len;
		return HAVE_VALUE;
	}
	if (fields[id].type == TYPE_STR)
		return text(out, item_text(e->arena, j));
	return number(out, j->num);
}

static enum have plain(const struct json_event *e, enum field_id id, struct value *out)
{
	return take(e, id, e->values[id], out);
}

/* ---- with an argument ---- */

/* The field of the process itself, and that of the parent, of a field of ancestors. */
static void kin_of(enum field_id id, enum field_id *self, enum field_id *parent)
{
	static const struct {
		enum field_id id, self, parent;
	} kin[] = {
		{FIELD_PROC_ANAME, FIELD_PROC_NAME, FIELD_PROC_PNAME},
		{FIELD_PROC_AEXE, FIELD_PROC_EXE, FIELD_PROC_PEXE},
		{FIELD_PROC_AEXEPATH, FIELD_PROC_EXEPATH, FIELD_PROC_PEXEPATH},
		{FIELD_PROC_ACMDLINE, FIELD_PROC_CMDLINE, FIELD_PROC_PCMDLINE},
		{FIELD_PROC_APID, FIELD_PROC_PID, FIELD_PROC_PPID},
		{FIELD_PROC_AENV, FIELD_PROC_ENV, FIELD_COUNT},
	};

	*self = *parent = FIELD_COUNT;
	for (size_t i = 0; i < sizeof(kin) / sizeof(kin[0]); i++) {
		if (kin[i].id == id) {
			*self = kin[i].self;
			*parent = kin[i].parent;
		}
	}
}

static enum have ancestor(const struct json_event *e, enum field_id id, const char *arg,
			  struct value *out)
{
	const struct json *list = e->values[id];
	enum field_id self, parent;
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	kin_of(id, &self, &parent);
	if (end == arg || *end)
		return HAVE_MISSING;
	if (!n)
		return plain(e, self, out);
	if (list && list->kind == JSON_ARRAY)
		return n <= list->n ? take(e, id, &list->items[n - 1], out) : HAVE_MISSING;
	if (list || n > 1 || parent == FIELD_COUNT)
		return list && n == 1 ? take(e, id, list, out) : HAVE_MISSING;
	return plain(e, parent, out);
}

/* One of the texts between blanks, from 0; empty if there are fewer. */
static enum have word(const struct json_event *e, const struct json *args, unsigned long n,
		      struct value *out)
{
	const char *all = args->str;

	if (args->kind == JSON_ARRAY)
		return text(out, n < args->n ? args->items[n].str : "");
	for (; n && *all; n--) {
		all += strcspn(all, " ");
		all += *all == ' ';
	}
	return text(out, arena_str(e->arena, all, strcspn(all, " ")));
}

static enum have variable(const struct json_event *e, const struct json *env, const char *name,
			  struct value *out)
{
	size_t len = strlen(name);
	const char *all = env->kind == JSON_STR ? env->str : "";

	for (size_t i = 0; i < env->n; i++) {
		const char *s = env->items[i].str;

		if (!strncmp(s, name, len) && s[len] == '=')
			return text(out, s + len + 1);
	}
	while (*all) {
		if (!strncmp(all, name, len) && all[len] == '=')
			return text(out, arena_str(e->arena, all + len + 1,
						   strcspn(all + len + 1, " ")));
		all += strcspn(all, " ");
		all += *all == ' ';
	}
	return text(out, "");
}

const struct json_member *event_json_member(const struct json_event *e, enum field_id id,
					    const char *arg)
{
	for (size_t i = e->n_members; i > 0; i--) {
		const struct json_member *m = &e->members[i - 1];

		if (m->id == id && !strcmp(m->arg, arg))
			return m;
	}
	return NULL;
}

/* evt.arg[N] is also written by its name. */
static enum have numbered_arg(const struct json_event *e, const char *arg, struct value *out)
{
	const struct json *type = e->values[FIELD_EVT_TYPE];
	const struct json_member *m;
	char *end;
	unsigned long n = strtoul(arg, &end, 10);
	const char *name;
	size_t len;

	if (end == arg || *end)
		return event_json_arg(e, FIELD_EVT_ARG, arg, out);
	if (!type)
		return HAVE_MISSING;
	name = event_arg_at(type->str, n, &len);
	if (!name)
		return HAVE_MISSING;
	arg = arena_str(e->arena, name, len);
	m = event_json_member(e, FIELD_EVT_ARG, arg);
	return m ? take(e, FIELD_EVT_ARG, m->value, out)
		 : event_json_arg(e, FIELD_EVT_ARG, arg, out);
}

static enum have with_arg(const struct json_event *e, enum field_id id, const char *arg,
			  struct value *out)
{
	const struct json_member *m = event_json_member(e, id, arg);
	const struct json *j = e->values[id];

	if (m)
		return take(e, id, m->value, out);
	if (field_is_lineage(id))
		return ancestor(e, id, arg, out);
	switch (id) {
	case FIELD_PROC_ARGS:
		return j ? word(e, j, strtoul(arg, NULL, 10), out) : HAVE_MISSING;
	case FIELD_PROC_ENV:
		return j ? variable(e, j, arg, out) : HAVE_MISSING;
	case FIELD_EVT_ARG:
		return numbered_arg(e, arg, out);
	case FIELD_EVT_RAWARG:
		return event_json_arg(e, id, arg, out);
	case FIELD_EVT_TYPE_IS:
		j = e->values[FIELD_EVT_TYPE];
		return number(out, j && !strcmp(j->str, arg));
	default:
		return HAVE_MISSING;
	}
}

/* ---- what follows from other members ---- */

static enum have take_time(const struct json_event *e, struct buf *b, size_t len, struct value *out)
{
	const char *s = arena_str(e->arena, buf_text(b), len < b->len ? len : b->len);

	buf_free(b);
	return text(out, s);
}

static enum have time_of(const struct json_event *e, enum field_id id, struct value *out)
{
	const struct json *j = e->values[FIELD_EVT_TIME];
	struct buf b = {};

	if (!j)
		return HAVE_MISSING;
	switch (id) {
	case FIELD_EVT_RAWTIME:
		return number(out, j->num);
	case FIELD_EVT_RAWTIME_S:
		return number(out, j->num / NS_PER_S);
	case FIELD_EVT_RAWTIME_NS:
		return number(out, j->num % NS_PER_S);
	case FIELD_EVT_TIME_ISO8601:
		format_time_utc(j->num, "+0000", &b);
		return take_time(e, &b, SIZE_MAX, out);
	case FIELD_EVT_DATETIME:
	case FIELD_EVT_DATETIME_S:
		format_datetime(j->num, &b);
		break;
	default:
		format_time_local(j->num, &b);
	}
	return take_time(e, &b,
			 id == FIELD_EVT_DATETIME || id == FIELD_EVT_OUTPUTTIME
				 ? SIZE_MAX
				 : strcspn(buf_text(&b), "."),
			 out);
}

/* Of two fields, those that are there. */
static enum have either(const struct json_event *e, enum field_id a, enum field_id b,
			struct value *out)
{
	const struct json *ends[] = {e->values[a], e->values[b]};
	const char **list = arena_alloc(e->arena, 2 * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		if (ends[i])
			list[n++] = item_text(e->arena, ends[i]);
	}
	out->type = TYPE_LIST;
	out->list = list;
	out->n_list = n;
	return n ? HAVE_VALUE : HAVE_MISSING;
}

static char letter(const struct json *typechar)
{
	return typechar && typechar->kind == JSON_STR ? *typechar->str : '\0';
}

static enum have derived(const struct json_event *e, enum field_id id, struct value *out)
{
	const struct json *type = e->values[FIELD_EVT_TYPE], *j;

	if (id >= FIELD_REGISTER_0 && id <= FIELD_REGISTER_5)
		return event_json_number(e, ARG_REGISTER, id - FIELD_REGISTER_0, out);
	switch (id) {
	case FIELD_OPEN_FLAGS:
		return event_json_number(e, ARG_OPEN_FLAGS, 0, out);
	case FIELD_OPEN_MODE:
		return event_json_number(e, ARG_OPEN_MODE, 0, out);
	case FIELD_FD_NAME:
		return event_json_path(e, out);
	case FIELD_EVT_RAWRES:
		return event_json_number(e, ARG_RESULT, 0, out);
	case FIELD_EVT_TIME_S:
	case FIELD_EVT_TIME_ISO8601:
	case FIELD_EVT_DATETIME:
	case FIELD_EVT_DATETIME_S:
	case FIELD_EVT_RAWTIME:
	case FIELD_EVT_RAWTIME_S:
	case FIELD_EVT_RAWTIME_NS:
	case FIELD_EVT_OUTPUTTIME:
		return time_of(e, id, out);
	case FIELD_EVT_DIR:
		return text(out, "<");
	case FIELD_SYSCALL_TYPE:
		return plain(e, FIELD_EVT_TYPE, out);
	case FIELD_EVT_CATEGORY:
		j = e->values[FIELD_FD_TYPECHAR];
		return type ? text(out, event_category_of(type->str, letter(j))) : HAVE_MISSING;
	case FIELD_EVT_IS_IO:
		return type ? number(out, event_reads(type->str) || event_writes(type->str))
			    : HAVE_MISSING;
	case FIELD_EVT_IS_IO_READ:
		return type ? number(out, event_reads(type->str)) : HAVE_MISSING;
	case FIELD_EVT_IS_IO_WRITE:
		return type ? number(out, event_writes(type->str)) : HAVE_MISSING;
	case FIELD_EVT_IS_WAIT:
		return type ? number(out, event_waits(type->str)) : HAVE_MISSING;
	case FIELD_EVT_INFO:
		return plain(e, FIELD_EVT_ARGS, out);
	case FIELD_FD_NET:
		if (e->values[FIELD_FD_IP])
			return plain(e, FIELD_FD_IP, out);
		return either(e, FIELD_FD_CIP, FIELD_FD_SIP, out);
	case FIELD_FD_IP:
		return either(e, FIELD_FD_CIP, FIELD_FD_SIP, out);
	case FIELD_FD_PORT:
		return either(e, FIELD_FD_CPORT, FIELD_FD_SPORT, out);
	case FIELD_FD_CNET:
		return plain(e, FIELD_FD_CIP, out);
	case FIELD_FD_SNET:
		return plain(e, FIELD_FD_SIP, out);
	case FIELD_FD_LNET:
		return plain(e, FIELD_FD_LIP, out);
	case FIELD_FD_RNET:
		return plain(e, FIELD_FD_RIP, out);
	default:
		return HAVE_MISSING;
	}
}

enum have json_event_get(const struct event *ev, enum field_id id, const char *arg,
			 struct value *out)
{
	const struct json_event *e = (const struct json_event *)ev;
	struct value v = {.type = fields[id].either ? TYPE_LIST : fields[id].type};
	enum have have;

	if (id == FIELD_FD_NAME && ev->view)
		id = FIELD_FD_NAME_RESOLVED;
	if (arg)
		have = with_arg(e, id, arg, &v);
	else
		have = e->values[id] ? plain(e, id, &v) : derived(e, id, &v);
	if (have != HAVE_MISSING)
		*out = v;
	return have;
}
