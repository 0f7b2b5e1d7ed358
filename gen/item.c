/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the keys of one item of a rule file, with Falco's words for what is wrong. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gen/arena.h"
#include "gen/nearest.h"
#include "gen/ruleset_private.h"

int item_fail(struct item *it, struct place at, const char *code, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return diag_add(&it->rs->diags, SEVERITY_ERROR, at, code, NULL, "%s", message);
}

static int get(struct item *it, const char *key, bool required, struct ynode **out)
{
	struct ynode *n = ynode_get(it->map, key);

	if (n)
		*out = n;
	else if (required)
		return item_fail(it, it->map->at, CODE_YAML, "Item has no mapping for key '%s'",
				 key);
	return 0;
}

int item_text(struct item *it, const char *key, bool required, struct ynode **out)
{
	struct ynode *n = NULL;
	int err = get(it, key, required, &n);

	if (err || !n)
		return err;
	if (n->kind == YNODE_NULL)
		return item_fail(it, n->at, CODE_YAML, "Mapping for key '%s' is empty", key);
	if (n->kind != YNODE_SCALAR)
		return item_fail(it, n->at, CODE_YAML, "Value is not a scalar value (key '%s')",
				 key);
	if (!n->len)
		return item_fail(it, n->at, CODE_YAML, "Value must be non-empty (key '%s')", key);
	*out = n;
	return 0;
}

static bool is_one_of(const char *s, const char *const *words)
{
	for (; *words; words++) {
		if (!strcasecmp(s, *words))
			return true;
	}
	return false;
}

int item_bool(struct item *it, const char *key, bool *out)
{
	static const char *const yes[] = {"true", "yes", "on", "y", NULL};
	static const char *const no[] = {"false", "no", "off", "n", NULL};
	struct ynode *n = NULL;
	int err = item_text(it, key, false, &n);

	if (err || !n)
		return err;
	if (!is_one_of(n->text, yes) && !is_one_of(n->text, no))
		return item_fail(it, n->at, CODE_YAML,
				 "Can't decode YAML scalar value '%s' of key '%s': write true or "
				 "false",
				 n->text, key);
	*out = is_one_of(n->text, yes);
	return 0;
}

int item_number(struct item *it, const char *key, unsigned long *out)
{
	struct ynode *n = NULL;
	int err = item_text(it, key, false, &n);
	char *end;

	if (err || !n)
		return err;
	errno = 0;
	*out = strtoul(n->text, &end, 10);
	if (*n->text >= '0' && *n->text <= '9' && !*end && !errno)
		return 0;
	return item_fail(it, n->at, CODE_YAML,
			 "Can't decode YAML scalar value '%s' of key '%s': write a number", n->text,
			 key);
}

int item_sequence(struct item *it, const char *key, bool required, struct ynode **out)
{
	struct ynode *n = NULL;
	int err = get(it, key, required, &n);

	if (err || !n)
		return err;
	if (n->kind != YNODE_SEQUENCE)
		return item_fail(it, n->at, CODE_YAML, "Value is not a sequence (key '%s')", key);
	*out = n;
	return 0;
}

int item_texts(struct item *it, const struct ynode *sequence)
{
	size_t i;

	for (i = 0; i < sequence->n; i++) {
		if (sequence->items[i]->kind != YNODE_SCALAR)
			return item_fail(it, sequence->items[i]->at, CODE_YAML,
					 "sequence value is not scalar");
	}
	return 0;
}

static void check_key(struct item *it, const struct ynode *key, const struct ynode *value,
		      const char *const *known)
{
	struct nearest near = {.wanted = key->text};
	const char *hint = NULL;

	for (; *known && strcmp(*known, key->text); known++)
		nearest_offer(&near, *known);
	if (*known && ynode_get(it->map, key->text) != value) {
		diag_add(&it->rs->diags, SEVERITY_WARNING, key->at, "LINT_DUPLICATE_KEY",
			 "leave out one of them",
			 "Key '%s' stands here twice: the first one counts", key->text);
		return;
	}
	if (*known)
		return;
	if (near.best)
		hint = arena_printf(it->rs->arena, "did you mean '%s'?", near.best);
	diag_add(&it->rs->diags, SEVERITY_WARNING, key->at, "LOAD_UNKNOWN_KEY", hint,
		 "Unknown key '%s'. The key will be ignored.", key->text);
}

void item_check_keys(struct item *it, const char *const *known)
{
	const struct ynode *key;
	size_t i;

	for (i = 0; i + 1 < it->map->n; i += 2) {
		key = it->map->items[i];
		if (key->kind == YNODE_SCALAR)
			check_key(it, key, it->map->items[i + 1], known);
	}
}

static const struct override_key *find_key(const struct override_key *keys, size_t n,
					   const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	}
	return NULL;
}

static int read_operation(struct item *it, const struct ynode *key, const struct ynode *value,
			  const struct override_key *keys, size_t n, struct override *out)
{
	const struct override_key *k = find_key(keys, n, key->text);
	const char *text = value->kind == YNODE_SCALAR ? value->text : "";
	bool append = !strcmp(text, "append");

	if (!append && strcmp(text, "replace"))
		return item_fail(it, value->at, CODE_YAML,
				 "Invalid override operation for key '%s': '%s'. Allowed values "
				 "are: append replace",
				 key->text, text);
	if (append && (!k || !k->can_append))
		return item_fail(it, key->at, CODE_YAML,
				 "Key '%s' cannot be appended to, use 'replace' instead",
				 key->text);
	if (!append && (!k || !k->can_replace))
		return item_fail(it, key->at, CODE_YAML, "Key '%s' cannot be replaced", key->text);
	if (!ynode_get(it->map, key->text))
		return item_fail(it, key->at, CODE_YAML,
				 "%s override for '%s' was specified but '%s' is not defined",
				 append ? "An append" : "A replace", key->text, key->text);
	*(append ? &out->append : &out->replace) |= 1u << (k - keys);
	return 0;
}

int item_override(struct item *it, const struct override_key *keys, size_t n, struct override *out)
{
	struct ynode *map = ynode_get(it->map, "override");
	size_t i;
	int err;

	if (!map)
		return 0;
	if (map->kind != YNODE_MAPPING)
		return item_fail(it, map->at, CODE_YAML, "'override' must map keys to operations");
	for (i = 0; i + 1 < map->n; i += 2) {
		if (map->items[i]->kind != YNODE_SCALAR)
			return item_fail(it, map->items[i]->at, CODE_YAML,
					 "'override' must map keys to operations");
		err = read_operation(it, map->items[i], map->items[i + 1], keys, n, out);
		if (err)
			return err;
	}
	for (i = 0; i < n; i++) {
		if (ynode_get(it->map, keys[i].name) && !((out->append | out->replace) >> i & 1))
			return item_fail(it, it->map->at, CODE_YAML,
					 "Unexpected key '%s': no corresponding entry under "
					 "'override' is defined.",
					 keys[i].name);
	}
	out->given = true;
	return 0;
}

int item_append(struct item *it, const struct override *o, bool *out)
{
	bool append = false;
	int err = item_bool(it, "append", &append);

	if (err || !append)
		return err;
	if (o->given)
		return item_fail(it, ynode_get(it->map, "append")->at, CODE_YAML,
				 "Keys 'override' and 'append: true' cannot be used together. Add "
				 "an 'append' entry for each key under 'override' instead.");
	diag_add(&it->rs->diags, SEVERITY_WARNING, ynode_get(it->map, "append")->at,
		 "LOAD_DEPRECATED_ITEM", "use 'override' with the keys to append to",
		 "'append: true' is deprecated");
	*out = true;
	return 0;
}
