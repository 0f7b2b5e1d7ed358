/* SPDX-License-Identifier: Apache-2.0 */
/* The message that Slack, Mattermost and Rocket.Chat show for an alert: that of falcosidekick,
 * member by member, with what is dangerous in values escaped. */
#pragma once
#include "user/alert.h"
#include "user/buf.h"
#include "user/chat.h"
#include "user/config.h"

struct template;

struct slack_style {
	enum chat chat;
	enum slack_format format;
	const struct template *text;			/* above the rest; NULL: none */
	const char *username, *icon, *channel, *footer; /* "": not there */
};

void slack_message(const struct alert *a, const struct config *cfg, const struct slack_style *style,
		   struct buf *out);
