/* SPDX-License-Identifier: Apache-2.0 */
/*
 * podman's database before version 5, libpod/bolt_state.db below its storage: labels, the pod,
 * the address. Version 5 has another one, which is not read: there podman's socket tells.
 */
#pragma once
#include <stdbool.h>

struct container_info;

/* Adds to info what is known. False if the database or the container is not there. */
bool podman_db_read(int root, const char *id, struct container_info *info);
