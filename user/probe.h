/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this kernel offers. Knows nothing of rules or of our programs: it tries small things of
 * its own. A new requirement is one row in probe.c.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Checks everything that is needed to watch a host. 0, or -errno with one sentence in why that
 * says what is missing and how to get it. */
int probe_required(char *why, size_t size);

/* Whether the kernel lets programs be attached to its functions: some refuse to load them, some
 * (arm64 before 6.0) only to attach them. btf: of the kernel. */
struct btf;
bool probe_has_trampolines(const struct btf *btf, char *why, size_t size);

/* Single tracepoints are named by files of tracefs. Makes them visible, if need be by a mount
 * that only this process sees and that ends with tracefs_leave(). */
struct tracefs {
	int old_namespace; /* -1: nothing to undo */
	int old_directory;
	bool mounted; /* in the namespace of the host, as a last resort */
};
int tracefs_enter(struct tracefs *t, char *why, size_t size);
void tracefs_leave(struct tracefs *t);
/* "category/name" of a tracepoint; only between enter and leave. */
bool tracefs_has(const char *tracepoint);
