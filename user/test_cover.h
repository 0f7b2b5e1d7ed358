/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the loaded rules have a test that expects an alert, and one that forbids it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/gen.h"
#include "user/buf.h"
#include "user/test_file.h"

struct test_cover_rule {
	char *name;
	bool expected, forbidden;
};

struct test_cover {
	struct test_cover_rule *rules;
	size_t n;
};

/* Notes the rules of a policy and what the tests say of them. 0 or -ENOMEM. */
int test_cover_add(struct test_cover *c, const struct policy *p, const struct test_file *f);
/* A line for each rule that lacks one of the two; their number. */
size_t test_cover_print(const struct test_cover *c, struct buf *out);
void test_cover_free(struct test_cover *c);
