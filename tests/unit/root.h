/* SPDX-License-Identifier: Apache-2.0 */
/* A host made up in a directory: for readers of what container runtimes wrote. */
#pragma once
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/config.h"
#include "user/runtime.h"

#define ID_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID_B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static char root_dir[] = "/tmp/tiercel-root-XXXXXX";
static struct runtime_roots roots;
static struct config root_config;

static int root_remove(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	return remove(path);
}

static int root_setup(void **state)
{
	strcpy(root_dir + strlen(root_dir) - 6, "XXXXXX");
	if (!mkdtemp(root_dir) || config_load(&root_config, "/dev/null", NULL, 0))
		return -1;
	setenv("HOST_ROOT", root_dir, 1);
	runtime_roots_set(&roots, &root_config);
	return 0;
}

static int root_teardown(void **state)
{
	config_free(&root_config);
	return nftw(root_dir, root_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Where path of the host is; the directories above it are made. */
static const char *root_path(const char *path)
{
	static char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root_dir, path);
	for (char *at = strchr(whole + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(whole, 0755);
		*at = '/';
	}
	return whole;
}

static void root_put(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(root_path(path), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void root_file(const char *path, const char *text)
{
	root_put(path, text, strlen(text));
}

/* ---- what a reader makes of it ---- */

static struct container_info *info;
static char root_why[1024];

static int root_read(const char *id, const char *cgroup)
{
	struct container_ref ref = {id, cgroup};
	struct buf why = {};
	int err;

	container_info_free(&info);
	err = containers_read_info(&roots, &ref, &info, &why);
	snprintf(root_why, sizeof(root_why), "%s", buf_text(&why));
	buf_free(&why);
	if (err)
		assert_null(info);
	return err;
}

static void root_forget(void)
{
	container_info_free(&info);
}
