/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sink_chat.h"

#include <errno.h>
#include <stdlib.h>

#include "user/curl.h"
#include "user/template.h"

struct state {
	struct poster *poster;
	struct template *text;
};

int chat_open(const struct sidekick *k, const char *format, const struct config *cfg, void **state)
{
	struct state *s = calloc(1, sizeof(*s));
	struct template_error why;
	int err = s ? 0 : -ENOMEM;

	if (!err && *format) {
		err = template_compile(format, &s->text, &why);
		if (err)
			log_error("%s.messageformat, character %zu: %s", k->name, why.position + 1,
				  why.why);
	}
	if (!err)
		err = sidekick_open(k, cfg, (void **)&s->poster);
	if (err && s)
		chat_close(s);
	else
		*state = s;
	return err;
}

const struct template *chat_template(void *state)
{
	struct state *s = state;

	return s ? s->text : NULL;
}

enum delivery_result chat_send(void *state, const char *text, size_t len, struct delivery_try *t)
{
	struct state *s = state;

	return poster_send(s->poster, NULL, text, len, t);
}

void chat_close(void *state)
{
	struct state *s = state;

	poster_free(s->poster);
	template_free(&s->text);
	free(s);
}
