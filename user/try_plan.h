/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do so that a rule fires: one program start or one open, found from the condition
 * alone. A plan is only given out if the reference interpreter says that the condition holds for
 * the event that the plan causes (user/try_event.h); so nothing here has to be complete, and no
 * rule is known by name.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/ast.h"
#include "kern/abi.h"

struct arena;

/* Where a plan will be carried out, as far as a condition can see it. */
struct try_place {
	const char *container;	      /* container.id of processes there */
	const char *home;	      /* directory for whatever the condition leaves open */
	const char *parent;	      /* proc.name of the process that starts things */
	const char *const *ancestors; /* and of its ancestors, NULL at the end; NULL: not known */
};

struct try_plan {
	enum event_id type;
	bool fails;	   /* what is executed or opened does not exist */
	const char *name;  /* of the process that does it: proc.name */
	const char *exe;   /* its argv[0] */
	const char **args; /* its argv[1] and so on, NULL at the end */
	const char *exepath;
	bool own_place;	    /* the condition asks for this exepath */
	const char *parent; /* name of a process that must start it, NULL: none in particular */
	const char **parent_args;
	const char *path; /* what is opened, NULL for program starts */
	int flags;	  /* O_* */
	bool directory;	  /* path is one */
	bool terminal;	  /* the process has one */
	/* the same as texts that fields show */
	const char *args_text;
	const char *cmdline;
	const char *parent_cmdline;
};

/* 0, or -ENOENT if no action is known that makes the condition true at that place. The plan's
 * texts live in the arena. */
int try_plan_make(struct arena *a, const struct node *condition, const struct try_place *where,
		  struct try_plan *out);
/* Why there is none, as a part of a sentence. */
const char *try_plan_why_not(const struct node *condition);
/* A line that says what the plan does. */
const char *try_plan_text(struct arena *a, const struct try_plan *p);
/* Whether the event is one of the open family. */
bool try_is_open(enum event_id type);
