/* SPDX-License-Identifier: Apache-2.0 */
/* gen/op.def as a searchable table, and the names of modifiers and transformers. */
#pragma once
#include <stdbool.h>
#include "gen/ast.h"
#include "gen/field.h"

enum operand { OPERAND_NONE, OPERAND_ONE, OPERAND_NUMBER, OPERAND_LIST, OPERAND_HEX };

struct op_info {
	const char *text;
	enum operand operand;
	const char *types; /* letters: S text, I number, B bool, A address or network, Y bytes, L
			      list */
	const char *doc;
};

extern const struct op_info ops[OP_COUNT];

/* OP_COUNT if there is none of that name. */
enum op op_find(const char *text, size_t len);
const char *op_nearest(const char *text);
bool op_allows(enum op op, enum field_type type);
/* NULL for MOD_NONE and TR_NONE. */
const char *modifier_name(enum modifier m);
const char *transform_name(enum transform t);
