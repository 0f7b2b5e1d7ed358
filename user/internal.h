/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts about the detector itself, of priority Critical: to all sinks and to the log. */
#pragma once
#include "user/edition.h"
#include "user/outcomes.h"

/* The kernel could not deliver so many matches of each rule. */
void internal_lost(struct edition *e, const uint64_t *lost, size_t n_rules);
/* An output did not deliver so many alerts of each rule. */
void internal_undelivered(struct edition *e, const char *output,
			  const struct outcomes_loss *losses);
/* Rules were read again and are not right: the detector goes on with those of e. */
void internal_unchanged(struct edition *e, const char *why);
