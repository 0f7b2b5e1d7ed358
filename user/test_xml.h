/* SPDX-License-Identifier: Apache-2.0 */
/* Results of tests as JUnit XML, the form that build servers read. */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include "user/test_run.h"

/* Well-formed whatever the bytes: what XML cannot hold becomes U+FFFD. */
void xml_text(struct buf *out, const char *s, size_t len);
void xml_case(struct buf *out, const char *file, const struct test_result *res);
/* A case of its own for a file that could not be used. */
void xml_broken(struct buf *out, const char *file, const char *why);
/* One file, with the cases that were put into a buffer. */
void xml_suite(FILE *out, const char *file, const struct buf *cases, size_t n, size_t failed,
	       bool broken, double seconds);
void xml_head(FILE *out, size_t n, size_t failed, size_t errors, double seconds);
void xml_tail(FILE *out);
