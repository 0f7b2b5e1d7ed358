/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions of rules: read here, and turned into the text that Falco would add to the
 * condition. As text, because its quoting and the lists it can name are those of text.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "gen/arena.h"
#include "gen/op.h"
#include "gen/parse.h"
#include "gen/ruleset_private.h"

#define EXCEPTIONS_MAX 1000

struct comparator {
	enum op op;
	enum modifier modifier;
};

/* "in", "startswith oneof": false if it is none. */
static bool parse_operator(const char *s, struct comparator *out)
{
	size_t len = strcspn(s, " \t\n\r");
	const char *rest = s + len + strspn(s + len, " \t\n\r");
	enum modifier m = MOD_NONE;

	out->op = op_find(s, len);
	if (*rest) {
		for (m = MOD_ONEOF; m <= MOD_ALLOF && strcmp(rest, modifier_name(m)); m++)
			;
		if (m > MOD_ALLOF)
			return false;
	}
	out->modifier = m;
	return out->op != OP_COUNT && out->op != OP_EXISTS;
}

bool except_takes_list(const char *comp)
{
	struct comparator o;

	return parse_operator(comp, &o) &&
	       (o.modifier != MOD_NONE || ops[o.op].operand == OPERAND_LIST);
}

static const char *trim(struct arena *a, const char *s)
{
	size_t len;

	s += strspn(s, " \t\n\r");
	len = strlen(s);
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	return arena_str(a, s, len);
}

static int read_comp(struct item *it, const struct ynode *n, const char **out)
{
	const char *comp = trim(it->rs->arena, n->kind == YNODE_SCALAR ? n->text : "");
	struct comparator o;

	if (!parse_operator(comp, &o))
		return item_fail(it, n->at, CODE_YAML,
				 "'%s' is not a supported comparison operator", comp);
	*out = comp;
	return 0;
}

static int check_field(struct item *it, const struct rule_entry *r, struct ynode *n)
{
	struct diags quiet = {.arena = it->rs->arena};
	struct text t = {.arena = it->rs->arena};
	const struct expr *left = NULL;

	if (n->kind == YNODE_SCALAR) {
		text_add_node(&t, n, 0, n->len);
		left = parse_left(&quiet, &t);
	}
	if (left && (left->transform || r->rule.skip_if_unknown || field_find(left->name)))
		return 0;
	return item_fail(it, n->at, CODE_YAML, "'%s' is not a supported filter field",
			 n->kind == YNODE_SCALAR ? n->text : "");
}

static int read_single(struct item *it, const struct rule_entry *r, struct exception *e,
		       struct ynode *field, const struct ynode *comp)
{
	struct arena *a = it->rs->arena;
	int err = check_field(it, r, field);

	if (err)
		return err;
	e->single = true;
	e->fields = arena_copy(a, &field, sizeof(field));
	e->comps = arena_alloc(a, sizeof(*e->comps));
	e->comps[0] = "in";
	e->n_fields = 1;
	if (!comp)
		return 0;
	if (comp->kind != YNODE_SCALAR)
		return item_fail(it, comp->at, CODE_YAML, "Fields and comps must both be strings");
	err = read_comp(it, comp, e->comps);
	if (err)
		return err;
	if (except_takes_list(e->comps[0]))
		return 0;
	return item_fail(it, comp->at, CODE_YAML,
			 "When fields is a single value, comps must be one of (in, pmatch, "
			 "intersects) or a modifier operator such as 'startswith oneof'");
}

static int read_tuple(struct item *it, const struct rule_entry *r, struct exception *e,
		      struct ynode *names, const struct ynode *comps)
{
	size_t i;
	int err = 0;

	if (comps && (comps->kind != YNODE_SEQUENCE || comps->n != names->n))
		return item_fail(it, comps->at, CODE_YAML,
				 "Fields and comps lists must have equal length");
	e->fields = names->items;
	e->n_fields = names->n;
	e->comps = arena_alloc(it->rs->arena, names->n * sizeof(*e->comps));
	for (i = 0; !err && i < names->n; i++) {
		err = check_field(it, r, names->items[i]);
		e->comps[i] = "=";
		if (!err && comps)
			err = read_comp(it, comps->items[i], &e->comps[i]);
	}
	return err;
}

static int read_fields(struct item *it, struct item *entry, const struct rule_entry *r,
		       struct exception *e, enum except_mode mode)
{
	struct ynode *names = ynode_get(entry->map, "fields");
	struct ynode *comps = ynode_get(entry->map, "comps");

