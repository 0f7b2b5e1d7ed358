/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker: containers/ID/config.v2.json and hostconfig.json, image/DRIVER/repositories.json below
 * its root. The first two are there before the container's cgroup; addresses are written when
 * it has been started. The same JSON, but for names of a few members, comes from the socket.
 */
#include "user/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/runtime_file.h"
#include "user/runtime_http.h"
#include "user/runtime_image.h"
#include "user/runtime_json.h"

static unsigned likely(const struct container_ref *ref)
{
	if (!ref->cgroup)
		return 10;
	if (strstr(ref->cgroup, "/docker-") || strstr(ref->cgroup, "/docker/"))
		return 90;
	return 10;
}

/* ---- parts ---- */

static void add_mount(void *to, const char *key, struct json_object *m)
{
	struct container_info *info = to;
	const char *source = runtime_json_member(m, "Source");
	const char *mode = runtime_json_member(m, "Mode"); /* the socket's name for it */

	if (!mode)
		mode = runtime_json_member(m, "Relabel");
	container_add_mount(info, &(struct container_mount){
					  .source = source,
					  .destination = runtime_json_member(m, "Destination"),
					  .mode = mode,
					  .rdwr = runtime_json_bool(m, "RW") == ANSWER_YES,
					  .propagation = runtime_json_member(m, "Propagation"),
				  });
}

static const char *healthcheck(struct container_info *info, struct json_object *test)
{
	const char *kind = runtime_json_text(runtime_json_at(test, 0));
	struct buf b = {};
	const char *text;

	if (runtime_json_length(test) < 2 || !kind)
		return kind && !strcmp(kind, "NONE") ? "NONE" : NULL;
	if (!strcmp(kind, "CMD-SHELL"))
		buf_str(&b, "/bin/sh -c");
	else if (strcmp(kind, "CMD"))
		return NULL;
	for (size_t i = 1; i < runtime_json_length(test); i++) {
		const char *arg = runtime_json_text(runtime_json_at(test, i));

		buf_str(&b, b.len ? " " : "");
		buf_str(&b, arg ? arg : "");
	}
	text = container_text(info, buf_text(&b));
	buf_free(&b);
	return text;
}

static void read_config(struct container_info *info, struct json_object *o)
{
	struct json_object *config = runtime_json_get(o, "Config", NULL);
	struct json_object *test = runtime_json_get(config, "Healthcheck", "Test", NULL);
	const char *name = runtime_json_member(o, "Name");
	const char *id = runtime_json_member(o, "ID");

	info->type = "docker";
	info->full_id = container_text(info, id ? id : runtime_json_member(o, "Id"));
	if (name)
		info->name = container_text(info, *name == '/' ? name + 1 : name);
	info->start_ts = runtime_json_time(
		runtime_json_text(runtime_json_get(o, "State", "StartedAt", NULL)));
	runtime_json_labels(info, &info->labels, runtime_json_get(config, "Labels", NULL));
	runtime_json_env(info, runtime_json_get(config, "Env", NULL));
	info->healthcheck = healthcheck(info, test);
	container_pod_from_labels(info);
}

static enum answer is_host(struct json_object *host, const char *member)
{
	const char *mode = runtime_json_member(host, member);

	if (!mode)
		return ANSWER_UNKNOWN;
	return !strcmp(mode, "host") ? ANSWER_YES : ANSWER_NO;
}

static void read_host_config(struct container_info *info, struct json_object *host)
{
	info->privileged = runtime_json_bool(host, "Privileged");
	info->host_pid = is_host(host, "PidMode");
	info->host_network = is_host(host, "NetworkMode");
	info->host_ipc = is_host(host, "IpcMode");
}

/* ---- addresses ---- */

struct addresses {
	const char *bridge, *any;
};

static void add_network(void *to, const char *name, struct json_object *net)
{
	struct addresses *a = to;
	const char *ip = runtime_json_member(net, "IPAddress");

	if (!ip || !*ip)
		return;
	if (!strcmp(name, "bridge"))
		a->bridge = ip;
	if (!a->any)
		a->any = ip;
}

/* Of the network named bridge, else of the first one; NULL while there is none. */
static const char *find_address(struct json_object *o)
{
	struct json_object *settings = runtime_json_get(o, "NetworkSettings", NULL);
	const char *ip = runtime_json_member(settings, "IPAddress");
	struct addresses a = {};

	if (ip && *ip)
		return ip;
	runtime_json_each(runtime_json_get(settings, "Networks", NULL), add_network, &a);
	return a.bridge ? a.bridge : a.any;
}

/* mode: HostConfig.NetworkMode. */
static void read_address(struct container_info *info, struct json_object *o, const char *mode)
{
	const char *ip = find_address(o);

	if (ip)
		info->ip = container_text(info, ip);
	else if (mode && (!strcmp(mode, "host") || !strcmp(mode, "none")))
		info->ip = "";
	else
		info->later |= PART_NET;
}

/* ---- from disk ---- */

static int read_json(int dir, const char *id, const char *file, struct json_object **out,
		     struct buf *why)
{
	char path[RUNTIME_ID_DIGITS + 64];

	snprintf(path, sizeof(path), "containers/%s/%s", id, file);
	return runtime_json_file(dir, path, out, why);
}

