/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/caps.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"KILL",
	"SETGID",
	"SETUID",
	"SETPCAP",
	"LINUX_IMMUTABLE",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_ADMIN",
	"NET_RAW",
	"IPC_LOCK",
	"IPC_OWNER",
	"SYS_MODULE",
	"SYS_RAWIO",
	"SYS_CHROOT",
	"SYS_PTRACE",
	"SYS_PACCT",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_NICE",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"MKNOD",
	"LEASE",
	"AUDIT_WRITE",
	"AUDIT_CONTROL",
	"SETFCAP",
	"MAC_OVERRIDE",
	"MAC_ADMIN",
	"SYSLOG",
	"WAKE_ALARM",
	"BLOCK_SUSPEND",
	"AUDIT_READ",
	"PERFMON",
	"BPF",
	"CHECKPOINT_RESTORE",
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

_Static_assert(CAPS_NAMED >> (N_NAMES - 1) == 1, "one bit per name");

const char *caps_name(unsigned bit)
{
	return bit < N_NAMES ? names[bit] : NULL;
}

size_t caps_text(uint64_t mask, char *out, size_t size)
{
	size_t len = 0, i;

	if (size)
		out[0] = '\0';
	for (i = 0; i < N_NAMES && len < size; i++) {
		if (mask >> i & 1)
			len += snprintf(out + len, size - len, "%sCAP_%s", len ? " " : "",
					names[i]);
	}
	return len < size ? len : size ? size - 1 : 0;
}

bool caps_parse(const char *text, size_t len, uint64_t *mask)
{
	const char *end = text + len;
	size_t i;

	*mask = 0;
	for (i = 0; i < N_NAMES && text < end; i++) {
		char name[64];
		size_t n = snprintf(name, sizeof(name), "%sCAP_%s", *mask ? " " : "", names[i]);

		if ((size_t)(end - text) < n || memcmp(text, name, n) ||
		    (text + n < end && text[n] != ' '))
			continue;
		*mask |= 1ULL << i;
		text += n;
	}
	return text == end;
}
