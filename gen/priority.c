/* SPDX-License-Identifier: Apache-2.0 */
/* Names of priorities. */
#include <errno.h>
#include <strings.h>

#include "gen/ruleset.h"

static const char *const names[] = {
	[PRIORITY_EMERGENCY] = "Emergency",
	[PRIORITY_ALERT] = "Alert",
	[PRIORITY_CRITICAL] = "Critical",
	[PRIORITY_ERROR] = "Error",
	[PRIORITY_WARNING] = "Warning",
	[PRIORITY_NOTICE] = "Notice",
	[PRIORITY_INFORMATIONAL] = "Informational",
	[PRIORITY_DEBUG] = "Debug",
};

const char *priority_name(enum priority p)
{
	return names[p];
}

int priority_parse(const char *text, enum priority *out)
{
	enum priority p;

	for (p = PRIORITY_EMERGENCY; p <= PRIORITY_DEBUG; p++) {
		if (!strcasecmp(text, names[p]) ||
		    (p == PRIORITY_INFORMATIONAL && !strcasecmp(text, "info"))) {
			*out = p;
			return 0;
		}
	}
	return -EINVAL;
}
