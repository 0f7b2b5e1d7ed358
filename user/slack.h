/* SPDX-License-Identifier: Apache-2.0 */
/* The message that Slack shows for an alert: that of falcosidekick, member by member. */
#pragma once
#include "user/alert.h"
#include "user/buf.h"
#include "user/config.h"

void slack_message(const struct alert *a, const struct config *cfg, struct buf *out);
