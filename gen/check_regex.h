/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a regular expression is one that Falco and we read alike. */
#pragma once
#include <stddef.h>

/* 0, or -EINVAL with a phrase in why. Bounded in time and memory. */
int regex_check(const char *pattern, char *why, size_t why_size);
