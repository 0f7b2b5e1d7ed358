/* SPDX-License-Identifier: Apache-2.0 */
/* Random events for people: printed, and made simpler until only what matters is left. */
#include "tests/diff/diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gen/types.h"

static void print_proc(const char *what, const struct diff_proc *p)
{
	size_t i;

	printf("#   %s: name \"%s\", argv", what, p->name);
	for (i = 0; i < p->argv_len; i += strlen(p->argv + i) + 1)
		printf(" \"%s\"", p->argv + i);
	if (p->argv_seen < p->argv_len)
		printf(" (the kernel sees %zu bytes)", p->argv_seen);
	printf("\n");
}

static void print_text(const char *what, const struct diff_text *t)
{
	printf("#   %s: \"%s\"", what, t->s);
	if (t->seen < t->len)
		printf(" (the kernel sees %zu bytes)", t->seen);
	printf("\n");
}

void event_print(const struct diff_event *e)
{
	unsigned i;

	printf("#   evt.type: %s, container.id: \"%s\"\n", types_name(e->type), e->container);
	print_proc("process", &e->self);
	print_text("exepath", &e->exepath);
	print_text("cwd", &e->cwd);
	print_text("user", &e->user);
	for (i = 0; i < e->n_parents; i++)
		print_proc("parent", &e->parents[i]);
	for (i = 0; i < e->n_paths; i++)
		print_text("fd.name", &e->paths[i]);
	for (i = 0; i < e->n_given; i++)
		print_text("path", &e->given[i]);
	for (i = 0; i < FIELD_KERNEL_COUNT; i++) {
		if (e->have & FIELD_BIT(i))
			printf("#   %s: %" PRId64 "%s\n", fields[i].name, e->num[i],
			       e->unsure & FIELD_BIT(i) ? " (not seen)" : "");
	}
}

static void keep_beginning(struct diff_text *t, size_t len)
{
	if (len > t->len)
		return;
	t->s[len] = '\0';
	t->len = t->seen = len;
}

bool event_simplify(struct diff_event *e, unsigned step)
{
	switch (step) {
	case 0:
		e->n_parents = 0;
		return true;
	case 1:
		e->self.argv_len = e->self.argv_seen = 0;
		return true;
	case 2:
		e->self.argv_seen = e->self.argv_len;
		return true;
	case 3:
		if (e->n_paths > 1)
			e->n_paths = e->ev.views = 1;
		return true;
	case 4:
		e->unsure = 0;
		return true;
	case 5:
		e->exepath.seen = e->exepath.len;
		return true;
	case 6:
		keep_beginning(&e->exepath, 1);
		return true;
	case 7:
		e->self.name[0] = '\0';
		return true;
	case 8:
		e->paths[0].seen = e->paths[0].len;
		return true;
	case 9:
		keep_beginning(&e->paths[0], 1);
		return true;
	case 10:
		strcpy(e->container, "host");
		return true;
	case 12:
		e->env.len = e->env.seen = 0;
		return true;
	case 11:
		e->n_parents -= e->n_parents > 0;
		return true;
	default:
		return false;
	}
}
