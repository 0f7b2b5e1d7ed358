/* SPDX-License-Identifier: Apache-2.0 */
/* What the detector answers over HTTP: /healthz, /versions, /metrics, as the keys webserver of the
 * configuration say. */
#pragma once
#include "user/http.h"
#include "user/reload.h"

struct service {
	struct http http;
	struct reload *reload;
	char *address;
	unsigned port; /* ... that it was opened by */
	bool is_open;
	int64_t shown_at; /* ms: when /metrics was made last */
};

/* What cannot be opened is logged: the detector works without. */
void service_open(struct service *s, struct reload *r);
/* After a change of the configuration: opens it anew if its keys are others. */
void service_change(struct service *s);
void service_close(struct service *s);
