/* SPDX-License-Identifier: Apache-2.0 */
/* What the running detector counts, as a page for Prometheus. A new metric is a row of
 * user/metrics.def and a call in metrics.c that writes its samples. */
#pragma once
#include <stddef.h>
#include "user/buf.h"

struct reload;

struct metric {
	const char *name, *type, *labels, *help;
};
extern const struct metric metrics[];
extern const size_t n_metrics;

/* What of it is shown is in the configuration, below metrics. */
void metrics_page(struct reload *r, struct buf *out);

/* A label's value: quotes, backslashes and line ends escaped, always valid UTF-8. */
void metrics_label(struct buf *out, const char *value);
/* ", tag_NAME="true"" of each tag; texts one after the other, an empty one ends. */
void metrics_tags(struct buf *out, const char *tags);
