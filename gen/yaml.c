/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events to nodes. Built with a stack of its own, so that depth costs no C stack; all
 * sizes are bounded (yaml.h), because rule files are not trusted.
 */
#include "gen/yaml.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "gen/arena.h"

struct anchor {
	const char *name;
	struct ynode *node;
};

struct list {
	struct ynode **items;
	size_t n;
};

struct reader {
	struct diags *diags;
	const struct diag_source *source;
	yaml_parser_t parser;
	struct ynode *stack[YAML_DEPTH_MAX];
	struct list parts[YAML_DEPTH_MAX]; /* of the open nodes */
	size_t depth;
	struct list documents;
	struct anchor *anchors;
	size_t n_anchors;
	size_t n_nodes;
	size_t index, byte; /* libyaml counts characters: where we are in both */
};

static struct place place_of(const struct reader *r, const yaml_mark_t *mark)
{
	return (struct place){r->source->file, (uint32_t)mark->line + 1,
			      (uint32_t)mark->column + 1};
}

static int fail(struct reader *r, const yaml_mark_t *mark, const char *problem)
{
	return diag_add(r->diags, SEVERITY_ERROR, place_of(r, mark), "LOAD_ERR_YAML_PARSE", NULL,
			"%s", problem);
}

/* Events come in the order of the text. */
static size_t byte_of(struct reader *r, size_t index)
{
	const char *text = r->source->text;

	while (r->index < index && r->byte < r->source->len) {
		do
			r->byte++;
		while (r->byte < r->source->len && ((unsigned char)text[r->byte] & 0xc0) == 0x80);
		r->index++;
	}
	return r->byte;
}

static void list_add(struct arena *a, struct list *l, struct ynode *n)
{
	l->items = arena_push(a, l->items, l->n, sizeof(*l->items));
	l->items[l->n++] = n;
}

static int anchor_add(struct reader *r, const yaml_mark_t *mark, const yaml_char_t *name,
		      struct ynode *n)
{
	struct arena *a = r->diags->arena;

	if (!name)
		return 0;
	if (r->n_anchors == YAML_ANCHORS_MAX)
		return fail(r, mark, "too many anchors");
	r->anchors = arena_push(a, r->anchors, r->n_anchors, sizeof(*r->anchors));
	r->anchors[r->n_anchors++] = (struct anchor){
		.name = arena_str(a, (const char *)name, strlen((const char *)name)),
		.node = n,
	};
	return 0;
}

/* Into the innermost open node, or as a document. */
static int attach(struct reader *r, const yaml_mark_t *mark, struct ynode *n)
{
	if (r->n_nodes++ == YAML_NODES_MAX)
		return fail(r, mark, "too many YAML nodes in one file");
	list_add(r->diags->arena, r->depth ? &r->parts[r->depth - 1] : &r->documents, n);
	return 0;
}

static struct ynode *node_new(struct reader *r, const yaml_event_t *e, enum ynode_kind kind)
{
	struct ynode *n = arena_alloc(r->diags->arena, sizeof(*n));

	n->kind = kind;
	n->at = place_of(r, &e->start_mark);
	n->source = r->source;
	n->start = byte_of(r, e->start_mark.index);
	return n;
}

static bool is_null(const yaml_event_t *e)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
	const char *text = (const char *)e->data.scalar.value;
	size_t i;

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
		if (!strcmp(text, nulls[i]))
			return true;
	}
	return false;
}

static enum ynode_style style_of(const yaml_event_t *e)
{
	switch (e->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return YSTYLE_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return YSTYLE_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		return YSTYLE_BLOCK;
	default:
		return YSTYLE_PLAIN;
	}
}

static int on_scalar(struct reader *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	struct ynode *n = node_new(r, e, is_null(e) ? YNODE_NULL : YNODE_SCALAR);
	int err;

	if (strlen(text) != e->data.scalar.length)
		return fail(r, &e->start_mark, "text holds a NUL byte");
	n->style = style_of(e);
	n->len = e->data.scalar.length;
	n->text = arena_str(r->diags->arena, text, n->len);
	err = anchor_add(r, &e->start_mark, e->data.scalar.anchor, n);
	return err ? err : attach(r, &e->start_mark, n);
}

