/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program has to say about itself: to stderr, one line a message, never to stdout; as
 * text, or as one JSON object a line with time, level and message.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };

/* Falco's names, any case; those that have no level of their own here count as the next one.
 * -EINVAL if unknown. */
int log_level_parse(const char *text, enum log_level *out);
const char *log_level_name(enum log_level level);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
bool log_is_on(enum log_level level);
void log_set_json(bool json);

/* A newline is added. */
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_va(enum log_level level, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* For what is written line by line: the stream is stderr, or gathers the lines, which become one
 * message each. */
struct log_text {
	FILE *out;
	char *text;
	size_t len;
};
FILE *log_text_open(struct log_text *t);
void log_text_close(struct log_text *t, enum log_level level);
/* Whether a person reads the log: then it can have colours. */
bool log_is_terminal(void);

/* The last error that this thread has logged, "" if there was none since log_forget(). */
const char *log_last_error(void);
void log_forget(void);
/* What stands for an error that was told in another way. */
void log_remember(const char *text);

#define log_error(...) log_at(LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LEVEL_DEBUG, __VA_ARGS__)
