/* SPDX-License-Identifier: Apache-2.0 */
#include "user/calls.h"

#include <string.h>

#include <asm/unistd.h>

#include "gen/types.h"
#include "user/util.h"

struct number {
	const char *name;
	int nr;
};

/* The headers' first: a call that they have has its number there. */
static const struct number numbers[] = {
#include "syscall_numbers.h"
#define CALL(...)
#define CALL_NAME(id, name)
#define CALL_SYMBOL(name, symbol)
#define CALL_OLD(symbol, old)
#define CALL_NUMBER(name, nr) {name, nr},
#include "kern/calls.def"
#undef CALL_NUMBER
#undef CALL_SYMBOL
};

static const struct {
	const char *name, *symbol;
} symbols[] = {
#define CALL_NUMBER(name, nr)
#define CALL_SYMBOL(name, symbol) {name, symbol},
#include "kern/calls.def"
#undef CALL_SYMBOL
#undef CALL_OLD
};

static const struct {
	const char *symbol, *old;
} old_symbols[] = {
#define CALL_SYMBOL(name, symbol)
#define CALL_OLD(symbol, old) {symbol, old},
#include "kern/calls.def"
#undef CALL_SYMBOL
#undef CALL_OLD
#undef CALL_NAME
};

static const char *const other_names[EVENT_COUNT] = {
#define CALL_SYMBOL(name, symbol)
#define CALL_OLD(symbol, old)
#define CALL_NAME(id, name) [EVENT_##id] = name,
#include "kern/calls.def"
#undef CALL_NAME
#undef CALL_SYMBOL
#undef CALL_NUMBER
#undef CALL_OLD
#undef CALL
};

static const char *kernel_name(enum event_id type)
{
	return other_names[type] ? other_names[type] : types_name(type);
}

bool call_is(enum event_id type)
{
	return type < EVENT_COUNT && !strcmp(types_family(type), "call");
}

int call_number(enum event_id type)
{
	if (!call_is(type))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (!strcmp(numbers[i].name, kernel_name(type)))
			return numbers[i].nr;
	return -1;
}

const char *call_symbol(enum event_id type)
{
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++)
		if (!strcmp(symbols[i].name, kernel_name(type)))
			return symbols[i].symbol;
	return kernel_name(type);
}

const char *call_old_symbol(enum event_id type, int n)
{
	const char *symbol = call_symbol(type);

	for (size_t i = 0; i < ARRAY_LEN(old_symbols); i++)
		if (!strcmp(old_symbols[i].symbol, symbol) && !n--)
			return old_symbols[i].old;
	return NULL;
}

void call_types_fill(__u16 types[CALL_NR_MAX])
{
	for (int t = 0; t < EVENT_COUNT; t++) {
		int nr = call_number(t);

		if (nr >= 0 && nr < CALL_NR_MAX)
			types[nr] = t + 1;
	}
}