	if (names && names->kind == YNODE_SCALAR && names->len)
		return read_single(it, r, e, names, comps);
	if (names && names->kind == YNODE_SEQUENCE && names->n)
		return read_tuple(it, r, e, names, comps);
	return item_fail(it, entry->map->at, CODE_YAML,
			 mode == EXCEPT_APPEND
				 ? "Rule exception must have fields property with a list of fields"
				 : "Rule exception item must have fields property with a list of "
				   "fields");
}

static struct exception *find(const struct rule_entry *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n_exceptions; i++) {
		if (!strcmp(r->exceptions[i]->name, name))
			return r->exceptions[i];
	}
	return NULL;
}

static void add_values(struct arena *a, struct exception *e, const struct ynode *values)
{
	struct ynode **all;

	if (!values || !values->n)
		return;
	all = arena_alloc(a, (e->n_values + values->n) * sizeof(*all));
	if (e->n_values)
		memcpy(all, e->values, e->n_values * sizeof(*all));
	memcpy(all + e->n_values, values->items, values->n * sizeof(*all));
	e->values = all;
	e->n_values += values->n;
}

static int get_values(struct item *it, const struct ynode *map, enum except_mode mode,
		      struct ynode **out)
{
	struct ynode *values = ynode_get(map, "values");

	if (values && values->kind != YNODE_SEQUENCE && values->kind != YNODE_NULL)
		return item_fail(it, values->at, CODE_YAML,
				 "Rule exception values must be a sequence");
	if (values && values->kind == YNODE_SEQUENCE)
		*out = values;
	else if (mode != EXCEPT_DEFINE)
		diag_add(&it->rs->diags, SEVERITY_WARNING, map->at, "LOAD_APPEND_NO_VALUES", NULL,
			 "Overriding/appending exception with no values");
	return 0;
}

static int append_to(struct item *it, const struct ynode *map, struct exception *e,
		     const struct ynode *values)
{
	if (ynode_get(map, "fields"))
		return item_fail(it, map->at, CODE_VALIDATE,
				 "Can not append exception fields to existing exception, only "
				 "values");
	if (ynode_get(map, "comps"))
		return item_fail(it, map->at, CODE_VALIDATE,
				 "Can not append exception comps to existing exception, only "
				 "values");
	add_values(it->rs->arena, e, values);
	return 0;
}

static int read_one(struct item *it, struct rule_entry *r, struct ynode *map, enum except_mode mode)
{
	struct item entry = {.rs = it->rs, .map = map};
	struct ynode *name, *values = NULL;
	struct exception *e;
	int err;

	if (map->kind != YNODE_MAPPING)
		return item_fail(it, map->at, CODE_YAML, "Rule exception must be a mapping");
	err = item_text(&entry, "name", true, &name);
	if (!err)
		err = get_values(it, map, mode, &values);
	if (err)
		return err;
	e = find(r, name->text);
	if (e && mode == EXCEPT_APPEND)
		return append_to(it, map, e, values);
	e = arena_alloc(it->rs->arena, sizeof(*e));
	e->name = name->text;
	e->at = map->at;
	err = read_fields(it, &entry, r, e, mode);
	if (err)
		return err;
	if (mode == EXCEPT_APPEND && !values)
		return item_fail(it, map->at, CODE_VALIDATE,
				 "Rule exception must have values property with a list of values");
	add_values(it->rs->arena, e, values);
	r->exceptions = arena_push(it->rs->arena, r->exceptions, r->n_exceptions, sizeof(e));
	r->exceptions[r->n_exceptions++] = e;
	return 0;
}

static void warn_twice(struct item *it, const struct ynode *sequence)
{
	struct names seen = {.arena = it->rs->arena};
	const struct ynode *name;
	size_t i;

	for (i = 0; i < sequence->n; i++) {
		name = ynode_get(sequence->items[i], "name");
		if (!name || name->kind != YNODE_SCALAR)
			continue;
		if (names_get(&seen, name->text))
			diag_add(&it->rs->diags, SEVERITY_WARNING, name->at,
				 "LOAD_EXCEPTION_NAME_NOT_UNIQUE", NULL,
				 "Multiple definitions of exception '%s' in the same rule item",
				 name->text);
		else
			names_put(&seen, name->text, (void *)name);
	}
}

int except_read(struct item *it, struct rule_entry *r, struct ynode *sequence,
		enum except_mode mode)
{
	size_t i;
	int err = 0;

	if (sequence->n + r->n_exceptions > EXCEPTIONS_MAX)
		return item_fail(it, sequence->at, CODE_VALIDATE,
				 "a rule can have %d exceptions at most", EXCEPTIONS_MAX);
	for (i = 0; !err && i < sequence->n; i++)
		err = read_one(it, r, sequence->items[i], mode);
	if (err)
		return err;
	warn_twice(it, sequence);
	r->has_exceptions |= sequence->n > 0;
	return 0;
}