static int on_start(struct reader *r, const yaml_event_t *e, enum ynode_kind kind,
		    const yaml_char_t *anchor)
{
	struct ynode *n = node_new(r, e, kind);
	int err;

	if (r->depth == YAML_DEPTH_MAX)
		return fail(r, &e->start_mark, "YAML is nested too deeply");
	err = anchor_add(r, &e->start_mark, anchor, n);
	if (!err)
		err = attach(r, &e->start_mark, n);
	if (err)
		return err;
	n->open = true;
	r->parts[r->depth] = (struct list){0};
	r->stack[r->depth++] = n;
	return 0;
}

static int on_end(struct reader *r)
{
	struct ynode *n = r->stack[--r->depth];

	n->items = r->parts[r->depth].items;
	n->n = r->parts[r->depth].n;
	n->open = false;
	return 0;
}

static int on_alias(struct reader *r, const yaml_event_t *e)
{
	const char *name = (const char *)e->data.alias.anchor;
	size_t i = r->n_anchors;

	while (i && strcmp(r->anchors[i - 1].name, name))
		i--;
	if (!i)
		return fail(r, &e->start_mark, "alias names no anchor");
	if (r->anchors[i - 1].node->open)
		return fail(r, &e->start_mark, "alias names a node that it is a part of");
	return attach(r, &e->start_mark, r->anchors[i - 1].node);
}

static int on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, e, YNODE_SEQUENCE, e->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, e, YNODE_MAPPING, e->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(r);
	case YAML_ALIAS_EVENT:
		return on_alias(r, e);
	case YAML_DOCUMENT_START_EVENT:
		r->anchors = NULL;
		r->n_anchors = 0;
		return 0;
	default:
		return 0;
	}
}

static int syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *context = p->context;

	return diag_add(r->diags, SEVERITY_ERROR, place_of(r, &p->problem_mark),
			"LOAD_ERR_YAML_PARSE", NULL, "%s%s%s", p->problem ? p->problem : "bad YAML",
			context ? " " : "", context ? context : "");
}

static int read_events(struct reader *r)
{
	bool done = false;
	yaml_event_t e;
	int err = 0;

	while (!err && !done) {
		if (!yaml_parser_parse(&r->parser, &e))
			return syntax_error(r);
		err = on_event(r, &e);
		done = e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	return err;
}

/* Length of the UTF-8 character at p, 0 if there is none. */
static size_t utf8_len(const unsigned char *p, const unsigned char *end)
{
	size_t len = *p < 0x80	 ? 1
		     : *p < 0xc2 ? 0
		     : *p < 0xe0 ? 2
		     : *p < 0xf0 ? 3
		     : *p < 0xf5 ? 4
				 : 0;
	size_t i;

	if (!len || (size_t)(end - p) < len)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* libyaml would report these too, but not where and not as plainly. */
static int check_bytes(struct reader *r)
{
	const unsigned char *p = (const unsigned char *)r->source->text, *end = p + r->source->len;
	yaml_mark_t mark = {0};
	size_t len;

	for (; p < end; p += len) {
		len = utf8_len(p, end);
		if (!len)
			return fail(r, &mark, "file is not UTF-8 text");
		if (!*p)
			return fail(r, &mark, "file holds a NUL byte");
		mark.column++;
		if (*p == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return 0;
}

int yaml_read(struct diags *d, const struct diag_source *source, struct ynode ***documents,
	      size_t *n)
{
	struct reader *r = arena_alloc(d->arena, sizeof(*r));
	int err;

	r->diags = d;
	r->source = source;
	err = check_bytes(r);
	if (err)
		return err;
	if (!yaml_parser_initialize(&r->parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)source->text, source->len);
	err = read_events(r);
	yaml_parser_delete(&r->parser);
	if (err)
		return err;
	*documents = r->documents.items;
	*n = r->documents.n;
	return 0;
}

struct ynode *ynode_get(const struct ynode *map, const char *key)
{
	size_t i;

	for (i = 0; i + 1 < map->n; i += 2) {
		if (map->items[i]->kind == YNODE_SCALAR && !strcmp(map->items[i]->text, key))
			return map->items[i + 1];
	}
	return NULL;
}
