/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of pods, from what network plugins answered: CNI's library keeps that on disk. */
#pragma once
#include <stdbool.h>

struct container_info;
struct runtime_roots;

/* ip and cni_json of the sandbox (its id in full); false if no result of it is kept. */
bool cni_read(const struct runtime_roots *roots, const char *sandbox, struct container_info *info);
