/* SPDX-License-Identifier: Apache-2.0 */
/* Files that `tiercel try` makes. All calls return 0 or -errno and replace what is there. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

int try_file_write(const char *path, const char *text, size_t len, mode_t mode);
int try_file_copy(const char *from, const char *to, mode_t mode);
int try_file_copy_fd(int from, const char *to, mode_t mode);
/* The directories above a path. */
int try_file_parents(const char *path);
/* A directory with all that is in it on the same file system. */
void try_files_remove(const char *path);
