/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of users and groups from the passwd and group file of the host or of a container. Files
 * of a container are opened inside the root of one of its processes: no link leads out of it.
 */
#pragma once
#include <stdint.h>

struct users;

/* host: where the host's root is, "" for ours; stays the caller's. NULL if there is no memory. */
struct users *users_new(const char *host);
void users_free(struct users **u);

/* All that was read. */
void users_forget(struct users *u);

/* Valid for the next 200 look-ups: "root" for id 0 without entry, else "<NA>". NULL if it cannot be
 * told: the process is gone, and with it the way to its files. container NULL: the host; else its
 * id, and pid is a process in it. u NULL: no file is known. */
const char *users_name(struct users *u, uint32_t uid, uint32_t pid, const char *container);
const char *users_group(struct users *u, uint32_t gid, uint32_t pid, const char *container);
/* The same of the home directory and the login shell; "<NA>" if there is none, NULL as above. */
const char *users_home(struct users *u, uint32_t uid, uint32_t pid, const char *container);
const char *users_shell(struct users *u, uint32_t uid, uint32_t pid, const char *container);
