/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	ctr/ID/config, ctr/ID/state    JSON
 *	pod/ID/config                  JSON
 */
#include "user/runtime_podman_db.h"

#include <errno.h>
#include <string.h>

#include "user/bolt.h"
#include "user/container_info.h"
#include "user/runtime_file.h"
#include "user/runtime_json.h"

#define DATABASE "libpod/bolt_state.db"
#define TRIES	 5

static struct json_object *get_json(struct bolt *b, const char *bucket, const char *id,
				    const char *key)
{
	struct bolt_bucket all, one;
	struct json_object *o = NULL;
	struct bolt_bytes text;
	struct buf why = {};

	if (bolt_sub(b, bolt_root(b), bucket, &all) && bolt_sub(b, all, id, &one) &&
	    bolt_get(b, one, key, &text))
		runtime_json_parse((const char *)text.data, text.len, &o, &why);
	buf_free(&why);
	return o;
}

/* ---- addresses ---- */

static void take_interface(void *to, const char *name, struct json_object *value)
{
	const char **address = to, *text;
	struct json_object *subnets = runtime_json_get(value, "subnets", NULL);

	for (size_t i = 0; i < runtime_json_length(subnets); i++) {
		text = runtime_json_member(runtime_json_at(subnets, i), "ipnet");
		if (text && !strchr(text, ':') && !*address)
			*address = text;
	}
}

static void take_network(void *to, const char *name, struct json_object *value)
{
	runtime_json_each(runtime_json_get(value, "interfaces", NULL), take_interface, to);
}

static void read_address(struct container_info *info, struct json_object *state)
{
	struct json_object *networks = runtime_json_get(state, "networkStatus", NULL);
	const char *address = NULL;

	runtime_json_each(networks, take_network, &address);
	if (address)
		info->ip = container_text_n(info, address, strcspn(address, "/"));
}

/* ---- all ---- */

static void read_pod(struct bolt *b, struct container_info *info, const char *id)
{
	_cleanup_json_ struct json_object *pod = get_json(b, "pod", id, "config");

	if (!pod)
		return;
	info->in_pod = true;
	info->pod.uid = container_text(info, id);
	info->pod.name = container_text(info, runtime_json_member(pod, "name"));
	runtime_json_labels(info, &info->pod.labels, runtime_json_get(pod, "labels", NULL));
}

static int read_once(struct bolt *b, const char *id, struct container_info *info)
{
	_cleanup_json_ struct json_object *config = get_json(b, "ctr", id, "config");
	_cleanup_json_ struct json_object *state = get_json(b, "ctr", id, "state");
	const char *pod;

	if (config) {
		runtime_json_labels(info, &info->labels, runtime_json_get(config, "labels", NULL));
		if (!info->name)
			info->name = container_text(info, runtime_json_member(config, "name"));
		pod = runtime_json_member(config, "pod");
		if (pod)
			read_pod(b, info, pod);
		read_address(info, state);
	}
	if (bolt_changed(b))
		return -EAGAIN;
	return config ? 0 : -ENOENT;
}

bool podman_db_read(int root, const char *id, struct container_info *info)
{
	const struct container_info before = *info;
	int result = -EAGAIN;

	for (int n = 0; n < TRIES && result == -EAGAIN; n++) {
		struct bolt *b;

		*info = before;
		result = bolt_open(root, DATABASE, &b);
		if (!result)
			result = read_once(b, id, info);
		bolt_close(&b);
	}
	if (result)
		*info = before;
	return !result;
}
