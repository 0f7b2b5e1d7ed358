/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search goes through the ways in which a condition can hold. From the comparisons that a
 * way asks to be true it collects wishes for the texts of the event; what is not a text (event
 * type, flags, success) is few enough to be tried out. Every candidate is shown to the
 * interpreter.
 */
#include "user/try_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "gen/types.h"
#include "gen/arena.h"
#include "gen/field.h"
#include "gen/interp.h"
#include "user/try_event.h"
#include "user/try_wish.h"

#define VALUES_TRIED 16	   /* of a list */
#define EVENTS_TRIED 20000 /* for one rule */
#define NODES_TRIED  200000
#define DEPTH_MAX    2000
#define PROGRAM_NAME "stand-in"
#define FILE_NAME    "file"

enum wish_id {
	WISH_NAME,
	WISH_CMDLINE,
	WISH_ARGS,
	WISH_EXE,
	WISH_EXEPATH,
	WISH_PNAME,
	WISH_PCMDLINE,
	WISH_PATH,
	WISH_COUNT
};

struct search {
	struct arena *arena;
	const struct node *condition;
	const struct try_place *where;
	struct try_plan *out;
	struct wish wishes[WISH_COUNT];
	unsigned events_left, nodes_left, depth;
};

/* What is left of the current way: a list on the stack. */
struct todo {
	const struct node *n;
	bool wanted;
	const struct todo *next;
};

bool try_is_open(enum event_id type)
{
	return type == EVENT_OPEN || type == EVENT_OPENAT || type == EVENT_OPENAT2 ||
	       type == EVENT_CREAT;
}

/* ---- from wishes to a plan ---- */

static const char *join_words(struct arena *a, const char *first, const char **words)
{
	const char *text = first;

	for (; *words; words++)
		text = text ? arena_printf(a, "%s %s", text, *words) : *words;
	return text ? text : "";
}

/* A command line as wished for: the first word is the name unless that is settled. */
static const char **make_words(struct search *s, const struct wish *cmdline, const char **name)
{
	const char **words;

	if (!cmdline->exact && !cmdline->prefix)
		return wish_words(s->arena, cmdline, NULL);
	words = wish_words(s->arena, cmdline, NULL);
	if (!*words)
		return words;
	if (!*name)
		*name = *words;
	return words + 1;
}

static const char *cut_name(struct arena *a, const char *name)
{
	return arena_str(a, name, strnlen(name, COMM_SIZE - 1));
}

static bool is_file_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

/* Name, arguments and executed file. False if this variant makes none. */
static bool make_process(struct search *s, unsigned variant, struct try_plan *p)
{
	const struct wish *w = s->wishes;
	const char *name = wish_join(s->arena, &w[WISH_NAME]);
	const char *bin = arena_printf(s->arena, "%s/bin", s->where->home);

	p->args = make_words(s, &w[WISH_CMDLINE], &name);
	p->args = wish_words(s->arena, &w[WISH_ARGS], p->args);
	if (!name && w[WISH_EXEPATH].exact)
		name = strrchr(w[WISH_EXEPATH].exact, '/') + 1;
	if (!name)
		name = PROGRAM_NAME;
	if (!is_file_name(name))
		return false;
	p->name = cut_name(s->arena, name);
	p->exepath = wish_path(s->arena, &w[WISH_EXEPATH], bin, p->name, variant);
	p->own_place = !wish_is_empty(&w[WISH_EXEPATH]);
	p->exe = wish_join(s->arena, &w[WISH_EXE]);
	if (!p->exe)
		p->exe = p->name;
	p->args_text = join_words(s->arena, NULL, p->args);
	p->cmdline = join_words(s->arena, p->name, p->args);
	return p->exepath;
}

static bool make_parent(struct search *s, struct try_plan *p)
{
	const struct wish *w = s->wishes;
	const char *name = wish_join(s->arena, &w[WISH_PNAME]);

	if (!name && wish_is_empty(&w[WISH_PCMDLINE]))
		return true;
	p->parent_args = make_words(s, &w[WISH_PCMDLINE], &name);
	if (!name)
		name = PROGRAM_NAME;
	if (!is_file_name(name))
		return false;
	p->parent = cut_name(s->arena, name);
	p->parent_cmdline = join_words(s->arena, p->parent, p->parent_args);
	return true;
}

/* ---- what is tried out ---- */

static bool is_true(struct search *s, const struct try_plan *p)
{
	struct try_event e;

	if (!s->events_left)
		return false;
	s->events_left--;
	try_event_init(&e, p, s->where);
	return interp_eval(s->condition, &e.ev, NULL) == TRUTH_YES;
}

static bool try_open(struct search *s, struct try_plan *p)
{
	static const int flags[] = {O_RDONLY, O_WRONLY, O_RDWR};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		p->flags = flags[i];
		p->directory = false;
		if (is_true(s, p))
			return true;
		p->directory = !p->fails && p->flags == O_RDONLY && p->type != EVENT_CREAT;
		if (p->directory && is_true(s, p))
			return true;
	}
	return false;
}

