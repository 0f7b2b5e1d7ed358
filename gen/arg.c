/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/arg.h"

#include <string.h>

#include "gen/event_args.h"

static const struct {
	const char *types, *name;
	struct arg_source source;
} rows[] = {
#define ARG(types, name, from_, n_, form_, bits_, domain_)                                         \
	{types, name, {ARG_##from_, n_, AS_##form_, bits_, &arg_domain_##domain_, 0, 0}},
#define ARG_OF(types, name, field_, meaning_, form_)                                               \
	{types,                                                                                    \
	 name,                                                                                     \
	 {ARG_FIELD, 0, AS_##form_, 64, &arg_domain_none, FIELD_##field_, FIELD_##meaning_}},
#include "gen/arg.def"
#undef ARG
#undef ARG_OF
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Whether a list with blanks between its words has one. */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = list; (at = strstr(at, word)); at += len) {
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	}
	return false;
}

const struct arg_source *arg_source(const char *type, const char *name)
{
	static const struct arg_source later = {.from = ARG_LATER, .domain = &arg_domain_none};
	size_t i;

	if (!event_has_arg(type, name))
		return NULL;
	for (i = 0; i < N_ROWS; i++) {
		if (!strcmp(rows[i].name, name) &&
		    (!strcmp(rows[i].types, "*") || has_word(rows[i].types, type)))
			return &rows[i].source;
	}
	return &later;
}
