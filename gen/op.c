/* SPDX-License-Identifier: Apache-2.0 */
/* gen/op.def as a table. A new operator is a row there and a case in whatever decides it. */
#include "gen/op.h"

#include <string.h>

#include "gen/nearest.h"

const struct op_info ops[OP_COUNT] = {
#define OP(id, text_, operand_, types_, doc_) {text_, OPERAND_##operand_, types_, doc_},
#include "gen/op.def"
#undef OP
};

enum op op_find(const char *text, size_t len)
{
	enum op op;

	for (op = 0; op < OP_COUNT; op++) {
		if (strlen(ops[op].text) == len && !memcmp(ops[op].text, text, len))
			break;
	}
	return op;
}

const char *op_nearest(const char *text)
{
	struct nearest n = {.wanted = text};
	enum op op;

	for (op = 0; op < OP_COUNT; op++)
		nearest_offer(&n, ops[op].text);
	return n.best;
}

bool op_allows(enum op op, enum field_type type)
{
	static const char letters[TYPE_COUNT] = {
		[TYPE_STR] = 'S',    [TYPE_INT] = 'I',	[TYPE_UINT] = 'I',   [TYPE_BOOL] = 'B',
		[TYPE_DOUBLE] = 'I', [TYPE_PORT] = 'I', [TYPE_IPADDR] = 'A', [TYPE_IPNET] = 'A',
		[TYPE_BYTES] = 'Y',  [TYPE_LIST] = 'L',
	};

	return strchr(ops[op].types, letters[type]) != NULL;
}

const char *modifier_name(enum modifier m)
{
	static const char *const names[] = {
		[MOD_ONEOF] = "oneof",
		[MOD_ANYOF] = "anyof",
		[MOD_ALLOF] = "allof",
	};

	return names[m];
}

const char *transform_name(enum transform t)
{
	static const char *const names[] = {
		[TR_TOLOWER] = "tolower",   [TR_TOUPPER] = "toupper", [TR_B64] = "b64",
		[TR_BASENAME] = "basename", [TR_LEN] = "len",	      [TR_JOIN] = "join",
		[TR_CONCAT] = "concat",	    [TR_GETOPT] = "getopt",   [TR_VAL] = "val",
	};

	return names[t];
}
