/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled tables, run on the host by the same headers that the kernel programs are made
 * of (kern/decide.h and below). For eval --engine tables, for the tests that compare, and for
 * filling the process table with processes that were there before the detector.
 */
#pragma once
#include "gen/event.h"
#include "gen/image.h"

struct tables;
/* The image must have passed image_check and outlive the tables. NULL if there is no memory. */
struct tables *tables_new(const struct image *im);
void tables_free(struct tables **t);

/* Asks ev for the fields that the image compares and decides. Writes at most max hits, the
 * number found is returned (it can be larger). */
size_t tables_decide(struct tables *t, enum event_id type, struct event *ev, struct hit *hits,
		     size_t max);
/* What the kernel keeps for a process with these texts; its environment is left unknown. argv:
 * ARGS_MAX bytes at most, NUL after each argument. p->name and p->container are inputs, bits,
 * unknown and live are set. */
void tables_process(struct tables *t, struct proc *p, const char *argv, size_t argv_len,
		    bool argv_cut, const char *exepath);
