/* SPDX-License-Identifier: Apache-2.0 */
/* The known name that a misspelt one was probably meant to be. */
#pragma once

struct nearest {
	const char *wanted;
	const char *best;  /* NULL while nothing is near */
	unsigned distance; /* of best */
};

/* Takes name for the best if it is nearer than what was offered before. Near means few single
 * edits (a letter more, less, other, or two swapped) for its length. */
void nearest_offer(struct nearest *n, const char *name);
