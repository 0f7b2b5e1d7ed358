/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: the conditions on the container alone (its image, its pod, ...) that the rules of an image
 * ask for. Userspace decides them, once per container, and tells the kernel the truths: bits among
 * those of the process.
 */
#pragma once
#include <stdbool.h>
#include "gen/event.h"
#include "gen/image.h"

struct facts_of;

/* NULL if there is no memory. The image must outlive it. */
struct facts_of *facts_new(const struct image *im);
void facts_free(struct facts_of **f);
/* Adds the truths for the container that ev tells of: only its fields of that kind are asked for.
 * False if one that is not true could be: something about the container is not known. */
bool facts_decide(const struct facts_of *f, const struct event *ev, __u64 truth[PROC_WORDS]);
