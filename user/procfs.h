/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc says of one process now. Each file is read when something in it is asked for first,
 * and not again. Functions return false, NULL or -errno if the process is gone.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct procfs;

/* Numbers of /proc/PID/stat, in its order. */
enum procfs_stat {
	PROCFS_PPID,
	PROCFS_PGRP,
	PROCFS_SESSION,
	PROCFS_MINFLT,
	PROCFS_MAJFLT,
	PROCFS_THREADS,
	PROCFS_START, /* in clock ticks after boot */
	PROCFS_STAT_COUNT
};

/* NULL if there is no memory; that the process exists is not checked. tid: of which thread, 0 for
 * the first. */
struct procfs *procfs_open(uint32_t pid, uint32_t tid);
void procfs_free(struct procfs **p);

bool procfs_stat(struct procfs *p, enum procfs_stat what, int64_t *out);
const char *procfs_comm(struct procfs *p);
/* Text behind "KEY:" in /proc/PID/status, without blanks around it, up to the end of the line. */
const char *procfs_status(struct procfs *p, const char *key, size_t *len);
/* The last number of such a text: of NSpid, the one in the innermost namespace. */
bool procfs_status_last(struct procfs *p, const char *key, int64_t *out);
bool procfs_status_first(struct procfs *p, const char *key, int64_t *out);
/* A whole file of the process by its name in /proc/PID: "environ", "cmdline", "cgroup". */
const char *procfs_file(struct procfs *p, const char *name, size_t *len);
/* A symbolic link of it: "exe", "fd/0". The length, or -errno. */
ssize_t procfs_link(struct procfs *p, const char *name, char *out, size_t size);
/* Path of the executed file, as it was when it was opened: no " (deleted)". */
ssize_t procfs_exe(struct procfs *p, char *out, size_t size);
/* Path of a name in /proc/PID: at most PATH_MAX bytes. */
void procfs_path(const struct procfs *p, const char *name, char *path);
/* What a name in /proc/PID leads to. 0 or -errno. */
int procfs_stat_file(struct procfs *p, const char *name, struct stat *out);
/* Nanoseconds since 1970. */
bool procfs_start(struct procfs *p, int64_t *out);
/* Whether the process still has the argv, whole or its beginning, that it is known to have had. */
bool procfs_has_argv(struct procfs *p, const char *argv, size_t len);

enum procfs_layer { LAYER_NONE, LAYER_UPPER, LAYER_LOWER, LAYER_UNKNOWN };
/* Where the executed file is, if that is on an overlay. */
enum procfs_layer procfs_exe_layer(struct procfs *p);
/* Type and name of an open descriptor, as fd.type and fd.name have them. False if it is not
 * there; *type NULL if it cannot be told. */
bool procfs_fd(struct procfs *p, unsigned fd, const char **type, char *name, size_t size);
