/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the loop what outputs did not deliver: soon for the first, then once in a while. */
#pragma once
#include "user/outcomes.h"
#include "user/reader.h"

struct undelivered {
	struct reader *reader;
	void (*tell)(void *ctx, const char *output, const struct outcomes_loss *losses);
	void *ctx;
	struct reader_source losses, timer;
};

/* What cannot be set up is logged: then losses are only counted. */
void undelivered_open(struct undelivered *u, struct reader *reader,
		      void (*tell)(void *ctx, const char *output,
				   const struct outcomes_loss *losses),
		      void *ctx);
void undelivered_close(struct undelivered *u);
