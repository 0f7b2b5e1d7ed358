/* SPDX-License-Identifier: Apache-2.0 */
#include "user/template.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"
#include "user/template_value.h"
#include "user/util.h"

#define DEPTH_MAX 32
#define TEXT_MAX  (64u << 10)

struct template
{
	struct arena *arena;
	struct template_node *first;
};

struct parser {
	struct arena *arena;
	struct template_error *err;
	const char *text, *p, *end; /* end: of what is read, the }} of an action */
	bool is_comment;
	bool failed, trim; /* trim: -}} came before */
	unsigned depth;
};

static const struct {
	const char *name;
	size_t min, max;
} functions[] = {
	[CALL_INDEX] = {"index", 2, 2},
	[CALL_PRINT] = {"print", 1, TEMPLATE_ARGS_MAX},
	[CALL_PRINTF] = {"printf", 1, TEMPLATE_ARGS_MAX},
	[CALL_LEN] = {"len", 1, 1},
	[CALL_EQ] = {"eq", 2, TEMPLATE_ARGS_MAX},
	[CALL_NE] = {"ne", 2, 2},
	[CALL_AND] = {"and", 1, TEMPLATE_ARGS_MAX},
	[CALL_OR] = {"or", 1, TEMPLATE_ARGS_MAX},
	[CALL_NOT] = {"not", 1, 1},
};

static const char *const field_names[] = {
	[AT_RULE] = "Rule",	[AT_PRIORITY] = "Priority",
	[AT_OUTPUT] = "Output", [AT_TIME] = "Time",
	[AT_SOURCE] = "Source", [AT_HOSTNAME] = "Hostname",
	[AT_TAGS] = "Tags",	[AT_OUTPUTFIELDS] = "OutputFields",
};

/* The first error counts. */
static void *fail(struct parser *p, const char *at, const char *why)
{
	if (p->failed)
		return NULL;
	p->failed = true;
	p->err->position = at - p->text;
	snprintf(p->err->why, sizeof(p->err->why), "%s", why);
	return NULL;
}

static void *make(struct parser *p, size_t size)
{
	void *made = arena_alloc(p->arena, size);

	memset(made, 0, size);
	return made;
}

/* ---- expressions ---- */

static const struct template_expr *pipeline(struct parser *p);

static void skip_blanks(struct parser *p)
{
	while (p->p < p->end && isspace((unsigned char)*p->p))
		p->p++;
}

/* Letters, digits and _ from here on. */
static size_t word_len(const struct parser *p, const char *at)
{
	size_t n = 0;

	while (at + n < p->end && (isalnum((unsigned char)at[n]) || at[n] == '_'))
		n++;
	return n;
}

static bool is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(at, word, len);
}

static const struct template_expr *field(struct parser *p)
{
	struct template_expr *e = make(p, sizeof(*e));
	const char *at = p->p++;
	size_t n = word_len(p, p->p);

	e->kind = EXPR_FIELD;
	if (!n)
		return fail(p, at,
			    "name a field: .Rule, .Priority, .Output, .Time, .Source, "
			    ".Hostname, .Tags or .OutputFields");
	for (size_t i = 0; i < ARRAY_LEN(field_names); i++) {
		if (!is_word(p->p, n, field_names[i]))
			continue;
		e->field = i;
		p->p += n;
		if (p->p < p->end && *p->p == '.')
			return fail(p, p->p, "write it as index .OutputFields \"NAME\"");
		return e;
	}
	return fail(p, at,
		    "there is no such field; there are .Rule, .Priority, .Output, .Time, "
		    ".Source, .Hostname, .Tags and .OutputFields");
}

/* "..." with the escapes \" \\ \n \t, or `...`. */
static const struct template_expr *literal(struct parser *p)
{
	struct template_expr *e = make(p, sizeof(*e));
	const char *begin = p->p;
	char quote = *p->p++, *out = arena_alloc(p->arena, p->end - p->p + 1);

	e->kind = EXPR_TEXT;
	e->text = out;
	while (p->p < p->end && *p->p != quote) {
		char c = *p->p++;

		if (quote == '"' && c == '\\' && p->p < p->end) {
			c = *p->p++;
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		*out++ = c;
	}
	*out = '\0';
	if (p->p == p->end)
		return fail(p, begin, "the text has no end");
	p->p++;
	return e;
}

static const struct template_expr *constant(struct parser *p)
{
	struct template_expr *e = make(p, sizeof(*e));
	size_t n = word_len(p, p->p);

	e->kind = EXPR_BOOL;
	if (is_word(p->p, n, "true") || is_word(p->p, n, "false")) {
		e->num = *p->p == 't';
		p->p += n;
		return e;
	}
	e->kind = EXPR_NUMBER;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p->p[i]) || i > 15)
			return fail(p, p->p,
				    "there is no such function; there are index, print, "
				    "printf, len, eq, ne, and, or, not");
		e->num = e->num * 10 + (p->p[i] - '0');
	}
	p->p += n;
	return n ? e : fail(p, p->p, "a field, a text, a number or ( is expected here");
}

