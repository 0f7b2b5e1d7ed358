/* SPDX-License-Identifier: Apache-2.0 */
/* See needs.h. A new field of userspace that is made from one of the kernel gets a case here. */
#include "gen/needs.h"

#include <string.h>

#include "gen/field.h"

static uint64_t needs_field(enum field_id f)
{
	if (f < FIELD_KERNEL_COUNT)
		return FIELD_BIT(f);
	switch (f) {
	case FIELD_FD_NAMERAW:
	case FIELD_FD_NAME_WRITTEN:
	case FIELD_FD_NAME_RESOLVED:
	case FIELD_FD_DIRECTORY:
	case FIELD_FD_FILENAME:
		return FIELD_BIT(FIELD_FD_NAME);
	case FIELD_PROC_EXELINE:
		return FIELD_BIT(FIELD_PROC_EXE) | FIELD_BIT(FIELD_PROC_ARGS);
	case FIELD_USER_NAME:
		return FIELD_BIT(FIELD_USER_UID);
	case FIELD_USER_LOGINNAME:
		return FIELD_BIT(FIELD_USER_LOGINUID);
	case FIELD_GROUP_NAME:
		return FIELD_BIT(FIELD_GROUP_GID);
	case FIELD_CONTAINER_NAME:
	case FIELD_CONTAINER_IMAGE:
	case FIELD_CONTAINER_IMAGE_REPOSITORY:
	case FIELD_CONTAINER_IMAGE_TAG:
	case FIELD_K8S_POD_NAME:
	case FIELD_K8S_NS_NAME:
		return FIELD_BIT(FIELD_CONTAINER_ID);
	default:
		return 0;
	}
}

/* The longest known name that a text begins with: what Falco takes a token for. */
static const struct field *token(const char *s)
{
	const struct field *best = NULL;
	size_t i, n, best_len = 0;

	for (i = 0; i < FIELD_COUNT; i++) {
		n = strlen(fields[i].name);
		if (n > best_len && !strncmp(fields[i].name, s, n)) {
			best = &fields[i];
			best_len = n;
		}
	}
	return best;
}

uint64_t needs_output(const char *output)
{
	uint64_t needs = 0;

	while ((output = strchr(output, '%'))) {
		const struct field *f;

		output++;
		output += strspn(output, "0123456789");
		f = token(output);
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
