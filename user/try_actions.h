/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans carried out. The programs that run are never the real ones but copies of this program
 * under their names: a rule is about a name, an argument or a path, so that nothing has to be
 * done that could do harm. Such a copy is told by its environment what to do.
 */
#pragma once
#include <stdbool.h>
#include "user/try_plan.h"

struct try_actor {
	const char *home;     /* directory for programs and files; there already */
	const char *stand_in; /* the program to copy */
	bool host;	      /* outside of a container: touch nothing that is not below home */
};

/* Puts programs and files in place. 0 or -errno; -EPERM: would touch the host. */
int try_prepare(const struct try_actor *a, const struct try_plan *p);
/* Carries it out, in place of the calling process or in a child of it. Returns its status, not 0
 * if it was not possible. */
int try_perform(const struct try_actor *a, const struct try_plan *p);

/* A copy of this program below home, under another name. */
int try_place(const struct try_actor *a, const char *name);
/* The program's own path, which is the stand-in's if the system has none of that name. */
const char *try_find_program(const struct try_actor *a, const char *name, char *path, size_t size);
/* Runs a program, or its stand-in, in place of the calling process. */
int try_run(const struct try_actor *a, const char *const *argv);

/* Whether this process was started as a stand-in, and its main program then: does what its
 * environment says and returns the status. */
bool is_stand_in(void);
int stand_in_main(void);
