/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a test gives the kernel's tables to decide, and what they answer. */
#pragma once
#include "kern/abi.h"

enum { VIEW_WRITTEN, VIEW_RESOLVED, VIEW_COUNT };

struct test_input {
	__u32 type;
	__u32 argv_len;
	__u32 argv_cut;
	__u32 exepath_len;
	__u32 path_len[VIEW_COUNT];
	__u32 has_path[VIEW_COUNT]; /* is there such a view at all */
	__s64 num[FIELD_KERNEL_COUNT];
	__u64 have;
	char name[COMM_SIZE];
	char container[SHORT_SIZE];
	char argv[ARGS_MAX]; /* NUL after each argument */
	char exepath[PATH_MAX_LEN];
	char path[VIEW_COUNT][PATH_MAX_LEN];
};

struct test_output {
	__u64 live;
	__u32 n_hits;
	__u32 overflow;
	struct hit hits[HIT_MAX];
};