/* Calls that this machine has, the usual ones first. */
static const enum event_id types[] = {
	EVENT_EXECVE, EVENT_EXECVEAT, EVENT_OPENAT, EVENT_OPENAT2,
#ifdef SYS_open
	EVENT_OPEN,   EVENT_CREAT,
#endif
};

static bool try_types(struct search *s, struct try_plan *p, bool fails)
{
	const char *path = p->path;

	p->fails = fails;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bool open = try_is_open(types[i]);

		p->type = types[i];
		p->path = open ? path : NULL;
		/* creat makes what is missing, and execveat shows itself only if it fails */
		if ((fails && p->type == EVENT_CREAT) || (!fails && p->type == EVENT_EXECVEAT))
			continue;
		if (open ? path && try_open(s, p) : is_true(s, p))
			return true;
	}
	p->path = path;
	return false;
}

/* The end of a way: all its wishes are known. Which terminal a process will have is known
 * beforehand in a container only. */
static bool try_wishes(struct search *s)
{
	bool terminals = strcmp(s->where->container, "host");

	for (unsigned v = 0; v < WISH_VARIANTS * (terminals ? 2 : 1); v++) {
		struct try_plan p = {.terminal = v >= WISH_VARIANTS};
		unsigned form = v % WISH_VARIANTS;

		if (!make_process(s, form, &p) || !make_parent(s, &p))
			continue;
		p.path =
			wish_path(s->arena, &s->wishes[WISH_PATH], s->where->home, FILE_NAME, form);
		if (try_types(s, &p, false) || try_types(s, &p, true)) {
			*s->out = p;
			return true;
		}
	}
	return false;
}

/* ---- the ways in which a condition can hold ---- */

/* Which text a comparison makes a wish for; WISH_COUNT for none. */
static enum wish_id wish_of(const struct node *n)
{
	const struct expr *e = n->left;

	if (e->transform != TR_NONE || !e->field || !n->n_values)
		return WISH_COUNT;
	switch (e->field->id) {
	case FIELD_PROC_NAME:
		return WISH_NAME;
	case FIELD_PROC_CMDLINE:
		return WISH_CMDLINE;
	case FIELD_PROC_ARGS:
		return WISH_ARGS;
	case FIELD_PROC_EXE:
		return WISH_EXE;
	case FIELD_PROC_EXEPATH:
		return WISH_EXEPATH;
	case FIELD_PROC_PCMDLINE:
		return WISH_PCMDLINE;
	case FIELD_PROC_PNAME:
		return WISH_PNAME;
	case FIELD_PROC_ANAME:
		if (e->arg && !strcmp(e->arg, "0"))
			return WISH_NAME;
		return e->arg && strcmp(e->arg, "1") ? WISH_COUNT : WISH_PNAME;
	case FIELD_FD_NAME:
	case FIELD_FD_NAMERAW:
	case FIELD_FD_NAME_WRITTEN:
	case FIELD_FD_NAME_RESOLVED:
	case FIELD_FD_DIRECTORY:
	case FIELD_FD_FILENAME:
		return WISH_PATH;
	default:
		return WISH_COUNT;
	}
}

/* Whether a comparison that is to be true, or not, asks for its value. */
static bool asks(const struct node *n, bool wanted)
{
	return (n->op == OP_NE) != wanted && wish_of(n) != WISH_COUNT;
}

static bool add_wish(struct search *s, const struct node *n, const char *value)
{
	struct wish *w = &s->wishes[wish_of(n)];
	enum op op = n->op == OP_NE ? OP_EQ : n->op;

	switch (n->left->field->id) { /* there is one: wish_of */
	case FIELD_FD_DIRECTORY:
		if (op == OP_EQ || op == OP_EQ2 || op == OP_IN)
			op = OP_STARTSWITH;
		return wish_add(s->arena, w, op, arena_printf(s->arena, "%s/", value));
	case FIELD_FD_FILENAME:
		if (op == OP_EQ || op == OP_EQ2 || op == OP_IN)
			return wish_add(s->arena, w, OP_ENDSWITH,
					arena_printf(s->arena, "/%s", value));
		return wish_add(s->arena, w, op, value);
	default:
		return wish_add(s->arena, w, op, value);
	}
}

static bool solve(struct search *s, const struct todo *todo);

/* One way per value. */
static bool solve_compare(struct search *s, const struct node *n, const struct todo *next)
{
	struct wish saved[WISH_COUNT];

	memcpy(saved, s->wishes, sizeof(saved));
	for (size_t i = 0; i < n->n_values && i < VALUES_TRIED; i++) {
		if (add_wish(s, n, n->values[i].text) && solve(s, next))
			return true;
		memcpy(s->wishes, saved, sizeof(saved));
	}
	return false;
}

