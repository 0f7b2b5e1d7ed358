/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the service manager how the detector is: systemd's protocol of NOTIFY_SOCKET, and its
 * watchdog, which is fed by the loop, so that a loop that hangs is noticed. Without these variables
 * of the environment nothing happens, and no timer runs.
 */
#pragma once
#include "user/reader.h"

struct notify {
	struct reader *reader;
	struct reader_source timer; /* of the watchdog; fd -1: there is none */
};

/* Lines as in "READY=1\nSTATUS=armed". 0, or -errno; 0 if nobody wants to know. */
int notify_send(const char *state);
/* Sends state and begins to feed the watchdog. */
void notify_open(struct notify *n, struct reader *reader, const char *state);
void notify_close(struct notify *n);
