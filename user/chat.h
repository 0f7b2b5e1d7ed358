/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of messages for people, in a chat. What an attacker chose (names of files, arguments)
 * must not call anybody, make links, or look like something else: it is escaped as each
 * receiver understands. What a template or the configuration says is not.
 */
#pragma once
#include <stdbool.h>
#include "user/alert.h"
#include "user/buf.h"

struct config;

enum chat {
	CHAT_SLACK,    /* & < > mean something; so do *_~` but only in the text above */
	CHAT_MARKDOWN, /* with backslashes: Mattermost, Rocket.Chat, Discord */
	CHAT_HTML,     /* Microsoft Teams */
	CHAT_CODE,     /* between ``` */
};

/* Control characters, and those that turn the direction of writing, as \u001b; a mention as @ and
 * a blank of no width. */
void chat_escape(struct buf *out, const char *text, enum chat chat);

/* A line, text or JSON, whose ASCII controls are escaped already, for terminals: DEL, the controls
 * above ASCII and turned directions, which Falco leaves as they are, as \u009b. */
void chat_hide(struct buf *out, const char *line);

/* Long values of a long alert (4096 bytes of JSON) are cut, as falcosidekick does. */
bool chat_is_long(const struct alert *a, const struct config *cfg);
/* A value, cut if it must be. */
void chat_value(struct buf *out, const char *value, bool cut, enum chat chat);
/* The whole text of the alert, with long values cut there too. */
void chat_output(struct buf *out, const struct alert *a, bool cut, enum chat chat);
/* As Go prints a time. */
void chat_time(struct buf *out, const struct alert *a);
/* With a comma and a blank between them. */
void chat_tags(struct buf *out, const struct alert *a, const char *between);

/* "name":"value" of a JSON object. */
void chat_member(struct buf *out, bool *first, const char *name, const char *value);
