/* SPDX-License-Identifier: Apache-2.0 */
#include "user/host_id.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/util.h"

#define DIGITS 12

void host_container_id(char out[SHORT_SIZE])
{
	_cleanup_fclose_ FILE *f = fopen("/etc/machine-id", "re");
	char name[256] = "", digits[32];
	uint64_t h = 0xcbf29ce484222325ULL;

	memset(out, 0, SHORT_SIZE);
	if (!f || !fgets(name, sizeof(name), f) || strspn(name, "0123456789abcdef") < DIGITS) {
		memset(name, 0, sizeof(name));
		gethostname(name, sizeof(name) - 1);
		for (const char *c = name; *c; c++)
			h = (h ^ (unsigned char)*c) * 0x100000001b3ULL;
		snprintf(digits, sizeof(digits), "%016" PRIx64, h);
		memcpy(name, digits, DIGITS);
	}
	memcpy(out, name, DIGITS);
}
