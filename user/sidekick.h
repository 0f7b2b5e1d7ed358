/* SPDX-License-Identifier: Apache-2.0 */
/* What outputs with falcosidekick's keys have in common: one POST an alert, certificates. */
#pragma once
#include "user/buf.h"
#include "user/config.h"

struct alert;

struct sidekick {
	const char *name;
	const char *base, *path; /* of the address; path NULL: base is all of it */
	bool checkcert, mutualtls;
	const char *content_type; /* NULL: JSON as falcosidekick says it */
	const char *method;	  /* NULL: POST */
	const char *user, *password;
	const struct texts *headers; /* names and values in turn; NULL: none */
	const char *header;	     /* a further one, as a line; NULL: none */
};

/* open of sink_ops; its state is a poster. */
int sidekick_open(const struct sidekick *k, const struct config *cfg, void **state);
/* An address and a path with one slash between them. */
void sidekick_address(struct buf *out, const char *base, const char *path);
/* The alert as falcosidekick hands it on: JSON with all members, and a uuid. begin: what stands
 * behind the first brace. */
void sidekick_json(const struct alert *a, const struct config *cfg, const char *begin,
		   struct buf *out);
