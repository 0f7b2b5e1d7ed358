/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases of what rules mean, written as text (*.cases) and checked one line at a time.
 *
 * A line that begins with @ is an order; a line of # or blanks is nothing, except behind @file,
 * where every line up to the next order is text of that file.
 *
 *	@define NAME JSON	 an event that later @event lines of this file can begin with
 *	@case STATEMENT		 what the lines below prove; forgets all but definitions
 *	@event [NAME] [JSON]	 the event of the lines below; null takes a value away
 *	@option KEY=VALUE	 a configuration key
 *	@file NAME		 a rule file, loaded in the order given; NAME may have a folder
 *	@load NAME		 load only what is named so, instead of every file
 *
 * and these are the cases (A ;; B means: the text A, a separator, the text B):
 *
 *	@ok CONDITION			it is accepted
 *	@bad CONDITION ;; L:C PART	it is refused at that place, with PART in the message
 *	@syntax CONDITION		its grammar is accepted, whatever its names mean
 *	@prints CONDITION ;; TEXT	its canonical text
 *	@true, @false CONDITION		of the event, by the interpreter and by the tables
 *	@text FORMAT ;; TEXT		what an output prints
 *	@fields FORMAT ;; JSON		output_fields of the alert
 *	@alert FORMAT ;; LINE		the whole line
 *	@badformat FORMAT ;; PART	the output is refused
 *	@loads				the files load without an error
 *	@clean				and without a warning that Falco has too (LOAD_...)
 *	@error CODE L:C PART		they do not; CODE and L:C may be -
 *	@warning CODE L:C PART		they load, with this warning
 *	@nowarning CODE			they load, without any such warning
 *	@compiled RULE ;; TEXT		canonical condition of a rule, with @output, @desc,
 *@priority,
 *	@source, @tags, @enabled	alike
 *	@order RULE, RULE ...		all rules in order of evaluation
 *	@fires [RULE, RULE ...]		rules that the event raises, in order, by both engines
 *
 * In all of them a control picture (U+2400 and on) stands for the byte it shows, U+2424 for a
 * line end.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/gen.h"
#include "user/buf.h"
#include "user/config.h"
#include "user/util.h"

struct tables;

/* What a case has said so far. */
struct world {
	struct texts names, bodies; /* of files */
	struct texts load;
	struct texts options;
	struct buf event; /* JSON */

	/* made when a check first asks for it: world_rules() */
	bool loaded;
	int err;
	struct ruleset *rs;
	struct config config;
	struct policy policy;
	struct tables *tables; /* NULL: the rules are wrong */
};

/* Forgets what was made from the files, or everything. */
void world_unload(struct world *w);
void world_clear(struct world *w);
/* Loads and compiles the files of the case, and extra (may be NULL) as the last of them. 0 or
 * -errno, what is wrong is in w->rs->diags. */
int world_load(struct world *w, const char *extra);
/* The same without extra, once. */
int world_rules(struct world *w);
/* The enabled and compiled rules that the event raises, as numbers of w->policy.rules. by_tables:
 * decided by the tables. Returns how many, or -1 with the reason in got. */
int world_raised(struct world *w, bool by_tables, unsigned *rules, size_t max, struct buf *got);

/* A check: whether what was expected (right, NULL if the line has no ;;) came out. What came out
 * goes to got. */
typedef bool check_fn(struct world *w, const char *left, const char *right, struct buf *got);

struct check {
	const char *verb;
	check_fn *run;
};
extern const struct check condition_checks[], event_checks[], format_checks[], rule_checks[];

/* "L:C PART" or "- PART" against a message. */
bool diag_is(const struct diag *d, const char *where);
/* The first one of a severity into got, if there is one. */
void diag_say(const struct diags *d, enum severity s, struct buf *got);

/* Rule files that others have published, where there are some: public.c. */
bool public_rules(void);
/* Rule files made to exhaust a loader: limits.c. */
bool limits_hold(void);
