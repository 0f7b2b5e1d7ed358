/* SPDX-License-Identifier: Apache-2.0 */
/* Events for tests, written as JSON objects. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gen/arena.h"

#include "user/event_json.h"

/* The event lives as long as the arena. */
static inline void event_from(struct json_event *e, struct arena *a, const char *text)
{
	struct json_error err;
	const struct json *object = json_read(a, text, strlen(text), &err);
	char why[200] = "";

	assert_non_null(object);
	if (json_event_open(e, a, object, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
}
