/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Automata: all comparisons of the texts that one stream carries, decided in one pass. The
 * result has the form of struct img_automaton in kern/abi.h: state 0 is dead, states with
 * output come last.
 */
#pragma once
#include "gen/outs.h"
#include "gen/pattern.h"

struct dfa {
	uint32_t n_states; /* 0: nothing to decide */
	uint32_t n_classes;
	uint32_t start;
	uint32_t first_out;
	uint8_t classes[SYM_COUNT];
	uint16_t *trans; /* n_states rows of n_classes */
	uint32_t *outs;	 /* of each state from first_out on: index of an output */
};

/* Builds the automaton of those of preds that it decides and that are not dropped; bytes bounds
 * its table. Predicates that do not fit are shortened and at last dropped, those that
 * cost most first. Work memory
 * is freed, the result lives in arena a. */
void dfa_build(struct arena *a, struct outs *outs, enum automaton aut, struct preds *preds,
	       size_t bytes, struct dfa *out);
