/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of the kernel as an event that can be asked for fields. No length in a record is
 * trusted: record_open() checks every one before anything else reads it. The getters are in
 * user/fields.c, one per row of kern/fields.def.
 *
 * The views of a record are all combinations of
 *   path          as written; as resolved, if it differs
 *   command line  cut as Falco cuts it; whole, if it was cut
 *   name          as at exec; as now, if the process was renamed
 * View 0 is what Falco sees.
 */
#pragma once
#include <stdbool.h>
#include "kern/abi.h"
#include "gen/event.h"

struct users;
struct procfs;
struct container_info;

/* What a record does not carry. */
struct record_context {
	struct users *users; /* names of users and groups; NULL: none are known */
	const char *hostname;
};

struct record_text {
	char *data;
	size_t size;
};

struct record_event {
	struct event ev; /* first: a getter is handed this */
	const struct record *rec;
	const struct record_context *ctx;
	uint64_t number; /* evt.num */
	int64_t time;	 /* ns since 1970 */
	unsigned n_paths, n_cmds, n_names;
	bool has_written; /* path view 0 is the text as written */
	/* argv beyond the kernel's bound, read from /proc: n_cmds is 2 */
	char *argv;
	size_t argv_len;
	bool argv_whole; /* false: the rest of it is not known any more */
	char container[SHORT_SIZE + 1];
	/* what its runtime knows, NULL: not known (yet); belongs to the caller, who sets it after
	 * record_open(). final: nothing more will come, so that what is not there is missing. */
	const struct container_info *container_info;
	bool info_final;
	char ancestors[ANCESTORS_MAX][COMM_SIZE + 1];
	uint32_t ancestor_pids[ANCESTORS_MAX];
	unsigned n_ancestors, parent; /* parent: its process id */
	struct procfs *now;    /* what /proc says of the process; read when first asked for */
	struct task_info info; /* only if has_info */
	bool has_info;
	char *parent_argv; /* read from /proc when first asked for */
	size_t parent_argv_len;
	const char *ends[2]; /* of a connection, as texts */
	char end_text[2][64];
	struct record_text text[FIELD_COUNT]; /* where getters build texts */
};

void record_event_init(struct record_event *e, const struct record_context *ctx);
void record_event_free(struct record_event *e);

/* Makes e stand for a record, which must stay where it is while e is used. 0, or -EBADMSG for
 * bytes that are no record. */
int record_open(struct record_event *e, const void *data, size_t size, uint64_t number);

const struct hit *record_hits(const struct record_event *e, size_t *n);
/* NULL if the record has no such tail. */
const char *record_tail(const struct record_event *e, enum tail_id tail, size_t *len);
/* Lets e show the view in which the kernel found this hit. */
void record_select_view(struct record_event *e, const struct hit *hit);

/* Parts of the current view. */
unsigned record_path_view(const struct record_event *e);
unsigned record_cmd_view(const struct record_event *e);
unsigned record_name_view(const struct record_event *e);

/* user/fields.c */
enum have record_get(const struct event *ev, enum field_id field, const char *arg,
		     struct value *out);
