/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/code.h"

#include <string.h>

const struct code codes[] = {
#define CODE(name, brief, description) {name, brief, description},
#include "gen/code.def"
#undef CODE
};
const size_t n_codes = sizeof(codes) / sizeof(codes[0]);

const struct code *code_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_codes; i++) {
		if (!strcmp(codes[i].name, name))
			return &codes[i];
	}
	return NULL;
}
