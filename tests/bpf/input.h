/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a test gives the kernel's tables to decide, and what they answer. */
#pragma once
#include "kern/abi.h"

#define TEST_PARENTS  4
#define TEST_PATHS    2 /* as written, as resolved */
#define TEST_TEXT_MAX 512

/* A text; cut: the kernel saw only these bytes of it. */
struct test_text {
	__u32 len;
	__u32 cut;
	char s[TEST_TEXT_MAX];
};

struct test_proc {
	char name[COMM_SIZE];
	struct test_text argv; /* NUL after each argument */
};

struct test_input {
	__u32 type;
	__u32 n_parents;
	__u32 n_paths;
	__u32 n_given;
	__s64 num[FIELD_KERNEL_COUNT];
	__u64 have;
	__u64 unsure;
	char container[SHORT_SIZE];
	struct facts facts;
	struct user_facts names; /* generation 0: not known */
	struct test_proc self;
	struct test_proc parents[TEST_PARENTS]; /* the parent first */
	struct test_text exepath;
	struct test_text cwd; /* without the slash at its end; cut: not known */
	struct test_text env; /* NUL after each variable */
	struct test_text paths[TEST_PATHS];
	struct test_text given[TEST_PATHS]; /* paths of a call, the first n_given */
};

struct test_output {
	__u64 live;
	__u32 n_hits;
	__u32 overflow;
	struct hit hits[HIT_MAX];
};
