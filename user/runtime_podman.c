/* SPDX-License-Identifier: Apache-2.0 */
/*
 * podman, of root and of users: the row and the bundle in its storage tell name, image and
 * mounts; labels, pod and address are in a database or come from its socket. What a user's podman
 * says is what that user says.
 */
#include "user/runtime.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/runtime_file.h"
#include "user/runtime_http.h"
#include "user/runtime_json.h"
#include "user/runtime_oci.h"
#include "user/runtime_podman_db.h"
#include "user/runtime_storage.h"

#define STORAGE_OF_USER ".local/share/containers/storage"

static unsigned likely(const struct container_ref *ref)
{
	if (!ref->cgroup)
		return 25;
	return strstr(ref->cgroup, "libpod-") ? 95 : 12;
}

/* ---- what only its socket tells ---- */

static void read_answer(struct container_info *info, struct json_object *o)
{
	const char *ip =
		runtime_json_text(runtime_json_get(o, "NetworkSettings", "IPAddress", NULL));
	const char *name = runtime_json_member(o, "Name");
	const char *pod = runtime_json_member(o, "Pod");

	runtime_json_labels(info, &info->labels, runtime_json_get(o, "Config", "Labels", NULL));
	if (!info->name)
		info->name = container_text(info, name);
	info->ip = container_text(info, ip ? ip : "");
	if (pod && *pod) {
		info->in_pod = true;
		info->pod.uid = container_text(info, pod);
	}
}

static bool ask(const struct runtime_roots *roots, const char *socket, const char *id,
		struct container_info *info)
{
	_cleanup_json_ struct json_object *o = NULL, *pod = NULL;
	struct buf why = {};
	char path[256];
	int err;

	snprintf(path, sizeof(path), "/v4.0.0/libpod/containers/%.64s/json", id);
	err = runtime_http_get(roots, socket, path, &o, &why);
	if (!err) {
		read_answer(info, o);
		if (info->in_pod && runtime_is_id(info->pod.uid)) {
			snprintf(path, sizeof(path), "/v4.0.0/libpod/pods/%.64s/json",
				 info->pod.uid);
			if (!runtime_http_get(roots, socket, path, &pod, &why)) {
				info->pod.name =
					container_text(info, runtime_json_member(pod, "Name"));
				runtime_json_labels(info, &info->pod.labels,
						    runtime_json_get(pod, "Labels", NULL));
			}
		}
	}
	buf_free(&why);
	return !err;
}

/* ---- one place ---- */

static void read_spec(struct container_info *info, struct json_object *spec)
{
	const char *privileged = oci_annotation(spec, "io.podman.annotations.privileged");

	oci_read(info, spec, OCI_BINDS, "/userdata/");
	if (privileged)
		info->privileged = strcmp(privileged, "TRUE") ? ANSWER_NO : ANSWER_YES;
	info->pod.sandbox =
		container_text(info, oci_annotation(spec, "io.kubernetes.cri-o.SandboxID"));
	info->in_pod = info->pod.sandbox;
}

/* socket: NULL, or that of the user whose storage it is. */
static int read_from(const struct runtime_roots *roots, struct storage *s, const char *path,
		     const char *socket, const char *id, struct container_info *info,
		     struct buf *why)
{
	_cleanup_json_ struct json_object *spec = NULL;
	int err = storage_bundle(s, id, &spec, why);
	const char *manager = oci_annotation(spec, "io.container.manager");

	if (err)
		return err;
	if (manager && strcmp(manager, "libpod"))
		return -ENOENT;
	info->full_id = container_text(info, id);
	info->type = "podman";
	read_spec(info, spec);
	err = storage_read(s, id, info, why);
	if (err)
		return err;
	if (podman_db_read(s->root, id, info)) {
		/* networks are there before the container starts */
		info->ip = info->ip ? info->ip : "";
	} else {
		bool answered = socket && ask(roots, socket, id, info);

		for (size_t i = 0; !socket && i < roots->podman_socket.n && !answered; i++)
			answered = ask(roots, roots->podman_socket.v[i], id, info);
	}
	if (!info->ip && info->host_network == ANSWER_YES)
		info->ip = "";
	container_pod_from_labels(info);
	info->from = container_printf(info, "%s/%s-containers/%.12s", path, s->driver, id);
	return 0;
}

/* ---- of users ---- */

/* The home directory, from the host's /etc/passwd. */
static bool find_home(const struct runtime_roots *roots, long uid, char home[PATH_MAX])
{
	_cleanup_close_ int etc = runtime_open_root(roots, "/etc");
	_cleanup_free_ char *text = NULL;
	char *rest, *line, *column[6];
	size_t len;

	if (etc < 0 || runtime_read(etc, "passwd", &text, &len))
		return false;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		for (size_t i = 0; i < ARRAY_LEN(column); i++)
			column[i] = strsep(&line, ":");
		if (!column[5] || *column[5] != '/' || strtol(column[2], NULL, 10) != uid)
			continue;
		return snprintf(home, PATH_MAX, "%s", column[5]) < PATH_MAX;
	}
	return false;
}

static int read_of_user(const struct runtime_roots *roots, long uid, const char *id,
			struct container_info *info, struct buf *why)
{
	char path[PATH_MAX], socket[64];
	_cleanup_close_ int home = -1, root = -1, run = -1;
	struct storage s = {-1, -1, NULL};

	if (!find_home(roots, uid, path))
		return -ENOENT;
	home = runtime_open_root(roots, path);
	root = runtime_open_dir(home, STORAGE_OF_USER);
	if (root < 0)
		return -ENOENT;
	snprintf(socket, sizeof(socket), "/run/user/%ld/containers", uid);
	run = runtime_open_root(roots, socket);
	snprintf(socket, sizeof(socket), "/run/user/%ld/podman/podman.sock", uid);
	s.root = root;
	s.run = run;
	return read_from(roots, &s, path, socket, id, info, why);
}

/* ---- all ---- */

static int read_podman(const struct runtime_roots *roots, const struct container_ref *ref,
		       struct container_info *out, struct buf *why)
{
	long uid = runtime_user_of(ref->cgroup);
	int err = -ENOENT;

	if (!runtime_is_id(ref->id))
		return -ENOENT;
	if (uid > 0)
		return read_of_user(roots, uid, ref->id, out, why);
	for (size_t i = 0; i < roots->storage_root.n && err == -ENOENT; i++) {
		const char *path = roots->storage_root.v[i];
		const char *run = i < roots->storage_run.n ? roots->storage_run.v[i] : NULL;
		_cleanup_close_ int root_dir = runtime_open_root(roots, path);
		_cleanup_close_ int run_dir = run ? runtime_open_root(roots, run) : -1;
		struct storage s = {root_dir, run_dir, NULL};

		err = read_from(roots, &s, path, NULL, ref->id, out, why);
	}
	return err;
}

static int list_podman(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		       struct buf *why)
{
	bool any = false;

	for (size_t i = 0; i < roots->storage_root.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->storage_root.v[i]);
		struct storage s = {dir, -1, NULL};

		any |= storage_list(&s, found, to);
	}
	return any ? 0 : runtime_absent(&roots->storage_root, why);
}

const struct runtime runtime_podman = {"podman", true, likely, read_podman, list_podman};
