/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the event itself: its type, result, times, and what can be counted of it. */
#include "user/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/event_args.h"
#include "gen/types.h"
#include "user/buf.h"
#include "user/format.h"

#define NS_PER_S 1000000000LL

const char *field_event_type(const struct record_event *e)
{
	return types_name(e->rec->type);
}

GETTER(EVT_TYPE)
{
	return field_text(out, field_event_type(e));
}

GETTER(EVT_RES)
{
	uint64_t err = e->rec->res < 0 ? 0 - (uint64_t)e->rec->res : 0;
	const char *name = domain_text(FIELD_EVT_RES, err);
	char *to;

	if (name)
		return field_text(out, name);
	to = field_room(e, FIELD_EVT_RES, 24);
	if (!to)
		return HAVE_UNKNOWN;
	snprintf(to, 24, "%llu", (unsigned long long)err);
	return field_text(out, to);
}

GETTER(EVT_RAWRES)
{
	if (field_is_unknown(e, FIELD_EVT_RAWRES))
		return HAVE_UNKNOWN;
	return field_number(out, e->rec->res);
}

GETTER(EVT_FAILED)
{
	return field_number(out, e->rec->res < 0);
}

GETTER(EVT_NUM)
{
	return field_number(out, e->number);
}

GETTER(EVT_TIME)
{
	return field_number(out, e->time);
}

/* What a function of user/format.h or strftime() writes of the time. */
static enum have time_text(struct record_event *e, enum field_id f, struct buf *b,
			   struct value *out)
{
	bool good = !b->failed && field_copy_text(e, f, buf_text(b), b->len, out);

	buf_free(b);
	return good ? HAVE_VALUE : HAVE_UNKNOWN;
}

GETTER(EVT_TIME_ISO8601)
{
	struct buf b = {};

	format_time_utc(e->time, "+0000", &b);
	return time_text(e, FIELD_EVT_TIME_ISO8601, &b, out);
}

GETTER(EVT_OUTPUTTIME)
{
	struct buf b = {};

	format_time_local(e->time, &b);
	return time_text(e, FIELD_EVT_OUTPUTTIME, &b, out);
}

GETTER(EVT_TIME_S)
{
	struct buf b = {};

	format_time_local(e->time, &b);
	if (!b.failed)
		b.len = strcspn(b.s, ".");
	return time_text(e, FIELD_EVT_TIME_S, &b, out);
}

GETTER(EVT_DATETIME)
{
	struct buf b = {};

	format_datetime(e->time, &b);
	return time_text(e, FIELD_EVT_DATETIME, &b, out);
}

GETTER(EVT_DATETIME_S)
{
	struct buf b = {};

	format_datetime(e->time, &b);
	if (!b.failed)
		b.len = strcspn(b.s, ".");
	return time_text(e, FIELD_EVT_DATETIME_S, &b, out);
}

GETTER(EVT_RAWTIME)
{
	return field_number(out, e->time);
}

GETTER(EVT_RAWTIME_S)
{
	return field_number(out, e->time / NS_PER_S);
}

GETTER(EVT_RAWTIME_NS)
{
	return field_number(out, e->time % NS_PER_S);
}

/* Since the first event that was asked. */
static int64_t relative(const struct record_event *e)
{
	static int64_t first;

	if (!first)
		first = e->time;
	return field_since(e, first);
}

GETTER(EVT_RELTIME)
{
	return field_number(out, relative(e));
}

GETTER(EVT_RELTIME_S)
{
	return field_number(out, relative(e) / NS_PER_S);
}

GETTER(EVT_RELTIME_NS)
{
	return field_number(out, relative(e) % NS_PER_S);
}

GETTER(EVT_HOSTNAME)
{
	return field_text(out, e->ctx && e->ctx->hostname ? e->ctx->hostname : "");
}

GETTER(EVT_SOURCE)
{
	return field_text(out, "syscall");
}

/* ---- what kind of event it is: all that are seen are system calls ---- */

GETTER(SYSCALL_TYPE)
{
	return field_text(out, field_event_type(e));
}

