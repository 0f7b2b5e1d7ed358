/* SPDX-License-Identifier: Apache-2.0 */
#include "user/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "user/json.h"

static enum log_level limit = LEVEL_INFO;
static bool as_json;
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

enum log_level log_get_level(void)
{
	return limit;
}

void log_set_json(bool json)
{
	as_json = json;
}

bool log_is_terminal(void)
{
	return !as_json && isatty(STDERR_FILENO);
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

static void print_json(enum log_level level, const char *message)
{
	struct buf b = {};
	struct timespec now;
	struct tm tm;
	char when[32];

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(when, sizeof(when), "%FT%T", gmtime_r(&now.tv_sec, &tm));
	buf_printf(&b, "{\"level\":\"%s\",\"message\":", log_level_name(level));
	json_str(&b, message, strlen(message));
	buf_printf(&b, ",\"time\":\"%s.%06ldZ\"}\n", when, now.tv_nsec / 1000);
	fputs(buf_text(&b), stderr);
	buf_free(&b);
}

FILE *log_text_open(struct log_text *t)
{
	*t = (struct log_text){.out = stderr};
	if (as_json)
		t->out = open_memstream(&t->text, &t->len);
	return t->out ? t->out : (t->out = stderr);
}

void log_text_close(struct log_text *t, enum log_level level)
{
	char *rest, *line;

	if (t->out == stderr)
		return;
	fclose(t->out);
	rest = t->text;
	while (rest && (line = strsep(&rest, "\n")))
		if (*line && log_is_on(level))
			print_json(level, line);
	free(t->text);
}

void log_va(enum log_level level, const char *format, va_list ap)
{
	char line[4096];

	if (!log_is_on(level))
		return;
	vsnprintf(line, sizeof(line), format, ap);
	if (level == LEVEL_ERROR)
		log_remember(line);
	if (as_json) {
		print_json(level, line);
		return;
	}
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
