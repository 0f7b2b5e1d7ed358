/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons with texts that a field can never have: too long for it, or none of its few. */
#include "gen/lint.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/op.h"

#define SHORT_ID 12

/* Texts of bounded length. */
static const struct bound {
	enum field_id field; /* or the field that it is of another process */
	size_t max;
	const char *why;
} bounds[] = {
	{FIELD_PROC_NAME, COMM_SIZE - 1, "names of processes are cut to 15 bytes"},
	{FIELD_PROC_SNAME, COMM_SIZE - 1, "names of processes are cut to 15 bytes"},
	{FIELD_PROC_PGID_NAME, COMM_SIZE - 1, "names of processes are cut to 15 bytes"},
	{FIELD_PROC_VPGID_NAME, COMM_SIZE - 1, "names of processes are cut to 15 bytes"},
	{FIELD_CONTAINER_ID, SHORT_ID, "container ids are cut to 12 characters"},
	{FIELD_K8S_POD_SANDBOX_ID, SHORT_ID, "ids of sandboxes are cut to 12 characters"},
};

/* The few texts of fields that the kernel does not compare; of the others: gen/domain.c. */
static const struct few {
	enum field_id field;
	const char *texts[6];
} few[] = {
	{FIELD_FD_L4PROTO, {"tcp", "udp", "icmp", "raw", "<NA>"}},
	{FIELD_FD_SOCKFAMILY, {"ip", "unix"}},
	{FIELD_EVT_SOURCE, {"syscall"}},
	{FIELD_EVT_DIR, {"<"}},
};

static const struct bound *bound_of(const struct field *f)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		if (bounds[i].field == f->id || bounds[i].field == f->base)
			return &bounds[i];
	}
	return NULL;
}

static bool is_one_of(const struct few *f, const char *text)
{
	for (size_t i = 0; f->texts[i]; i++) {
		if (!strcmp(f->texts[i], text))
			return true;
	}
	return false;
}

static bool in_domain(const struct field *f, const char *text)
{
	size_t n = 0;
	const struct domain_entry *d = field_domain(f->id, &n);

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(d[i].text, text))
			return true;
	}
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		if (few[i].field == f->id)
			return is_one_of(&few[i], text);
	}
	return !d;
}

/* Parts of a text that cannot be longer than the text. */
static bool is_part(enum op op)
{
	return op == OP_STARTSWITH || op == OP_ENDSWITH || op == OP_CONTAINS || op == OP_ICONTAINS;
}

static const char *hint_of(struct arena *a, const struct bound *b, enum op op,
			   const struct literal *l)
{
	return op == OP_ENDSWITH || op == OP_CONTAINS || op == OP_ICONTAINS
		       ? b->why
		       : arena_printf(a, "%s: compare with '%.*s'", b->why, (int)b->max, l->text);
}

void lint_reach(struct ruleset *rs, const struct node *n, const struct literal *l)
{
	const struct field *f = n->left->field;
	const struct bound *b = bound_of(f);
	bool whole = lint_is_equality(n->op);

	if (f->type != TYPE_STR || n->left->transform || (!whole && !is_part(n->op)))
		return;
	if (b && l->len > b->max)
		lint_warn(rs, l->at, "LINT_NEVER_EQUAL", hint_of(rs->arena, b, n->op, l),
			  "'%s' is longer than the field can be: it never matches", l->text);
	else if (whole && !in_domain(f, l->text))
		lint_warn(rs, l->at, "LINT_NEVER_EQUAL", NULL,
			  "'%s' is no value that the field can have: it never matches", l->text);
}