static bool solve_all(struct search *s, const struct node *n, bool wanted, const struct todo *next)
{
	struct todo *todo = arena_alloc(s->arena, n->n_kids * sizeof(*todo));

	for (size_t i = 0; i < n->n_kids; i++)
		todo[i] =
			(struct todo){n->kids[i], wanted, i + 1 < n->n_kids ? &todo[i + 1] : next};
	return solve(s, todo);
}

/* Whether wanting n leads to any wish. */
static bool has_wish(const struct node *n, bool wanted)
{
	if (n->kind == NODE_NOT)
		return has_wish(n->kids[0], !wanted);
	if (n->kind == NODE_COMPARE)
		return asks(n, wanted);
	for (size_t i = 0; i < n->n_kids; i++)
		if (has_wish(n->kids[i], wanted))
			return true;
	return false;
}

/* One way per branch; those without a wish are all the same way. */
static bool solve_any(struct search *s, const struct node *n, bool wanted, const struct todo *next)
{
	struct wish saved[WISH_COUNT];
	bool plain = false;

	memcpy(saved, s->wishes, sizeof(saved));
	for (size_t i = 0; i < n->n_kids; i++) {
		struct todo todo = {n->kids[i], wanted, next};

		if (!has_wish(n->kids[i], wanted)) {
			plain = true;
			continue;
		}
		if (solve(s, &todo))
			return true;
		memcpy(s->wishes, saved, sizeof(saved));
	}
	return plain && solve(s, next);
}

static bool solve_node(struct search *s, const struct todo *todo)
{
	const struct node *n = todo->n;

	if (n->kind == NODE_NOT) {
		struct todo inner = {n->kids[0], !todo->wanted, todo->next};

		return solve(s, &inner);
	}
	if (n->kind == NODE_COMPARE)
		return asks(n, todo->wanted) ? solve_compare(s, n, todo->next)
					     : solve(s, todo->next);
	if ((n->kind == NODE_AND) == todo->wanted)
		return solve_all(s, n, todo->wanted, todo->next);
	return solve_any(s, n, todo->wanted, todo->next);
}

static bool solve(struct search *s, const struct todo *todo)
{
	bool found;

	if (!todo)
		return try_wishes(s);
	if (!s->events_left || !s->nodes_left || s->depth == DEPTH_MAX)
		return false;
	s->nodes_left--;
	s->depth++;
	found = solve_node(s, todo);
	s->depth--;
	return found;
}

int try_plan_make(struct arena *a, const struct node *condition, const struct try_place *where,
		  struct try_plan *out)
{
	struct search s = {
		.arena = a,
		.condition = condition,
		.where = where,
		.out = out,
		.events_left = EVENTS_TRIED,
		.nodes_left = NODES_TRIED,
	};
	struct todo all = {condition, true, NULL};

	return solve(&s, &all) ? 0 : -ENOENT;
}

/* ---- in words ---- */

static bool names_types(const struct node *n)
{
	return n->kind == NODE_COMPARE && n->left->field && n->left->field->id == FIELD_EVT_TYPE &&
	       n->n_values;
}

/* Of program starts and opens. */
static bool is_doable(const struct event_type *t)
{
	return t && t->kind == EVENT_SEEN &&
	       (!strcmp(t->family, "exec") || !strcmp(t->family, "open")) &&
	       t->id != EVENT_OPEN_BY_HANDLE_AT;
}

/* Counts the event types that a condition names, and those of them that can be done. */
static void count_types(const struct node *n, size_t *named, size_t *doable)
{
	for (size_t i = 0; i < n->n_kids; i++)
		count_types(n->kids[i], named, doable);
	for (size_t i = 0; names_types(n) && i < n->n_values; i++) {
		*named += 1;
		*doable += is_doable(event_type_find(n->values[i].text));
	}
}

const char *try_plan_why_not(const struct node *condition)
{
	size_t named = 0, doable = 0;

	count_types(condition, &named, &doable);
	if (named && !doable)
		return "its events are neither program starts nor opens";
	return "no single program start or open is known to do it";
}

const char *try_plan_text(struct arena *a, const struct try_plan *p)
{
	static const char *const modes[] = {"reading", "writing", "reading and writing"};
	const char *by = p->parent ? arena_printf(a, " (from %s)", p->parent_cmdline) : "";

	if (p->terminal)
		by = arena_printf(a, "%s in a terminal", by);
	if (!try_is_open(p->type) && p->fails)
		return arena_printf(a, "%s of a missing file by %s%s", types_name(p->type),
				    p->cmdline, by);
	if (!try_is_open(p->type))
		return arena_printf(a, "run %s%s%s%s", p->cmdline, p->own_place ? " at " : "",
				    p->own_place ? p->exepath : "", by);
	return arena_printf(a, "%s %s%s for %s by %s%s", types_name(p->type),
			    p->fails ? "the missing " : "", p->path, modes[p->flags & O_ACCMODE],
			    p->cmdline, by);
}
