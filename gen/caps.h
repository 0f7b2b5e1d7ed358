/* SPDX-License-Identifier: Apache-2.0 */
/* Masks of capabilities and their text: CAP_ names in order, one blank between two. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits that have a name. */
#define CAPS_NAMED ((1ULL << 41) - 1)

/* Name of a bit without CAP_, NULL for one without. */
const char *caps_name(unsigned bit);
/* Bytes written, without the NUL; the text is cut to size. Bits without a name are left out. */
size_t caps_text(uint64_t mask, char *out, size_t size);
/* False if caps_text() writes no such text. */
bool caps_parse(const char *text, size_t len, uint64_t *mask);