GETTER(EVT_TYPE_IS)
{
	return field_number(out, arg && !strcmp(arg, field_event_type(e)));
}

static const char *category(struct record_event *e)
{
	struct value letter = {};
	bool has = record_get(&e->ev, FIELD_FD_TYPECHAR, NULL, &letter) == HAVE_VALUE;

	return event_category_of(field_event_type(e), has ? *letter.str : '\0');
}

GETTER(EVT_CATEGORY)
{
	return field_text(out, category(e));
}

GETTER(EVT_DIR)
{
	return field_text(out, "<");
}

GETTER(EVT_IS_ASYNC)
{
	return field_number(out, false);
}

GETTER(EVT_IS_IO)
{
	const char *type = field_event_type(e);

	return field_number(out, event_reads(type) || event_writes(type));
}

GETTER(EVT_IS_IO_READ)
{
	return field_number(out, event_reads(field_event_type(e)));
}

GETTER(EVT_IS_IO_WRITE)
{
	return field_number(out, event_writes(field_event_type(e)));
}

GETTER(EVT_IO_DIR)
{
	const char *type = field_event_type(e);

	if (event_reads(type))
		return field_text(out, "read");
	return event_writes(type) ? field_text(out, "write") : HAVE_MISSING;
}

GETTER(EVT_IS_WAIT)
{
	return field_number(out, event_waits(field_event_type(e)));
}

/* ---- data, which are in no record ---- */

GETTER(EVT_BUFFER)
{
	return event_has_arg(field_event_type(e), "data") ? HAVE_UNKNOWN : HAVE_MISSING;
}

static enum have is_syslog(struct record_event *e)
{
	struct value name = {};

	if (!event_writes(field_event_type(e)))
		return HAVE_MISSING;
	if (record_get(&e->ev, FIELD_FD_NAME, NULL, &name) != HAVE_VALUE)
		return HAVE_UNKNOWN;
	return strstr(name.str, "/dev/log") ? HAVE_VALUE : HAVE_MISSING;
}

GETTER(EVT_IS_SYSLOG)
{
	enum have have = is_syslog(e);

	return have == HAVE_UNKNOWN ? have : field_number(out, have == HAVE_VALUE);
}

/* Of a message to syslog what it says is not known. */
#define SYSLOG(id)                                                                                 \
	GETTER(id)                                                                                 \
	{                                                                                          \
		return is_syslog(e) == HAVE_MISSING ? HAVE_MISSING : HAVE_UNKNOWN;                 \
	}
SYSLOG(SYSLOG_FACILITY)
SYSLOG(SYSLOG_FACILITY_STR)
SYSLOG(SYSLOG_SEVERITY)
SYSLOG(SYSLOG_SEVERITY_STR)
SYSLOG(SYSLOG_MESSAGE)

/* ---- counts ---- */

GETTER(EVT_COUNT)
{
	return field_number(out, 1);
}

GETTER(EVT_COUNT_EXIT)
{
	return field_number(out, 1);
}

GETTER(EVT_COUNT_ERROR)
{
	return e->rec->res < 0 ? field_number(out, 1) : HAVE_MISSING;
}

static enum have failed_of(struct record_event *e, const char *of, struct value *out)
{
	bool is = !strcmp(category(e), of);

	return e->rec->res < 0 && is ? field_number(out, 1) : HAVE_MISSING;
}

GETTER(EVT_COUNT_ERROR_FILE)
{
	return failed_of(e, "file", out);
}

GETTER(EVT_COUNT_ERROR_NET)
{
	return failed_of(e, "net", out);
}

GETTER(EVT_COUNT_ERROR_MEMORY)
{
	return failed_of(e, "memory", out);
}

GETTER(EVT_COUNT_ERROR_OTHER)
{
	if (failed_of(e, "file", out) || failed_of(e, "net", out) || failed_of(e, "memory", out))
		return HAVE_MISSING;
	return get_EVT_COUNT_ERROR(e, NULL, out);
}
