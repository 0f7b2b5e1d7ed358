/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Falco's regular expressions are those of POSIX, without \d and its kin. What the C library
 * would read in another way is refused here; so are repetitions that would make it use memory
 * without bound.
 */
#include "gen/check_regex.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_MAX 4096
#define COPIES_MAX  100000

/* All counts of {n,m} multiplied: what nested ones can come to. */
static unsigned long copies(const char *p)
{
	unsigned long all = 1, n;
	char *end;

	for (p = strchr(p, '{'); p; p = strchr(p + 1, '{')) {
		n = strtoul(p + 1, &end, 10);
		if (*end == ',' && isdigit((unsigned char)end[1]))
			n = strtoul(end + 1, NULL, 10);
		if (n > COPIES_MAX || all * (n ? n : 1) > COPIES_MAX)
			return COPIES_MAX + 1;
		all *= n ? n : 1;
	}
	return all;
}

static char strange_escape(const char *p)
{
	for (; *p; p++) {
		if (*p != '\\')
			continue;
		p++;
		if (isalnum((unsigned char)*p))
			return *p;
		if (!*p)
			break;
	}
	return '\0';
}

int regex_check(const char *pattern, char *why, size_t why_size)
{
	const char strange = strange_escape(pattern);
	regex_t re;
	int err;

	if (strlen(pattern) > PATTERN_MAX || copies(pattern) > COPIES_MAX) {
		snprintf(why, why_size, "it is too large");
		return -EINVAL;
	}
	if (strange) {
		snprintf(why, why_size, "invalid escape sequence: \\%c", strange);
		return -EINVAL;
	}
	err = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB);
	if (err) {
		regerror(err, &re, why, why_size);
		return -EINVAL;
	}
	regfree(&re);
	return 0;
}
