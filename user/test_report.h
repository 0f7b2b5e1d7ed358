/* SPDX-License-Identifier: Apache-2.0 */
/* What `tiercel test` says: a table to read, JSON lines, JUnit XML. */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include "user/test_run.h"

struct test_report {
	bool json, verbose;
	FILE *junit;	       /* the suites so far, NULL: not wanted */
	struct buf suite;      /* JUnit: test cases of the file at hand */
	const char *file;      /* at hand */
	size_t passed, failed; /* of this file */
	double seconds;
	bool broken;			       /* it could not be used */
	size_t all_passed, all_failed, errors; /* errors: files that could not be used */
	double all_seconds;
	bool no_memory;
};

/* path must live until the file ends. */
void test_report_file(struct test_report *r, const char *path);
void test_report_case(struct test_report *r, const struct test_result *res);
/* The file, or its rules, are wrong: text says why. Instead of its cases. */
void test_report_broken(struct test_report *r, const char *text);
void test_report_file_end(struct test_report *r);
/* The sums. */
void test_report_end(struct test_report *r);
/* Writes the JUnit file; suites is what test_report_file_end put into r->junit. 0 or -errno. */
int test_report_junit(const struct test_report *r, const char *suites, size_t len,
		      const char *path);
