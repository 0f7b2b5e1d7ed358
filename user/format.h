/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output templates: text with %field, %field[argument] and %20field. Compiled once, rendered for
 * every alert. gen/check_output.c accepts by the same rule what is compiled here.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include "gen/event.h"
#include "user/buf.h"

struct arena;
struct expr;
struct format;

struct format_error {
	size_t position; /* byte in the template, from 0 */
	char why[160];
};

/* A field that the template names: a key of output_fields. */
struct format_field {
	const char *token; /* as written, without %: "proc.aname[2]" */
	enum field_id id;
	const char *arg;	 /* NULL for none */
	const struct expr *call; /* a transformer: then id and arg mean nothing; else NULL */
};

/* What Falco adds to the output of every rule unless it is told not to. */
extern const char format_suggested[];

/* 0, or -errno with the reason in err. */
int format_compile(const char *text, struct format **out, struct format_error *err);
void format_free(struct format **f);
/* Buffers (evt.buffer) are rendered as base64. */
void format_set_base64(struct format *f, bool on);

/* Appends the text. A missing value prints <NA>. */
void format_render(const struct format *f, const struct event *ev, struct buf *out);

/* The value of a token; texts that transformers make are in the arena. */
enum have format_value(const struct format_field *f, const struct event *ev, struct arena *a,
		       struct value *out);

/* Distinct tokens, sorted. */
const struct format_field *format_fields(const struct format *f, size_t *n);

/* Seconds and the rest of ns since 1970, also before it. */
time_t format_time_split(int64_t ns, long *rest);
/* HH:MM:SS.nnnnnnnnn in local time, ns since 1970. */
void format_time_local(int64_t ns, struct buf *out);
/* YYYY-MM-DD HH:MM:SS.nnnnnnnnn in local time. */
void format_datetime(int64_t ns, struct buf *out);
/* YYYY-MM-DDTHH:MM:SS.nnnnnnnnn and zone, in UTC. */
void format_time_utc(int64_t ns, const char *zone, struct buf *out);
