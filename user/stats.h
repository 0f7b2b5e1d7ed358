/* SPDX-License-Identifier: Apache-2.0 */
/* What a running detector says about itself when it is asked: one JSON object. */
#pragma once
#include "user/buf.h"
#include "user/reload.h"

void stats_json(struct reload *r, struct buf *out);
