/* SPDX-License-Identifier: Apache-2.0 */
#include "user/log.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

static enum log_level limit = LEVEL_INFO;
static _Thread_local char last_error[512];

static const struct {
	const char *name;
	enum log_level level;
} names[] = {
	{"error", LEVEL_ERROR},	       {"warning", LEVEL_WARN},	   {"info", LEVEL_INFO},
	{"debug", LEVEL_DEBUG},	       {"emergency", LEVEL_ERROR}, {"alert", LEVEL_ERROR},
	{"critical", LEVEL_ERROR},     {"warn", LEVEL_WARN},	   {"notice", LEVEL_INFO},
	{"informational", LEVEL_INFO}, {"trace", LEVEL_DEBUG},
};

int log_level_parse(const char *text, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcasecmp(names[i].name, text)) {
			*out = names[i].level;
			return 0;
		}
	}
	return -EINVAL;
}

const char *log_level_name(enum log_level level)
{
	return names[level].name;
}

void log_set_level(enum log_level level)
{
	limit = level;
}

bool log_is_on(enum log_level level)
{
	return level <= limit;
}

const char *log_last_error(void)
{
	return last_error;
}

void log_forget(void)
{
	last_error[0] = '\0';
}

void log_remember(const char *text)
{
	snprintf(last_error, sizeof(last_error), "%.*s", (int)sizeof(last_error) - 1, text);
}

void log_va(enum log_level level, const char *format, va_list ap)
{
	char line[4096];

	if (!log_is_on(level))
		return;
	vsnprintf(line, sizeof(line), format, ap);
	if (level == LEVEL_ERROR)
		log_remember(line);
	/* One call, so that lines of several threads do not mix. */
	if (level <= LEVEL_WARN)
		fprintf(stderr, "tiercel: %s: %s\n", log_level_name(level), line);
	else
		fprintf(stderr, "tiercel: %s\n", line);
}

void log_at(enum log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_va(level, format, ap);
	va_end(ap);
}
