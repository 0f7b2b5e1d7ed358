/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths as texts: what a program wrote, made absolute and normalised without asking any file
 * system. Symbolic links are not followed: the other view of a path is the kernel's.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* Writes text, or base + '/' + text if text is relative, with `.`, `..` and empty components
 * taken out and without a slash at the end; NUL-terminated. base may be NULL or relative: then
 * a relative text has no absolute form. Returns the length, -EINVAL for no absolute form, or
 * -ENAMETOOLONG. */
ssize_t path_normalize(const char *base, size_t base_len, const char *text, size_t text_len,
		       char *out, size_t size);

/* Length of the directory part of an absolute path, without the slash at its end but for the
 * root itself. */
size_t path_directory_len(const char *path, size_t len);
