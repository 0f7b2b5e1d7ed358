/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: the conditions on the container alone (its image, its pod, ...), or on names of users and
 * groups alone, that the rules of an image ask for. Userspace decides them, once per container or
 * user, and tells the kernel the truths: bits among those of the process or of the event.
 */
#pragma once
#include <stdbool.h>
#include "gen/event.h"
#include "gen/image.h"

struct facts_of;

/* NULL if there is no memory. The image must outlive it. */
struct facts_of *facts_new(const struct image *im);
void facts_free(struct facts_of **f);
enum fact_kind { FACT_CONTAINER, FACT_NAMES, FACT_KINDS };

size_t facts_count(const struct facts_of *f, enum fact_kind kind);
/* Adds the truths for the container or user that ev tells of: only its fields of that kind are
 * asked for. truth: PRED_WORDS; the first PROC_WORDS are enough for FACT_CONTAINER. False if one
 * that is not true could be: something is not known. */
bool facts_decide(const struct facts_of *f, enum fact_kind kind, const struct event *ev,
		  __u64 *truth);
