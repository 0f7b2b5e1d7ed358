/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a configuration comes from, as one tree: the file, the files that its key config_files
 * names, the environment, then -o key=value; the later wins.
 */
#pragma once
#include <stdbool.h>
#include "user/config_tree.h"

struct config_source {
	const char *file;
	bool must_exist;
	const char *const *options;
	size_t n;
};

/* Options that name append_output are left out: see config_is_append(). 0, or -errno after errors
 * were logged or put in d. */
int config_source_read(struct diags *d, const struct config_source *s, struct ynode **root);
bool config_is_append(const char *option);
/* The value of an option: a text, or what looks like YAML as such. NULL with an error in d. */
struct ynode *config_option_value(struct diags *d, const char *name, const char *value);
