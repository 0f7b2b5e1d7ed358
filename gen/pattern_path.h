/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of the parts of a path as patterns over the whole of it: AUT_FD_NAME reads fd.name
 * and also decides fd.directory and fd.filename.
 */
#pragma once
#include "gen/pattern.h"

/*
 * text: what a comparison asks of the part, a pattern that ends with SYM_END where the part must
 * end there. Write patterns over path and end into out, at most PATTERNS_MAX, and return how many.
 */

/* The directory is the text before the last slash, or that slash if nothing is before it; of a
 * directory it is the path itself. root: whether "/" passes, empty: whether "" does. */
size_t pattern_of_directory(struct arena *a, const struct pattern *text, bool root, bool empty,
			    struct pattern *out);
/* The text behind the last slash, of files that were opened. */
size_t pattern_of_filename(struct arena *a, const struct pattern *text, struct pattern *out);
