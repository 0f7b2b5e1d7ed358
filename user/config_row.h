/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of user/config.def that have a value, and where it is in struct config. */
#pragma once
#include <stddef.h>
#include "user/config_type.h"

struct config_row {
	const char *path;
	size_t offset;
	const struct config_type *type;
	const char *value, *env;
};
extern const struct config_row config_rows[];
extern const size_t n_config_rows;

/* NULL if there is none. */
const struct config_row *config_row_find(const char *path);
