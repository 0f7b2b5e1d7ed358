/* SPDX-License-Identifier: Apache-2.0 */
/* For sinks whose state is a poster: what they do as deliveries, and close of sink_ops. */
#pragma once
#include "user/delivery.h"

enum delivery_result post_send(void *state, const char *text, size_t len, struct delivery_try *t);
/* For any state: the library rests. */
void post_rest(void *state);
void post_close(void *state);
