/* SPDX-License-Identifier: Apache-2.0 */
/* Shell patterns taken apart. What a bracket expression means is asked of fnmatch() itself. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct glob_part {
	bool star;	 /* any text */
	bool bytes[256]; /* else one byte of these */
};

/* Takes the part off that *pattern begins with; false if the pattern has none of the kind that
 * can be taken apart (then *pattern is unchanged). nocase as FNM_CASEFOLD. */
bool glob_next(const char **pattern, const char *end, bool nocase, struct glob_part *out);
