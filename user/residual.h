/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules a record matches: the kernel's verdict where it is sure, else the reference
 * interpreter on the condition that the policy image carries. A truth that stays unknown in one
 * view follows the views that are certain; if none is, the rule counts as matched: what could
 * not be read must not hide anything. Only a rule that would match every event so does not:
 * gen/live.h.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "gen/image.h"
#include "user/record.h"

struct residual;

struct match {
	unsigned rule; /* of the image */
	unsigned view; /* of the event: the one that matched */
};

struct residual *residual_new(const struct image *im);
void residual_free(struct residual **r);

/* The rules that the record matches, in order of evaluation: at most max of them are written,
 * all are counted in the result. */
size_t residual_decide(struct residual *r, struct record_event *e, struct match *out, size_t max);

/* Tells, in a line for each rule that compares fields that are not seen live, which they are and
 * what becomes of the rule. */
void residual_log_unseen(struct residual *r);

/* How often the interpreter was asked, and how often its answer was neither yes nor no. */
uint64_t residual_asked(const struct residual *r);
uint64_t residual_undecided(const struct residual *r);
