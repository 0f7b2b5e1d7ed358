/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the tests of one file: events in, alerts compared with what is expected. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/alert.h"
#include "user/buf.h"
#include "user/config.h"
#include "user/decide.h"
#include "user/test_file.h"

enum test_engines { TEST_INTERP, TEST_TABLES, TEST_BOTH };

/* An alert that was raised, and by which event of its test. */
struct test_raised {
	size_t event; /* from 0 */
	struct alert alert;
};

struct test_result {
	const struct test_case *test;
	struct texts failures; /* a sentence each; none: passed */
	struct test_raised *raised;
	size_t n_raised;
	double seconds;
};

struct test_runner {
	struct arena *arena;
	const struct config *config;
	enum test_engines engines;
	bool trace; /* explain a missing alert by the truth of its rule's comparisons */
	struct decider decider;
	struct alerter *alerter;
};

/* One test. 0, or -ENOMEM. Free the result in either case; its texts may be those of the runner. */
int test_run(struct test_runner *r, const struct test_case *c, struct test_result *out);
void test_result_free(struct test_result *res);
