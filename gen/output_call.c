/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/output_call.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/check_expr.h"
#include "gen/op.h"
#include "gen/parse.h"

#define CODE "LOAD_ERR_COMPILE_OUTPUT"

static bool is_transformer(const char *s, size_t len)
{
	for (enum transform t = TR_TOLOWER; t < TR_VAL; t++) {
		const char *name = transform_name(t);

		if (strlen(name) == len && !memcmp(name, s, len))
			return true;
	}
	return false;
}

/* Behind a quoted text, s is at its quote. */
static const char *skip_quoted(const char *s)
{
	char quote = *s++;

	while (*s && *s != quote)
		s += s[0] == '\\' && s[1] ? 2 : 1;
	return *s ? s + 1 : s;
}

/* Behind the parenthesis that closes the one at s. */
static const char *skip_parentheses(const char *s)
{
	size_t depth = 0;

	while (*s) {
		if (*s == '"' || *s == '\'') {
			s = skip_quoted(s);
			continue;
		}
		depth += *s == '(';
		depth -= *s == ')';
		s++;
		if (!depth)
			break;
	}
	return s;
}

size_t output_call_len(const char *s)
{
	size_t name = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
	const char *end;

	if (s[name] != '(' || !is_transformer(s, name))
		return 0;
	end = skip_parentheses(s + name);
	if (!strncmp(s, "getopt", name) && *end == '[' && strchr(end, ']'))
		end = strchr(end, ']') + 1;
	return end - s;
}

/* Errors of a condition's grammar, told as errors of the output. */
static void tell(struct diags *d, const struct diags *found, const char *call)
{
	for (size_t i = 0; i < found->n; i++)
		diag_add(d, SEVERITY_ERROR, found->list[i].at, CODE, found->list[i].hint,
			 "invalid formatting token %s: %s", call, found->list[i].message);
}

struct expr *output_call(struct diags *d, const struct text *call)
{
	struct diags found = {.arena = d->arena};
	struct check c = {.diags = &found};
	struct expr *e = parse_left(&found, call);

	if (e && check_expr(&c, e))
		return e;
	tell(d, &found, call->s);
	return NULL;
}

void output_call_fields(const struct expr *e, void (*f)(void *ctx, const struct expr *field),
			void *ctx)
{
	if (e->field)
		f(ctx, e);
	for (size_t i = 0; i < e->n_args; i++)
		output_call_fields(e->args[i], f, ctx);
}
