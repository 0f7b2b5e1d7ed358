/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files below a runtime's directory, opened so that nothing below it can lead elsewhere. The
 * directory itself is the administrator's and may be a link.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct json_object;
struct runtime_roots;

#define RUNTIME_ID_DIGITS 64
#define RUNTIME_NAME_MAX  128

/* 64 lower case hex digits. */
bool runtime_is_id(const char *id);
/* Letters, digits, '_', '.', '-', ':', '@', not beginning with a dot: can be a name in a directory.
 */
bool runtime_is_name(const char *id);

/* A directory of the host, for use as dir below. The descriptor or -errno. */
int runtime_open_root(const struct runtime_roots *roots, const char *path);
/* A directory below dir. The descriptor or -errno. */
int runtime_open_dir(int dir, const char *path);
/* A regular file below dir, for reading. The descriptor; -ELOOP, -EXDEV or -EINVAL if the path
 * leads elsewhere or to no regular file; another -errno. */
int runtime_open_file(int dir, const char *path);
/* All of a regular file below dir, NUL-terminated and freed by the caller. 0; -EFBIG above
 * RUNTIME_FILE_MAX; as runtime_open_file(). */
int runtime_read(int dir, const char *path, char **text, size_t *len);

/* The names in a directory below dir that check holds of, at most max, sorted; freed by
 * runtime_free_names. Number of them or -errno. */
long runtime_names(int dir, const char *path, bool (*check)(const char *), size_t max,
		   char ***names);
void runtime_free_names(char **names, size_t n);