static const struct template_expr *operand(struct parser *p)
{
	const struct template_expr *e;

	if (*p->p == '.')
		return field(p);
	if (*p->p == '"' || *p->p == '`')
		return literal(p);
	if (*p->p != '(')
		return constant(p);
	p->p++;
	e = pipeline(p);
	skip_blanks(p);
	if (e && (p->p == p->end || *p->p != ')'))
		return fail(p, p->p, "a ) is missing");
	p->p += !p->failed;
	return e;
}

static int function_at(const struct parser *p)
{
	size_t n = word_len(p, p->p);

	for (int i = 0; i < CALL_COUNT; i++)
		if (is_word(p->p, n, functions[i].name))
			return i;
	return -1;
}

/* One operand, or a function with its arguments; piped is the last of them. */
static const struct template_expr *command(struct parser *p, const struct template_expr *piped)
{
	struct template_expr *e;
	const char *at = p->p;
	int f = p->p < p->end ? function_at(p) : -1;

	if (f < 0 && piped)
		return fail(p, at, "behind | a function is expected");
	if (p->p == p->end)
		return fail(p, at, "an expression is expected here");
	if (f < 0)
		return operand(p);
	e = make(p, sizeof(*e));
	e->kind = EXPR_CALL;
	e->call = f;
	p->p += strlen(functions[f].name);
	for (skip_blanks(p); p->p < p->end && *p->p != ')' && *p->p != '|'; skip_blanks(p)) {
		if (e->n + (piped != NULL) == functions[f].max)
			return fail(p, p->p, "too many arguments");
		e->args[e->n] = operand(p);
		if (!e->args[e->n++])
			return NULL;
	}
	if (piped && e->n < TEMPLATE_ARGS_MAX)
		e->args[e->n++] = piped;
	return e->n < functions[f].min ? fail(p, at, "too few arguments") : e;
}

static const struct template_expr *pipeline(struct parser *p)
{
	const struct template_expr *e = NULL;
	unsigned stages = 0;

	if (++p->depth > DEPTH_MAX)
		return fail(p, p->p, "too deep");
	do {
		if (++stages > DEPTH_MAX)
			return fail(p, p->p, "too many |");
		skip_blanks(p);
		e = command(p, e);
		skip_blanks(p);
	} while (e && p->p < p->end && *p->p == '|' && p->p++);
	p->depth--;
	return e;
}

static const struct template_expr *whole_pipeline(struct parser *p)
{
	const struct template_expr *e = pipeline(p);

	skip_blanks(p);
	return e && p->p < p->end ? fail(p, p->p, "the end of the action is expected here") : e;
}

/* ---- text and actions ---- */

/* Of an action: from behind {{ to before }}; texts in it may have }} in them. */
static const char *find_end(const char *s)
{
	char quote = 0;

	for (; *s; s++) {
		if (quote) {
			if (quote == '"' && *s == '\\' && s[1])
				s++;
			else if (*s == quote)
				quote = 0;
		} else if (*s == '"' || *s == '`') {
			quote = *s;
		} else if (s[0] == '}' && s[1] == '}') {
			return s;
		}
	}
	return NULL;
}

/* The text up to the next action, without blanks that {{- and -}} take away. NULL: none. */
static struct template_node *text_node(struct parser *p, const char *end)
{
	const char *begin = p->p, *last = end;
	struct template_node *n;

	if (p->trim)
		while (begin < last && isspace((unsigned char)*begin))
			begin++;
	if (end[0] == '{' && end[2] == '-' && isspace((unsigned char)end[3]))
		while (last > begin && isspace((unsigned char)last[-1]))
			last--;
	p->trim = false;
	p->p = end;
	if (begin == last)
		return NULL;
	n = make(p, sizeof(*n));
	n->text = arena_str(p->arena, begin, last - begin);
	return n;
}

/* The next action: its begin in p->p, its end in p->end; where the text goes on in *after. */
static bool open_action(struct parser *p, const char **after)
{
	const char *begin = p->p + 2, *end;
	bool comment = !strncmp(begin, "/*", 2) || !strncmp(begin, "- /*", 4);

	end = comment ? strstr(begin, "*/") : find_end(begin);
	if (end && comment)
		end = strstr(end, "}}");
	if (!end) {
		fail(p, p->p, "{{ has no }}");
		return false;
	}
	*after = end + 2;
	p->trim = end > begin + 1 && end[-1] == '-' && isspace((unsigned char)end[-2]);
	if (p->trim)
		end--;
	if (*begin == '-' && isspace((unsigned char)begin[1]))
		begin++;
	p->is_comment = comment;
	p->p = begin;
	p->end = end;
	skip_blanks(p);
	return true;
}

