/* SPDX-License-Identifier: Apache-2.0 */
/* runc without another runtime above it: ID/state.json below its root. There is no image. */
#include "user/runtime.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "user/runtime_file.h"
#include "user/runtime_json.h"

#define SHORT_ID 12

static unsigned likely(const struct container_ref *ref)
{
	return 5;
}

/* "name=value"; "bundle=DIR" is runc's own. */
static void add_label(struct container_info *info, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[512];

	if (!equals || (size_t)(equals - text) >= sizeof(name) || !strncmp(text, "bundle=", 7))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
	container_add_label(info, &info->labels, name, equals + 1);
}

static void read_lists(struct container_info *info, struct json_object *config)
{
	struct json_object *labels = runtime_json_get(config, "labels", NULL);
	struct json_object *mounts = runtime_json_get(config, "mounts", NULL);

	info->labels.known = info->mounts_known = true;
	for (size_t i = 0; i < runtime_json_length(labels); i++) {
		const char *text = runtime_json_text(runtime_json_at(labels, i));

		if (text)
			add_label(info, text);
	}
	for (size_t i = 0; i < runtime_json_length(mounts); i++) {
		struct json_object *m = runtime_json_at(mounts, i);
		struct json_object *flags = runtime_json_get(m, "flags", NULL);
		const char *device = runtime_json_member(m, "device");

		if (device && !strcmp(device, "bind"))
			container_add_mount(
				info, &(struct container_mount){
					      .source = runtime_json_member(m, "source"),
					      .destination = runtime_json_member(m, "destination"),
					      .rdwr = !(runtime_json_number(flags) & MS_RDONLY),
				      });
	}
}

/* A namespace of the host has no row in the list, or one with a path. */
static enum answer shares(struct json_object *config, const char *type)
{
	struct json_object *all = runtime_json_get(config, "namespaces", NULL);

	for (size_t i = 0; i < runtime_json_length(all); i++) {
		const char *t = runtime_json_member(runtime_json_at(all, i), "type");

		if (t && !strcmp(t, type))
			return ANSWER_NO;
	}
	return all ? ANSWER_YES : ANSWER_UNKNOWN;
}

static int read_from(const char *path, int dir, const char *id, struct container_info *info,
		     struct buf *why)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct json_object *config;
	char file[RUNTIME_NAME_MAX + 32];
	int err;

	snprintf(file, sizeof(file), "%s/state.json", id);
	err = runtime_json_file(dir, file, &o, why);
	if (err)
		return err;
	config = runtime_json_get(o, "config", NULL);
	info->type = "runc";
	info->full_id = container_text(info, id);
	info->name = container_text_n(info, id, strnlen(id, SHORT_ID));
	info->image = info->image_repository = info->image_tag = "";
	info->image_digest = info->image_id = info->ip = "";
	info->host_pid = shares(config, "NEWPID");
	info->host_network = shares(config, "NEWNET");
	info->host_ipc = shares(config, "NEWIPC");
	info->start_ts = runtime_json_time(runtime_json_member(o, "created"));
	read_lists(info, config);
	container_pod_from_labels(info);
	info->from = container_printf(info, "%s/%.64s", path, id);
	return 0;
}

static int read_runc(const struct runtime_roots *roots, const struct container_ref *ref,
		     struct container_info *out, struct buf *why)
{
	int err = -ENOENT;

	if (!runtime_is_name(ref->id))
		return -ENOENT;
	for (size_t i = 0; i < roots->runc.n && err == -ENOENT; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->runc.v[i]);

		if (dir >= 0)
			err = read_from(roots->runc.v[i], dir, ref->id, out, why);
	}
	return err;
}

static int list_runc(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		     struct buf *why)
{
	return runtime_list_names(roots, &roots->runc, ".", runtime_is_name, found, to, why);
}

const struct runtime runtime_runc = {"runc", false, likely, read_runc, list_runc};
