/* SPDX-License-Identifier: Apache-2.0 */
/* For sinks whose state is a poster: send and close of sink_ops. */
#pragma once
#include "user/delivery.h"

enum delivery_result post_send(void *state, const char *text, size_t len, struct delivery_try *t);
void post_close(void *state);
