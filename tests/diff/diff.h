/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rules against random events: the interpreter must agree with everything else that
 * decides a compiled rule. Who decides is a backend: the tables on the host (host.c), the kernel
 * (kernel.c). A new one is a row in backends.c.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/event.h"
#include "gen/gen.h"

/* ---- chance ---- */

struct chance {
	uint64_t state;
};
uint64_t chance_next(struct chance *c);
/* 0 to n - 1. */
unsigned chance_below(struct chance *c, unsigned n);
/* True once in n times. */
bool chance_once(struct chance *c, unsigned n);

/* ---- events ---- */

#define DIFF_ARGV_MAX 512
#define DIFF_TEXT_MAX 128
#define DIFF_PARENTS  4

/* A text of which the kernel sees seen bytes; less than len: it is cut there. */
struct diff_text {
	char s[DIFF_TEXT_MAX];
	size_t len, seen;
};

struct diff_proc {
	char name[COMM_SIZE];
	char argv[DIFF_ARGV_MAX]; /* NUL after each argument */
	size_t argv_len, argv_seen;
};

struct diff_event {
	struct event ev; /* for the interpreter; ev.views is the number of paths, at least 1 */
	bool whole;	 /* whether ev also knows what the kernel does not see */
	enum event_id type;
	struct diff_proc self;
	char container[SHORT_SIZE];
	struct diff_text image; /* of the container; seen 0: nothing is known yet */
	bool has_image, privileged;
	struct diff_text user; /* name of user and group; seen 0: not known yet */
	struct diff_text exepath;
	struct diff_text cwd;			/* with its last slash; seen 0: not known */
	struct diff_text env;			/* NUL after each variable */
	struct diff_proc parents[DIFF_PARENTS]; /* the parent first */
	unsigned n_parents;
	struct diff_text paths[2]; /* as written, as resolved: views of fd.name */
	unsigned n_paths;
	struct diff_text given[2]; /* paths of a call */
	unsigned n_given;
	int64_t num[FIELD_KERNEL_COUNT]; /* NUM and ENUM fields, ENUM as codes */
	uint64_t have;			 /* of these, those with a value */
	uint64_t unsure;		 /* of these, those that the kernel could not read */
};

void event_make(struct diff_event *e, struct chance *c);
/* Whether the kernel sees less than there is. */
bool event_is_cut(const struct diff_event *e);
void event_print(const struct diff_event *e);
/* Makes e simpler in its step-th way; false when there is no such way. */
bool event_simplify(struct diff_event *e, unsigned step);
/* A text such as events have, or a part of one. */
void word_make(struct chance *c, char *to, size_t size);

/* ---- arguments: arg.c ---- */

struct arg_source;
int64_t arg_number_make(struct chance *c, const struct arg_source *s);
/* Registers, and the flags and the mode of an open. */
void args_make(struct diff_event *e, struct chance *c);
/* evt.arg[arg] or, raw, evt.rawarg. */
enum have arg_give(const struct diff_event *e, const char *arg, bool raw, struct value *out);
/* Path i of a call, from 0: event.c. */
enum have given_give(const struct diff_event *e, size_t i, struct value *out);
/* A comparison as text, less than 256 bytes. */
void arg_compare(struct chance *c, char *to);

/* ---- rules ---- */

/* Conditions as trees of text, so that they can be made smaller. */
struct cond {
	char word[256]; /* a comparison; or "and", "or", "not" */
	struct cond *kids[4];
	unsigned n_kids;
};

struct cond *cond_make(struct chance *c, unsigned depth);
struct cond *cond_copy(const struct cond *c);
void cond_free(struct cond *c);
/* The condition as text, to be freed. */
char *cond_text(const struct cond *c);
/* Makes c smaller in its step-th way; false when there is no such way. */
bool cond_simplify(struct cond **c, unsigned step);

#define DIFF_RULES_MAX 192
struct diff_rules {
	struct cond *conds[DIFF_RULES_MAX];
	size_t n;
	struct ruleset *rs;
	struct policy policy;
};

/* Compiles the conditions; 0 or -errno after saying what was wrong. */
int rules_compile(struct diff_rules *r);
void rules_free(struct diff_rules *r);

/* ---- backends ---- */

struct backend {
	const char *name;
	/* Why it cannot be used here, NULL if it can. */
	const char *(*missing)(void);
	/* NULL on failure. */
	void *(*open)(const struct image *im);
	void (*close)(void *state);
	/* Number of hits written, at most RULE_MAX, or -errno. *all: there were too many, every
	 * rule is unsure. */
	int (*decide)(void *state, struct diff_event *e, struct hit *hits, bool *all);
};
extern const struct backend *const backends[];
extern const size_t n_backends;
extern const struct backend host_backend;
extern const struct backend kernel_backend;
