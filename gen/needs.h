/* SPDX-License-Identifier: Apache-2.0 */
/* Which values the kernel must send along for a rule. */
#pragma once
#include <stdint.h>
#include "gen/ast.h"

/* FIELD_BIT()s of the fields that an output prints, or of what they are made from. */
uint64_t needs_output(const char *output);
/* The same for a condition: userspace decides it again when the kernel is not sure. */
uint64_t needs_condition(const struct node *n);
