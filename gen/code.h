/* SPDX-License-Identifier: Apache-2.0 */
/* gen/code.def as a table: the codes of errors and warnings. */
#pragma once
#include <stddef.h>

struct code {
	const char *name;	 /* "LOAD_ERR_VALIDATE" */
	const char *brief;	 /* Falco's short text */
	const char *description; /* a sentence */
};

extern const struct code codes[];
extern const size_t n_codes;
/* NULL if there is none of that name. */
const struct code *code_find(const char *name);
