/* SPDX-License-Identifier: Apache-2.0 */
/* Edit distance with swaps of neighbours (optimal string alignment), three rows at a time. */
#include "gen/nearest.h"

#include <string.h>

#define NAME_MAX_LEN 63

static unsigned min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned edits(const char *a, size_t n, const char *b, size_t m)
{
	unsigned row[3][NAME_MAX_LEN + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2], *spare;
	size_t i, j;

	for (j = 0; j <= m; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= n; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= m; j++) {
			now[j] = min2(last[j], now[j - 1]) + 1;
			now[j] = min2(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min2(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

void nearest_offer(struct nearest *n, const char *name)
{
	size_t wanted = strlen(n->wanted), len = strlen(name);
	unsigned limit = wanted < 4 ? 1 : wanted < 8 ? 2 : 3;
	unsigned distance;

	if (wanted > NAME_MAX_LEN || len > NAME_MAX_LEN)
		return;
	distance = edits(n->wanted, wanted, name, len);
	if (distance > limit)
		return;
	/* Of two that are as near, the one that only goes on. */
	distance = 2 * distance - !strncmp(n->wanted, name, wanted);
	if (n->best && distance >= n->distance)
		return;
	n->best = name;
	n->distance = distance;
}
