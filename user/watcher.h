/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did files change? Watches paths by inotify: a file, all rule files of a directory, and each link
 * on the way there, so that the exchange of a link is seen too (a ConfigMap of Kubernetes is
 * changed by one of a link, ..data). What inotify tells is only a reason to look: what counts is
 * the content.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watcher;

/* NULL with errno. */
struct watcher *watcher_new(void);
void watcher_free(struct watcher **w);
/* Readable when something happened. */
int watcher_fd(const struct watcher *w);
/* A path that does not exist is watched until it does. What cannot be watched is left out. */
void watcher_add(struct watcher *w, const char *path);
/* Takes what happened; whether any of it concerns the paths. */
bool watcher_take(struct watcher *w);

/* A number that changes with names and contents of the files that the path stands for. */
uint64_t watcher_sum(uint64_t sum, const char *path);