enum stop { STOP_END_OF_TEXT, STOP_ELSE, STOP_ELSE_IF, STOP_END };

static struct template_node *nodes(struct parser *p, enum stop *stop, const char **after);

/* Behind "if": its condition, both branches, and the end that belongs to it. */
static struct template_node *branch(struct parser *p, const char **after)
{
	struct template_node *n = make(p, sizeof(*n));
	const char *at = p->p;
	enum stop stop;

	n->branch = true;
	n->expr = whole_pipeline(p);
	if (!n->expr || ++p->depth > DEPTH_MAX)
		return fail(p, at, "too deep");
	p->p = *after;
	n->yes = nodes(p, &stop, after);
	if (stop == STOP_ELSE_IF) {
		n->no = branch(p, after);
		p->depth--;
		return n;
	}
	if (stop == STOP_ELSE) {
		p->p = *after;
		n->no = nodes(p, &stop, after);
	}
	p->depth--;
	return stop == STOP_END ? n : fail(p, at, "{{ if }} has no {{ end }}");
}

static bool take_word(struct parser *p, const char *word)
{
	if (!is_word(p->p, word_len(p, p->p), word))
		return false;
	p->p += strlen(word);
	skip_blanks(p);
	return true;
}

/* One action. *stop is set if it ends the nodes under way. */
static struct template_node *action(struct parser *p, enum stop *stop, const char **after)
{
	struct template_node *n;

	if (p->is_comment)
		return NULL;
	if (take_word(p, "if"))
		return branch(p, after);
	if (take_word(p, "end"))
		*stop = STOP_END;
	else if (take_word(p, "else"))
		*stop = take_word(p, "if") ? STOP_ELSE_IF : STOP_ELSE;
	if (*stop == STOP_END || *stop == STOP_ELSE)
		return p->p < p->end ? fail(p, p->p, "nothing more is expected here") : NULL;
	if (*stop)
		return NULL;
	n = make(p, sizeof(*n));
	n->expr = whole_pipeline(p);
	return n;
}

static struct template_node *nodes(struct parser *p, enum stop *stop, const char **after)
{
	struct template_node *first = NULL, **tail = &first;

	*stop = STOP_END_OF_TEXT;
	while (!p->failed && *stop == STOP_END_OF_TEXT) {
		const char *next = strstr(p->p, "{{");
		struct template_node *n = text_node(p, next ? next : p->p + strlen(p->p));

		if (n) {
			*tail = n;
			tail = &n->next;
		}
		if (!next || !open_action(p, after))
			break;
		n = action(p, stop, after);
		if (n) {
			*tail = n;
			tail = &n->next;
		}
		if (*stop == STOP_END_OF_TEXT)
			p->p = *after;
	}
	return first;
}

/* ---- all ---- */

int template_compile(const char *text, struct template **out, struct template_error *err)
{
	struct template *t = calloc(1, sizeof(*t));
	struct parser p = {.err = err, .text = text, .p = text};
	const char *after = text;
	enum stop stop;

	*err = (struct template_error){.why = "no memory"};
	if (!t)
		return -ENOMEM;
	p.arena = t->arena = arena_new();
	if (!t->arena || strlen(text) > TEXT_MAX) {
		if (t->arena)
			snprintf(err->why, sizeof(err->why), "it is too long");
		template_free(&t);
		return -EINVAL;
	}
	t->first = nodes(&p, &stop, &after);
	if (!p.failed && stop != STOP_END_OF_TEXT)
		fail(&p, after, "{{ end }} or {{ else }} without {{ if }}");
	if (p.failed) {
		template_free(&t);
		return -EINVAL;
	}
	*out = t;
	return 0;
}

void template_free(struct template **t)
{
	if (!*t)
		return;
	arena_free(&(*t)->arena);
	free(*t);
	*t = NULL;
}

static void render(const struct template_context *c, const struct template_node *n, struct buf *out)
{
	for (; n; n = n->next) {
		struct template_value v;

		if (n->text) {
			buf_str(out, n->text);
			continue;
		}
		v = template_eval(c, n->expr);
		if (n->branch)
			render(c, template_is_true(c, &v) ? n->yes : n->no, out);
		else
			buf_str(out, template_print(c, &v));
	}
}

void template_render(const struct template *t, const struct alert *a, enum chat chat,
		     struct buf *out)
{
	struct template_context c = {a, chat, arena_new()};

	if (!c.arena) {
		out->failed = true;
		return;
	}
	render(&c, t->first, out);
	arena_free(&c.arena);
}
