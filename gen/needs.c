/* SPDX-License-Identifier: Apache-2.0 */
/* See needs.h. A new field of userspace that is made from one of the kernel gets a case here. */
#include "gen/needs.h"

#include <string.h>

#include "gen/arena.h"
#include "gen/field.h"
#include "gen/output_call.h"

#define ARGS FIELD_BIT(FIELD_PROC_ARGS)
#define INFO FIELD_BIT(FIELD_TASK_FLAGS) /* struct task_info */
#define KIN  FIELD_BIT(FIELD_PROC_ANAME)

/* Of the process and its kin, by the beginning of the name: what /proc says of a process counts
 * only with its arguments to compare. */
static uint64_t needs_process(enum field_id f)
{
	if (field_is_lineage(f))
		return KIN | ARGS;
	if (!strncmp(fields[f].name, "proc.", 5) || !strncmp(fields[f].name, "thread.", 7))
		return KIN | ARGS;
	return 0;
}

/* Arguments of events are made of all sorts of fields. */
#define ARGUMENTS                                                                                  \
	(ARGS | KIN | FIELD_BIT(FIELD_PROC_EXE) | FIELD_BIT(FIELD_PROC_EXEPATH) |                  \
	 FIELD_BIT(FIELD_FD_NAME) | FIELD_BIT(FIELD_FD_NUM) | FIELD_BIT(FIELD_USER_UID) |          \
	 FIELD_BIT(FIELD_USER_LOGINUID) | FIELD_BIT(FIELD_GROUP_GID) | FIELD_BIT(FIELD_PROC_TTY))

static uint64_t needs_field(enum field_id f)
{
	switch (f) {
	case FIELD_FD_NAMERAW:
	case FIELD_FD_NAME_WRITTEN:
	case FIELD_FD_NAME_RESOLVED:
	case FIELD_FD_DIRECTORY:
	case FIELD_FD_FILENAME:
	case FIELD_FS_PATH_NAME:
	case FIELD_FS_PATH_NAMERAW:
	case FIELD_EVT_ABSPATH:
		return FIELD_BIT(FIELD_FD_NAME);
	case FIELD_FD_CONTAINERNAME:
	case FIELD_FD_CONTAINERDIRECTORY:
		return FIELD_BIT(FIELD_FD_NAME) | FIELD_BIT(FIELD_CONTAINER_ID);
	case FIELD_FD_UID:
		return FIELD_BIT(FIELD_FD_NUM);
	case FIELD_EVT_ARGS:
	case FIELD_EVT_INFO:
	case FIELD_EVT_ARG:
	case FIELD_EVT_RAWARG:
		return ARGUMENTS;
	case FIELD_FD_TYPES:
		return ARGS;
	case FIELD_PROC_SID:
	case FIELD_PROC_VPGID:
	case FIELD_PROC_PGID:
	case FIELD_PROC_NTHREADS:
	case FIELD_PROC_NCHILDS:
	case FIELD_PROC_PID_TS:
	case FIELD_PROC_PPID_TS:
	case FIELD_PROC_IS_SID_LEADER:
	case FIELD_PROC_IS_PGID_LEADER:
	case FIELD_PROC_IS_VPGID_LEADER:
	case FIELD_PROC_EXE_INO:
	case FIELD_PROC_EXE_INO_CTIME:
	case FIELD_PROC_EXE_INO_MTIME:
	case FIELD_PROC_EXE_INO_CTIME_PROC:
	case FIELD_PROC_EXE_INO_CTIME_PIDNS:
	case FIELD_PROC_PIDNS_INIT_START_TS:
	case FIELD_THREAD_VTID:
		return INFO;
	case FIELD_PROC_IS_EXE_UPPER_LAYER:
	case FIELD_PROC_IS_EXE_LOWER_LAYER:
	case FIELD_PROC_IS_EXE_FROM_MEMFD:
		return INFO | ARGS | FIELD_BIT(FIELD_PROC_EXEPATH);
	case FIELD_PROC_PEXE:
	case FIELD_PROC_PEXEPATH:
		return KIN | FIELD_BIT(FIELD_PROC_PPID);
	case FIELD_PROC_ENV:
		return ARGS;
	case FIELD_PROC_AEXE:
	case FIELD_PROC_AEXEPATH:
		return KIN | ARGS;
	case FIELD_PROC_ACMDLINE:
		return KIN | ARGS | FIELD_BIT(FIELD_PROC_CMDLINE);
	case FIELD_PROC_EXELINE:
		return FIELD_BIT(FIELD_PROC_EXE) | FIELD_BIT(FIELD_PROC_ARGS);
	case FIELD_USER_NAME:
	case FIELD_USER_HOMEDIR:
	case FIELD_USER_SHELL:
		return FIELD_BIT(FIELD_USER_UID);
	case FIELD_USER_LOGINNAME:
		return FIELD_BIT(FIELD_USER_LOGINUID);
	case FIELD_GROUP_NAME:
		return FIELD_BIT(FIELD_GROUP_GID);
	case FIELD_CONTAINER_START_TS:
	case FIELD_CONTAINER_DURATION:
		return FIELD_BIT(FIELD_CONTAINER_ID) | INFO;
	default:
		break;
	}
	if (f < FIELD_KERNEL_COUNT)
		return FIELD_BIT(f);
	if (fields[f].presence == PRESENCE_LATER)
		return FIELD_BIT(FIELD_CONTAINER_ID);
	return needs_process(f);
}

static void add_needs(void *needs, const struct expr *field)
{
	*(uint64_t *)needs |= needs_field(field->field->id);
}

/* A call that is wrong has been told of: it needs nothing. */
static uint64_t needs_call(const char *s, size_t len)
{
	struct diags quiet = {.arena = arena_new()};
	struct text call = {.arena = quiet.arena};
	struct expr *e = NULL;
	uint64_t needs = 0;

	if (quiet.arena) {
		text_add(&call, (struct place){}, s, len);
		e = output_call(&quiet, &call);
	}
	if (e)
		output_call_fields(e, add_needs, &needs);
	arena_free(&quiet.arena);
	return needs;
}

uint64_t needs_output(const char *output)
{
	uint64_t needs = 0;

	while ((output = strchr(output, '%'))) {
		const struct field *f;
		size_t call;

		output++;
		output += strspn(output, "0123456789");
		call = output_call_len(output);
		if (call) {
			needs |= needs_call(output, call);
			continue;
		}
		f = field_token(output).field;
		if (f)
			needs |= needs_field(f->id);
	}
	return needs;
}

static uint64_t needs_expr(const struct expr *e)
{
	uint64_t needs = e->field ? needs_field(e->field->id) : 0;
	size_t i;

	for (i = 0; i < e->n_args; i++)
		needs |= needs_expr(e->args[i]);
	return needs;
}

uint64_t needs_condition(const struct node *n)
{
	uint64_t needs = 0;
	size_t i;

	if (n->kind == NODE_COMPARE)
		return needs_expr(n->left) | (n->right ? needs_expr(n->right) : 0);
	for (i = 0; i < n->n_kids; i++)
		needs |= needs_condition(n->kids[i]);
	return needs;
}
