/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_cni.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "user/runtime.h"
#include "user/runtime_file.h"
#include "user/runtime_json.h"

#define RESULT_MAX 4096 /* bytes of cni_json */

/* The first IPv4 address, without its prefix. */
static const char *find_address(struct container_info *info, struct json_object *result)
{
	struct json_object *ips = runtime_json_get(result, "ips", NULL);

	for (size_t i = 0; i < runtime_json_length(ips); i++) {
		const char *a = runtime_json_member(runtime_json_at(ips, i), "address");

		if (a && !strchr(a, ':'))
			return container_text_n(info, a, strcspn(a, "/"));
	}
	return NULL;
}

static bool read_result(int dir, const char *name, struct container_info *info)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct json_object *result;
	char path[NAME_MAX + 16];
	struct buf why = {};
	const char *text;

	snprintf(path, sizeof(path), "results/%s", name);
	runtime_json_file(dir, path, &o, &why);
	buf_free(&why);
	result = runtime_json_get(o, "result", NULL);
	if (!result)
		return false;
	info->ip = find_address(info, result);
	text = json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
	info->cni_json = text && strlen(text) <= RESULT_MAX ? container_text(info, text) : NULL;
	return info->ip;
}

/* A result's name is NETWORK-ID-INTERFACE. */
static bool is_of(const char *name, const char *sandbox)
{
	const char *at = strstr(name, sandbox);

	return at && at > name && at[-1] == '-' && at[strlen(sandbox)] == '-' &&
	       strcmp(at + strlen(sandbox) + 1, "lo");
}

bool cni_read(const struct runtime_roots *roots, const char *sandbox, struct container_info *info)
{
	bool found = false;

	for (size_t i = 0; i < roots->cni.n && !found; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->cni.v[i]);
		char **names;
		long n = dir < 0 ? dir
				 : runtime_names(dir, "results", runtime_is_name, RUNTIME_LIST_MAX,
						 &names);

		if (n < 0)
			continue;
		for (long k = 0; k < n && !found; k++)
			found = is_of(names[k], sandbox) && read_result(dir, names[k], info);
		runtime_free_names(names, n);
	}
	return found;
}
