/* SPDX-License-Identifier: Apache-2.0 */
/* user/aggregate.h in the loop of the daemon: its clock, and the outputs of the current edition. */
#pragma once
#include "user/edition.h"
#include "user/reader.h"

struct aggregate;
struct reload;

struct gather {
	struct aggregate *aggregate; /* NULL until it is asked for */
	struct reader *reader;
	const struct reload *reload;
	struct edition *edition; /* that of the alert under way; NULL: the current one */
	struct reader_source timer;
	int64_t due; /* what the timer is set to */
};

/* Nothing is made before the configuration asks for it. reload says which edition is current. */
void gather_open(struct gather *g, struct reader *reader, const struct reload *reload);
/* To the outputs, at once or as a part of a number. */
void gather_write(struct gather *g, struct edition *e, const struct alert *a);
/* Hands on what waits. */
void gather_close(struct gather *g);
