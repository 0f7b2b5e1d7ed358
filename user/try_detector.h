/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A detector of our own: `tiercel run --json` as a child process, whose alerts are read here. A
 * rule that is added to its rules makes an alert of a program by a name that nobody else uses;
 * what came before that alert was raised before that program ran.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

#include "user/buf.h"

struct json;

struct try_detector {
	pid_t pid;
	int out, err; /* pipes */
	struct buf lines, log;
	size_t taken;	 /* bytes of lines that were handed out */
	char marker[16]; /* name of the marker's program */
};

typedef void (*try_alert_fn)(void *arg, const struct json *alert);

/* Chooses the marker's name, which programs of the container then can be called by. */
int try_detector_name(struct try_detector *d);
/* Starts it with these further arguments of `run` and waits until it sees events. 0 or -errno;
 * what it said is in d->log. */
int try_detector_start(struct try_detector *d, const char *const *args, size_t n);
/* Hands out all alerts up to that of the marker with this number. 0, -ETIMEDOUT, -EINTR after a
 * signal, or -EPIPE if the detector ended. */
int try_detector_read(struct try_detector *d, unsigned number, try_alert_fn alert, void *arg);
void try_detector_stop(struct try_detector *d);

/* The text of a member of an alert or of its output_fields, NULL if it has no such text. */
const char *try_alert_text(const struct json *alert, const char *name);
