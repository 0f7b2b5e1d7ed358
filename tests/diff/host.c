/* SPDX-License-Identifier: Apache-2.0 */
/* The tables on the host. */
#include "tests/diff/diff.h"

#include <errno.h>
#include <string.h>

#include "gen/tables.h"

static const char *host_missing(void)
{
	return NULL;
}

static void *host_open(const struct image *im)
{
	return tables_new(im);
}

static void host_close(void *state)
{
	struct tables *t = state;

	tables_free(&t);
}

/* What is kept for the process must be the same, whether its texts come one by one or as the
 * stream that the kernel reads: here the stream must make no other shape live. */
static int process(struct tables *t, struct diff_event *e)
{
	struct proc p = {};

	memcpy(p.name, e->self.name, sizeof(p.name));
	memcpy(p.container, e->container, sizeof(p.container));
	tables_process(t, &p, e->self.argv, e->self.argv_seen, e->self.argv_seen < e->self.argv_len,
		       e->exepath.seen < e->exepath.len ? NULL : e->exepath.s);
	return p.live != 0;
}

static int host_decide(void *state, struct diff_event *e, struct hit *hits, bool *all)
{
	int live = process(state, e), n;

	*all = false;
	n = tables_decide(state, e->type, &e->ev, hits, RULE_MAX);
	return n && !live ? -EPROTO : n;
}

const struct backend host_backend = {
	.name = "host",
	.missing = host_missing,
	.open = host_open,
	.close = host_close,
	.decide = host_decide,
};
