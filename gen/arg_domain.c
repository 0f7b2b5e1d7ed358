/* SPDX-License-Identifier: Apache-2.0 */
/* gen/arg_domain.def as tables. */
#include <fcntl.h>
#include <stdio.h>

#include "gen/arg.h"

/* The C library has 0 for it where every file can be large. */
#ifdef __aarch64__
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_LARGEFILE 0100000
#endif

#define DOMAIN(name)			static const struct arg_member members_of_##name[] = {
#define MEMBER(text, mask, value, code) {text, mask, value, code},
#define END(name, otherwise, magic)                                                                \
	{                                                                                          \
		NULL, 0, 0, 0                                                                      \
	}                                                                                          \
	}                                                                                          \
	;                                                                                          \
	const struct arg_domain arg_domain_##name = {                                              \
		members_of_##name, sizeof(members_of_##name) / sizeof(struct arg_member) - 1,      \
		otherwise, magic};
#include "gen/arg_domain.def"
