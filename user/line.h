/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a line where the reader may be slow, for sinks: in whole or not at all, where that can
 * be had, and never for longer than the delivery goes on. */
#pragma once
#include <stddef.h>
#include "user/alert.h"
#include "user/config.h"
#include "user/delivery.h"

/* 0 or -errno: -ECANCELED if it was over before. Of a regular file, what was written of a line
 * that does not fit is taken back. */
int line_write(int fd, const char *text, size_t len, const struct delivery *d);
/* What it came to, for send(): t->why names what was written to. */
enum delivery_result line_result(int err, const char *what, struct delivery_try *t);
/* The same without newline, and with nothing in it that a terminal obeys (chat_hide()). */
void line_hidden(const struct config *cfg, const struct alert *a, struct buf *out);
/* Of sink_ops: the alert as json_output says, with newline. */
void line_render(void *state, const struct config *cfg, const struct alert *a, struct buf *out);
