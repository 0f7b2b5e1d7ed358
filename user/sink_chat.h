/* SPDX-License-Identifier: Apache-2.0 */
/* For sinks of Slack's form: a poster, and a text above the message by a template. */
#pragma once
#include "user/delivery.h"
#include "user/sidekick.h"
#include "user/slack.h"

/* open of sink_ops. format: a template, "" for none. */
int chat_open(const struct sidekick *k, const char *format, const struct config *cfg, void **state);
/* Its template; NULL: none, or no state. */
const struct template *chat_template(void *state);
enum delivery_result chat_send(void *state, const char *text, size_t len, struct delivery_try *t);
void chat_close(void *state);