/* A container in the network of another one has its address. */
static void read_other_address(int dir, struct container_info *info, const char *mode)
{
	static const char start[] = "container:";
	_cleanup_json_ struct json_object *other = NULL;
	struct buf why = {};

	if (info->ip || !mode || strncmp(mode, start, strlen(start)) ||
	    !runtime_is_id(mode + strlen(start)))
		return;
	if (!read_json(dir, mode + strlen(start), "config.v2.json", &other, &why)) {
		info->ip = container_text(info, find_address(other));
		if (info->ip)
			info->later &= ~PART_NET;
	}
	buf_free(&why);
}

/* docker run also takes an id, or the beginning of one. */
static bool is_id_of(const char *asked, const char *id)
{
	const char *digits = container_digits(asked);

	return *digits && !strncmp(digits, container_digits(id), strlen(digits));
}

static void set_image(struct container_info *info, const char *asked, const char *id)
{
	if (asked && id && is_id_of(asked, id))
		info->image = container_text(info, asked);
	else if (asked)
		container_set_image(info, asked);
	if (id)
		info->image_id = container_text(info, container_digits(id));
}

/* Names and digest of the image by its id. Not finding them is no error: the image may have lost
 * its names since. */
static void read_image(int dir, struct container_info *info, struct json_object *o)
{
	const char *asked = runtime_json_text(runtime_json_get(o, "Config", "Image", NULL));
	const char *id = runtime_json_member(o, "Image");
	const char *driver = runtime_json_member(o, "Driver");
	_cleanup_json_ struct json_object *repositories = NULL;
	struct buf why = {};
	char path[RUNTIME_NAME_MAX + 64];

	set_image(info, asked, id);
	if (id && driver && runtime_is_name(driver)) {
		snprintf(path, sizeof(path), "image/%s/repositories.json", driver);
		runtime_json_file(dir, path, &repositories, &why);
	}
	runtime_image_docker(info, asked, id, runtime_json_get(repositories, "Repositories", NULL));
	buf_free(&why);
}

static int read_from(const char *root, int dir, const char *id, struct container_info *info,
		     struct buf *why)
{
	_cleanup_json_ struct json_object *o = NULL, *host = NULL;
	const char *mode;
	int err = read_json(dir, id, "config.v2.json", &o, why);

	if (err)
		return err;
	err = read_json(dir, id, "hostconfig.json", &host, why);
	if (err && err != -ENOENT)
		return err;
	mode = runtime_json_member(host, "NetworkMode");
	read_config(info, o);
	read_host_config(info, host);
	info->mounts_known = true;
	runtime_json_each(runtime_json_get(o, "MountPoints", NULL), add_mount, info);
	read_image(dir, info, o);
	read_address(info, o, mode);
	read_other_address(dir, info, mode);
	info->from = container_printf(info, "%s/containers/%.12s", root, id);
	return 0;
}

/* ---- from the socket ---- */

static void ask_image(const struct runtime_roots *roots, const char *socket,
		      struct container_info *info, struct json_object *o)
{
	const char *asked = runtime_json_text(runtime_json_get(o, "Config", "Image", NULL));
	_cleanup_json_ struct json_object *image = NULL;
	struct buf why = {};
	char path[128];

	set_image(info, asked, runtime_json_member(o, "Image"));
	if (info->image_id && runtime_is_id(info->image_id)) {
		snprintf(path, sizeof(path), "/images/sha256:%s/json", info->image_id);
		runtime_http_get(roots, socket, path, &image, &why);
	}
	runtime_image_names(info, asked, runtime_json_get(image, "RepoTags", NULL),
			    runtime_json_get(image, "RepoDigests", NULL));
	buf_free(&why);
}

static int ask(const struct runtime_roots *roots, const char *socket, const char *id,
	       struct container_info *info, struct buf *why)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct json_object *host, *mounts;
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/containers/%.64s/json", id);
	err = runtime_http_get(roots, socket, path, &o, why);
	if (err)
		return err;
	host = runtime_json_get(o, "HostConfig", NULL);
	mounts = runtime_json_get(o, "Mounts", NULL);
	read_config(info, o);
	read_host_config(info, host);
	info->mounts_known = true;
	for (size_t i = 0; i < runtime_json_length(mounts); i++)
		add_mount(info, "", runtime_json_at(mounts, i));
	ask_image(roots, socket, info, o);
	read_address(info, o, runtime_json_member(host, "NetworkMode"));
	info->from = container_text(info, socket);
	return 0;
}

/* ---- all ---- */

static int read_docker(const struct runtime_roots *roots, const struct container_ref *ref,
		       struct container_info *out, struct buf *why)
{
	if (!runtime_is_id(ref->id))
		return -ENOENT;
	for (size_t i = 0; i < roots->docker_root.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->docker_root.v[i]);
		int err = dir < 0 ? -ENOENT
				  : read_from(roots->docker_root.v[i], dir, ref->id, out, why);

		if (err != -ENOENT)
			return err;
	}
	for (size_t i = 0; i < roots->docker_socket.n; i++) {
		int err = ask(roots, roots->docker_socket.v[i], ref->id, out, why);

		if (err != -ENOENT)
			return err;
	}
	return -ENOENT;
}

static int list_docker(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		       struct buf *why)
{
	return runtime_list_names(roots, &roots->docker_root, "containers", runtime_is_id, found,
				  to, why);
}

const struct runtime runtime_docker = {"docker", false, likely, read_docker, list_docker};
