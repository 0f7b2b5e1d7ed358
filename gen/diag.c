/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering and printing of diagnostics. Rule files are not trusted: nothing that a terminal
 * would obey is printed as it stands.
 */
#include "gen/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/code.h"

#define LINES_MAX 1000 /* diagnostics that show their line: to find it takes time */
#define WINDOW	  120  /* characters of a long line that are shown */

static const char *const severity_names[] = {"error", "warning", "note"};
static const char *const severity_colors[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m"};

void diag_source_add(struct diags *d, const char *file, const char *text, size_t len)
{
	struct diag_source *s = arena_alloc(d->arena, sizeof(*s));

	s->file = file;
	s->text = text;
	s->len = len;
	s->next = d->sources;
	d->sources = s;
}

static void append(struct diags *d, const struct diag *item)
{
	d->list = arena_push(d->arena, d->list, d->n, sizeof(*d->list));
	d->list[d->n++] = *item;
	d->errors += item->severity == SEVERITY_ERROR;
	d->warnings += item->severity == SEVERITY_WARNING;
}

int diag_add(struct diags *d, enum severity s, struct place at, const char *code, const char *hint,
	     const char *format, ...)
{
	struct diag item = {
		.severity = s,
		.at = at,
		.code = code,
		.hint = hint,
		.context = d->context,
		.context_at = d->context_at,
	};
	va_list args;

	va_start(args, format);
	item.message = arena_vprintf(d->arena, format, args);
	va_end(args);
	append(d, &item);
	return -EINVAL;
}

static bool is_same(const struct diag *a, const struct diag *b)
{
	return a->severity == b->severity && a->at.file == b->at.file && a->at.line == b->at.line &&
	       a->at.column == b->at.column && !strcmp(a->message, b->message);
}

void diag_merge(struct diags *d, const struct diags *from)
{
	size_t i, j, had = d->n;

	for (i = 0; i < from->n; i++) {
		for (j = 0; j < had && !is_same(&d->list[j], &from->list[i]); j++)
			;
		if (j == had)
			append(d, &from->list[i]);
	}
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static void print_text(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(is_control(*s) ? '?' : *s, out);
}

static size_t char_len(const char *s, const char *end)
{
	size_t len = 1;

	while (s + len < end && ((unsigned char)s[len] & 0xc0) == 0x80)
		len++;
	return len;
}

struct window {
	const char *line, *end;
	uint32_t first; /* character */
};

/* Characters of the window before column stop; tabs stay tabs in the line of the caret, so that
 * both lines agree whatever a tab is. Not shown: as blanks. */
static void print_window(FILE *out, const struct window *w, uint32_t stop, bool shown)
{
	const char *p = w->line;
	uint32_t column = 1;
	size_t len;

	for (; p < w->end && column < stop; p += len, column++) {
		len = char_len(p, w->end);
		if (column < w->first)
			continue;
		if (*p == '\t')
			fputc('\t', out);
		else if (!shown)
			fputc(' ', out);
		else if (is_control(*p))
			fputc(*p == '\r' ? ' ' : '?', out);
		else
			fwrite(p, 1, len, out);
	}
}

static const struct diag_source *find_source(const struct diags *d, struct place at)
{
	const struct diag_source *s = d->sources;

	while (s && s->file != at.file && (!at.file || strcmp(s->file, at.file)))
		s = s->next;
	return s;
}

/* The line of a place: up to *end. NULL if its file is not at hand. */
static const char *find_line(const struct diags *d, struct place at, const char **end)
{
	const struct diag_source *s = find_source(d, at);
	const char *p, *stop;
	uint32_t line;

	if (!s || !at.line)
		return NULL;
	p = s->text;
	*end = p + s->len;
	for (line = 1; p && line < at.line; line++) {
		p = memchr(p, '\n', (size_t)(*end - p));
		p = p ? p + 1 : NULL;
	}
	stop = p ? memchr(p, '\n', (size_t)(*end - p)) : NULL;
	if (stop)
		*end = stop;
	return p;
}

void diag_print_snippet(const struct diags *d, struct place at, FILE *out)
{
	struct window w = {.first = 1};

	w.line = find_line(d, at, &w.end);
	if (!w.line)
		return;
	if (at.column > WINDOW - WINDOW / 4)
		w.first = at.column - WINDOW / 2;
	fprintf(out, "    %s", w.first > 1 ? "..." : "");
	print_window(out, &w, w.first + WINDOW, true);
	fputc('\n', out);
	fprintf(out, "    %s", w.first > 1 ? "   " : "");
	print_window(out, &w, at.column, false);
	fputs("^\n", out);
}

size_t diag_offset(const struct diags *d, struct place at)
{
	const struct diag_source *s = find_source(d, at);
	const char *end, *p = find_line(d, at, &end);
	uint32_t column;

	if (!p)
		return 0;
	for (column = 1; column < at.column && p < end; column++)
		p += char_len(p, end);
	return (size_t)(p - s->text);
}

void diag_print_one(const struct diags *d, size_t n, FILE *out, bool color)
{
	const struct diag *i = &d->list[n];
	const struct code *code = code_find(i->code);

	if (i->at.file) {
		print_text(out, i->at.file);
		if (i->at.line)
			fprintf(out, ":%u:%u", i->at.line, i->at.column);
		fputs(": ", out);
	}
	fprintf(out, "%s%s:%s ", color ? severity_colors[i->severity] : "",
		severity_names[i->severity], color ? "\033[0m" : "");
	if (i->context) {
		print_text(out, i->context);
		fputs(": ", out);
	}
	print_text(out, i->message);
	if (code)
		fprintf(out, " [%s (%s)]\n", i->code, code->brief);
	else
		fprintf(out, " [%s]\n", i->code);
	if (n < LINES_MAX)
		diag_print_snippet(d, i->at, out);
	if (i->hint) {
		fputs("    hint: ", out);
		print_text(out, i->hint);
		fputc('\n', out);
	}
}

/* In one piece: the standard error stream has no buffer, and each byte would be a write. */
void diag_print(const struct diags *d, FILE *out, bool color)
{
	char *text = NULL;
	size_t i, len = 0;
	FILE *to = open_memstream(&text, &len);

	for (i = 0; i < d->n; i++)
		diag_print_one(d, i, to ? to : out, color);
	if (!to)
		return;
	fclose(to);
	fwrite(text, 1, len, out);
	free(text);
}

bool diag_first_error(const struct diags *d, char *out, size_t size)
{
	size_t i, more = d->errors ? d->errors - 1 : 0;
	const struct diag *e;
	int len;

	for (i = 0; i < d->n && d->list[i].severity != SEVERITY_ERROR; i++)
		;
	if (i == d->n)
		return false;
	e = &d->list[i];
	if (e->at.file)
		len = snprintf(out, size, "%s:%u:%u: %s", e->at.file, (unsigned)e->at.line,
			       (unsigned)e->at.column, e->message);
	else
		len = snprintf(out, size, "%s", e->message);
	if (more && len >= 0 && (size_t)len < size)
		snprintf(out + len, size - len, " (and %zu more error%s)", more,
			 more > 1 ? "s" : "");
	return true;
}
