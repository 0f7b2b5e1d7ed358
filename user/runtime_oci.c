/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_oci.h"

#include <string.h>

#include "user/container_info.h"
#include "user/runtime_json.h"

const char *oci_annotation(struct json_object *spec, const char *name)
{
	return runtime_json_text(runtime_json_get(spec, "annotations", name, NULL));
}

/* ---- mounts ---- */

static bool has_option(struct json_object *mount, const char *name)
{
	struct json_object *options = runtime_json_get(mount, "options", NULL);

	for (size_t i = 0; i < runtime_json_length(options); i++) {
		const char *o = runtime_json_text(runtime_json_at(options, i));

		if (o && !strcmp(o, name))
			return true;
	}
	return false;
}

/* Text behind "mode=", "" if there is none. */
static const char *find_mode(struct json_object *mount)
{
	struct json_object *options = runtime_json_get(mount, "options", NULL);

	for (size_t i = 0; i < runtime_json_length(options); i++) {
		const char *o = runtime_json_text(runtime_json_at(options, i));

		if (o && !strncmp(o, "mode=", 5))
			return o + 5;
	}
	return "";
}

/* The option itself, "" if there is none. */
static const char *propagation(struct json_object *mount)
{
	static const char *const options[] = {"rprivate", "private", "rshared",
					      "shared",	  "rslave",  "slave"};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (has_option(mount, options[i]))
			return options[i];
	}
	return "";
}

static const char *cri_propagation(struct json_object *mount)
{
	if (has_option(mount, "rshared") || has_option(mount, "shared"))
		return "rshared";
	if (has_option(mount, "rslave") || has_option(mount, "slave"))
		return "rslave";
	return "private";
}

static bool is_bind(struct json_object *mount)
{
	const char *type = runtime_json_member(mount, "type");

	return (type && !strcmp(type, "bind")) || has_option(mount, "bind") ||
	       has_option(mount, "rbind");
}

static void read_mounts(struct container_info *info, struct json_object *spec,
			enum oci_mounts which, const char *skip)
{
	struct json_object *mounts = runtime_json_get(spec, "mounts", NULL);
	const char *root =
		runtime_json_text(runtime_json_get(spec, "linux", "rootfsPropagation", NULL));

	info->mounts_known = true;
	for (size_t i = 0; i < runtime_json_length(mounts); i++) {
		struct json_object *m = runtime_json_at(mounts, i);
		struct container_mount mount = {
			.source = runtime_json_member(m, "source"),
			.destination = runtime_json_member(m, "destination"),
			.mode = which == OCI_ALL ? find_mode(m) : "",
			.rdwr = !has_option(m, "ro"),
			.propagation = which == OCI_ALL	  ? root
				       : which == OCI_CRI ? cri_propagation(m)
							  : propagation(m),
		};

		if (which != OCI_ALL && !is_bind(m))
			continue;
		if (skip && mount.source && strstr(mount.source, skip))
			continue;
		container_add_mount(info, &mount);
	}
}

/* ---- namespaces, privileges ---- */

bool oci_shares(struct json_object *spec, const char *type)
{
	struct json_object *all = runtime_json_get(spec, "linux", "namespaces", NULL);

	for (size_t i = 0; i < runtime_json_length(all); i++) {
		const char *t = runtime_json_member(runtime_json_at(all, i), "type");

		if (t && !strcmp(t, type))
			return false;
	}
	return true;
}

static enum answer shares(struct json_object *spec, const char *type)
{
	return oci_shares(spec, type) ? ANSWER_YES : ANSWER_NO;
}

static bool is_set(const char *text, const char *other)
{
	return text && *text && strcmp(text, other);
}

/* No profile, nothing masked, the trees of the kernel writable: what runtimes make of
 * "privileged", which the bundle does not say. */
static bool is_privileged(struct json_object *spec)
{
	struct json_object *kernel = runtime_json_get(spec, "linux", NULL);
	struct json_object *mounts = runtime_json_get(spec, "mounts", NULL);
	struct json_object *process = runtime_json_get(spec, "process", NULL);

	if (!kernel || !process || runtime_json_get(kernel, "maskedPaths", NULL) ||
	    runtime_json_get(kernel, "readonlyPaths", NULL) ||
	    runtime_json_get(kernel, "seccomp", NULL) ||
	    is_set(runtime_json_member(process, "selinuxLabel"), "") ||
	    is_set(runtime_json_member(process, "apparmorProfile"), "unconfined"))
		return false;
	for (size_t i = 0; i < runtime_json_length(mounts); i++) {
		struct json_object *m = runtime_json_at(mounts, i);
		const char *type = runtime_json_member(m, "type");

		if (type && (!strcmp(type, "sysfs") || !strcmp(type, "cgroup")) &&
		    has_option(m, "ro"))
			return false;
	}
	return true;
}

void oci_read(struct container_info *info, struct json_object *spec, enum oci_mounts which,
	      const char *skip)
{
	info->privileged = is_privileged(spec) ? ANSWER_YES : ANSWER_NO;
	info->host_pid = shares(spec, "pid");
	info->host_network = shares(spec, "network");
	info->host_ipc = shares(spec, "ipc");
	runtime_json_env(info, runtime_json_get(spec, "process", "env", NULL));
	read_mounts(info, spec, which, skip);
}
